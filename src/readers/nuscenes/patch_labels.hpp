#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "concord/dataset.hpp"
#include "src/readers/nuscenes/table_text.hpp"
#include "src/readers/nuscenes/tables.hpp"

namespace concord::readers::nuscenes {

/// What is asked of one label: a row of sample_annotation.json or a copy of one.
struct LabelChange {
  std::uint32_t row = kNone;     ///< the annotation, or the one that is copied
  std::uint32_t sample = kNone;  ///< where the label stands afterwards
  bool dropped = false;
  std::optional<Cuboid> cuboid;          ///< ego frame of `sample`
  std::optional<std::string> track;      ///< instance token, of an existing or a new instance
  std::optional<std::string> raw_class;  ///< category name
  std::string new_token;                 ///< of a copy
};

/// Edits resolved to rows.
struct LabelChanges {
  std::map<std::uint32_t, LabelChange> rows;  ///< by annotation row
  std::vector<LabelChange> copies;
  std::vector<std::uint32_t> position;  ///< of a sample row on the chain of its scene
};

/// The three tables that a patch changes.
struct TablesEdits {
  TableEdits annotation, instance, category;
  /// New members of `copies[i]`'s row.
  std::vector<MemberTexts> copy_members;
};

/// Finds the labels that `edits` name. An unknown drive, frame or label is an error, and so are texts that are no
/// UTF-8.
[[nodiscard]] Result<LabelChanges> find_labels(Tables& tables, const DatasetEdits& edits);

/// Writes the new places of `changes` and the rows of copies into `edits`, once edit_tracks has. Numbers that a change
/// of frame and back leaves as they were keep their text.
[[nodiscard]] Result<void> edit_cuboids(Tables& tables, const LabelChanges& changes, TablesEdits& edits);

/// A token of 32 hexadecimal digits that follows from `seed` and that no table holds yet.
[[nodiscard]] std::string new_token(const Tables& tables, const std::string& seed);

}  // namespace concord::readers::nuscenes
