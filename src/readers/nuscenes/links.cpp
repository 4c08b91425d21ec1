#include "src/readers/nuscenes/links.hpp"

#include <string>

namespace concord::readers::nuscenes {

void TrackLinks::push_back(std::uint32_t annotation_row, Links links, const Vec3& center_world_m) {
  annotation_row_.push_back(annotation_row);
  links_.push_back(links);
  center_m_.push_back(center_world_m);
}

void TrackLinks::finish(Drive& drive, LabelSet& set) const {
  constexpr TimeNs kMaxSpanNs = 3'000'000'000;
  // Rows are sorted by frame: the last row seen of a track is the one before.
  std::vector<std::uint32_t> before(set.size(), kNone), after(set.size(), kNone), last(set.tracks.size(), kNone);
  for (std::uint32_t row = 0; row < set.size(); ++row) {
    if (set.track[row] == kNone) continue;
    std::uint32_t& previous = last[set.track[row]];
    if (previous != kNone) {
      before[row] = previous;
      after[previous] = row;
    }
    previous = row;
  }
  std::size_t astray = 0;
  std::string first_astray;
  const auto names = [&](std::uint32_t link, std::uint32_t row) {
    return row == kNone ? link == kNone : link == annotation_row_[row];
  };
  for (std::uint32_t row = 0; row < set.size(); ++row) {
    if (!names(links_[row].prev, before[row]) || !names(links_[row].next, after[row])) {
      if (astray++ == 0) first_astray = set.label_id[row];
      continue;
    }
    if (before[row] == kNone || after[row] == kNone) continue;
    const TimeNs from = drive.frames.time_ns[set.frame[before[row]]];
    const TimeNs to = drive.frames.time_ns[set.frame[after[row]]];
    // Times are not negative: no overflow.
    if (to <= from || to - from > kMaxSpanNs) continue;
    const Vec3 velocity_mps = drive.frames.T_world_ego[set.frame[row]].linear().transpose() *
                              (center_m_[after[row]] - center_m_[before[row]]) /
                              (static_cast<double>(to - from) * 1e-9);
    if (!velocity_mps.allFinite()) continue;
    set.velocity_x_mps.set(row, velocity_mps.x());
    set.velocity_y_mps.set(row, velocity_mps.y());
  }
  if (astray > 0) {
    drive.notes.push_back("sample_annotation.json: prev or next of " + std::to_string(astray) +
                          " labels does not lead along their track, first of token " + first_astray);
  }
}

}  // namespace concord::readers::nuscenes
