#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "concord/dataset.hpp"
#include "concord/drive.hpp"
#include "concord/finding.hpp"
#include "concord/report.hpp"
#include "concord/result.hpp"

namespace concord {

/// Which of the proposals of a report are applied. Documented in src/fixing/README.md.
struct FixOptions {
  std::vector<std::string> only;  ///< check ids or families; empty: all
  std::vector<std::string> skip;
  double min_score = 0.05;  ///< findings with a lower score are not applied: hardly beyond their limit
  bool deletes = false;     ///< labels that findings propose to delete are deleted
};

/// What became of a finding, or of one label's part in it.
enum class FixOutcome : std::uint8_t {
  applied,
  no_proposal,      ///< its check proposes nothing
  missing_label,    ///< it proposes a label where there is none: a person must add it
  not_selected,     ///< left out by `only` or `skip`
  other_label_set,  ///< of a label set that was added; only the dataset's own is corrected
  below_min_score,
  explained,           ///< another finding is its root cause
  deletion_not_asked,  ///< it proposes to delete a label
  conflict,            ///< a finding of higher rank changes the same of the same label
  part_of_track,       ///< points show it for less than half of a track's labels: correcting these would tear it apart
  not_possible,        ///< the label is not there, or would get a box that is none
};
inline constexpr std::size_t kFixOutcomes = 11;
/// "applied", "nothing proposed", "below --min-score" ...
[[nodiscard]] std::string_view to_string(FixOutcome outcome);

/// One line of a change log: one field of one label, changed or not. Numbers are those of the ego frame of the label's
/// frame.
struct LabelChange {
  std::string drive, label_set, frame, track, label;  ///< as in the dataset before the correction
  std::string check, finding;
  std::string field;  ///< as in Proposal
  std::string unit;
  std::string before, after;
  double score = 0;
  FixOutcome outcome = FixOutcome::applied;
  std::string conflict;  ///< id of the finding that was applied instead
};

/// The corrections of one drive.
struct DriveCorrections {
  std::vector<LabelEdit> edits;
  std::vector<LabelChange> log;                        ///< by row of the label set; what was not applied behind
  std::array<std::uint64_t, kFixOutcomes> findings{};  ///< by FixOutcome
  std::uint64_t changed = 0;                           ///< labels
  std::uint64_t deleted = 0;
};

/// The label edits that the findings of `drive`, with their proposals, ask for. Findings of other drives are left out.
/// The same arguments give the same result, in whatever order findings and proposals come.
[[nodiscard]] DriveCorrections plan_corrections(const Drive& drive, std::span<const Finding> findings,
                                                std::span<const Proposal> proposals, const FixOptions& options);

/// `box` with the proposals of numbers applied. A yaw turns it about its own vertical axis, so that it stays on the
/// ground that it is on.
[[nodiscard]] Cuboid apply_proposals(Cuboid box, std::span<const Proposal> proposals);

struct FixSummary {
  std::vector<LabelChange> log;
  std::array<std::uint64_t, kFixOutcomes> findings{};
  std::uint64_t drives = 0, labels = 0, changed = 0, deleted = 0;
  std::vector<std::string> without_report;  ///< drives that were copied as they are
};

/// Writes a corrected copy of `dataset` to the new or empty folder `out`: only labels that an applied proposal is about
/// differ, every other byte is the same. Nothing is written unless every drive of `reports` is in the dataset and was
/// read, when its report was made, from the same files byte for byte.
[[nodiscard]] Result<FixSummary> fix(std::span<const Report> reports, Dataset& dataset, const FixOptions& options,
                                     const std::filesystem::path& out);

/// CSV with one line a LabelChange.
[[nodiscard]] Result<void> write_change_log(const std::filesystem::path& path, std::span<const LabelChange> log);

}  // namespace concord
