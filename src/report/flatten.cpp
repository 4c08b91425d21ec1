#include "src/report/columns.hpp"

#include <map>

namespace concord::report {

FlatDrives flatten(const std::vector<DriveSummary>& drives) {
  FlatDrives flat;
  for (const DriveSummary& drive : drives) {
    flat.drives.push_back({drive.name, drive.format, drive.source, drive.taxonomy, drive.mapping, drive.frames,
                           drive.duration_s, static_cast<std::uint8_t>(drive.time_assumed),
                           static_cast<std::uint8_t>(drive.has_poses)});
    for (const LabelSetSummary& set : drive.label_sets) {
      flat.label_sets.push_back({drive.name, set.name, set.source, set.cuboids, set.boxes_2d, set.tracks});
    }
    for (const InputHash& input : drive.inputs)
      flat.inputs.push_back({drive.name, input.path, input.sha256, input.bytes});
    for (const std::string& note : drive.notes) flat.notes.push_back({drive.name, note});
  }
  return flat;
}

std::vector<DriveSummary> unflatten(const FlatDrives& flat) {
  std::vector<DriveSummary> drives;
  std::map<std::string, std::size_t> index;
  for (const FlatDrive& drive : flat.drives) {
    index[drive.name] = drives.size();
    drives.push_back({.name = drive.name,
                      .format = drive.format,
                      .source = drive.source,
                      .taxonomy = drive.taxonomy,
                      .mapping = drive.mapping,
                      .frames = drive.frames,
                      .duration_s = drive.duration_s,
                      .time_assumed = drive.time_assumed != 0,
                      .has_poses = drive.has_poses != 0,
                      .label_sets = {},
                      .inputs = {},
                      .notes = {}});
  }
  const auto owner = [&](const std::string& name) -> DriveSummary* {
    const auto found = index.find(name);
    return found == index.end() ? nullptr : &drives[found->second];
  };
  for (const FlatLabelSet& set : flat.label_sets) {
    if (DriveSummary* drive = owner(set.drive))
      drive->label_sets.push_back({set.name, set.cuboids, set.boxes_2d, set.tracks, set.source});
  }
  for (const FlatInput& input : flat.inputs) {
    if (DriveSummary* drive = owner(input.drive)) drive->inputs.push_back({input.path, input.bytes, input.sha256});
  }
  for (const FlatNote& note : flat.notes) {
    if (DriveSummary* drive = owner(note.drive)) drive->notes.push_back(note.text);
  }
  return drives;
}

}  // namespace concord::report
