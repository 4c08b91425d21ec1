#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "concord/result.hpp"

namespace concord {

/// What `path` is where it is no regular file: "a folder", "a pipe", "a link that leads nowhere"; else empty.
[[nodiscard]] std::string why_no_file(const std::filesystem::path& path);

/// A regular file, open for reading. Nothing else opens: a pipe, a terminal or a device may wait for ever.
class InputFile {
 public:
  /// `expected` completes the error: "a YAML file".
  static Result<InputFile> open(const std::filesystem::path& path, std::string_view expected = "a readable file");
  InputFile(InputFile&& other) noexcept;
  InputFile& operator=(InputFile&& other) noexcept;
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;
  ~InputFile();

  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// When it was opened.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  /// The next `count` bytes, fewer only at the end of the file.
  [[nodiscard]] Result<std::size_t> read(char* buffer, std::size_t count);

 private:
  InputFile(int descriptor, std::uint64_t bytes, std::string path);

  int descriptor_ = -1;
  std::uint64_t bytes_ = 0;
  std::string path_;
};

/// All bytes of a regular file of at most `max_bytes`.
[[nodiscard]] Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t max_bytes,
                                            std::string_view expected = "a readable file");

/// The first `count` bytes of a regular file, or all that it has; empty where it cannot be read. For telling formats
/// apart.
[[nodiscard]] std::string first_bytes(const std::filesystem::path& path, std::size_t count);

}  // namespace concord
