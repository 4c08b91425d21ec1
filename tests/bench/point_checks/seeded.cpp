#include "tests/bench/point_checks/seeded.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>

namespace concord::bench {
namespace {

using What = SeededKind::What;
constexpr std::size_t kSequence = 12;  ///< labels from which a track is a sequence

struct Line {
  std::uint32_t row = kNone;  ///< of the original, kNone for a phantom
  std::uint32_t frame = 0;
  Cuboid box;
  std::string track, label;
  ClassCode class_code = kUnknownClass;
};

class Seeder {
 public:
  Seeder(const Drive& drive, const std::vector<std::uint8_t>& only_frames, std::mt19937_64& random)
      : drive_(drive), set_(drive.label_sets[0]), only_(only_frames), random_(random), dropped_(set_.size(), 0) {
    for (std::uint32_t row = 0; row < set_.size(); ++row) boxes_.push_back(set_.cuboid.at(row));
  }

  SeededDrive run() {
    std::vector<std::vector<std::uint32_t>> tracks(set_.tracks.size());
    std::vector<std::uint32_t> loose;
    for (std::uint32_t row = 0; row < set_.size(); ++row) {
      if (drive_.taxonomy->at(set_.class_code[row]).ignore || !(set_.cuboid.at(row).size_m.minCoeff() > 0)) continue;
      if (set_.track[row] != kNone && only_.empty()) {
        tracks[set_.track[row]].push_back(row);
      } else if (only_.empty() || only_[set_.frame[row]] != 0) {
        loose.push_back(row);
      }
    }
    for (const auto& rows : tracks) {
      if (rows.size() >= kSequence && share() < 0.6) seed_track(rows);
    }
    for (const std::uint32_t row : loose) {
      if (share() < 0.15) seed_loose(row);
    }
    return {rebuilt(), std::move(errors_)};
  }

 private:
  double share() { return std::uniform_real_distribution<double>(0, 1)(random_); }
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(random_() % count); }

  void record(std::size_t kind, std::uint32_t first, std::uint32_t last) {
    Vec3 place = set_.cuboid.at(first).center_m;
    const std::uint32_t frame = set_.frame[first];
    const double range_m = std::hypot(place.x(), place.y());
    if (drive_.frames.has_pose(frame)) place = drive_.frames.T_world_ego[frame] * place;
    errors_.push_back({kind, std::string(set_.tracks.at(set_.track[first])), std::string(set_.label_id[first]), frame,
                       set_.frame[last], class_group_of(drive_, set_.class_code[first]), range_m, place});
  }

  void change(const SeededKind& kind, double direction, double side, std::uint32_t row) {
    Cuboid& box = boxes_[row];
    if (kind.what == What::shift)
      box.center_m += kind.magnitude * (box.rotation * Vec3(std::cos(direction), std::sin(direction), 0));
    if (kind.what == What::resize) box.size_m *= kind.magnitude;
    if (kind.what == What::lift) box.center_m.z() += side * kind.magnitude;
    if (kind.what == What::rotate)
      box.rotation = box.rotation * quat_from_ypr(side * kind.magnitude * std::numbers::pi / 180, 0, 0);
  }

  void seed_track(const std::vector<std::uint32_t>& rows) {
    const std::size_t index = below(seeded_kinds().size());
    const SeededKind& kind = seeded_kinds()[index];
    const double direction = 2 * std::numbers::pi * share(), side = share() < 0.5 ? 1 : -1;
    if (kind.what == What::phantom) return add_phantom(index, rows[below(rows.size())]);
    if (kind.whole) {
      for (const std::uint32_t row : rows) {
        if (kind.what == What::drop_inside) dropped_[row] = 1;
        change(kind, direction, side, row);
      }
      return record(index, rows.front(), rows.back());
    }
    // Single labels need neighbours on both sides; a start or end that is dropped leaves at least half of the track.
    std::size_t first = 3 + below(rows.size() - 6 - kind.labels);
    if (kind.what == What::drop_start) first = 0;
    if (kind.what == What::drop_end) first = rows.size() - kind.labels;
    for (std::size_t i = first; i < first + kind.labels; ++i) {
      if (kind.what >= What::drop_inside) {
        dropped_[rows[i]] = 1;
      } else {
        change(kind, direction, side, rows[i]);
      }
    }
    record(index, rows[first], rows[first + kind.labels - 1]);
  }

  void seed_loose(std::uint32_t row) {
    std::vector<std::size_t> possible;
    for (std::size_t i = 0; i < seeded_kinds().size(); ++i) {
      const SeededKind& kind = seeded_kinds()[i];
      const bool is_drop = kind.what >= What::drop_inside && kind.what <= What::drop_end;
      if (!kind.whole && (!is_drop || kind.what == What::drop_inside)) possible.push_back(i);
    }
    const std::size_t index = possible[below(possible.size())];
    const SeededKind& kind = seeded_kinds()[index];
    if (kind.what == What::phantom) return add_phantom(index, row);
    if (kind.what == What::drop_inside) dropped_[row] = 1;
    change(kind, 2 * std::numbers::pi * share(), share() < 0.5 ? 1 : -1, row);
    record(index, row, row);
  }

  [[nodiscard]] bool is_clear(const Vec3& place, double radius_m, std::uint32_t frame) const {
    for (std::uint32_t row = set_.frame_offset[frame]; row < set_.frame_offset[frame + 1]; ++row) {
      const Cuboid box = set_.cuboid.at(row);
      const double reach_m = radius_m + 0.5 * std::hypot(box.size_m.x(), box.size_m.y()) + 1;
      if ((box.center_m - place).head<2>().norm() < reach_m) return false;
    }
    return true;
  }

