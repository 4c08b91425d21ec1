#pragma once

#include <filesystem>
#include <initializer_list>
#include <string_view>

#include "concord/result.hpp"

namespace concord {

/// Writes the parts, one after the other, to a temporary name beside `path`, flushes them to the disk and renames:
/// `path` holds either all of it or what it held before, even when the machine stops in between. An existing file must
/// be writable, though it is replaced and not written to.
[[nodiscard]] Result<void> write_durably(const std::filesystem::path& path,
                                         std::initializer_list<std::string_view> parts);

}  // namespace concord
