#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace concord {

/// A file of data/ that is compiled into the program, so that it runs from anywhere.
struct EmbeddedFile {
  std::string_view name;  ///< path below data/: "taxonomies/kitti.yaml"
  std::string_view text;
};

/// All of them, sorted by name.
[[nodiscard]] std::span<const EmbeddedFile> embedded_files();
/// The text of the file of that name, or nothing.
[[nodiscard]] std::optional<std::string_view> embedded_file(std::string_view name);

}  // namespace concord
