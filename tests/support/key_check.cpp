#include "tests/support/key_check.hpp"

#include <fmt/format.h>
#include <cmath>
#include <map>
#include <numbers>
#include <optional>
#include <set>
#include <utility>

namespace concord::tests {
namespace {

constexpr double kToleranceM = 1e-6;

/// Frame index and track.
using Place = std::pair<std::int64_t, std::string>;

struct Label {
  Cuboid world;
  Cuboid ego;
  std::string raw_class;
  std::string id;
};

struct Side {
  std::map<Place, Label> labels;
  std::map<std::string, std::int64_t> frame_index;
};

Side side_of(const Drive& drive) {
  Side side;
  const LabelSet& set = drive.label_sets.front();
  for (std::size_t frame = 0; frame < drive.frames.size(); ++frame) {
    side.frame_index[std::string(drive.frames.name[frame])] = static_cast<std::int64_t>(frame);
  }
  for (std::size_t row = 0; row < set.size(); ++row) {
    const std::uint32_t frame = set.frame[row];
    const Cuboid ego = set.cuboid.at(row);
    const Cuboid world = drive.frames.has_pose(frame) ? transformed(drive.frames.T_world_ego[frame], ego) : ego;
    side.labels[{frame, std::string(set.tracks.at(set.track[row]))}] = {
        world, ego, std::string(set.raw_classes.at(set.raw_class[row])), std::string(set.label_id[row])};
  }
  return side;
}

bool near(const Vec3& a, const Vec3& b) { return (a - b).norm() <= kToleranceM; }

bool unchanged(const Label& a, const Label& b) {
  return a.ego.center_m == b.ego.center_m && a.ego.size_m == b.ego.size_m &&
         a.ego.rotation.coeffs() == b.ego.rotation.coeffs() && a.raw_class == b.raw_class;
}

class Checker {
 public:
  Checker(const Drive& before, const Drive& after, int guard_frames, double max_rotation_rad)
      : before_(side_of(before)),
        after_(side_of(after)),
        guard_frames_(guard_frames),
        max_rotation_rad_(max_rotation_rad) {}

  void check_row(const KeyRow& row);
  void check_rest();
  std::vector<std::string> problems;

 private:
  void complain(const std::string& text) {
    problems.push_back(fmt::format("{} track {} frames {}-{}: {}", row_->error_type, row_->track, row_->frame_begin,
                                   row_->frame_end, text));
  }
  void require(bool holds, const std::string& text) {
    if (!holds) complain(text);
  }
  [[nodiscard]] bool same_rotation(const Cuboid& a, const Cuboid& b) const {
    return a.rotation.angularDistance(b.rotation) <= max_rotation_rad_;
  }
  [[nodiscard]] const Label* find(const Side& side, std::int64_t frame, const std::string& track) const {
    const auto found = side.labels.find({frame, track});
    return found == side.labels.end() ? nullptr : &found->second;
  }
  void claim_before(std::int64_t frame, const std::string& track) {
    require(claimed_before_.insert({frame, track}).second, fmt::format("label {}:{} is claimed twice", frame, track));
  }
  void claim_after(std::int64_t frame, const std::string& track) {
    require(claimed_after_.insert({frame, track}).second,
            fmt::format("new label {}:{} is claimed twice", frame, track));
  }
  std::vector<std::int64_t> frames_of(const std::string& track) const {
    std::vector<std::int64_t> frames;
    for (std::int64_t frame = begin_; frame <= end_; ++frame) {
      if (find(before_, frame, track) != nullptr) frames.push_back(frame);
    }
    return frames;
  }

  void check_geometry();
  void check_single(const Label& a, const Label& b);
  void check_class();
  void check_drop();
  void check_added();
  void require_apart(std::int64_t frame, const Label& added, const Place& where, const Label& label);
  void check_renamed(const std::string& from, const std::string& to);
  void check_timing();
  void check_shrunk();
  void check_guard(const std::string& track);

