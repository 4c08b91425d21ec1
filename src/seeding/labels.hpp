#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "concord/drive.hpp"

namespace concord::seeding {

/// The labels of a drive's own label set as the seeding sees them: by track, in the world where poses exist.
class Labels {
 public:
  explicit Labels(const Drive& drive);

  [[nodiscard]] const Drive& drive() const { return drive_; }
  [[nodiscard]] const LabelSet& set() const { return drive_.label_sets.front(); }
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(set().size()); }
  [[nodiscard]] std::uint32_t frame(std::uint32_t row) const { return set().frame[row]; }
  [[nodiscard]] std::uint32_t track(std::uint32_t row) const { return set().track[row]; }
  [[nodiscard]] std::string_view track_name(std::uint32_t row) const { return set().tracks.at(track(row)); }

  /// A finite cuboid with positive sides of a known class that is no ignore region, in a track (or none) that has at
  /// most one label a frame.
  [[nodiscard]] bool eligible(std::uint32_t row) const { return eligible_[row] != 0; }
  /// Tracks whose every label is eligible.
  [[nodiscard]] const std::vector<std::uint32_t>& sound_tracks() const { return sound_tracks_; }
  /// Of these, the last labels of those that end in frames [first_frame, last_frame], in order of frame.
  [[nodiscard]] std::span<const std::uint32_t> ends_within(std::int64_t first_frame, std::int64_t last_frame) const;
  [[nodiscard]] std::span<const std::uint32_t> rows_of(std::uint32_t track_code) const { return rows_[track_code]; }
  /// Position of `row` in its track's rows.
  [[nodiscard]] std::size_t place(std::uint32_t row) const { return place_[row]; }
  /// The label of the same track `step` frames later (earlier when negative), or kNone; only eligible ones.
  [[nodiscard]] std::uint32_t neighbour(std::uint32_t row, std::int64_t step) const;
  /// The eligible labels of the same track in the `count` frames from `row` on; empty when one is missing.
  [[nodiscard]] std::vector<std::uint32_t> run(std::uint32_t row, std::size_t count) const;

  /// Cuboids of the two frames can be compared: both have a pose, or the drive has none.
  [[nodiscard]] bool same_space(std::uint32_t frame_a, std::uint32_t frame_b) const;
  /// `box` of frame's ego in the world; as it is where the frame has no pose.
  [[nodiscard]] Cuboid to_world(std::uint32_t frame, const Cuboid& box) const;
  [[nodiscard]] Cuboid to_ego(std::uint32_t frame, const Cuboid& box) const;

 private:
  void index_tracks();

  const Drive& drive_;
  std::vector<std::uint8_t> eligible_;
  std::vector<std::uint32_t> sound_tracks_;
  std::vector<std::uint32_t> ends_;  // last rows of sound tracks, by frame
  std::vector<std::vector<std::uint32_t>> rows_;
  std::vector<std::size_t> place_;
};

}  // namespace concord::seeding
