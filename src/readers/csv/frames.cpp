#include "src/readers/csv/frames.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "src/readers/common/files.hpp"

namespace concord::readers::csv {
namespace {

constexpr std::int64_t kNoNumber = std::numeric_limits<std::int64_t>::min();

}  // namespace

Result<std::size_t> FrameCollector::entry(const Layout& layout, const Row& row, const Table& table) {
  CONCORD_ASSIGN_OR_RETURN(const std::string name, layout.frame_name(row));
  CONCORD_ASSIGN_OR_RETURN(const std::optional<TimeNs> time, layout.optional_time(row, Field::time));
  const std::uint32_t code = names_.intern(name);
  if (code == entries_.size()) entries_.emplace_back();
  Entry& entry = entries_[code];
  if (time && entry.time_ns != kNoTime && entry.time_ns != *time) {
    return Error{ErrorCode::malformed, "frame '" + name.substr(0, 80) + "' has another time than before",
                 at_line(table.path(), row.line), std::to_string(entry.time_ns) + " ns"};
  }
  if (time) entry.time_ns = *time;
  return std::size_t{code};
}

Result<void> FrameCollector::add_label_row(const Layout& layout, const Row& row, const Table& table) {
  const auto added = entry(layout, row, table);
  return added ? Result<void>() : Result<void>(added.error());
}

Result<void> FrameCollector::add_pose_row(const Layout& layout, const Row& row, const Table& table) {
  if (closed_) {
    CONCORD_ASSIGN_OR_RETURN(const std::string name, layout.frame_name(row));
    if (names_.find(name) == kNone) return {};
  }
  CONCORD_ASSIGN_OR_RETURN(const std::size_t index, entry(layout, row, table));
  CONCORD_ASSIGN_OR_RETURN(const Cuboid pose, layout.placed(row));
  if (entries_[index].T_world_ego) {
    return Error{ErrorCode::malformed,
                 "frame '" + std::string(names_.at(static_cast<std::uint32_t>(index))) + "' has a second pose",
                 at_line(table.path(), row.line), "one pose a frame"};
  }
  if (!pose.center_m.allFinite() || !pose.rotation.coeffs().allFinite()) {
    return Error{ErrorCode::malformed, "a pose is not finite", at_line(table.path(), row.line), "numbers"};
  }
  entries_[index].T_world_ego = make_se3(pose.center_m, pose.rotation);
  listed_ = !closed_;
  posed_ = entries_.size();
  return {};
}

std::vector<std::uint32_t> FrameCollector::order() const {
  std::vector<std::uint32_t> rows(entries_.size());
  std::iota(rows.begin(), rows.end(), 0U);
  if (listed_) return rows;
  std::vector<std::int64_t> number(entries_.size(), kNoNumber);
  bool all_numbers = true;
  bool all_times = true;
  for (std::uint32_t i = 0; i < entries_.size(); ++i) {
    all_numbers = parse_int(names_.at(i), number[i]) && all_numbers;
    all_times = entries_[i].time_ns != kNoTime && all_times;
  }
  if (all_numbers) {
    std::stable_sort(rows.begin(), rows.end(), [&](auto a, auto b) { return number[a] < number[b]; });
  } else if (all_times) {
    std::stable_sort(rows.begin(), rows.end(),
                     [&](auto a, auto b) { return entries_[a].time_ns < entries_[b].time_ns; });
  }
  return rows;
}

Frames FrameCollector::finish(std::optional<double> frame_rate_hz) const {
  Frames frames;
  const bool any_time =
      std::any_of(entries_.begin(), entries_.end(), [](const Entry& entry) { return entry.time_ns != kNoTime; });
  const std::vector<std::uint32_t> rows = order();
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const Entry& entry = entries_[rows[i]];
    TimeNs time = entry.time_ns;
    if (!any_time && frame_rate_hz) {
      // By frame number where there is one, so that frames without labels leave their time free.
      std::int64_t number = 0;
      const double steps = parse_int(names_.at(rows[i]), number) ? static_cast<double>(number) : static_cast<double>(i);
      const double ns = steps * 1e9 / *frame_rate_hz;
      time = std::fabs(ns) < 9e18 ? static_cast<TimeNs>(std::llround(ns)) : kNoTime;
      frames.time_assumed = true;
    }
    // A pose file lists what was recorded; a frame beyond it exists in the labels only.
    frames.push_back(names_.at(rows[i]), time, entry.T_world_ego, !listed_ || rows[i] < posed_);
  }
  return frames;
}

}  // namespace concord::readers::csv
