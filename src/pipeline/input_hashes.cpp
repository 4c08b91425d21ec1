#include "src/pipeline/input_hashes.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

#include "concord/hash.hpp"

namespace concord::pipeline {
namespace fs = std::filesystem;

Result<std::vector<InputHash>> InputHashes::of(const Drive& drive) {
  std::vector<InputHash> hashes;
  for (const fs::path& path : drive.input_files) {
    std::error_code failure;
    const std::uintmax_t bytes = fs::file_size(path, failure);
    const fs::file_time_type time = failure ? fs::file_time_type() : fs::last_write_time(path, failure);
    if (failure) return Error{ErrorCode::io, "cannot be measured: " + failure.message(), path.string(), ""};
    const auto [known, is_new] = known_.try_emplace(path);
    if (is_new || known->second.bytes != bytes || known->second.time != time) {
      auto digest = sha256_file(path);
      if (!digest) {
        known_.erase(known);
        return digest.error();
      }
      known->second = {bytes, time, std::move(digest).value()};
    }
    // Relative names keep equal inputs equal wherever the dataset lies.
    const fs::path relative = path.lexically_relative(drive.source);
    const bool below = !relative.empty() && *relative.begin() != ".." && relative != ".";
    hashes.push_back({below ? relative.generic_string() : path.filename().string(), bytes, known->second.digest});
  }
  std::sort(hashes.begin(), hashes.end(), [](const InputHash& a, const InputHash& b) { return a.path < b.path; });
  return hashes;
}

}  // namespace concord::pipeline
