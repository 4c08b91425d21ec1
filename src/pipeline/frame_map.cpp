#include "src/pipeline/frame_map.hpp"

#include <array>
#include <set>

#include "src/readers/common/files.hpp"
#include "src/readers/csv/table.hpp"

namespace concord::pipeline {

Result<FrameMap> FrameMap::read(const std::filesystem::path& path) {
  constexpr std::array<const char*, 4> kColumns{"candidate_drive", "candidate_frame", "reference_drive",
                                                "reference_frame"};
  CONCORD_ASSIGN_OR_RETURN(const readers::MappedFile file, readers::MappedFile::open(path));
  CONCORD_ASSIGN_OR_RETURN(const readers::csv::Table table, readers::csv::Table::open(file.text(), ',', path));
  std::array<std::size_t, kColumns.size()> column{};
  for (std::size_t i = 0; i < kColumns.size(); ++i) {
    const auto found = table.find(kColumns[i]);
    if (!found) {
      return Error{ErrorCode::malformed, std::string("has no column ") + kColumns[i], readers::at_line(path, 1),
                   "candidate_drive, candidate_frame, reference_drive, reference_frame"};
    }
    column[i] = *found;
  }
  FrameMap map;
  std::set<std::pair<std::string, std::string>> candidates;
  std::set<std::pair<std::string, std::string>> references;
  CONCORD_RETURN_IF_ERROR(table.for_each_row([&](const readers::csv::Row& row) -> Result<void> {
    const std::string drive = row.text(column[2]);
    FrameMap::Entry entry{row.text(column[0]), row.text(column[1]), row.text(column[3])};
    if (!candidates.insert({entry.candidate_drive, entry.candidate_frame}).second ||
        !references.insert({drive, entry.reference_frame}).second) {
      return Error{ErrorCode::malformed, "a frame stands twice", readers::at_line(path, row.line),
                   "one line a frame of either side"};
    }
    map.by_reference_drive[drive].push_back(std::move(entry));
    return {};
  }));
  return map;
}

}  // namespace concord::pipeline
