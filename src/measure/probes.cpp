#include "src/measure/probes.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "src/model/interpolate.hpp"

namespace concord::measure {
namespace {

constexpr std::uint32_t kFramesAround = 5;
constexpr double kAround_s = 1.0, kLongestGap_s = 3.2;
constexpr std::size_t kFewestLabels = 5;  ///< of a track whose motion is known well enough
constexpr std::size_t kProbesPerLabel = 2;
constexpr double kMargin_m = 0.5;

bool is_usable(const Cuboid& box) {
  return box.center_m.allFinite() && box.size_m.allFinite() && box.size_m.minCoeff() > 0 && box.rotation.norm() > 0;
}

bool contains(const Cuboid& box, const Vec3& place_m) {
  const Vec3 at = box.rotation.normalized().conjugate() * (place_m - box.center_m);
  return std::abs(at.x()) <= 0.5 * box.size_m.x() + kMargin_m && std::abs(at.y()) <= 0.5 * box.size_m.y() + kMargin_m;
}

class ProbeMaker {
 public:
  ProbeMaker(const Drive& drive, const LabelSet& set, const TrackOrder& order)
      : drive_(drive), set_(set), order_(order) {}

  ProbeTable make() {
    for (std::size_t track = 0; track + 1 < order_.offset.size(); ++track) {
      const std::size_t begin = order_.offset[track], count = order_.offset[track + 1] - begin;
      if (count < kFewestLabels) continue;
      rows_.assign(order_.rows.begin() + static_cast<std::ptrdiff_t>(begin),
                   order_.rows.begin() + static_cast<std::ptrdiff_t>(begin + count));
      if (!std::all_of(rows_.begin(), rows_.end(), [&](std::uint32_t row) { return is_usable(set_.cuboid.at(row)); })) {
        continue;
      }
      track_ = static_cast<std::uint32_t>(track);
      for (std::size_t i = 1; i < count; ++i) fill_gap(rows_[i - 1], rows_[i]);
      go_on(-1);
      go_on(1);
    }
    return sorted();
  }

 private:
  struct Probe {
    std::uint32_t frame, track, row_before, row_after;
    Cuboid box;
  };

  void add(std::uint32_t frame, std::uint32_t row_before, std::uint32_t row_after, const Cuboid& box) {
    if (probes_.size() >= kProbesPerLabel * set_.size() || !box.center_m.allFinite()) return;
    probes_.push_back({frame, track_, row_before, row_after, box});
  }

  void fill_gap(std::uint32_t before, std::uint32_t after) {
    const std::uint32_t first = set_.frame[before], last = set_.frame[after];
    if (last <= first + 1 || !(seconds_of(drive_.frames, first, last) <= kLongestGap_s)) return;
    for (std::uint32_t f = first + 1; f < last; ++f)
      add(f, before, after, interpolated(drive_, set_, before, after, f));
  }

  [[nodiscard]] Cuboid in_common_frame(std::uint32_t row) const {
    const Cuboid box = set_.cuboid.at(row);
    return order_.world ? transformed(drive_.frames.T_world_ego[set_.frame[row]], box) : box;
  }

  /// Beyond the end of the track, forwards or backwards in time.
  void go_on(int direction) {
    const std::uint32_t end = direction > 0 ? rows_.back() : rows_.front();
    std::uint32_t inner = end;
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      const std::uint32_t row = direction > 0 ? rows_[rows_.size() - 1 - i] : rows_[i];
      if (std::abs(seconds_of(drive_.frames, set_.frame[end], set_.frame[row])) > kAround_s) break;
      inner = row;
    }
    const double known_s = seconds_of(drive_.frames, set_.frame[inner], set_.frame[end]);
    if (!(std::abs(known_s) > 0)) return;
    const Cuboid from = in_common_frame(end);
    const Vec3 velocity_mps = (from.center_m - in_common_frame(inner).center_m) / known_s;
    const auto frames = static_cast<std::int64_t>(drive_.frames.size());
    for (std::uint32_t step = 1; step <= kFramesAround; ++step) {
      const std::int64_t frame = static_cast<std::int64_t>(set_.frame[end]) + direction * static_cast<int>(step);
      if (frame < 0 || frame >= frames) return;
      const auto at = static_cast<std::uint32_t>(frame);
      const double ahead_s = seconds_of(drive_.frames, set_.frame[end], at);
      if (!(std::abs(ahead_s) <= kAround_s) || (order_.world && !drive_.frames.has_pose(at))) return;
      Cuboid box = from;
      box.center_m += ahead_s * velocity_mps;
      if (order_.world) box = transformed(drive_.frames.T_world_ego[at].inverse(), box);
      add(at, direction > 0 ? end : kNone, direction > 0 ? kNone : end, box);
    }
  }

  [[nodiscard]] bool is_labelled(const Probe& probe) const {
    for (std::uint32_t row = set_.frame_offset[probe.frame]; row < set_.frame_offset[probe.frame + 1]; ++row) {
      const Cuboid box = set_.cuboid.at(row);
      if (!is_usable(box) || set_.track[row] == probe.track) continue;
      if (contains(box, probe.box.center_m) || contains(probe.box, box.center_m)) return true;
    }
    return false;
  }

  ProbeTable sorted() {
    std::stable_sort(probes_.begin(), probes_.end(), [](const Probe& a, const Probe& b) { return a.frame < b.frame; });
    ProbeTable table;
    for (const Probe& probe : probes_) {
      table.frame.push_back(probe.frame);
      table.track.push_back(probe.track);
      table.row_before.push_back(probe.row_before);
      table.row_after.push_back(probe.row_after);
      table.box.push_back(probe.box);
      table.labelled.push_back(is_labelled(probe) ? 1 : 0);
    }
    return table;
  }

  const Drive& drive_;
  const LabelSet& set_;
  const TrackOrder& order_;
  std::vector<std::uint32_t> rows_;  ///< of the track at hand, by time
  std::uint32_t track_ = 0;
  std::vector<Probe> probes_;
};

}  // namespace

ProbeTable make_probes(const Drive& drive, const LabelSet& set, const TrackOrder& order) {
  return ProbeMaker(drive, set, order).make();
}

}  // namespace concord::measure
