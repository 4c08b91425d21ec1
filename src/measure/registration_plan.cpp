#include "src/measure/registration_plan.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <span>
#include <tuple>

namespace concord::measure {
namespace {

constexpr std::size_t kFewest = 40, kMost = 2000, kLabelsPerPair = 10;
constexpr double kBeside_s = 1.0;
constexpr double kSigmas = 3, kOff_m = 0.1, kOff_rad = 0.05;
constexpr double kLeastNoise_m = 0.03, kLeastNoise_rad = 0.02, kAcceleration_mps2 = 2, kJerk_mps3 = 5;
constexpr double kShortest_s = 0.35, kLongest_s = 1.5;
constexpr double kCreeping_mps = 0.15, kDriving_mps = 1.0;
constexpr double kTurnOfView_rad = 0.25, kCloser = 1.4;

/// A pair, and how much it is wanted: larger first.
struct Wanted {
  double rank;
  LabelPair pair;
};

class Planner {
 public:
  Planner(const Drive& drive, const LabelSet& set, const LabelSetMeasurements& measured, const TrackOrder& order)
      : drive_(drive), set_(set), measured_(measured), order_(order) {}

  std::vector<LabelPair> plan() {
    add_lone_labels();
    if (order_.world) {
      for (std::size_t track = 0; track + 1 < order_.offset.size(); ++track) add_slow_spans(track);
    }
    return chosen();
  }

 private:
  [[nodiscard]] bool is_usable(std::uint32_t row) const {
    return measured_.cuboids.finite[row] != 0 && measured_.cuboids.min_size_m[row] > 0;
  }
  [[nodiscard]] std::span<const std::uint32_t> rows_of(std::size_t track) const {
    return std::span(order_.rows).subspan(order_.offset[track], order_.offset[track + 1] - order_.offset[track]);
  }
  [[nodiscard]] double seconds(std::uint32_t row_from, std::uint32_t row_to) const {
    return seconds_of(drive_.frames, set_.frame[row_from], set_.frame[row_to]);
  }

  /// How far row `i` of the residuals lies off its track, in standard deviations; 0 where that is next to nothing.
  [[nodiscard]] double sigmas_off(std::size_t i) const {
    const ResidualTable& table = measured_.residuals;
    const TrackNoiseTable& noise = measured_.noise;
    const std::uint32_t track = table.track[i];
    double most = 0;
    const double bend_m = kAcceleration_mps2 * table.acceleration_gain_s2[i] + kJerk_mps3 * table.jerk_gain_s3[i];
    for (const auto& [off_m, own_m] :
         {std::pair{table.along_m[i], noise.along_m[track]}, std::pair{table.across_m[i], noise.across_m[track]}}) {
      const double sigma_m = std::max({own_m, table.fit_rms_m[i], kLeastNoise_m}) * table.gain[i] + bend_m;
      if (std::abs(off_m) >= kOff_m) most = std::max(most, std::abs(off_m) / sigma_m);
    }
    const double sigma_rad =
        std::max({noise.heading_rad[track], table.heading_fit_rms_rad[i], kLeastNoise_rad}) * table.heading_gain[i];
    if (std::abs(table.heading_rad[i]) >= kOff_rad) most = std::max(most, std::abs(table.heading_rad[i]) / sigma_rad);
    return std::isfinite(most) && most >= kSigmas ? most : 0;
  }

  void add_lone_labels() {
    const ResidualTable& table = measured_.residuals;
    for (std::size_t i = 0; i < table.size(); ++i) {
      const double off = sigmas_off(i);
      if (off == 0) continue;
      const auto beside = [&](std::size_t k, bool earlier) {
        if (table.track[k] != table.track[i]) return;
        const std::uint32_t from = earlier ? table.row[k] : table.row[i], to = earlier ? table.row[i] : table.row[k];
        const double apart_s = seconds(from, to);
        if (set_.frame[from] == set_.frame[to] || !(std::abs(apart_s) <= kBeside_s)) return;
        lone_.push_back({off, {table.track[i], from, to}});
      };
      if (i > 0) beside(i - 1, true);
      if (i + 1 < table.size()) beside(i + 1, false);
    }
  }

