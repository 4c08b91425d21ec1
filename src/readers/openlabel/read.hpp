#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "concord/drive.hpp"
#include "src/readers/common/json.hpp"
#include "src/readers/openlabel/labels.hpp"

namespace concord::readers::openlabel {

struct ReadOptions {
  std::shared_ptr<const Taxonomy> taxonomy;
  bool own_taxonomy = false;  ///< the user gave the taxonomy: it outranks what the file says about its classes
  bool keep_places = false;
};

struct FileReading {
  Drive drive;
  // With ReadOptions::keep_places:
  std::vector<LabelPlace> places;       ///< of the rows of label_sets[0]; valid as long as the document
  std::vector<std::string> frame_keys;  ///< the keys of the frames in the file; "" in a file without frames
  std::string ego;                      ///< name of the ego coordinate system; empty when the file defines none
};

/// The value of the file's member "openlabel", an object.
[[nodiscard]] Result<Node> openlabel_member(const Document& document);

/// Reads a parsed file as a drive called `name`.
[[nodiscard]] Result<FileReading> read_drive(const Document& document, const std::filesystem::path& file,
                                             std::string name, const ReadOptions& options);

/// Reads the labels of another OpenLABEL file as a further set of `drive`; frames match by name.
[[nodiscard]] Result<LabelSet> read_extra_labels(const std::filesystem::path& file, std::string name,
                                                 const ReadOptions& options, Drive& drive);

/// The drive name that the file's metadata state, as far as its first 64 KiB show it and it can be part of a file name;
/// else the file's stem.
[[nodiscard]] std::string drive_name(const std::filesystem::path& file);

/// True when the first kilobytes of a .json file name "openlabel".
[[nodiscard]] bool looks_like_openlabel(const std::filesystem::path& file);

}  // namespace concord::readers::openlabel
