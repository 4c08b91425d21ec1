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

/// Where the labels of a corrupted drive are found.
class LabelNames {
 public:
  explicit LabelNames(const Drive& drive) : set_(drive.label_sets.front()) {
    for (std::uint32_t row = 0; row < set_.size(); ++row) {
      by_id_.emplace(set_.label_id[row], row);
      if (set_.track[row] == kNone) continue;
      by_frame_and_track_.emplace(std::pair(drive.frames.name[set_.frame[row]], set_.tracks.at(set_.track[row])), row);
    }
  }

  void rename(KeyRow& row) const {
    // A split label is under its new id, the other one of the row.
    for (const std::string& track : {row.track, row.other_track}) {
      const auto found = by_frame_and_track_.find({row.frame_begin, track});
      if (found == by_frame_and_track_.end()) continue;
      row.label = set_.label_id[found->second];
      return;
    }
    // nuScenes: a class belongs to a track, so that a label of another class becomes a track of its own.
    const auto same_id = by_id_.find(row.label);
    if (same_id == by_id_.end() || !row.other_track.empty()) return;
    row.other_track = set_.tracks.at(set_.track[same_id->second]);
  }

 private:
  const LabelSet& set_;
  std::map<std::string_view, std::uint32_t, std::less<>> by_id_;
  std::map<std::pair<std::string_view, std::string_view>, std::uint32_t> by_frame_and_track_;
};

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
    const LabelNames names(drive);
    for (KeyRow& row : key) {
      if (row.drive == drive.name && !row.track.empty() && row.error_type != "drop") names.rename(row);
    }
  }
  return {};
}

}  // namespace concord
