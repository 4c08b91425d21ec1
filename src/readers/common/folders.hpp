#pragma once

#include <filesystem>
#include <functional>
#include <vector>

namespace concord::readers {

/// The folders for which `is_wanted`: `input` itself, or those up to three levels below it; sorted. What lies below a
/// wanted folder is not looked at, and links to folders above or beside them do not multiply the work.
[[nodiscard]] std::vector<std::filesystem::path> find_folders(
    const std::filesystem::path& input, const std::function<bool(const std::filesystem::path&)>& is_wanted);

}  // namespace concord::readers
