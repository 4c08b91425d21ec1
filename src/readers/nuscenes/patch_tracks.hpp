#pragma once

#include "src/readers/nuscenes/patch_labels.hpp"

namespace concord::readers::nuscenes {

/// Writes the tracks and classes of `changes` into `edits`: instances that labels leave, join or found, the links of
/// every label whose neighbours on its track change, the counts and ends of its instance. Sets `edits.copy_members`.
///
/// A class belongs to an instance. Where all labels of an instance get one class, its category changes; labels that get
/// another class than the rest of their track become an instance of their own.
[[nodiscard]] Result<void> edit_tracks(Tables& tables, const LabelChanges& changes, TablesEdits& edits);

}  // namespace concord::readers::nuscenes
