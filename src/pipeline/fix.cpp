#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "concord/fixing.hpp"
#include "src/checks/known_names.hpp"
#include "src/pipeline/input_hashes.hpp"

namespace concord {
namespace {

/// A drive of a report.
struct Reported {
  const Report* report = nullptr;
  const DriveSummary* summary = nullptr;
};

Result<std::map<std::string, Reported>> drives_of(std::span<const Report> reports) {
  std::map<std::string, Reported> drives;
  for (const Report& report : reports) {
    for (const DriveSummary& summary : report.drives) {
      if (drives.emplace(summary.name, Reported{&report, &summary}).second) continue;
      return Error{ErrorCode::invalid_argument, "two reports hold drive '" + summary.name + "'", "",
                   "one report a drive"};
    }
  }
  return drives;
}

/// The findings were made from these very files: each file of the drive is one of the report's and, unless label sets
/// were added for the report, the other way round.
Result<void> require_same_input(const DriveSummary& summary, const Drive& drive, pipeline::InputHashes& hashes) {
  const auto refuse = [&](const std::string& message) {
    return Error{ErrorCode::invalid_argument,
                 "the report of drive '" + summary.name + "' does not belong to it: " + message, drive.source.string(),
                 "the input as it was when the report was made, or a new report of it"};
  };
  if (summary.format != drive.format) return refuse("it is of a " + summary.format + " dataset");
  CONCORD_ASSIGN_OR_RETURN(const std::vector<InputHash> inputs, hashes.of(drive));
  if (inputs.empty() && summary.inputs.empty() && summary.source != drive.source.string()) {
    return refuse("it is of " + summary.source);  // simulated: the text is all of the input
  }
  std::set<std::pair<std::string, std::string>> reported;
  for (const InputHash& input : summary.inputs) reported.emplace(input.path, input.sha256);
  for (const InputHash& input : inputs) {
    if (!reported.contains({input.path, input.sha256})) return refuse(input.path + " is another file");
  }
  const bool added = std::any_of(summary.label_sets.begin(), summary.label_sets.end(),
                                 [](const LabelSetSummary& set) { return !set.source.empty(); });
  if (!added && inputs.size() != summary.inputs.size()) return refuse("it was made from further files");
  if (drive.frames.size() != summary.frames) return refuse("it has " + std::to_string(summary.frames) + " frames");
  return {};
}

}  // namespace

Result<FixSummary> fix(std::span<const Report> reports, Dataset& dataset, const FixOptions& options,
                       const std::filesystem::path& out) {
  CONCORD_RETURN_IF_ERROR(judging::require_known_names({.only = options.only, .skip = options.skip}));
  CONCORD_ASSIGN_OR_RETURN(auto reported, drives_of(reports));
  FixSummary summary;
  DatasetEdits edits;
  pipeline::InputHashes hashes;
  for (std::size_t i = 0; i < dataset.drives().size(); ++i) {
    const std::string& name = dataset.drives()[i].name;
    const auto found = reported.find(name);
    if (found == reported.end()) {
      summary.without_report.push_back(name);
      continue;
    }
    CONCORD_ASSIGN_OR_RETURN(const Drive drive, dataset.read(i));
    CONCORD_RETURN_IF_ERROR(require_same_input(*found->second.summary, drive, hashes));
    DriveCorrections corrections =
        plan_corrections(drive, found->second.report->findings, found->second.report->proposals, options);
    reported.erase(found);
    ++summary.drives;
    if (!drive.label_sets.empty()) summary.labels += drive.label_sets.front().size();
    summary.changed += corrections.changed;
    summary.deleted += corrections.deleted;
    for (std::size_t k = 0; k < kFixOutcomes; ++k) summary.findings[k] += corrections.findings[k];
    std::move(corrections.log.begin(), corrections.log.end(), std::back_inserter(summary.log));
    if (!corrections.edits.empty()) edits[name] = std::move(corrections.edits);
  }
  if (!reported.empty()) {
    return Error{ErrorCode::not_found, "has no drive '" + reported.begin()->first + "'",
                 reported.begin()->second.summary->source, "the input that the report was made from"};
  }
  if (summary.drives == 0) return Error{ErrorCode::invalid_argument, "no report", "", "a report of the input"};
  CONCORD_RETURN_IF_ERROR(dataset.patch(edits, out));
  return summary;
}

}  // namespace concord
