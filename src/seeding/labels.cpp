#include "src/seeding/labels.hpp"

#include <algorithm>
#include <cmath>

namespace concord::seeding {
namespace {

bool sound(const Cuboid& box) {
  const Quat& q = box.rotation;
  return box.center_m.allFinite() && box.size_m.allFinite() && q.coeffs().allFinite() && q.norm() > 0.5 &&
         box.size_m.minCoeff() > 0;
}

}  // namespace

Labels::Labels(const Drive& drive) : drive_(drive), eligible_(set().size(), 0), place_(set().size(), 0) {
  for (std::uint32_t row = 0; row < size(); ++row) {
    const ClassCode code = set().class_code[row];
    eligible_[row] = code != kUnknownClass && !drive_.taxonomy->at(code).ignore && sound(set().cuboid.at(row)) ? 1 : 0;
  }
  index_tracks();
}

void Labels::index_tracks() {
  rows_.resize(set().tracks.size());
  for (std::uint32_t row = 0; row < size(); ++row) {
    if (track(row) == kNone) continue;
    place_[row] = rows_[track(row)].size();
    rows_[track(row)].push_back(row);
  }
  for (std::uint32_t code = 0; code < rows_.size(); ++code) {
    const std::vector<std::uint32_t>& rows = rows_[code];
    const bool repeated = std::adjacent_find(rows.begin(), rows.end(), [this](std::uint32_t a, std::uint32_t b) {
                            return frame(a) == frame(b);
                          }) != rows.end();
    if (repeated) {
      for (const std::uint32_t row : rows) eligible_[row] = 0;
    }
    const bool all = std::all_of(rows.begin(), rows.end(), [this](std::uint32_t row) { return eligible(row); });
    if (all && !rows.empty()) sound_tracks_.push_back(code);
  }
  for (const std::uint32_t code : sound_tracks_) ends_.push_back(rows_[code].back());
  std::sort(ends_.begin(), ends_.end());  // rows are sorted by frame
}

std::span<const std::uint32_t> Labels::ends_within(std::int64_t first_frame, std::int64_t last_frame) const {
  const auto lower =
      std::lower_bound(ends_.begin(), ends_.end(), first_frame,
                       [this](std::uint32_t row, std::int64_t f) { return std::int64_t{frame(row)} < f; });
  const auto upper = std::upper_bound(lower, ends_.end(), last_frame, [this](std::int64_t f, std::uint32_t row) {
    return f < std::int64_t{frame(row)};
  });
  return {lower, upper};
}

std::uint32_t Labels::neighbour(std::uint32_t row, std::int64_t step) const {
  if (track(row) == kNone) return kNone;
  const std::vector<std::uint32_t>& rows = rows_[track(row)];
  const std::int64_t wanted = std::int64_t{frame(row)} + step;
  const auto found = std::lower_bound(rows.begin(), rows.end(), wanted,
                                      [this](std::uint32_t r, std::int64_t f) { return std::int64_t{frame(r)} < f; });
  if (found == rows.end() || frame(*found) != wanted || !eligible(*found)) return kNone;
  return *found;
}

std::vector<std::uint32_t> Labels::run(std::uint32_t row, std::size_t count) const {
  std::vector<std::uint32_t> found;
  if (!eligible(row) || (count > 1 && track(row) == kNone)) return found;
  if (count > 1 && place_[row] + count > rows_[track(row)].size()) return found;
  found.push_back(row);
  while (found.size() < count) {
    const std::uint32_t next = neighbour(found.back(), 1);
    if (next == kNone) return {};
    found.push_back(next);
  }
  return found;
}

bool Labels::same_space(std::uint32_t frame_a, std::uint32_t frame_b) const {
  return frame_a == frame_b || drive_.frames.has_pose(frame_a) == drive_.frames.has_pose(frame_b);
}

Cuboid Labels::to_world(std::uint32_t frame, const Cuboid& box) const {
  return drive_.frames.has_pose(frame) ? transformed(drive_.frames.T_world_ego[frame], box) : box;
}

Cuboid Labels::to_ego(std::uint32_t frame, const Cuboid& box) const {
  return drive_.frames.has_pose(frame) ? transformed(drive_.frames.T_world_ego[frame].inverse(), box) : box;
}

}  // namespace concord::seeding
