#include "src/checks/box_fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>

#include "src/checks/point_evidence.hpp"
#include "src/checks/quantiles.hpp"
#include "src/checks/tracks.hpp"
#include "src/checks/view_deviations.hpp"

namespace concord::judging {
namespace {

constexpr double kSingleSize = 0.06;  ///< share of a side by which a label may differ from its neighbours
constexpr double kTurned_rad = 0.08;  ///< of a label turned by more its points seem to be moved as well

/// Evidence of several labels about one face, as one.
struct FaceSummary {
  std::vector<double> out_m;
  [[nodiscard]] bool known() const { return !out_m.empty(); }
  /// The upper median: of two labels the one whose points reach farther, so that one label seen badly makes no gap.
  [[nodiscard]] double middle_m() const {
    std::vector<double> values = out_m;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
  }
};

double limit_of(const FitParameters& p, std::size_t labels, double range_m) {
  return p.floor_m + p.noise_m / std::sqrt(static_cast<double>(std::max<std::size_t>(labels, 1))) +
         p.noise_per_range * range_m;
}

/// The kind of misfit along an axis whose ends are `plus` and `minus` (out_m where known), and its size.
struct AxisFault {
  FitKind kind;
  double value_m, limit_m;
};

struct AxisEnds {
  std::optional<double> plus, minus;
  bool seen_plus = false, seen_minus = false;
};

std::optional<AxisFault> axis_fault(const AxisEnds& ends, double limit_m, double rounding_m) {
  const auto& [plus, minus, seen_plus, seen_minus] = ends;
  const double gap_limit_m = limit_m + rounding_m;
  if (plus && minus) {
    const double grown_m = *plus + *minus, shift_m = 0.5 * (*plus - *minus);
    const double most_out_m = std::max(*plus, *minus), most_in_m = std::min(*plus, *minus);
    if (grown_m > limit_m && most_out_m > 0.7 * limit_m) return AxisFault{FitKind::undersized, grown_m, limit_m};
    // One end must stick out: two gaps of unequal width are no shift.
    if (std::abs(shift_m) > limit_m && most_out_m > 0.5 * limit_m && most_in_m < -0.5 * limit_m) {
      return AxisFault{FitKind::shifted, std::abs(shift_m), limit_m};
    }
    if (-grown_m > gap_limit_m + rounding_m) {
      return AxisFault{FitKind::oversized, -grown_m, gap_limit_m + rounding_m};
    }
    return std::nullopt;
  }
  if (plus && *plus > limit_m) return AxisFault{FitKind::shifted, *plus, limit_m};
  if (minus && *minus > limit_m) return AxisFault{FitKind::shifted, *minus, limit_m};
  if (plus && seen_plus && -*plus > gap_limit_m) return AxisFault{FitKind::loose, -*plus, gap_limit_m};
  if (minus && seen_minus && -*minus > gap_limit_m) return AxisFault{FitKind::loose, -*minus, gap_limit_m};
  return std::nullopt;
}

class TrackFit {
 public:
  TrackFit(CheckContext& context, const PerClass<FitParameters>& parameters,
           const std::function<void(const FitFault&)>& found)
      : context_(context), parameters_(parameters), found_(found), views_(context) {}

  void look_at(std::span<const std::uint32_t> rows) {
    rows_.clear();
    evidence_.clear();
    const FitParameters& p = parameters_[context_.class_of(rows.front())];
    const std::vector<ViewDeviation> views = views_.of(rows, p.single_min_points);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const BoxEvidence evidence = box_evidence(context_, rows[i], p.min_points);
      const bool known =
          std::any_of(evidence.begin(), evidence.end(), [](const FaceEvidence& face) { return face.known; });
      if (known || views[i].known) context_.examine(rows[i]);
      if (views[i].known) judge_single_label(rows[i], views[i], p);
      if (!known) continue;
      rows_.push_back(rows[i]);
      evidence_.push_back(evidence);
    }
    if (!rows_.empty()) judge_whole();
  }

 private:
  [[nodiscard]] FaceSummary summary(std::size_t face) const {
    FaceSummary all;
    for (const BoxEvidence& evidence : evidence_) {
      if (evidence[face].known) all.out_m.push_back(evidence[face].out_m);
    }
    return all;
  }
  [[nodiscard]] double middle_range_m() const {
    std::vector<double> ranges;
    for (const std::uint32_t row : rows_) ranges.push_back(context_.range_m(row));
    return median_of(ranges);
  }
  [[nodiscard]] bool seen(std::uint32_t row, std::size_t face) const {
    return (context_.measured().points.seen[row] >> face & 1U) != 0;
  }

  /// The cuboid of a label with its ends along `axis` moved outwards.
  [[nodiscard]] Cuboid moved(std::uint32_t row, int axis, double plus_m, double minus_m) const {
    Cuboid box = context_.labels().cuboid.at(row);
    Vec3 shift = Vec3::Zero();
    shift[axis] = 0.5 * (plus_m - minus_m);
    box.center_m += box.rotation.normalized() * shift;
    box.size_m[axis] = std::max(box.size_m[axis] + plus_m + minus_m, 0.05);
    return box;
  }

  [[nodiscard]] FitFault fault_of(const AxisFault& fault, std::uint32_t first, std::uint32_t last, int axis,
                                  std::optional<double> plus, std::optional<double> minus) const {
    double plus_m = plus.value_or(0), minus_m = minus.value_or(0);
    if (fault.kind == FitKind::shifted || fault.kind == FitKind::loose) {
      // The size stays: both ends move by the same way.
      const double shift_m = plus && minus ? 0.5 * (plus_m - minus_m) : plus_m - minus_m;
      plus_m = shift_m;
      minus_m = -shift_m;
    }
    return {fault.kind, first, last, axis, fault.value_m, fault.limit_m, moved(first, axis, plus_m, minus_m)};
  }

