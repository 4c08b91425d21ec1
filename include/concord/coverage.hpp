#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "concord/report.hpp"
#include "concord/result.hpp"

namespace concord::odd {

/// How much data something was seen in. Frames of one drive count once, however many objects show it there.
struct Exposure {
  std::uint64_t frames = 0;
  std::int64_t duration_ns = 0, distance_mm = 0;  ///< of the frames whose time and distance are known
  std::uint64_t drives = 0;                       ///< distinct ones
  std::uint64_t objects = 0;                      ///< distinct ones of cells with an attribute of objects, else 0
  std::uint64_t labels = 0;    ///< of those objects in those frames; without such an attribute, of all road users there
  std::uint64_t findings = 0;  ///< on those labels, of the drives' own label set. A finding is no defect.

  bool operator==(const Exposure&) const = default;
};

enum class CellState : std::uint8_t { missing, thin, covered };

/// One value of each of one to three attributes, at the same time and, where they are of objects, on the same object.
struct CoverageCell {
  std::vector<std::uint32_t> attributes;  ///< indexes into CoverageResult::attributes, rising
  std::vector<std::uint32_t> values;      ///< of each, index into its values
  Exposure exposure;
  CellState state = CellState::missing;
};

struct CoverageAttribute {
  std::string name;
  bool of_objects = false;
  std::vector<std::string> values;
  std::vector<Exposure> exposure;  ///< of each value alone
  std::vector<double> target;      ///< wanted share of each value, sum 1; empty: none
  /// Half the sum of the differences between the shares of the data (by frames) and those of the target, [0, 1]; NaN
  /// without target or data.
  double distance = 0;
};

/// A drive that would close many gaps: one value of each attribute, kNone where it does not matter.
struct DriveProposal {
  std::vector<std::uint32_t> values;
  std::uint64_t cells = 0;  ///< missing or thin ones that it would show and the proposals before it do not
};

struct DriveShare {
  std::string drive;
  std::uint64_t cells = 0;  ///< distinct ones that it shows
};

struct CoverageResult {
  std::vector<CoverageAttribute> attributes;
  int t = 1;
  std::vector<CoverageCell> cells;  ///< that can be: all combinations but those that the definition calls impossible
  std::uint64_t covered = 0, thin = 0, missing = 0;
  std::uint64_t impossible = 0;            ///< combinations left out of `cells`
  Exposure inside, outside, undetermined;  ///< of the ODD; only frames, times and distances
  std::uint64_t drives = 0;
  std::uint64_t frames_without_time = 0, frames_without_distance = 0;
  std::vector<DriveProposal> proposals;  ///< greedy, most cells first
  std::vector<DriveShare> best_drives;   ///< that show most cells

  /// Covered cells over all that can be; NaN where there are none.
  [[nodiscard]] double share() const;
};

/// Counts what reports hold of an operational design domain. src/odd/COVERAGE.md has the definitions.
class Coverage {
 public:
  /// Reads the definition. A fault in it that lint calls an error, no attribute to count, or more cells than can be
  /// counted is an error.
  [[nodiscard]] static Result<Coverage> create(const std::filesystem::path& odd, int t);
  Coverage(Coverage&&) noexcept;
  Coverage& operator=(Coverage&&) noexcept;
  ~Coverage();

  /// Counts the drives of a report. A drive that was counted before, rows that lie outside their drive, a report from
  /// before schema version 1.2, and over 64 combinations of values of a drive at once are errors, after which nothing
  /// more is to be asked of this object.
  [[nodiscard]] Result<void> add(const Report& report);
  /// Adds what `other` counted of the same definition and t, of other drives.
  [[nodiscard]] Result<void> merge(Coverage other);
  /// What it comes to so far.
  [[nodiscard]] CoverageResult result();

 private:
  struct State;
  explicit Coverage(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace concord::odd
