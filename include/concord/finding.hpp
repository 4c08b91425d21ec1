#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "concord/drive.hpp"

namespace concord {

// Fixed enumerations of the report: UNKNOWN is 0 and numbers are never reused.
enum class Severity : std::uint8_t { unknown = 0, info = 1, warning = 2, error = 3 };
enum class Fault : std::uint8_t {
  unknown = 0,
  missing = 1,
  spurious = 2,
  position = 3,
  size = 4,
  heading = 5,
  class_ = 6,
  attribute = 7,
  identity = 8,
  timing = 9,
  rig = 10,
  schema = 11,
};
enum class Scope : std::uint8_t {
  unknown = 0,
  label = 1,
  pair = 2,
  span = 3,
  track = 4,
  sensor = 5,
  frame = 6,
  drive = 7,
  night = 8,
};
enum class CheckState : std::uint8_t { unknown = 0, completed = 1, skipped = 2, failed = 3 };

/// Report names: "info", "class", "completed" ...; parse_severity gives `unknown` for other texts.
[[nodiscard]] std::string_view to_string(Severity value);
[[nodiscard]] std::string_view to_string(Fault value);
[[nodiscard]] std::string_view to_string(Scope value);
[[nodiscard]] std::string_view to_string(CheckState value);
[[nodiscard]] Severity parse_severity(std::string_view text);

/// One suspicion about the labels. Empty strings and NaN mean "does not apply".
struct Finding {
  std::string id;           ///< 16 hex digits; see finding_id
  std::string fingerprint;  ///< 16 hex digits; see finding_fingerprint
  std::string drive;
  std::string label_set;
  std::string check;  ///< check id, "temporal.heading_flip"
  Fault fault = Fault::unknown;
  Scope scope = Scope::unknown;
  std::string frame;      ///< dataset's own name of the first affected frame; empty for sensor, drive, night
  std::string frame_end;  ///< of the last affected frame
  std::uint32_t frame_index = kNone;
  std::uint32_t frame_index_end = kNone;
  TimeNs time_ns = kNoTime;  ///< of `frame`
  std::string track;
  std::string label;  ///< the label to look at first
  std::string other_track;
  std::string other_label;
  std::string class_name;  ///< Concord class
  std::string sensor;
  Severity severity = Severity::unknown;
  double score = 0;  ///< [0, 1]: how far beyond the limit, as confidence that it is real
  double surprise = std::numeric_limits<double>::quiet_NaN();  ///< tail probability under learned priors
  double value = std::numeric_limits<double>::quiet_NaN();     ///< measured
  double limit = std::numeric_limits<double>::quiet_NaN();     ///< what it was compared with
  std::string unit;                                            ///< of value and limit: "m", "rad", "1" ...
  std::string root_cause;                                      ///< id of the finding that explains this one
  double x_m = std::numeric_limits<double>::quiet_NaN();       ///< place: label centre, world where known, else ego
  double y_m = std::numeric_limits<double>::quiet_NaN();
  double z_m = std::numeric_limits<double>::quiet_NaN();
};

/// A proposed correction of the finding with that id: one field of one label. `field` is one of x_m y_m z_m length_m
/// width_m height_m yaw_rad (ego frame of the label's frame), class, track, delete.
///
/// Without `label` it is about the finding's own label, and the other labels of the finding's track in its frames
/// change alike: they move by as much in their own axes (vertically where only z_m is proposed) and turn by as much; a
/// size that comes with a centre grows by as much, a size alone is what all of them get. With `label` it is for that
/// label only, which then takes no part in what the others do. Without `label`, `track` means that from the finding's
/// frame on the labels of its track and those of the track `text` exchange their tracks.
struct Proposal {
  std::string finding;
  std::string field;
  double value = std::numeric_limits<double>::quiet_NaN();
  std::string text;  ///< for class and track
  std::string unit;
  std::string label = {};  ///< the dataset's own id of the label that it is for
};

/// The proposal is about the finding's own label, not about another one of its span.
[[nodiscard]] inline bool is_for_own_label(const Proposal& proposal, const Finding& finding) {
  return proposal.label.empty() || proposal.label == finding.label;
}

/// What became of a check on a label set (or sensor) of a drive. "No finding" is never "not run".
struct StatusRow {
  std::string drive;
  std::string label_set;
  std::string check;
  std::string sensor;
  CheckState state = CheckState::unknown;
  std::string reason;  ///< why skipped or failed
  std::uint64_t frames_examined = 0;
  std::uint64_t frames_skipped = 0;
};

/// Denominator of a rate: labels that a check examined.
struct ExposureRow {
  std::string drive;
  std::string label_set;
  std::string check;
  std::string class_name;
  std::string range_band;  ///< "0-30", "30-50", "50+" (m)
  std::uint64_t labels = 0;
};

/// 64-bit hash, as 16 hex digits, of (drive, label set, check, scope, frame, track, label, sensor, other track, other
/// label): stable over runs and merges.
[[nodiscard]] std::string finding_id(const Finding& finding);
/// 64-bit hash of (drive, fault, time rounded to 0.1 s, place rounded to 1 m, class) without any id of the dataset:
/// recognises the same finding in a redelivery. Without a place or time the frame name takes part instead.
[[nodiscard]] std::string finding_fingerprint(const Finding& finding);
/// Range band of ExposureRow for a horizontal distance.
[[nodiscard]] std::string_view range_band(double range_m);

}  // namespace concord
