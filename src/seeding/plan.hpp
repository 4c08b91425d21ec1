#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "concord/seeding.hpp"
#include "src/seeding/labels.hpp"

namespace concord::seeding {

/// The errors placed so far in one drive: who is taken, what changes, what the key says.
class Plan {
 public:
  Plan(const Labels& labels, int guard_frames, double noise_m, std::uint64_t seed);

  [[nodiscard]] const Labels& labels() const { return labels_; }
  [[nodiscard]] int guard_frames() const { return guard_frames_; }
  /// The label's cuboid in the world (see Labels::to_world), noise included, without errors.
  [[nodiscard]] Cuboid box(std::uint32_t row) const { return labels_.to_world(labels_.frame(row), ego_box_[row]); }
  /// Cuboids of `frame` in its ego frame: the labels as Plan::box, and those added so far.
  [[nodiscard]] std::vector<Cuboid> boxes_in(std::uint32_t frame) const;

  /// No error lies within guard frames of the labels from `first_row` to `last_row` of one track.
  [[nodiscard]] bool is_free(std::uint32_t first_row, std::uint32_t last_row) const;
  [[nodiscard]] bool is_free(std::uint32_t row) const { return is_free(row, row); }
  /// No error lies anywhere in the track.
  [[nodiscard]] bool track_is_free(std::uint32_t track_code) const { return taken_[track_code].empty(); }
  void take(std::uint32_t first_row, std::uint32_t last_row);
  /// The whole track: nothing else will be placed in it.
  void take_track(std::uint32_t track_code);

  /// `box` as Plan::box gives it.
  void set_box(std::uint32_t row, const Cuboid& box);
  void set_track(std::uint32_t row, std::string track) { changes_[row].track = std::move(track); }
  void set_class(std::uint32_t row, std::string raw_class) { changes_[row].raw_class = std::move(raw_class); }
  void drop(std::uint32_t row) { changes_[row].dropped = true; }
  /// Adds a label to `frame`: a copy of label `row` with this cuboid (in the world) under the new track id.
  void add(std::uint32_t row, std::uint32_t frame, const Cuboid& box, const std::string& track);

  /// An id that no track of the drive has: the next number where all are whole numbers, 32 hex digits where all are
  /// such tokens, else "seeded-N".
  [[nodiscard]] std::string new_track();

  /// What a key row says beside drive and kind.
  struct Row {
    std::string track, label, other_track;
    std::uint32_t first_frame = 0, last_frame = 0;
    double magnitude = 0;
  };
  void add_row(const ErrorKindInfo& info, const Row& row);
  /// A row of labels `first_row` to `last_row` of a track.
  void add_row(const ErrorKindInfo& info, std::uint32_t first_row, std::uint32_t last_row, double magnitude,
               const std::string& other_track = "");

  /// Edits (noise included), key and number of changed labels.
  void finish(SeededDrive& seeded) const;

 private:
  struct Change {
    std::optional<Cuboid> box;  ///< ego frame
    std::optional<std::string> track, raw_class;
    bool dropped = false;
  };
  struct Addition {
    std::uint32_t row, frame;
    Cuboid box;  ///< ego frame
    std::string track;
  };
  void detect_track_style();

  const Labels& labels_;
  int guard_frames_;
  bool has_noise_;
  std::string track_seed_;
  std::vector<Cuboid> ego_box_;
  std::vector<std::vector<std::pair<std::uint32_t, std::uint32_t>>> taken_;  // frames, by track
  std::vector<std::uint8_t> taken_row_;                                      // labels without a track
  std::map<std::uint32_t, Change> changes_;
  std::vector<Addition> additions_;
  std::vector<KeyRow> key_;
  enum class TrackStyle : std::uint8_t { number, token, text } track_style_ = TrackStyle::text;
  std::int64_t next_track_ = 0;
  std::unordered_set<std::string> new_tracks_;
};

}  // namespace concord::seeding