  /// Direction from the box to the ego in the box's axes, and the distance.
  [[nodiscard]] std::pair<double, double> view_of(std::uint32_t row) const {
    const Cuboid box = set_.cuboid.at(row);
    const double bearing_rad = std::atan2(-box.center_m.y(), -box.center_m.x()) - yaw_of(box.rotation.normalized());
    return {bearing_rad, std::hypot(box.center_m.x(), box.center_m.y())};
  }
  [[nodiscard]] bool is_seen_alike(std::uint32_t a, std::uint32_t b) const {
    const auto [bearing_a, range_a] = view_of(a);
    const auto [bearing_b, range_b] = view_of(b);
    return std::abs(wrap_angle(bearing_a - bearing_b)) <= kTurnOfView_rad &&
           std::max(range_a, range_b) <= kCloser * std::min(range_a, range_b);
  }
  [[nodiscard]] Vec3 place_m(std::uint32_t row) const {
    return drive_.frames.T_world_ego[set_.frame[row]] * set_.cuboid.at(row).center_m;
  }

  void add_slow_spans(std::size_t track) {
    const auto rows = rows_of(track);
    if (rows.size() < 3 || !std::all_of(rows.begin(), rows.end(), [&](auto row) { return is_usable(row); })) return;
    std::vector<Wanted> creeping, standing;
    bool drives = false;
    for (std::size_t i = 0; i + 1 < rows.size();) {
      std::size_t end = i;
      for (std::size_t k = i + 1; k < rows.size(); ++k) {
        const double apart_s = seconds(rows[i], rows[k]);
        if (!(apart_s <= kLongest_s) || !is_seen_alike(rows[i], rows[k])) break;
        if (apart_s >= kShortest_s) end = k;
      }
      if (end == i) {
        ++i;
        continue;
      }
      const Vec3 way_m = place_m(rows[end]) - place_m(rows[i]);
      const double speed_mps = std::hypot(way_m.x(), way_m.y()) / seconds(rows[i], rows[end]);
      const LabelPair pair{static_cast<std::uint32_t>(track), rows[i], rows[end]};
      if (speed_mps > kDriving_mps) drives = true;
      if (speed_mps >= kCreeping_mps && speed_mps <= kDriving_mps) creeping.push_back({-speed_mps, pair});
      if (speed_mps < kCreeping_mps) standing.push_back({-speed_mps, pair});
      i = end;
    }
    slow_.insert(slow_.end(), creeping.begin(), creeping.end());
    if (drives) slow_.insert(slow_.end(), standing.begin(), standing.end());
  }

  std::vector<LabelPair> chosen() {
    const std::size_t most = std::min(kMost, std::max(kFewest, set_.size() / kLabelsPerPair));
    const auto before = [](const LabelPair& a, const LabelPair& b) {
      return std::tie(a.row_to, a.row_from) < std::tie(b.row_to, b.row_from);
    };
    std::set<LabelPair, decltype(before)> pairs(before);
    for (auto* list : {&lone_, &slow_}) {
      std::stable_sort(list->begin(), list->end(), [](const Wanted& a, const Wanted& b) { return a.rank > b.rank; });
    }
    for (std::size_t i = 0; i < std::max(lone_.size(), slow_.size()) && pairs.size() < most; ++i) {
      if (i < lone_.size()) pairs.insert(lone_[i].pair);
      if (i < slow_.size() && pairs.size() < most) pairs.insert(slow_[i].pair);
    }
    return {pairs.begin(), pairs.end()};
  }

  const Drive& drive_;
  const LabelSet& set_;
  const LabelSetMeasurements& measured_;
  const TrackOrder& order_;
  std::vector<Wanted> lone_, slow_;
};

}  // namespace

std::vector<LabelPair> plan_registrations(const Drive& drive, const LabelSet& set, const LabelSetMeasurements& measured,
                                          const TrackOrder& order) {
  return Planner(drive, set, measured, order).plan();
}

}  // namespace concord::measure