  Side before_, after_;
  int guard_frames_;
  double max_rotation_rad_;
  const KeyRow* row_ = nullptr;
  std::int64_t begin_ = 0, end_ = 0;
  std::set<Place> claimed_before_, claimed_after_;
  std::map<std::string, std::vector<std::pair<std::int64_t, std::int64_t>>> spans_;
};

void Checker::check_row(const KeyRow& row) {
  row_ = &row;
  if (!after_.frame_index.contains(row.frame_begin) || !after_.frame_index.contains(row.frame_end)) {
    complain("names unknown frames");
    return;
  }
  begin_ = after_.frame_index[row.frame_begin];
  end_ = after_.frame_index[row.frame_end];
  require(begin_ <= end_, "ends before it begins");
  const std::string& kind = row.error_type;
  if (kind == "shrink_batch") {
    check_shrunk();
    return;
  }
  check_guard(row.track);
  if (kind == "drop") {
    check_drop();
  } else if (kind == "duplicate" || kind == "phantom") {
    check_added();
  } else if (kind == "split") {
    check_renamed(row.track, row.other_track);
  } else if (kind == "merge") {
    check_renamed(row.other_track, row.track);
    check_guard(row.other_track);
  } else if (kind == "swap_ids") {
    check_renamed(row.track, row.other_track);
    check_renamed(row.other_track, row.track);
    check_guard(row.other_track);
  } else if (kind == "swap_class" || kind == "flicker") {
    check_class();
  } else if (kind == "delay" || kind == "freeze") {
    check_timing();
  } else {
    check_geometry();
  }
  // The label that the row names is in the first frame (a dropped one was).
  const Side& side = kind == "drop" ? before_ : after_;
  bool named = false;
  for (const std::string& track : {row.track, row.other_track}) {
    const Label* label = find(side, begin_, track);
    named |= label != nullptr && label->id == row.label;
  }
  require(named, "names the label " + row.label + ", which is not in its first frame");
}

void Checker::check_guard(const std::string& track) {
  for (const auto& [first, last] : spans_[track]) {
    require(begin_ > last + guard_frames_ || end_ < first - guard_frames_, "lies within the guard of another row");
  }
  spans_[track].emplace_back(begin_, end_);
}

void Checker::check_geometry() {
  require(begin_ == end_, "is longer than one label");
  const Label* a = find(before_, begin_, row_->track);
  const Label* b = find(after_, begin_, row_->track);
  if (a == nullptr || b == nullptr) {
    complain("has no label");
    return;
  }
  claim_before(begin_, row_->track);
  claim_after(begin_, row_->track);
  require(a->raw_class == b->raw_class, "changes the class");
  check_single(*a, *b);
}

void Checker::check_single(const Label& a, const Label& b) {
  const std::string& kind = row_->error_type;
  const Vec3 moved = b.world.center_m - a.world.center_m;
  const double turned = a.ego.rotation.angularDistance(b.ego.rotation);
  const bool same_size = near(a.ego.size_m, b.ego.size_m);
  if (kind == "shift" || kind == "lift") {
    const double wanted = kind == "shift" ? std::hypot(moved.x(), moved.y()) : std::abs(moved.z());
    const double unwanted = kind == "shift" ? std::abs(moved.z()) : std::hypot(moved.x(), moved.y());
    require(std::abs(wanted - row_->magnitude) <= kToleranceM, fmt::format("moves by {}", wanted));
    require(unwanted <= kToleranceM, fmt::format("also moves by {}", unwanted));
    require(same_size && turned <= max_rotation_rad_, "changes size or rotation");
  } else if (kind == "rotate" || kind == "flip_heading") {
    const double wanted = row_->magnitude * std::numbers::pi / 180;
    require(std::abs(turned - wanted) <= max_rotation_rad_, fmt::format("turns by {} rad", turned));
    require(moved.norm() <= kToleranceM && same_size, "moves or changes size");
  } else if (kind == "resize") {
    const Vec3 ratio = b.ego.size_m.cwiseQuotient(a.ego.size_m);
    int changed = 0;
    for (int axis = 0; axis < 3; ++axis) {
      if (std::abs(ratio[axis] - 1) <= kToleranceM) continue;
      ++changed;
      require(std::abs(ratio[axis] - row_->magnitude) <= kToleranceM, fmt::format("scales by {}", ratio[axis]));
    }
    require(changed == 1 || changed == 3, fmt::format("changes {} sides", changed));
    require(moved.norm() <= kToleranceM && turned <= max_rotation_rad_, "moves or turns");
  } else {
    complain("is of no known kind");
  }
}

void Checker::check_class() {
  const std::vector<std::int64_t> frames = frames_of(row_->track);
  for (const std::int64_t frame : frames) {
    const Label* a = find(before_, frame, row_->track);
    const Label* b = find(after_, frame, row_->track);
    if (b == nullptr) {
      complain(fmt::format("loses the label of frame {}", frame));
      continue;
    }
    const bool expected = row_->error_type == "swap_class" || (frame - begin_) % 2 == 0;
    if (!expected) continue;
    claim_before(frame, row_->track);
    claim_after(frame, row_->track);
    require(a->raw_class != b->raw_class, fmt::format("keeps the class in frame {}", frame));
    require(a->ego.center_m == b->ego.center_m && a->ego.size_m == b->ego.size_m, "changes the cuboid");
  }
  require(static_cast<double>(frames.size()) == row_->magnitude, fmt::format("spans {} labels", frames.size()));
}

void Checker::check_drop() {
  const std::vector<std::int64_t> frames = frames_of(row_->track);
  for (const std::int64_t frame : frames) {
    claim_before(frame, row_->track);
    require(find(after_, frame, row_->track) == nullptr, fmt::format("keeps the label of frame {}", frame));
  }
  require(static_cast<double>(frames.size()) == row_->magnitude, fmt::format("drops {} labels", frames.size()));
}

void Checker::check_added() {
  const bool duplicate = row_->error_type == "duplicate";
  const std::string& track = duplicate ? row_->other_track : row_->track;
  std::optional<Vec3> place;
  for (std::int64_t frame = begin_; frame <= end_; ++frame) {
    const Label* added = find(after_, frame, track);
    if (added == nullptr || find(before_, frame, track) != nullptr) {
      complain(fmt::format("adds no label to frame {}", frame));
      continue;
    }
    claim_after(frame, track);
    if (duplicate) {
      const Label* source = find(before_, frame, row_->track);
      require(source != nullptr, "has no source");
      if (source == nullptr) continue;
      const double offset_m = (added->world.center_m - source->world.center_m).norm();
      require(std::abs(offset_m - row_->magnitude) <= kToleranceM, fmt::format("is {} m beside", offset_m));
      require(added->raw_class == source->raw_class && near(added->ego.size_m, source->ego.size_m), "is no copy");
      continue;
    }
    require(!place || near(*place, added->world.center_m), "moves");
    place = added->world.center_m;
    // Of the others, where they were: an error of their own may bring them here.
    for (const auto& [where, label] : before_.labels) require_apart(frame, *added, where, label);
    for (const auto& [where, label] : after_.labels) {
      if (!before_.labels.contains(where) && where.second != track) require_apart(frame, *added, where, label);
    }
  }
  if (!duplicate) require(static_cast<double>(end_ - begin_ + 1) == row_->magnitude, "has another number of labels");
}

void Checker::require_apart(std::int64_t frame, const Label& added, const Place& where, const Label& label) {
  if (where.first != frame) return;
  const double apart_m = (label.world.center_m - added.world.center_m).head<2>().norm();
  const double radii_m = 0.5 * (label.ego.size_m.head<2>().norm() + added.ego.size_m.head<2>().norm());
  require(apart_m > radii_m, "touches " + where.second);
}

void Checker::check_renamed(const std::string& from, const std::string& to) {
  const std::vector<std::int64_t> frames = frames_of(from);
  require(!frames.empty() && from != to && !to.empty(), "renames nothing");
  for (const auto& [where, label] : before_.labels) {
    if (where.second == from) require(where.first <= end_, "ends before the last label of " + from);
  }
  for (const std::int64_t frame : frames) {
    claim_before(frame, from);
    claim_after(frame, to);
    const Label* b = find(after_, frame, to);
    require(b != nullptr && unchanged(*find(before_, frame, from), *b),
            fmt::format("changes more than the id in frame {}", frame));
  }
}

void Checker::check_timing() {
  const bool freeze = row_->error_type == "freeze";
  const auto frames_back = static_cast<std::int64_t>(row_->magnitude);
  const std::vector<std::int64_t> frames = frames_of(row_->track);
  require(static_cast<std::int64_t>(frames.size()) == end_ - begin_ + 1, "has gaps");
  if (freeze) require(static_cast<double>(frames.size()) == row_->magnitude, "has another number of labels");
  bool moved = false;
  for (const std::int64_t frame : frames) {
    claim_before(frame, row_->track);
    claim_after(frame, row_->track);
    const Label* a = find(before_, frame, row_->track);
    const Label* b = find(after_, frame, row_->track);
    const Label* source = find(before_, freeze ? begin_ - 1 : frame - frames_back, row_->track);
    if (b == nullptr) {
      complain(fmt::format("loses the label of frame {}", frame));
      continue;
    }
    moved |= !near(a->world.center_m, b->world.center_m);
    require(near(a->ego.size_m, b->ego.size_m) && a->raw_class == b->raw_class, "changes size or class");
    if (source == nullptr) {
      require(!freeze && frame - begin_ < frames_back, fmt::format("has no source for frame {}", frame));
      continue;
    }
    require(near(b->world.center_m, source->world.center_m) && same_rotation(b->world, source->world),
            fmt::format("does not stand where its source does in frame {}", frame));
  }
  require(moved, "changes nothing");
}

void Checker::check_shrunk() {
  std::size_t shrunk = 0;
  for (const auto& [where, a] : before_.labels) {
    const Label* b = find(after_, where.first, where.second);
    if (b == nullptr || unchanged(a, *b) || claimed_before_.contains(where)) continue;
    // What changed otherwise is left without a row, or is another batch's.
    if (!near(b->ego.size_m, row_->magnitude * a.ego.size_m) || !near(a.ego.center_m, b->ego.center_m)) continue;
    if (!same_rotation(a.ego, b->ego) || a.raw_class != b->raw_class) continue;
    ++shrunk;
    claim_before(where.first, where.second);
    claim_after(where.first, where.second);
  }
  require(shrunk > 0 && row_->track.empty() && row_->label.empty(), "is no error of the whole drive");
}

void Checker::check_rest() {
  for (const auto& [where, label] : before_.labels) {
    if (claimed_before_.contains(where)) continue;
    const Label* b = find(after_, where.first, where.second);
    if (b == nullptr || !unchanged(label, *b)) {
      problems.push_back(fmt::format("label {}:{} changed without a key row", where.first, where.second));
    }
  }
  for (const auto& [where, label] : after_.labels) {
    if (claimed_after_.contains(where) || before_.labels.contains(where)) continue;
    problems.push_back(fmt::format("label {}:{} was added without a key row", where.first, where.second));
  }
}

}  // namespace

std::vector<std::string> key_problems(const Drive& before, const Drive& after, std::span<const KeyRow> key,
                                      int guard_frames, double max_rotation_rad) {
  Checker checker(before, after, guard_frames, max_rotation_rad);
  // A batch's row names no labels: it has those that no other row has.
  for (const bool batch : {false, true}) {
    for (const KeyRow& row : key) {
      if (row.drive == before.name && (row.error_type == "shrink_batch") == batch) checker.check_row(row);
    }
  }
  checker.check_rest();
  return checker.problems;
}

}  // namespace concord::tests
