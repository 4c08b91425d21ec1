#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "concord/drive.hpp"
#include "concord/finding.hpp"
#include "concord/measurements.hpp"
#include "concord/priors.hpp"
#include "concord/result.hpp"

namespace concord {

/// One number that a profile may set, per check and per class.
struct ParameterInfo {
  std::string_view name;  ///< with unit suffix: max_speed_mps
  std::string_view unit;  ///< "m/s"; "1" for ratios
  double default_value = 0;
  double minimum = 0;
  double maximum = 0;
  std::string_view help;
  std::string_view quantity = {};  ///< with --priors a quantile of this one instead, where it is known; empty: never
  PriorSide side = PriorSide::upper;
};

/// What a person and the report know about a check. Its only definition is in src/checks/<family>/<name>.cpp.
struct CheckInfo {
  std::string_view id;  ///< "temporal.heading_flip"; never reused
  std::string_view title;
  std::string_view error_type;  ///< one of the 18 types of arXiv 2511.16410
  Severity severity = Severity::warning;
  Fault fault = Fault::unknown;
  Scope scope = Scope::label;
  std::string_view unit;  ///< of value and limit
  /// Template with {value} {limit} {unit} {track} {label} {other_track} {other_label} {class} {frame} {frame_end}
  /// {sensor}, and for people {value_deg} {limit_deg} (rad as degrees), {object} ("car 17"), {other} (the other track,
  /// or label), {frames} ("in frame 12", "in frames 12 to 15").
  std::string_view message;
  std::vector<std::string_view> inputs =
      {};  ///< what a drive must have, else skipped: "tracks", "ego poses", "timestamps" ...
  std::vector<ParameterInfo> parameters = {};
  std::string_view documentation = {};  ///< its .md
};

/// Every check of this build, sorted by id.
[[nodiscard]] std::span<const CheckInfo> checks();
/// The check with that id, or nullptr.
[[nodiscard]] const CheckInfo* find_check(std::string_view id);

/// Parameters and severities of all checks, per class.
///
/// Values are laid over each other: the checks' own defaults, then data/profiles/default.yaml (the values of single
/// classes), then the profile that the user names. A value that a profile gives for a whole check replaces the values
/// of single classes below it; classes that the same profile lists keep theirs.
class Profile {
 public:
  /// The default profile.
  Profile();
  /// A profile compiled in from data/profiles/ ("default", "strict").
  static Result<Profile> builtin(std::string_view name);
  /// Unknown checks, parameters or classes, repeated keys and values out of range are errors that name file and line.
  static Result<Profile> from_file(const std::filesystem::path& path);
  static Result<Profile> parse(std::string_view yaml, std::string_view where);

  [[nodiscard]] bool enabled(std::string_view check) const;
  [[nodiscard]] Severity severity(std::string_view check) const;
  /// The value for `code`, its nearest ancestor with a value, the check's profile value or the default, in this order.
  /// Here and above, a check or parameter that does not exist is a bug of the caller: std::out_of_range.
  [[nodiscard]] double parameter(std::string_view check, std::string_view name, const Taxonomy& taxonomy,
                                 ClassCode code) const;
  /// Canonical YAML of everything that is in force; hashed into the report.
  [[nodiscard]] std::string to_yaml() const;

 private:
  struct CheckSettings {
    bool enabled = true;
    Severity severity = Severity::warning;
    std::map<std::string, double, std::less<>> values;
    std::map<std::string, std::map<std::string, double, std::less<>>, std::less<>>
        class_values;  ///< class -> name -> value
  };
  struct DefaultsOnly {};
  explicit Profile(DefaultsOnly);
  friend class ProfileParser;

  std::map<std::string, CheckSettings, std::less<>> checks_;
};

struct JudgeOptions {
  std::vector<std::string> only;  ///< check ids or families ("temporal"); empty: all enabled
  std::vector<std::string> skip;
  std::shared_ptr<const LearnedPriors> priors = nullptr;  ///< limits, surprise and calibrated scores come from these
  std::optional<double> base_rate = std::nullopt;         ///< for the scores, instead of the calibration's own; (0, 1)
  Priors* observed = nullptr;  ///< gets what the checks see of the drive's own label set; empty: nothing is learned
};

struct Judgement {
  std::vector<Finding> findings;  ///< sorted by frame index, check, track, label
  std::vector<Proposal> proposals;
  std::vector<StatusRow> statuses;  ///< every (label set, check) exactly once
  std::vector<ExposureRow> exposure;
};

/// Runs the checks on every label set of `drive`. `measurements[i]` belongs to `drive.label_sets[i]`. A check that
/// throws is "failed" with the reason, the others go on. Checks left out by `options` or profile are "skipped".
/// An unknown name in `options` is an error.
[[nodiscard]] Result<Judgement> judge(const Drive& drive, std::span<const LabelSetMeasurements> measurements,
                                      const Profile& profile, const JudgeOptions& options);

/// What judging with priors means for these profile and options, as YAML: the priors' hash and drives, and the limits
/// in force by check, parameter and class with the class and number of samples that each comes from. Classes that are
/// not listed keep their hand-set limits. Empty without priors.
[[nodiscard]] std::string describe_priors(const Profile& profile, const JudgeOptions& options);

/// The finding's sentence, rendered from its check's template.
[[nodiscard]] std::string render_message(const Finding& finding);

}  // namespace concord
