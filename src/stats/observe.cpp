#include <algorithm>
#include <array>
#include <cmath>

#include "concord/judge.hpp"
#include "concord/priors.hpp"

namespace concord {
namespace {

/// Looks at one label set; class names are looked up once.
class Observer {
 public:
  Observer(const Drive& drive, const LabelSet& labels, const LabelSetMeasurements& measured, Priors& priors)
      : drive_(drive), labels_(labels), measured_(measured), priors_(priors) {}

  void run() {
    sizes_and_durations();
    for (std::size_t i = 0; i < measured_.residuals.size(); ++i) residual(i);
    if (!measured_.clouds.present()) return;
    for (std::uint32_t row = 0; row < labels_.size(); ++row) point_density(row);
  }

 private:
  [[nodiscard]] bool is_valid(std::uint32_t row) const {
    return measured_.cuboids.finite[row] != 0 && measured_.cuboids.min_size_m[row] > 0 &&
           !drive_.taxonomy->at(labels_.class_code[row]).ignore;
  }

  void add(std::string_view quantity, std::uint32_t row, double value) {
    if (!std::isfinite(value)) return;
    Sketch*& sketch = sketch_of_[{quantity, labels_.class_code[row]}];
    if (sketch == nullptr) {
      sketch = &priors_.sketches[{std::string(quantity), drive_.taxonomy->at(labels_.class_code[row]).name}];
    }
    sketch->add(value);
  }

  void sizes_and_durations() {
    std::vector<std::vector<std::uint32_t>> tracks(labels_.tracks.size());
    for (std::uint32_t row = 0; row < labels_.size(); ++row) {
      if (!is_valid(row)) continue;
      if (labels_.track[row] < tracks.size()) {
        tracks[labels_.track[row]].push_back(row);
      } else {
        sizes({&row, 1});
      }
    }
    for (const auto& rows : tracks) {
      if (rows.empty()) continue;
      sizes(rows);
      const TimeNs first = drive_.frames.time_ns[labels_.frame[rows.front()]];
      const TimeNs last = drive_.frames.time_ns[labels_.frame[rows.back()]];
      if (first == kNoTime || last == kNoTime) continue;
      add(quantity::kTrackDuration, rows.front(), (static_cast<double>(last) - static_cast<double>(first)) * 1e-9);
    }
  }

  /// Of the middle one of `rows`, the lower of two: one wrong label does not show.
  void sizes(std::span<const std::uint32_t> rows) {
    const std::array<std::pair<std::string_view, const std::vector<double>*>, 3> sides{
        {{quantity::kLength, &labels_.cuboid.length_m},
         {quantity::kWidth, &labels_.cuboid.width_m},
         {quantity::kHeight, &labels_.cuboid.height_m}}};
    for (const auto& [name, column] : sides) {
      std::vector<double> values;
      for (const std::uint32_t row : rows) values.push_back((*column)[row]);
      const auto middle = values.begin() + static_cast<std::ptrdiff_t>((values.size() - 1) / 2);
      std::nth_element(values.begin(), middle, values.end());
      add(name, rows.front(), *middle);
    }
  }

  void residual(std::size_t i) {
    const ResidualTable& t = measured_.residuals;
    const std::uint32_t row = t.row[i];
    // Near the ends of a track the curve is only a guess.
    constexpr std::uint32_t kLeastNeighbours = 3;
    if (!is_valid(row) || t.before[i] < kLeastNeighbours || t.after[i] < kLeastNeighbours) return;
    if (measured_.motion.world) {
      add(quantity::kSpeed, row, std::hypot(t.velocity_along_mps[i], t.velocity_across_mps[i]));
      add(quantity::kAcceleration, row, std::hypot(t.acceleration_along_mps2[i], t.acceleration_across_mps2[i]));
      add(quantity::kYawRate, row, t.yaw_rate_radps[i]);
    }
    add(quantity::kResidualAlong, row, t.along_m[i] / t.gain[i]);
    add(quantity::kResidualAcross, row, t.across_m[i] / t.gain[i]);
    add(quantity::kResidualLevel, row, std::hypot(t.along_m[i], t.across_m[i]) / t.gain[i]);
    add(quantity::kResidualUp, row, t.up_m[i] / t.gain[i]);
    add(quantity::kResidualHeading, row, t.heading_rad[i] / t.heading_gain[i]);
    const auto change = [&](double difference_m, double side_m) {
      const double median_m = side_m - difference_m;
      return median_m > 0 ? std::abs(difference_m) / median_m : 0;
    };
    add(quantity::kResidualSize, row,
        std::max({change(t.length_m[i], labels_.cuboid.length_m[row]),
                  change(t.width_m[i], labels_.cuboid.width_m[row]),
                  change(t.height_m[i], labels_.cuboid.height_m[row])}));
  }

  void point_density(std::uint32_t row) {
    if (!is_valid(row) || !measured_.clouds.measured(labels_.frame[row]) || row >= measured_.points.size()) return;
    if (measured_.points.inside[row] == kNone) return;
    const double side_m2 =
        std::max(labels_.cuboid.length_m[row], labels_.cuboid.width_m[row]) * labels_.cuboid.height_m[row];
    const double range_m = measured_.cuboids.range_m[row];
    const std::string_view band = range_m < 30   ? quantity::kPointDensityNear
                                  : range_m < 50 ? quantity::kPointDensityMiddle
                                                 : quantity::kPointDensityFar;
    add(band, row, static_cast<double>(measured_.points.inside[row]) / side_m2);
  }

  const Drive& drive_;
  const LabelSet& labels_;
  const LabelSetMeasurements& measured_;
  Priors& priors_;
  std::map<std::pair<std::string_view, ClassCode>, Sketch*> sketch_of_;
};

}  // namespace

void observe_labels(const Drive& drive, const LabelSet& labels, const LabelSetMeasurements& measured, Priors& priors) {
  Observer(drive, labels, measured, priors).run();
}

void observe_findings(const Judgement& judgement, std::string_view label_set, Priors& priors) {
  for (const ExposureRow& row : judgement.exposure) {
    if (row.label_set == label_set) priors.checks[{row.check, row.class_name}].examined += row.labels;
  }
  for (const Finding& finding : judgement.findings) {
    if (finding.label_set == label_set) priors.checks[{finding.check, finding.class_name}].scores.add(finding.score);
  }
}

}  // namespace concord