  void judge_whole() {
    const FitParameters& p = parameters_[context_.class_of(rows_.front())];
    std::map<FitKind, FitFault> worst;
    for (int axis = 0; axis < 3; ++axis) {
      const auto face = static_cast<std::size_t>(axis);
      const FaceSummary plus = summary(face), minus = summary(face + 3);
      if (!plus.known() && !minus.known()) continue;
      const std::size_t count = std::max(plus.out_m.size(), minus.out_m.size());
      const double limit_m = limit_of(p, count, middle_range_m());
      // An end that few of the labels tell about is not known.
      const auto middle = [&](const FaceSummary& end) -> std::optional<double> {
        if (end.out_m.size() * 2 < count) return std::nullopt;
        return end.middle_m();
      };
      std::optional<double> up = middle(plus), down = middle(minus);
      if (axis == 2) down = 0.0;  // the ground hides the bottom; the top can only stick out
      const auto fault =
          axis_fault({up, down, seen(rows_.front(), face), seen(rows_.front(), face + 3)}, limit_m, p.rounding_m);
      if (!fault) continue;
      const FitFault made = fault_of(*fault, rows_.front(), rows_.back(), axis, up, down);
      const auto [entry, is_new] = worst.try_emplace(fault->kind, made);
      if (!is_new && entry->second.value_m / entry->second.limit_m < made.value_m / made.limit_m) entry->second = made;
    }
    for (const auto& [kind, fault] : worst) found_(fault);
  }

  /// A label that lies beside where its points and its track have it, or has another size than its neighbours.
  void judge_single_label(std::uint32_t row, const ViewDeviation& view, const FitParameters& p) {
    if (view.turn_known && std::abs(view.turn.agreed(p.single_sigmas).value_or(0)) > kTurned_rad) return;
    const double limit_m = p.single_floor_m + p.noise_per_range * context_.range_m(row);
    const double along_m = view.along.agreed(p.single_sigmas).value_or(0),
                 across_m = view.across.agreed(p.single_sigmas).value_or(0), shift_m = std::hypot(along_m, across_m);
    const Cuboid box = context_.labels().cuboid.at(row);
    if (shift_m > limit_m) {
      const int axis = std::abs(along_m) > std::abs(across_m) ? 0 : 1;
      FitFault fault{FitKind::shifted, row, row, axis, shift_m, limit_m, box};
      fault.proposal.center_m -= box.rotation.normalized() * Vec3(along_m, across_m, 0);
      found_(fault);
    }
    for (const int axis : {0, 1}) {
      const double changed_m = axis == 0 ? view.length_m : view.width_m;
      const double size_limit_m = std::max(limit_m, kSingleSize * box.size_m[axis]);
      if (std::abs(changed_m) <= size_limit_m) continue;
      found_({changed_m < 0 ? FitKind::undersized : FitKind::oversized, row, row, axis, std::abs(changed_m),
              size_limit_m, moved(row, axis, -0.5 * changed_m, -0.5 * changed_m)});
      break;  // the longer side tells of a scaled label
    }
  }

  CheckContext& context_;
  const PerClass<FitParameters>& parameters_;
  const std::function<void(const FitFault&)>& found_;
  Views views_;
  std::vector<std::uint32_t> rows_;
  std::vector<BoxEvidence> evidence_;
};

}  // namespace

std::vector<Field<FitParameters>> FitParameters::fields() {
  using P = FitParameters;
  return {
      {&P::floor_m, "floor_m", "m", 0, 10, "misfit that is allowed however many labels show it"},
      {&P::noise_m, "noise_m", "m", 0, 10, "misfit allowed of one label; of n labels of a track its n-th root part"},
      {&P::noise_per_range, "noise_per_range", "1", 0, 1, "metres allowed more for each metre of range"},
      {&P::rounding_m, "rounding_m", "m", 0, 10, "further gap allowed at each end: bodies are rounded and slanted"},
      {&P::min_points, "min_points", "1", 1, 100000, "labels with fewer points above the ground are not looked at"},
      {&P::single_floor_m, "single_floor_m", "m", 0, 10,
       "misfit allowed of one label beside the labels before and after it"},
      {&P::single_sigmas, "single_sigmas", "1", 0, 100, "and in standard deviations of its points and its motion"},
      {&P::single_min_points, "single_min_points", "1", 1, 100000, "points from which one label is held to those"}};
}

void find_fit_faults(CheckContext& context, const PerClass<FitParameters>& parameters,
                     const std::function<void(const FitFault&)>& found) {
  TrackFit fit(context, parameters, found);
  const TrackRows tracks(context.labels());
  for (std::size_t code = 0; code < tracks.size(); ++code) {
    if (!tracks.of(code).empty()) fit.look_at(tracks.of(code));
  }
  for (const std::uint32_t& row : tracks.untracked()) fit.look_at(std::span(&row, 1));
}

void add_fit_faults(CheckContext& context, const PerClass<FitParameters>& parameters, FitKind kind) {
  static constexpr std::array<std::string_view, 3> kSizes{"length_m", "width_m", "height_m"};
  find_fit_faults(context, parameters, [&](const FitFault& fault) {
    if (fault.kind != kind) return;
    Draft& draft = context.add_span(fault.first_row, fault.last_row, fault.value_m, fault.limit_m);
    const auto axis = static_cast<std::size_t>(fault.axis);
    if (kind == FitKind::undersized || kind == FitKind::oversized) {
      draft.propose(kSizes[axis], fault.proposal.size_m[fault.axis], "m");
    }
    draft.propose_center(fault.proposal);
  });
}

}  // namespace concord::judging
