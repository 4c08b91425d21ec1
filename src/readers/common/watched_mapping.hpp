#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>

#include "concord/result.hpp"
#include "src/core/input_file.hpp"

namespace concord::readers {

/// A file mapped for reading. Whoever reads bytes that somebody has cut off meanwhile gets a SIGBUS: with
/// survive_cut_files() they read zeros instead, and cut_file() tells it afterwards.
class WatchedMapping {
 public:
  /// Takes `input`, which has at least one byte. Null where as many mappings as can be watched are open: then `input`
  /// stays, to be read.
  static Result<std::unique_ptr<WatchedMapping>> open(InputFile& input, const std::filesystem::path& path);
  WatchedMapping(const WatchedMapping&) = delete;
  WatchedMapping& operator=(const WatchedMapping&) = delete;
  ~WatchedMapping();
  [[nodiscard]] const char* data() const { return data_; }

 private:
  WatchedMapping(InputFile input, const std::filesystem::path& path, const char* data, std::size_t slot);
  friend std::optional<Error> cut_file();
  [[nodiscard]] bool is_cut() const;

  InputFile input_;
  std::filesystem::path path_;
  const char* data_;
  std::size_t slot_;
};

/// What is said of a file that became shorter while it was read.
[[nodiscard]] Error cut_error(const std::filesystem::path& path);

/// The error of a file that became shorter while it was mapped: of one that still is, or was by this thread since the
/// last call. What was read of it is worth nothing.
[[nodiscard]] std::optional<Error> cut_file();

}  // namespace concord::readers
