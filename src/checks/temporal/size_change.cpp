#include <algorithm>
#include <array>
#include <cmath>

#include "src/checks/check.hpp"
#include "src/checks/quantiles.hpp"
#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double max_ratio = 1.12;
  double max_ratio_constant = 1.05;
  double constant_share = 0.8;
  double noise_m = 0.05;
  double own_noise_factor = 6;
  double min_labels = 3;

  static std::vector<Field<Parameters>> fields() {
    return {
        {&Parameters::max_ratio, "max_ratio", "1", 1, 100, "largest ratio between a side and the track's median of it"},
        {&Parameters::max_ratio_constant, "max_ratio_constant", "1", 1, 100,
         "the same, in a track that was labelled with one size"},
        {&Parameters::constant_share, "constant_share", "1", 0.5, 1.01,
         "share of labels within 1 % of the median that makes such a track; above 1: none is"},
        {&Parameters::noise_m, "noise_m", "m", 0, 10,
         "difference that is allowed in addition; counts for small objects"},
        {&Parameters::own_noise_factor, "own_noise_factor", "1", 0, 100,
         "a track's own scatter times this is allowed, where it is larger"},
        {&Parameters::min_labels, "min_labels", "labels", 2, 1000, "shorter tracks are not judged"}};
  }
};

using Sides = std::array<double, 3>;

Sides sides_of(const CuboidColumns& cuboid, std::uint32_t row) {
  return {cuboid.length_m[row], cuboid.width_m[row], cuboid.height_m[row]};
}

/// How far a label's worst side is beyond what its track allows.
struct Change {
  double ratio = 1;  ///< >= 1, of side and median, whichever is larger over the other
  double limit = 1;
  [[nodiscard]] bool is_too_large() const { return ratio > limit; }
};

class TrackSize {
 public:
  TrackSize(const CuboidColumns& cuboid, const std::vector<std::uint32_t>& rows, const Parameters& p) : p_(p) {
    constexpr double kSameSize = 0.01;
    std::vector<double> values(rows.size());
    std::vector<std::uint8_t> differs(rows.size(), 0);
    for (std::size_t side = 0; side < 3; ++side) {
      for (std::size_t i = 0; i < rows.size(); ++i) values[i] = sides_of(cuboid, rows[i])[side];
      median_m_[side] = median_of(values);
      for (std::size_t i = 0; i < rows.size(); ++i) {
        values[i] = std::abs(std::log(sides_of(cuboid, rows[i])[side] / median_m_[side]));
        if (!(values[i] <= kSameSize)) differs[i] = 1;
      }
      own_noise_[side] = quantile_of(values, 1, 4);
    }
    const auto same = static_cast<double>(std::count(differs.begin(), differs.end(), 0));
    is_constant_ = same >= p.constant_share * static_cast<double>(rows.size());
  }

  /// Whoever labelled the track gave it one size.
  [[nodiscard]] bool is_constant() const { return is_constant_; }
  [[nodiscard]] const Sides& median_m() const { return median_m_; }
  [[nodiscard]] Change change_of(const Sides& sides) const {
    Change worst;
    for (std::size_t side = 0; side < 3; ++side) {
      const double ratio = std::exp(std::abs(std::log(sides[side] / median_m_[side])));
      const double limit =
          std::max((is_constant_ ? p_.max_ratio_constant : p_.max_ratio) + p_.noise_m / median_m_[side],
                   std::exp(p_.own_noise_factor * own_noise_[side]));
      if (worst.limit == 1 || ratio * worst.limit > worst.ratio * limit) worst = {ratio, limit};
    }
    return worst;
  }

 private:
  Parameters p_;
  Sides median_m_{};
  Sides own_noise_{};  ///< lower quartile of |log(side / median)|
  bool is_constant_ = false;
};

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  const LabelSet& labels = context.labels();
  if (labels.scope.extent == LabelScope::Extent::visible) {
    context.skip("cuboids cover only the visible extent");
    return;
  }
  const TrackRows tracks(labels);
  std::vector<std::uint32_t> rows;
  for (std::size_t code = 0; code < tracks.size(); ++code) {
    rows.clear();
    for (const std::uint32_t row : tracks.of(code)) {
      if (context.is_valid_object(row)) rows.push_back(row);
    }
    if (rows.empty()) continue;
    const Parameters& p = parameters[context.class_of(rows.front())];
    if (static_cast<double>(rows.size()) < p.min_labels) continue;
    TrackSize size(labels.cuboid, rows, p);
    if (!size.is_constant()) {
      // An object that can change its size is judged only where its labels did not let it.
      std::erase_if(rows, [&](std::uint32_t row) { return !context.taxonomy().at(context.class_of(row)).rigid; });
      if (static_cast<double>(rows.size()) < std::max(p.min_labels, 1.0)) continue;
      size = TrackSize(labels.cuboid, rows, p);
    }
    for (const std::uint32_t row : rows) context.examine(row);
    const auto change_of = [&](std::size_t i) { return size.change_of(sides_of(labels.cuboid, rows[i])); };
    for_each_run(
        rows.size(), [&](std::size_t i) { return change_of(i).is_too_large(); },
        [&](std::size_t first, std::size_t last) {
          Change worst = change_of(first);
          for (std::size_t i = first; i <= last; ++i) {
            const Change change = change_of(i);
            if (change.ratio * worst.limit > worst.ratio * change.limit) worst = change;
          }
          Draft& draft = context.add_span(rows[first], rows[last], worst.ratio, worst.limit);
          draft.propose("length_m", size.median_m()[0], "m");
          draft.propose("width_m", size.median_m()[1], "m");
          draft.propose("height_m", size.median_m()[2], "m");
        });
  }
}

}  // namespace

Check temporal_size_change() {
  return define<Parameters>(
      {.id = "temporal.size_change",
       .title = "A rigid object changes its size",
       .error_type = error_type::kBoundingBox,
       .severity = Severity::warning,
       .fault = Fault::size,
       .scope = Scope::span,
       .unit = "1",
       .message =
           "a side of {object} differs from the rest of its track by a factor of {value} {frames}, limit {limit}",
       .inputs = {kTracks}},
      judge_rows);
}

}  // namespace concord::judging
