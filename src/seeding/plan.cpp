#include "src/seeding/plan.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <limits>

#include "concord/hash.hpp"
#include "src/seeding/noise.hpp"

namespace concord::seeding {
namespace {

constexpr std::int64_t kMaxNumberedTrack = std::numeric_limits<std::int64_t>::max() / 2;

bool is_token(std::string_view text) {
  return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::optional<std::int64_t> track_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure != std::errc() || end != text.data() + text.size() || number < 0 || number > kMaxNumberedTrack) {
    return std::nullopt;
  }
  return number;
}

}  // namespace

Plan::Plan(const Labels& labels, int guard_frames, double noise_m, std::uint64_t seed)
    : labels_(labels),
      guard_frames_(guard_frames),
      has_noise_(noise_m > 0),
      track_seed_(fmt::format("{}\x1f{}\x1ftrack", seed, labels.drive().name)),
      ego_box_(noisy_boxes(labels, noise_m, seed)),
      taken_(labels.set().tracks.size()),
      taken_row_(labels.size(), 0) {
  detect_track_style();
}

void Plan::detect_track_style() {
  const Dictionary& tracks = labels_.set().tracks;
  bool numbers = true;
  bool tokens = tracks.size() > 0;
  for (std::uint32_t code = 0; code < tracks.size(); ++code) {
    const auto number = track_number(tracks.at(code));
    numbers &= number.has_value();
    if (number) next_track_ = std::max(next_track_, *number + 1);
    tokens &= is_token(tracks.at(code));
  }
  track_style_ = numbers ? TrackStyle::number : tokens ? TrackStyle::token : TrackStyle::text;
}

std::string Plan::new_track() {
  for (;; ++next_track_) {
    std::string name;
    if (track_style_ == TrackStyle::number) name = std::to_string(next_track_);
    if (track_style_ == TrackStyle::text) name = fmt::format("seeded-{}", next_track_);
    if (track_style_ == TrackStyle::token) {
      name = short_hash(fmt::format("{}\x1f{}a", track_seed_, next_track_)) +
             short_hash(fmt::format("{}\x1f{}b", track_seed_, next_track_));
    }
    if (labels_.set().tracks.find(name) == kNone && new_tracks_.insert(name).second) return name;
  }
}

bool Plan::is_free(std::uint32_t first_row, std::uint32_t last_row) const {
  const std::uint32_t track = labels_.track(first_row);
  if (track == kNone) return taken_row_[first_row] == 0;
  const std::int64_t first = std::int64_t{labels_.frame(first_row)} - guard_frames_;
  const std::int64_t last = std::int64_t{labels_.frame(last_row)} + guard_frames_;
  return std::none_of(taken_[track].begin(), taken_[track].end(),
                      [&](const auto& span) { return first <= span.second && span.first <= last; });
}

void Plan::take(std::uint32_t first_row, std::uint32_t last_row) {
  const std::uint32_t track = labels_.track(first_row);
  if (track == kNone) {
    taken_row_[first_row] = 1;
  } else {
    taken_[track].emplace_back(labels_.frame(first_row), labels_.frame(last_row));
  }
}

void Plan::take_track(std::uint32_t track_code) {
  taken_[track_code].emplace_back(0, std::numeric_limits<std::uint32_t>::max());
}

std::vector<Cuboid> Plan::boxes_in(std::uint32_t frame) const {
  const auto& offset = labels_.set().frame_offset;
  std::vector<Cuboid> boxes(ego_box_.begin() + offset[frame], ego_box_.begin() + offset[frame + 1]);
  for (const Addition& addition : additions_) {
    if (addition.frame == frame) boxes.push_back(addition.box);
  }
  return boxes;
}

void Plan::set_box(std::uint32_t row, const Cuboid& box) {
  changes_[row].box = labels_.to_ego(labels_.frame(row), box);
}

void Plan::add(std::uint32_t row, std::uint32_t frame, const Cuboid& box, const std::string& track) {
  additions_.push_back({row, frame, labels_.to_ego(frame, box), track});
}

void Plan::add_row(const ErrorKindInfo& info, const Row& row) {
  const Frames& frames = labels_.drive().frames;
  key_.push_back({.drive = labels_.drive().name,
                  .error_type = std::string(info.name),
                  .track = row.track,
                  .label = row.label,
                  .other_track = row.other_track,
                  .frame_begin = std::string(frames.name[row.first_frame]),
                  .frame_end = std::string(frames.name[row.last_frame]),
                  .magnitude = row.magnitude});
}

void Plan::add_row(const ErrorKindInfo& info, std::uint32_t first_row, std::uint32_t last_row, double magnitude,
                   const std::string& other_track) {
  add_row(info, {.track = std::string(labels_.track_name(first_row)),
                 .label = std::string(labels_.set().label_id[first_row]),
                 .other_track = other_track,
                 .first_frame = labels_.frame(first_row),
                 .last_frame = labels_.frame(last_row),
                 .magnitude = magnitude});
}

void Plan::finish(SeededDrive& seeded) const {
  const LabelSet& set = labels_.set();
  const Frames& frames = labels_.drive().frames;
  for (std::uint32_t row = 0; row < labels_.size(); ++row) {
    const auto found = changes_.find(row);
    const bool noisy = has_noise_ && labels_.eligible(row);
    if (found == changes_.end() && !noisy) continue;
    LabelEdit edit{.op = LabelEdit::Op::modify,
                   .frame = std::string(frames.name[labels_.frame(row)]),
                   .label = std::string(set.label_id[row]),
                   .from_frame = {},
                   .cuboid = {},
                   .track = {},
                   .raw_class = {}};
    if (noisy) edit.cuboid = ego_box_[row];
    if (found != changes_.end()) {
      const Change& change = found->second;
      if (change.box) edit.cuboid = change.box;
      edit.track = change.track;
      edit.raw_class = change.raw_class;
      if (change.dropped) {
        edit.op = LabelEdit::Op::drop;
        edit.cuboid.reset();
      }
    }
    seeded.edits.push_back(std::move(edit));
  }
  for (const Addition& addition : additions_) {
    const bool same_frame = labels_.frame(addition.row) == addition.frame;
    seeded.edits.push_back(
        {.op = LabelEdit::Op::copy,
         .frame = std::string(frames.name[addition.frame]),
         .label = std::string(set.label_id[addition.row]),
         .from_frame = same_frame ? std::string() : std::string(frames.name[labels_.frame(addition.row)]),
         .cuboid = addition.box,
         .track = addition.track,
         .raw_class = {}});
  }
  seeded.key = key_;
  seeded.labels = labels_.size();
  seeded.changed = changes_.size() + additions_.size();
}

}  // namespace concord::seeding
