#include "src/readers/nuscenes/patch.hpp"

#include <array>
#include <system_error>

#include "src/readers/nuscenes/patch_labels.hpp"
#include "src/readers/nuscenes/patch_tracks.hpp"

namespace concord::readers::nuscenes {
namespace fs = std::filesystem;

namespace {

/// Takes back what a failed copy has written. `existed`: the folder was there before, and empty.
void clear(const fs::path& out, bool existed) {
  std::error_code failure;
  if (!existed) {
    fs::remove_all(out, failure);
    return;
  }
  for (fs::directory_iterator it(out, failure), end; !failure && it != end; it.increment(failure)) {
    std::error_code ignored;
    fs::remove_all(it->path(), ignored);
  }
}

}  // namespace

Result<void> patch_dataset(Tables& t, const fs::path& input, const DatasetEdits& edits, const fs::path& out) {
  CONCORD_ASSIGN_OR_RETURN(LabelChanges labels, find_labels(t, edits));
  TablesEdits tables;
  CONCORD_RETURN_IF_ERROR(edit_tracks(t, labels, tables));
  CONCORD_RETURN_IF_ERROR(edit_cuboids(t, labels, tables));

  struct Edited {
    const Table* table;
    PiecedText text;
  };
  std::vector<Edited> edited;
  const std::array<std::pair<const Table*, const TableEdits*>, 3> lists{
      {{&t.sample_annotation, &tables.annotation}, {&t.instance, &tables.instance}, {&t.category, &tables.category}}};
  for (const auto& [table, list] : lists) {
    if (list->empty()) continue;
    CONCORD_ASSIGN_OR_RETURN(PiecedText text, edited_table(table->text(), table->rows, *list, table->file));
    edited.push_back({table, std::move(text)});
  }

  std::error_code failure;
  const bool existed = fs::exists(out, failure);
  if (existed && !(fs::is_directory(out, failure) && fs::is_empty(out, failure))) {
    return Error{ErrorCode::invalid_argument, "is not empty", out.string(), "a new or empty folder"};
  }
  std::size_t written = 0;
  auto copied = copy_tree(input, out, [&](const fs::path& source, const fs::path& target) -> Result<bool> {
    for (const Edited& file : edited) {
      if (source != file.table->path) continue;
      CONCORD_RETURN_IF_ERROR(write_text(target, file.text.pieces));
      ++written;
      return true;
    }
    return false;
  });
  if (copied && written != edited.size()) {
    copied = Error{ErrorCode::io, "an edited table was not met while copying", input.string(), ""};
  }
  if (!copied) clear(out, existed);
  return copied;
}

}  // namespace concord::readers::nuscenes
