#include <algorithm>
#include <set>

#include "concord/seeding.hpp"

namespace concord {
namespace {

bool wanted(const SeedingOptions& options, const std::string& drive) {
  return options.drives.empty() ||
         std::find(options.drives.begin(), options.drives.end(), drive) != options.drives.end();
}

Result<void> require_known(const std::vector<DriveInfo>& drives, const SeedingOptions& options) {
  for (const std::string& name : options.drives) {
    const auto same = [&](const DriveInfo& drive) { return drive.name == name; };
    if (std::none_of(drives.begin(), drives.end(), same)) {
      return Error{ErrorCode::not_found, "the input has no drive '" + name + "'", "--drives", "a drive's name"};
    }
  }
  return {};
}

}  // namespace

Result<SeedingSummary> corrupt(Dataset& dataset, const SeedingSpec& spec, const SeedingOptions& options,
                               const std::filesystem::path& out) {
  CONCORD_RETURN_IF_ERROR(require_known(dataset.drives(), options));
  SeedingSummary summary;
  summary.counts.resize(spec.errors.size());
  DatasetEdits edits;
  for (std::size_t i = 0; i < dataset.drives().size(); ++i) {
    if (!wanted(options, dataset.drives()[i].name)) continue;
    const auto drive = dataset.read(i);
    if (!drive) {
      summary.failures.push_back(drive.error());
      continue;
    }
    SeededDrive seeded = seed_errors(*drive, spec, options);
    for (std::size_t k = 0; k < seeded.counts.size(); ++k) {
      summary.counts[k].asked += seeded.counts[k].asked;
      summary.counts[k].placed += seeded.counts[k].placed;
    }
    summary.format = drive->format;
    ++summary.drives;
    summary.labels += seeded.labels;
    summary.changed += seeded.changed;
    summary.key.insert(summary.key.end(), seeded.key.begin(), seeded.key.end());
    if (!seeded.edits.empty()) edits[drive->name] = std::move(seeded.edits);
  }
  if (summary.drives == 0) {
    if (!summary.failures.empty()) return summary.failures.front();
    return Error{ErrorCode::not_found, "no drive to corrupt", out.string(), "a dataset with drives"};
  }
  CONCORD_RETURN_IF_ERROR(dataset.patch(edits, out));
  return summary;
}

Result<void> name_labels(Dataset& corrupted, std::vector<KeyRow>& key) {
  std::set<std::string> drives;
  for (const KeyRow& row : key) drives.insert(row.drive);
  for (std::size_t i = 0; i < corrupted.drives().size(); ++i) {
    if (!drives.contains(corrupted.drives()[i].name)) continue;
    CONCORD_ASSIGN_OR_RETURN(const Drive drive, corrupted.read(i));
    if (drive.label_sets.empty()) continue;
    const LabelSet& set = drive.label_sets.front();
    std::map<std::pair<std::string_view, std::string_view>, std::uint32_t> by_frame_and_track;
    for (std::uint32_t row = 0; row < set.size(); ++row) {
      if (set.track[row] == kNone) continue;
      by_frame_and_track.emplace(std::pair(drive.frames.name[set.frame[row]], set.tracks.at(set.track[row])), row);
    }
    for (KeyRow& row : key) {
      if (row.drive != drive.name || row.track.empty()) continue;
      // A split label is under its new id, the other one of the row; a dropped label is nowhere.
      for (const std::string& track : {row.track, row.other_track}) {
        const auto found = by_frame_and_track.find({row.frame_begin, track});
        if (found == by_frame_and_track.end() || row.error_type == "drop") continue;
        row.label = set.label_id[found->second];
        break;
      }
    }
  }
  return {};
}

}  // namespace concord
