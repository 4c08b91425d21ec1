#include "src/report/trailer.hpp"

#include <algorithm>
#include <fstream>
#include <system_error>
#include <vector>

#include "concord/hash.hpp"

namespace concord::report {
namespace {

constexpr std::string_view kMark = "\nconcord-sha256:";
constexpr std::size_t kTrailerBytes = kMark.size() + 64 + 1;

}  // namespace

std::string trailer_of(std::string_view bytes) {
  Sha256 hash;
  hash.update(bytes);
  return std::string(kMark) + hash.hex() + "\n";
}

Result<std::uint64_t> check_trailer(const std::filesystem::path& path) {
  const auto fail = [&](const std::string& why) {
    return Error{ErrorCode::io, "cannot be read: " + why, path.string(), "a report (.h5)"};
  };
  std::error_code failure;
  const auto kind = std::filesystem::status(path, failure).type();
  if (kind == std::filesystem::file_type::not_found) {
    return Error{ErrorCode::not_found, "does not exist", path.string(), "a report (.h5)"};
  }
  // Anything else, a pipe above all, may wait for ever.
  if (kind != std::filesystem::file_type::regular) {
    return fail(failure ? failure.message() : "it is not a regular file");
  }
  const std::uintmax_t bytes = std::filesystem::file_size(path, failure);
  if (failure) return fail(failure.message());
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail("it cannot be opened");
  if (bytes < kTrailerBytes) return bytes;
  const std::uint64_t data_bytes = bytes - kTrailerBytes;
  std::string trailer(kTrailerBytes, '\0');
  file.seekg(static_cast<std::streamoff>(data_bytes));
  if (!file.read(trailer.data(), static_cast<std::streamsize>(trailer.size()))) return fail("it became shorter");
  if (!trailer.starts_with(kMark)) return bytes;

  file.seekg(0);
  Sha256 hash;
  std::vector<char> buffer(std::size_t{1} << 20U);
  for (std::uint64_t left = data_bytes; left > 0;) {
    const std::uint64_t count = std::min<std::uint64_t>(left, buffer.size());
    if (!file.read(buffer.data(), static_cast<std::streamsize>(count))) return fail("it became shorter");
    hash.update(buffer.data(), count);
    left -= count;
  }
  if (trailer.substr(kMark.size(), 64) != hash.hex()) {
    return Error{ErrorCode::malformed, "is damaged: its bytes do not match its checksum", path.string(),
                 "a report as it was written"};
  }
  return data_bytes;
}

}  // namespace concord::report