  /// A box that stands 5 to 20 m beside a label, under an id of its own, in at most kind.labels frames.
  void add_phantom(std::size_t index, std::uint32_t row) {
    const Cuboid model = set_.cuboid.at(row);
    for (int attempt = 0; attempt < 20; ++attempt) {
      const double direction = 2 * std::numbers::pi * share(), distance_m = 5 + 15 * share();
      Cuboid box = model;
      box.center_m += distance_m * Vec3(std::cos(direction), std::sin(direction), 0);
      const double range_m = box.center_m.head<2>().norm();
      if (range_m < 4 || !is_clear(box.center_m, 0.5 * box.size_m.head<2>().norm(), set_.frame[row])) continue;
      const std::uint32_t first = set_.frame[row];
      const bool world = drive_.frames.has_pose(first);
      const Cuboid there = world ? transformed(drive_.frames.T_world_ego[first], box) : box;
      const std::string track = "phantom" + std::to_string(errors_.size());
      std::uint32_t last = first;
      const bool sequence = only_.empty() && set_.track[row] != kNone;
      for (std::uint32_t f = first; f < first + seeded_kinds()[index].labels && f < drive_.frames.size(); ++f) {
        if (f > first && (!sequence || !drive_.frames.has_pose(f))) break;
        const Cuboid here = world ? transformed(drive_.frames.T_world_ego[f].inverse(), there) : box;
        if (!is_clear(here.center_m, 0.5 * here.size_m.head<2>().norm(), f)) break;
        phantoms_.push_back(
            {kNone, f, here, sequence ? track : "", track + ":" + std::to_string(f), set_.class_code[row]});
        last = f;
      }
      errors_.push_back({index, sequence ? track : "", track + ":" + std::to_string(first), first, last,
                         class_group_of(drive_, set_.class_code[row]), range_m, there.center_m});
      return;
    }
  }

  Drive rebuilt() const {
    Drive drive = drive_;
    std::vector<Line> lines = phantoms_;
    for (std::uint32_t row = 0; row < set_.size(); ++row) {
      if (dropped_[row] != 0) continue;
      lines.push_back({row, set_.frame[row], boxes_[row], std::string(set_.tracks.at(set_.track[row])),
                       std::string(set_.label_id[row]), set_.class_code[row]});
    }
    std::stable_sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) { return a.frame < b.frame; });
    LabelSet set;
    set.name = set_.name;
    set.scope = set_.scope;
    for (const Line& line : lines) {
      const std::uint32_t track = line.track.empty() ? kNone : set.tracks.intern(line.track);
      const std::uint32_t row = set.push_back(line.frame, line.label, track, line.class_code,
                                              drive.taxonomy->at(line.class_code).name, line.box);
      if (line.row == kNone) continue;
      if (const auto value = set_.occlusion_level.get(line.row)) set.occlusion_level.set(row, *value);
      if (const auto value = set_.truncation.get(line.row)) set.truncation.set(row, *value);
      if (const auto value = set_.visibility.get(line.row)) set.visibility.set(row, *value);
      if (const auto value = set_.moving_state.get(line.row)) set.moving_state.set(row, *value);
      if (const auto value = set_.velocity_x_mps.get(line.row)) set.velocity_x_mps.set(row, *value);
      if (const auto value = set_.velocity_y_mps.get(line.row)) set.velocity_y_mps.set(row, *value);
    }
    set.finish(drive.frames.size());
    drive.label_sets = {std::move(set)};
    return drive;
  }

  const Drive& drive_;
  const LabelSet& set_;
  const std::vector<std::uint8_t>& only_;
  std::mt19937_64& random_;
  std::vector<Cuboid> boxes_;
  std::vector<std::uint8_t> dropped_;
  std::vector<Line> phantoms_;
  std::vector<SeededError> errors_;
};

}  // namespace

const std::vector<SeededKind>& seeded_kinds() {
  static const std::vector<SeededKind> kKinds{
      {"shift 0.3 m", What::shift, 0.3},
      {"shift 0.5 m", What::shift, 0.5},
      {"size -10 %", What::resize, 0.9},
      {"size -20 %", What::resize, 0.8},
      {"lift 0.3 m", What::lift, 0.3},
      {"turn 15°", What::rotate, 15},
      {"drop, 3 inside", What::drop_inside, 0, 3},
      {"drop, first 5", What::drop_start, 0, 5},
      {"drop, last 5", What::drop_end, 0, 5},
      {"phantom, 1", What::phantom, 0, 1},
      {"phantom, 10", What::phantom, 0, 10},
      {"shift 0.3 m, whole track", What::shift, 0.3, 1, true},
      {"size -10 %, whole track", What::resize, 0.9, 1, true},
      {"size -20 %, whole track", What::resize, 0.8, 1, true},
      {"lift 0.3 m, whole track", What::lift, 0.3, 1, true},
      {"turn 15°, whole track", What::rotate, 15, 1, true},
      {"drop, whole track", What::drop_inside, 0, 1, true},
  };
  return kKinds;
}

std::string class_group_of(const Drive& drive, ClassCode code) {
  for (const char* group : {"two_wheeler", "person", "vehicle"}) {
    const auto ancestor = drive.taxonomy->find(group);
    if (ancestor && drive.taxonomy->is_a(code, *ancestor)) return group;
  }
  return "other";
}

SeededDrive seed_errors(const Drive& drive, const std::vector<std::uint8_t>& only_frames, std::mt19937_64& random) {
  return Seeder(drive, only_frames, random).run();
}

}  // namespace concord::bench
