#include <algorithm>
#include <utility>

#include "concord/pipeline.hpp"
#include "concord/text.hpp"
#include "src/pipeline/assemble.hpp"
#include "src/pipeline/odd_tags.hpp"

namespace concord {

Result<ReopenedDrive> reopen_drive(const DriveSummary& summary) {
  OpenOptions options;
  if (!summary.taxonomy.empty()) options.taxonomy = summary.taxonomy;
  if (!summary.mapping.empty()) options.mapping = summary.mapping;
  for (const LabelSetSummary& set : summary.label_sets) {
    if (!set.source.empty()) options.extra_labels.push_back({set.name, set.source});
  }
  CONCORD_ASSIGN_OR_RETURN(const std::unique_ptr<Dataset> dataset,
                           open_dataset(summary.source, summary.format, options));
  const auto& drives = dataset->drives();
  const auto found = std::find_if(drives.begin(), drives.end(),
                                  [&](const DriveInfo& info) { return to_utf8(info.name) == summary.name; });
  if (found == drives.end()) {
    return Error{ErrorCode::not_found, "has no drive '" + summary.name + "' any more", summary.source,
                 "the dataset as it was when the report was made"};
  }
  CONCORD_ASSIGN_OR_RETURN(Drive drive, dataset->read(static_cast<std::size_t>(found - drives.begin())));
  CONCORD_ASSIGN_OR_RETURN(const std::vector<InputHash> inputs, pipeline::InputHashes().of(drive));
  // Tags beside the dataset are none of its labels.
  std::vector<InputHash> then = summary.inputs;
  std::erase_if(then, [](const InputHash& input) { return input.path.ends_with(pipeline::kTagsFileEnd); });
  const bool unchanged = std::equal(inputs.begin(), inputs.end(), then.begin(), then.end(),
                                    [](const InputHash& a, const InputHash& b) { return a.sha256 == b.sha256; });
  return ReopenedDrive{std::move(drive), unchanged};
}

}  // namespace concord
