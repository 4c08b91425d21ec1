#include "src/core/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

namespace concord {
namespace fs = std::filesystem;

std::string why_no_file(const fs::path& path) {
  std::error_code failure;
  switch (fs::status(path, failure).type()) {
    case fs::file_type::regular:
      return "";
    case fs::file_type::directory:
      return "a folder";
    case fs::file_type::fifo:
      return "a pipe";
    case fs::file_type::socket:
      return "a socket";
    case fs::file_type::block:
    case fs::file_type::character:
      return "a device";
    default:
      break;
  }
  if (fs::is_symlink(fs::symlink_status(path, failure))) return "a link that leads nowhere";
  return "not there";
}

InputFile::InputFile(int descriptor, std::uint64_t bytes, std::string path)
    : descriptor_(descriptor), bytes_(bytes), path_(std::move(path)) {}

InputFile::InputFile(InputFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)), bytes_(other.bytes_), path_(std::move(other.path_)) {}

InputFile& InputFile::operator=(InputFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  std::swap(bytes_, other.bytes_);
  std::swap(path_, other.path_);
  return *this;
}

InputFile::~InputFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

Result<InputFile> InputFile::open(const fs::path& path, std::string_view expected) {
  // Without O_NONBLOCK the open itself waits for somebody to write into a pipe.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    const int reason = errno;
    const ErrorCode code = reason == ENOENT || reason == ENOTDIR ? ErrorCode::not_found : ErrorCode::io;
    std::error_code failure;
    const std::string what = fs::is_symlink(fs::symlink_status(path, failure)) && code == ErrorCode::not_found
                                 ? "is a link that leads nowhere"
                                 : std::string("cannot be opened: ") + std::strerror(reason);
    return Error{code, what, path.string(), std::string(expected)};
  }
  struct stat status {};
  InputFile file(descriptor, 0, path.string());
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    std::string what = why_no_file(path);
    if (what.empty()) what = "not a regular file";
    return Error{ErrorCode::io, "is " + what, path.string(), std::string(expected)};
  }
  file.bytes_ = static_cast<std::uint64_t>(status.st_size);
  return file;
}

Result<std::size_t> InputFile::read(char* buffer, std::size_t count) {
  std::size_t done = 0;
  while (done < count) {
    const ssize_t got = ::read(descriptor_, buffer + done, count - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Error{ErrorCode::io, std::string("cannot be read: ") + std::strerror(errno), path_, ""};
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

Result<std::string> read_file(const fs::path& path, std::uint64_t max_bytes, std::string_view expected) {
  CONCORD_ASSIGN_OR_RETURN(InputFile file, InputFile::open(path, expected));
  if (file.bytes() > max_bytes) {
    return Error{ErrorCode::limit_exceeded, "has " + std::to_string(file.bytes()) + " bytes", path.string(),
                 std::string(expected) + " of at most " + std::to_string(max_bytes) + " bytes"};
  }
  std::string text(file.bytes(), '\0');
  CONCORD_ASSIGN_OR_RETURN(const std::size_t read, file.read(text.data(), text.size()));
  text.resize(read);
  return text;
}

std::string first_bytes(const fs::path& path, std::size_t count) {
  auto file = InputFile::open(path);
  if (!file) return {};
  std::string text(std::min<std::uint64_t>(count, file->bytes()), '\0');
  const auto read = file->read(text.data(), text.size());
  text.resize(read ? read.value() : 0);
  return text;
}

}  // namespace concord
