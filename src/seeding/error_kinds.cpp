#include <algorithm>
#include <array>

#include "concord/seeding.hpp"

namespace concord {
namespace {

constexpr std::string_view kAnyLabel = "any label";
constexpr std::string_view kBetweenNeighbours =
    "labels whose track has a label in the frame before and in the frame after";

const std::array<ErrorKindInfo, 16>& all() {
  static const std::array<ErrorKindInfo, 16> kinds{{
      {.kind = ErrorKind::shift,
       .name = "shift",
       .help = "one label's centre is moved horizontally",
       .eligibility = kAnyLabel,
       .magnitude = "distance, m",
       .faults = {Fault::position},
       .parameters = {{"distance_m", {0.3, 0.5, 1}, 0.01, 100, false, true, "distance"}},
       .choices = {{"direction", {"random", "along", "across"}, "along or across the label's heading"}}},
      {.kind = ErrorKind::rotate,
       .name = "rotate",
       .help = "one label is turned about its own vertical axis, to either side",
       .eligibility = kBetweenNeighbours,
       .magnitude = "angle, degrees",
       .faults = {Fault::heading},
       .parameters = {{"angle_deg", {10, 30}, 0.5, 170, false, true, "angle"}}},
      {.kind = ErrorKind::flip_heading,
       .name = "flip_heading",
       .help = "one label is turned by half a turn",
       .eligibility = kBetweenNeighbours,
       .magnitude = "180",
       .faults = {Fault::heading}},
      {.kind = ErrorKind::resize,
       .name = "resize",
       .help = "one label's sides are multiplied; the centre stays",
       .eligibility = kAnyLabel,
       .magnitude = "factor",
       .faults = {Fault::size},
       .parameters = {{"factor", {0.85}, 0.1, 10, false, true, "factor, at least 1 % from 1"}},
       .choices = {{"axis", {"all", "length", "width", "height", "any"}, "which side; any: one is drawn"}}},
      {.kind = ErrorKind::lift,
       .name = "lift",
       .help = "one label is moved vertically",
       .eligibility = kAnyLabel,
       .magnitude = "distance, m",
       .faults = {Fault::position},
       .parameters = {{"height_m", {0.5}, 0.01, 100, false, true, "distance"}},
       .choices = {{"direction", {"random", "up", "down"}, "up or down"}}},
      {.kind = ErrorKind::drop,
       .name = "drop",
       .help = "consecutive labels of a track are removed",
       .eligibility =
           "runs of consecutive frames of a track that keeps at least guard_frames labels on each side (start "
           "and end: on the other side)",
       .magnitude = "labels removed",
       .faults = {Fault::missing},
       .parameters = {{"frames", {1, 3}, 1, 1000, true, true, "labels removed"}},
       .choices = {{"where", {"inside", "start", "end"}, "place in the track"}}},
      {.kind = ErrorKind::duplicate,
       .name = "duplicate",
       .help = "labels are copied under a new track id, moved a little",
       .eligibility = "labels with a track and frames - 1 labels in the frames after",
       .magnitude = "distance of the copy, m",
       .faults = {Fault::spurious, Fault::identity},
       .parameters = {{"offset_m", {0.1}, 0.001, 10, false, true, "distance of the copy"},
                      {"frames", {1}, 1, 1000, true, false, "consecutive labels copied"}}},
      {.kind = ErrorKind::phantom,
       .name = "phantom",
       .help = "a box is added where none is, under a new track id; it stands still",
       .eligibility = "5 to 20 m beside a label with a track, in about the same direction from the ego, clear of every "
                      "label by clearance_m",
       .magnitude = "labels added",
       .faults = {Fault::spurious},
       .parameters = {{"frames", {1, 3}, 1, 1000, true, true, "consecutive frames"},
                      {"clearance_m", {1}, 0, 100, false, false, "free space around it"}}},
      {.kind = ErrorKind::swap_ids,
       .name = "swap_ids",
       .help = "two tracks exchange their ids from a frame on",
       .eligibility = "tracks of one class, labelled in that frame and the one before, with at least min_labels labels "
                      "before and after it, 1 m to max_distance_m apart",
       .magnitude = "distance of the two in that frame, m",
       .faults = {Fault::identity},
       .parameters = {{"max_distance_m", {20}, 1, 1000, false, false, "largest distance of the two"},
                      {"min_labels", {4}, 1, 1000, true, false, "labels before and after"}}},
      {.kind = ErrorKind::split,
       .name = "split",
       .help = "a track goes on under a new id from a frame on",
       .eligibility =
           "tracks labelled in that frame and the one before, with at least min_labels labels before and after",
       .magnitude = "labels under the new id",
       .faults = {Fault::identity},
       .parameters = {{"min_labels", {4}, 1, 1000, true, false, "labels before and after"}}},
      {.kind = ErrorKind::merge,
       .name = "merge",
       .help = "a track gets the id of another one that has ended",
       .eligibility =
           "tracks of one class; the second begins at most max_gap_frames after the end of the first, at least "
           "min_distance_m from there",
       .magnitude = "distance of end and beginning, m",
       .faults = {Fault::identity},
       .parameters = {{"max_gap_frames", {30}, 1, 100000, true, false, "longest pause between the two"},
                      {"min_distance_m", {3}, 0, 1000, false, false, "least distance of end and beginning"}}},
      {.kind = ErrorKind::swap_class,
       .name = "swap_class",
       .help = "a label, or a whole track, gets another class",
       .eligibility =
           "labels between two neighbours of the same class; whole tracks: of one class. A class of the drive "
           "as near as possible in the class tree, or `to`",
       .magnitude = "labels changed",
       .faults = {Fault::class_},
       .choices = {{"extent", {"label", "track"}, "one label, or all of a track"}}},
      {.kind = ErrorKind::flicker,
       .name = "flicker",
       .help = "the class changes in every second frame of a span",
       .eligibility = "spans of consecutive labels of one class with a neighbour on each side",
       .magnitude = "frames of the span",
       .faults = {Fault::class_},
       .parameters = {{"frames", {5}, 2, 1000, true, true, "frames of the span"}}},
      {.kind = ErrorKind::delay,
       .name = "delay",
       .help =
           "the labels of a span, or of a whole track, take centre and rotation that the track had some frames earlier "
           "(world frame); before its first label its first step is continued backwards",
       .eligibility = "tracks without a gap that moved at least min_displacement_m in that time, at every label of the "
                      "span (whole tracks: on average)",
       .magnitude = "frames of delay",
       .faults = {Fault::timing, Fault::position},
       .parameters = {{"frames", {1, 2, 3}, 1, 1000, true, true, "delay"},
                      {"span_frames", {10}, 1, 100000, true, false, "labels of the span"},
                      {"min_displacement_m", {0.3}, 0.01, 1000, false, false, "least distance moved during the delay"}},
       .choices = {{"extent", {"span", "track"}, "a span, or all of a track"}}},
      {.kind = ErrorKind::freeze,
       .name = "freeze",
       .help = "consecutive labels take centre and rotation of the label before them (world frame)",
       .eligibility = "runs of consecutive labels with a neighbour on each side whose last moved at least "
                      "min_displacement_m from there, and none of which moved less than 1 cm",
       .magnitude = "labels frozen",
       .faults = {Fault::timing, Fault::position},
       .parameters = {{"frames", {5}, 1, 1000, true, true, "labels frozen"},
                      {"min_displacement_m", {1}, 0.01, 1000, false, false, "least distance moved meanwhile"}}},
      {.kind = ErrorKind::shrink_batch,
       .name = "shrink_batch",
       .help = "the sides of all labels of the classes in a drive are multiplied; one key row a drive, without a track",
       .eligibility = "drives with such a label; its prevalence is the share of drives (default 1)",
       .magnitude = "factor",
       .faults = {Fault::size},
       .parameters = {{"factor", {0.95}, 0.1, 10, false, true, "factor, at least 1 % from 1"}}},
  }};
  return kinds;
}

}  // namespace

std::span<const ErrorKindInfo> error_kinds() { return all(); }

const ErrorKindInfo* find_error_kind(std::string_view name) {
  const auto found =
      std::find_if(all().begin(), all().end(), [&](const ErrorKindInfo& info) { return info.name == name; });
  return found == all().end() ? nullptr : &*found;
}

}  // namespace concord
