#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "concord/dataset.hpp"
#include "concord/drive.hpp"
#include "concord/finding.hpp"
#include "concord/result.hpp"

namespace concord {

/// The kinds of label error that can be seeded.
enum class ErrorKind : std::uint8_t {
  shift,
  rotate,
  flip_heading,
  resize,
  lift,
  drop,
  duplicate,
  phantom,
  swap_ids,
  split,
  merge,
  swap_class,
  flicker,
  delay,
  freeze,
  shrink_batch,
};

/// A number that an entry of a spec may set. A list means that one of its numbers is drawn for each error.
struct ErrorParameter {
  std::string_view name;  ///< with unit suffix: distance_m
  std::vector<double> default_values;
  double minimum = 0;
  double maximum = 0;
  bool whole = false;  ///< a whole number
  bool list = false;   ///< several numbers are allowed
  std::string_view help;
};

/// A word that an entry may set.
struct ErrorChoice {
  std::string_view name;
  std::vector<std::string_view> values;  ///< the first is the default
  std::string_view help;
};

/// What a person and the parser know about one kind. Its only definition is src/seeding/error_kinds.cpp.
struct ErrorKindInfo {
  ErrorKind kind = ErrorKind::shift;
  std::string_view name;         ///< as in a spec and in the key
  std::string_view help;         ///< what is changed
  std::string_view eligibility;  ///< which labels may get it
  std::string_view magnitude;    ///< what the key's magnitude is
  std::vector<Fault> faults;     ///< faults of a finding that names this error for what it is
  std::vector<ErrorParameter> parameters = {};
  std::vector<ErrorChoice> choices = {};
};

/// Every kind, in the order of ErrorKind.
[[nodiscard]] std::span<const ErrorKindInfo> error_kinds();
/// The kind with that name, or nullptr.
[[nodiscard]] const ErrorKindInfo* find_error_kind(std::string_view name);

/// One line of a spec: a kind with its parameters, all of them set.
struct ErrorEntry {
  ErrorKind kind = ErrorKind::shift;
  std::map<std::string, std::vector<double>, std::less<>> numbers;
  std::map<std::string, std::string, std::less<>> choices;
  std::vector<std::string> classes;  ///< Concord classes, with everything below them; empty: any
  std::string to;                    ///< the dataset's own class name for swap_class and flicker; empty: a similar one
  std::optional<double> prevalence;  ///< of this entry alone
  double weight = 1;                 ///< part in the spec's prevalence, among the entries without their own
};

/// What to seed. Documented in data/seeding/README.md.
struct SeedingSpec {
  double prevalence = 0.01;                ///< share of labels (of tracks, for track errors) that get an error
  std::optional<double> track_prevalence;  ///< replaces `prevalence` for track errors
  int guard_frames = 4;                    ///< untouched frames between two errors of one track
  std::vector<ErrorEntry> errors;

  /// A spec compiled in from data/seeding/ ("default", "none").
  static Result<SeedingSpec> builtin(std::string_view name);
  /// Unknown kinds, keys and classes, repeated keys and values out of range are errors that name file and line.
  static Result<SeedingSpec> from_file(const std::filesystem::path& path);
  static Result<SeedingSpec> parse(std::string_view yaml, std::string_view where);
};

/// One line of an answer key: an error with the labels it changed, named as in the corrupted dataset.
struct KeyRow {
  std::string drive;
  std::string error_type;   ///< name of the kind
  std::string track;        ///< empty for labels without a track, and for an error of a whole drive
  std::string label;        ///< first affected label; for a dropped one its id in the untouched dataset
  std::string other_track;  ///< the second track of an identity error, the new one of a duplicate
  std::string frame_begin;  ///< dataset's own names of the first and last frame with a changed label
  std::string frame_end;
  double magnitude = 0;

  bool operator==(const KeyRow&) const = default;
};

struct SeedingOptions {
  std::uint64_t seed = 0;
  double noise_m = 0;               ///< standard deviation of the noise on every label; 0: none
  std::vector<std::string> drives;  ///< names to corrupt; empty: all. The others are copied as they are.
};

/// How many errors an entry was to place and did place: fewer when too few labels are eligible.
struct EntryCount {
  std::uint64_t asked = 0;
  std::uint64_t placed = 0;
};

/// The edits that seed one drive.
struct SeededDrive {
  std::vector<LabelEdit> edits;
  std::vector<KeyRow> key;
  std::vector<EntryCount> counts;  ///< one an entry of the spec
  std::uint64_t labels = 0;        ///< of the dataset's own label set
  std::uint64_t changed = 0;       ///< labels changed, dropped or added by errors (not by noise)
};

/// Draws the errors of one drive. The same drive, spec and options give the same result on every platform whose
/// arithmetic is IEEE 754, apart from the last digits of sin, cos and the poses; other drives play no part.
[[nodiscard]] SeededDrive seed_errors(const Drive& drive, const SeedingSpec& spec, const SeedingOptions& options);

struct SeedingSummary {
  std::vector<KeyRow> key;  ///< label ids still as in the untouched dataset: see name_labels
  std::vector<EntryCount> counts;
  std::uint64_t drives = 0, labels = 0, changed = 0;
  std::vector<Error> failures;  ///< drives that could not be read; they were copied as they are
  std::string format;           ///< reader of the drives
};

/// Seeds errors into the drives of `dataset` and writes the corrupted copy to the new or empty folder `out`.
[[nodiscard]] Result<SeedingSummary> corrupt(Dataset& dataset, const SeedingSpec& spec, const SeedingOptions& options,
                                             const std::filesystem::path& out);

/// Replaces the label ids of `key` by those that the labels have in `corrupted`, the dataset that `corrupt` wrote: ids
/// may contain the track or be given by the writer.
[[nodiscard]] Result<void> name_labels(Dataset& corrupted, std::vector<KeyRow>& key);

/// Where the key of the corrupted dataset `out` belongs: `out/key.csv`, or `out.key.csv` beside it where the dataset
/// itself has CSV files at its top, which a reader might take for labels.
[[nodiscard]] std::filesystem::path key_path(const std::filesystem::path& out);
/// CSV with the columns of KeyRow in their order.
[[nodiscard]] Result<void> write_key(const std::filesystem::path& path, std::span<const KeyRow> key);
[[nodiscard]] Result<std::vector<KeyRow>> read_key(const std::filesystem::path& path);

}  // namespace concord
