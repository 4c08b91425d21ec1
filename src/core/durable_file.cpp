#include "src/core/durable_file.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>
#include <string>

namespace concord {
namespace {

namespace fs = std::filesystem;

bool write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

bool sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return false;
  // Some network file systems cannot flush folders; the rename is all that they offer.
  const bool synced = ::fsync(descriptor) == 0 || errno == EINVAL || errno == ENOTSUP;
  return ::close(descriptor) == 0 && synced;
}

Error io_error(const fs::path& path) {
  const int reason = errno;
  return {ErrorCode::io, std::string("cannot be written: ") + std::strerror(reason), path.string(),
          reason == ENOSPC || reason == EFBIG || reason == EDQUOT ? "room for it" : "a writable place"};
}

}  // namespace

Result<void> write_durably(const fs::path& path, std::initializer_list<std::string_view> parts) {
  if (::access(path.c_str(), W_OK) != 0 && errno != ENOENT) return io_error(path);
  const fs::path temporary = path.string() + ".tmp." + std::to_string(::getpid());
  // What a killed process of the same number left is of no use; a link is not followed.
  ::unlink(temporary.c_str());
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (descriptor < 0) return io_error(path);
  bool done = true;
  for (const std::string_view part : parts) done = done && write_all(descriptor, part);
  done = done && ::fsync(descriptor) == 0;
  if (!done) {
    const Error error = io_error(path);
    ::close(descriptor);
    ::unlink(temporary.c_str());
    return error;
  }
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  // Only a file that is on the disk gets the name; the folder is flushed so that the name survives too.
  if (::close(descriptor) != 0 || ::rename(temporary.c_str(), path.c_str()) != 0 || !sync_folder(folder)) {
    const Error error = io_error(path);
    ::unlink(temporary.c_str());
    return error;
  }
  return {};
}

}  // namespace concord
