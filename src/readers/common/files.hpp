#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "concord/result.hpp"

namespace concord::readers {

/// Refuses a file larger than this in memory-resident readers (labels, tables); clouds have their own bounds.
inline constexpr std::uint64_t kMaxTextBytes = std::uint64_t{4} << 30U;

class WatchedMapping;

/// A read-only view of a whole file: in memory, or mapped where it is large. Empty files are allowed. Moves, does not
/// copy. A file that somebody cuts meanwhile is an error of opening it, or of cut_file() (watched_mapping.hpp).
class MappedFile {
 public:
  static Result<MappedFile> open(const std::filesystem::path& path, std::uint64_t max_bytes = kMaxTextBytes);
  MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();
  [[nodiscard]] std::string_view text() const { return {data_, size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::unique_ptr<WatchedMapping> mapping_;
  const char* data_ = nullptr;
  std::size_t size_ = 0;
};

/// `root / relative` when `relative` is a relative path that does not leave `root` by `..`; else an error. Paths inside
/// a dataset are hostile input.
[[nodiscard]] Result<std::filesystem::path> join_below(const std::filesystem::path& root, std::string_view relative,
                                                       std::string_view where);

/// Whether anything has that name, be it no file or a link that leads nowhere: opening it says what is wrong. What is
/// not present may be left out of a dataset, anything else may not.
[[nodiscard]] bool is_present(const std::filesystem::path& path);

/// What lies directly in `folder` under a name with `extension`, or, without one, all but its folders; sorted by name.
/// What is no file is listed too, so that it is an error when it is opened and not a label file that nobody misses.
[[nodiscard]] Result<std::vector<std::filesystem::path>> list_files(const std::filesystem::path& folder,
                                                                    std::string_view extension = {});

/// Copies the folder (or single file) `from` to the new or empty folder `to`. A file for which `rewrite` returns true
/// has been written by it (arguments: source, target); every other file is copied byte for byte. Symlinks are followed;
/// a loop, or what is neither file nor folder, is an error.
using RewriteFile =
    std::function<Result<bool>(const std::filesystem::path& source, const std::filesystem::path& target)>;
[[nodiscard]] Result<void> copy_tree(const std::filesystem::path& from, const std::filesystem::path& to,
                                     const RewriteFile& rewrite);

/// Copies as copy_tree does, with new texts for the files that `texts` names by their source.
[[nodiscard]] Result<void> copy_with_texts(const std::filesystem::path& from, const std::filesystem::path& to,
                                           const std::map<std::filesystem::path, std::string>& texts);

/// Copies the files of `paths` that lie below `folder` to the same places below `to`; what is there stays.
[[nodiscard]] Result<void> copy_files_below(const std::filesystem::path& folder,
                                            const std::set<std::filesystem::path>& paths,
                                            const std::filesystem::path& to);

/// Writes `text` to `path` (whole or not at all).
[[nodiscard]] Result<void> write_text(const std::filesystem::path& path, std::string_view text);
/// As above, for text in pieces.
[[nodiscard]] Result<void> write_text(const std::filesystem::path& path, std::span<const std::string_view> pieces);

/// Names and ids that are longer are refused.
inline constexpr std::size_t kLongestId = 1024;
/// Why `text` cannot be a name or an id: "is not UTF-8", "has 2000 bytes"; empty where it can.
[[nodiscard]] std::string why_no_id(std::string_view text);
/// As an error: `what` says whose text it is ("the class"), `where` is the line.
[[nodiscard]] Error id_error(std::string_view text, std::string_view what, std::string where);

/// Times are refused beyond 146 years from 1970, so that the difference of any two can be told.
[[nodiscard]] constexpr bool is_usable_time(std::int64_t time_ns) {
  constexpr std::int64_t kLimitNs = std::int64_t{1} << 62U;
  return time_ns >= -kLimitNs && time_ns <= kLimitNs;
}

/// The number that is the whole of `text`; "nan" and "inf" are numbers, hexadecimal and trailing characters are not.
[[nodiscard]] bool parse_double(std::string_view text, double& value);
[[nodiscard]] bool parse_int(std::string_view text, std::int64_t& value);
/// The shortest text that parse_double() turns into the same number; "nan" and "inf" too.
[[nodiscard]] std::string number_text(double value);

/// Calls `on_line(line, number from 1)` for each line without its end; stops at the first error. CRLF is accepted.
[[nodiscard]] Result<void> for_each_line(std::string_view text,
                                         const std::function<Result<void>(std::string_view, std::size_t)>& on_line);

/// `path:line`.
[[nodiscard]] std::string at_line(const std::filesystem::path& path, std::size_t line);

}  // namespace concord::readers
