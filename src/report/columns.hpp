#pragma once

// The one description of the report's tables. Writer, reader, content hash and schema are visitors of it: `table.text`,
// `table.fixed`, `table.number` and `table.enumeration` are called once for each column with its name, member, unit and
// meaning. Adding a column here is all there is to do.

#include <cstdint>
#include <string>
#include <vector>

#include "concord/report.hpp"

namespace concord::report {

template <class Visitor>
void describe(Visitor& t, std::vector<Finding>& rows) {
  using F = Finding;
  t.begin("findings", "suspicions about labels, one row each", rows);
  t.fixed("id", &F::id, "hash of what the finding is about; stable over runs and merges");
  t.fixed("fingerprint", &F::fingerprint,
          "hash of drive, fault, time, place and class; recognises a finding in a redelivery");
  t.text("drive", &F::drive, "drives", "the drive's name");
  t.text("label_set", &F::label_set, "label_sets", "the label set's name");
  t.text("check", &F::check, "checks", "the check's id");
  t.enumeration("fault", &F::fault, "what kind of fault");
  t.enumeration("scope", &F::scope, "what the finding is about");
  t.text("frame", &F::frame, "frames", "the dataset's own name of the first affected frame");
  t.text("frame_end", &F::frame_end, "frames", "of the last affected frame");
  t.number("frame_index", &F::frame_index, "1", "index of `frame` in the drive");
  t.number("frame_index_end", &F::frame_index_end, "1", "index of `frame_end` in the drive");
  t.number("time_ns", &F::time_ns, "ns", "reference time of `frame`");
  t.text("track", &F::track, "tracks", "the dataset's own track id");
  t.text("label", &F::label, "labels", "the dataset's own id of the label to look at first");
  t.text("other_track", &F::other_track, "tracks", "the other track of a pair");
  t.text("other_label", &F::other_label, "labels", "the other label of a pair");
  t.text("class", &F::class_name, "classes", "Concord class");
  t.text("sensor", &F::sensor, "sensors", "sensor name");
  t.enumeration("severity", &F::severity, "info, warning or error");
  t.number("score", &F::score, "1", "how far beyond the limit, from 0 to 1");
  t.number("surprise", &F::surprise, "1", "tail probability under learned priors");
  t.number("value", &F::value, "", "what was measured, in `unit`");
  t.number("limit", &F::limit, "", "what it was compared with, in `unit`");
  t.text("unit", &F::unit, "units", "unit of value and limit");
  t.text("root_cause", &F::root_cause, "root_causes", "id of the finding that explains this one");
  t.number("x_m", &F::x_m, "m", "place: world where poses exist, else ego");
  t.number("y_m", &F::y_m, "m", "place");
  t.number("z_m", &F::z_m, "m", "place");
  t.end();
}

template <class Visitor>
void describe(Visitor& t, std::vector<Proposal>& rows) {
  t.begin("proposals", "proposed corrections, one row a field", rows);
  t.fixed("finding", &Proposal::finding, "id of the finding");
  t.text("field", &Proposal::field, "fields", "field of the label that would change");
  t.number("value", &Proposal::value, "", "proposed value, in `unit`");
  t.text("text", &Proposal::text, "proposal_texts", "proposed text, for class and track");
  t.text("unit", &Proposal::unit, "units", "unit of value");
  t.text("label", &Proposal::label, "labels",
         "the label it is for; none: the finding's own, and the others of its span change alike");
  t.end();
}

template <class Visitor>
void describe(Visitor& t, std::vector<StatusRow>& rows) {
  t.begin("status", "what became of each check; no finding is never not run", rows);
  t.text("drive", &StatusRow::drive, "drives", "the drive's name");
  t.text("label_set", &StatusRow::label_set, "label_sets", "the label set's name");
  t.text("check", &StatusRow::check, "checks", "the check's id");
  t.text("sensor", &StatusRow::sensor, "sensors", "sensor name");
  t.enumeration("state", &StatusRow::state, "completed, skipped or failed");
  t.text("reason", &StatusRow::reason, "reasons", "why skipped or failed");
  t.number("frames_examined", &StatusRow::frames_examined, "1", "frames that were examined");
  t.number("frames_skipped", &StatusRow::frames_skipped, "1", "frames that could not be examined");
  t.end();
}

template <class Visitor>
void describe(Visitor& t, std::vector<ExposureRow>& rows) {
  t.begin("exposure", "labels examined: the denominators of rates", rows);
  t.text("drive", &ExposureRow::drive, "drives", "the drive's name");
  t.text("label_set", &ExposureRow::label_set, "label_sets", "the label set's name");
  t.text("check", &ExposureRow::check, "checks", "the check's id");
  t.text("class", &ExposureRow::class_name, "classes", "Concord class");
  t.text("range_band", &ExposureRow::range_band, "range_bands", "horizontal distance from the ego, in m");
  t.number("labels", &ExposureRow::labels, "1", "labels examined");
  t.end();
}

template <class Visitor>
void describe(Visitor& t, std::vector<CheckRow>& rows) {
  t.begin("checks", "the checks of the program that wrote the report", rows);
  t.text("id", &CheckRow::id, "checks", "the check's id");
  t.text("title", &CheckRow::title, "check_texts", "one line for people");
  t.text("error_type", &CheckRow::error_type, "check_texts", "one of the 18 error types of arXiv 2511.16410");
  t.enumeration("severity", &CheckRow::severity, "default severity");
  t.enumeration("fault", &CheckRow::fault, "what kind of fault it finds");
  t.enumeration("scope", &CheckRow::scope, "what its findings are about");
  t.text("unit", &CheckRow::unit, "units", "unit of value and limit");
  t.text("message", &CheckRow::message, "check_texts", "template of the findings' sentences");
  t.end();
}

template <class Visitor>
void describe(Visitor& t, std::vector<FrameExposure>& rows) {
  t.begin("odd/frames", "one row a frame of each drive, in order: what it adds to the exposure", rows);
  t.text("drive", &FrameExposure::drive, "drives", "the drive's name");
  t.number("duration_ns", &FrameExposure::duration_ns, "ns", "until the next frame");
  t.number("distance_mm", &FrameExposure::distance_mm, "mm", "that the ego covers meanwhile");
  t.end();
}

template <class Visitor>
void describe(Visitor& t, std::vector<AttributeSpan>& rows) {
  using S = AttributeSpan;
  t.begin("odd/attributes", "what an attribute of the drive is over some frames; without a row it is not known", rows);
  t.text("drive", &S::drive, "drives", "the drive's name");
  t.text("attribute", &S::attribute, "odd_attributes", "the attribute's name");
  t.text("value", &S::value, "odd_values", "the word that it is, for attributes without numbers");
  t.number("low", &S::low, "", "smallest number, in SI units of the attribute's quantity");
  t.number("high", &S::high, "", "largest number");
  t.enumeration("state", &S::state, "known, or conflicting with another row");
  t.enumeration("source", &S::source, "tagged in the dataset, or derived from it");
  t.number("frame_index", &S::frame_index, "1", "index of the first frame");
  t.number("frame_index_end", &S::frame_index_end, "1", "index of the last frame");
  t.end();
}

template <class Visitor>
void describe(Visitor& t, std::vector<ObjectSpan>& rows) {
  using S = ObjectSpan;
  t.begin("odd/objects", "what an object is over some frames", rows);
  t.text("drive", &S::drive, "drives", "the drive's name");
  t.text("object", &S::object, "odd_objects", "the dataset's own track id, or label id for labels without a track");
  t.text("agent_type", &S::agent_type, "odd_values", "kind of road user");
  t.text("occlusion", &S::occlusion, "odd_values", "how much of it is hidden");
  t.number("distance_low_m", &S::distance_low_m, "m", "smallest horizontal distance from the ego");
  t.number("distance_high_m", &S::distance_high_m, "m", "largest");
  t.number("speed_low_mps", &S::speed_low_mps, "m/s", "lowest speed over ground");
  t.number("speed_high_mps", &S::speed_high_mps, "m/s", "highest");
  t.number("frame_index", &S::frame_index, "1", "index of the first frame");
  t.number("frame_index_end", &S::frame_index_end, "1", "index of the last frame");
  t.end();
}

/// A drive's summary flattened: one row a drive, label set, input file and note.
struct FlatDrive {
  std::string name, format, source, taxonomy, mapping;
  std::uint64_t frames = 0;
  double duration_s = 0;
  std::uint8_t time_assumed = 0, has_poses = 0;
};
struct FlatLabelSet {
  std::string drive, name, source;
  std::uint64_t cuboids = 0, boxes_2d = 0, tracks = 0;
};
struct FlatInput {
  std::string drive, path, sha256;
  std::uint64_t bytes = 0;
};
struct FlatNote {
  std::string drive, text;
};

template <class Visitor>
void describe(Visitor& t, std::vector<FlatDrive>& rows) {
  t.begin("drives", "one row a drive", rows);
  t.text("name", &FlatDrive::name, "drives", "the drive's name");
  t.text("format", &FlatDrive::format, "formats", "the reader that read it");
  t.text("source", &FlatDrive::source, "sources", "the input as it was given");
  t.text("taxonomy", &FlatDrive::taxonomy, "sources", "the class mapping that was given instead of the format's own");
  t.text("mapping", &FlatDrive::mapping, "sources", "the column mapping that was given");
  t.number("frames", &FlatDrive::frames, "1", "number of frames");
  t.number("duration_s", &FlatDrive::duration_s, "s", "from the first to the last frame");
  t.number("time_assumed", &FlatDrive::time_assumed, "1", "1 where times come from a nominal rate");
  t.number("has_poses", &FlatDrive::has_poses, "1", "1 where ego poses exist");
  t.end();
}

template <class Visitor>
void describe(Visitor& t, std::vector<FlatLabelSet>& rows) {
  t.begin("label_sets", "one row a label set of a drive", rows);
  t.text("drive", &FlatLabelSet::drive, "drives", "the drive's name");
  t.text("name", &FlatLabelSet::name, "label_sets", "the label set's name");
  t.text("source", &FlatLabelSet::source, "sources", "the path that was given; none for the dataset's own labels");
  t.number("cuboids", &FlatLabelSet::cuboids, "1", "number of cuboids");
  t.number("boxes_2d", &FlatLabelSet::boxes_2d, "1", "number of image boxes");
  t.number("tracks", &FlatLabelSet::tracks, "1", "number of tracks");
  t.end();
}

template <class Visitor>
void describe(Visitor& t, std::vector<FlatInput>& rows) {
  t.begin("inputs", "label, calibration and pose files that were read", rows);
  t.text("drive", &FlatInput::drive, "drives", "the drive's name");
  t.text("path", &FlatInput::path, "paths", "path, relative to the dataset where it lies below it");
  t.number("bytes", &FlatInput::bytes, "1", "size in bytes");
  t.fixed("sha256", &FlatInput::sha256, "SHA-256 of the bytes");
  t.end();
}

template <class Visitor>
void describe(Visitor& t, std::vector<FlatNote>& rows) {
  t.begin("notes", "what the reader wants a person to know", rows);
  t.text("drive", &FlatNote::drive, "drives", "the drive's name");
  t.text("text", &FlatNote::text, "note_texts", "the note");
  t.end();
}

/// The drives' part of a report as flat rows.
struct FlatDrives {
  std::vector<FlatDrive> drives;
  std::vector<FlatLabelSet> label_sets;
  std::vector<FlatInput> inputs;
  std::vector<FlatNote> notes;
};
[[nodiscard]] FlatDrives flatten(const std::vector<DriveSummary>& drives);
[[nodiscard]] std::vector<DriveSummary> unflatten(const FlatDrives& flat);

}  // namespace concord::report
