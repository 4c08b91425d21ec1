#include "src/readers/common/files.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>
#include <utility>

#include "concord/text.hpp"
#include "src/core/input_file.hpp"
#include "src/readers/common/watched_mapping.hpp"

namespace concord::readers {
namespace fs = std::filesystem;

namespace {

Error io_error(const fs::path& path, std::string what) {
  return {ErrorCode::io, std::move(what) + ": " + std::strerror(errno), path.string(), ""};
}

}  // namespace

Result<MappedFile> MappedFile::open(const fs::path& path, std::uint64_t max_bytes) {
  constexpr std::size_t kMostBytesRead = std::size_t{64} << 20U;
  CONCORD_ASSIGN_OR_RETURN(InputFile input, InputFile::open(path));
  MappedFile file;
  file.size_ = input.bytes();
  if (file.size_ > max_bytes) {
    return Error{ErrorCode::limit_exceeded, "has " + std::to_string(file.size_) + " bytes", path.string(),
                 "at most " + std::to_string(max_bytes)};
  }
  if (file.size_ > kMostBytesRead) {
    CONCORD_ASSIGN_OR_RETURN(file.mapping_, WatchedMapping::open(input, path));
  }
  if (file.mapping_ != nullptr) {
    file.data_ = file.mapping_->data();
    return file;
  }
  file.bytes_ = std::make_unique_for_overwrite<char[]>(file.size_);
  file.data_ = file.bytes_.get();
  CONCORD_ASSIGN_OR_RETURN(const std::size_t read, input.read(file.bytes_.get(), file.size_));
  if (read != file.size_) return cut_error(path);
  return file;
}

MappedFile::MappedFile() = default;

MappedFile::MappedFile(MappedFile&& other) noexcept
    : bytes_(std::move(other.bytes_)),
      mapping_(std::move(other.mapping_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  std::swap(mapping_, other.mapping_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() = default;

Result<fs::path> join_below(const fs::path& root, std::string_view relative, std::string_view where) {
  const fs::path path(relative);
  const fs::path normal = path.lexically_normal();
  if (relative.empty() || path.is_absolute() || relative.find('\0') != std::string_view::npos ||
      (!normal.empty() && *normal.begin() == "..")) {
    return Error{ErrorCode::malformed, "path '" + std::string(relative) + "' leaves the dataset", std::string(where),
                 "a relative path below the dataset's folder"};
  }
  return root / normal;
}

bool is_present(const fs::path& path) {
  std::error_code failure;
  return fs::symlink_status(path, failure).type() != fs::file_type::not_found;
}

Result<std::vector<fs::path>> list_files(const fs::path& folder, std::string_view extension) {
  std::error_code failure;
  std::vector<fs::path> files;
  for (fs::directory_iterator it(folder, failure), end; !failure && it != end; it.increment(failure)) {
    std::error_code ignored;
    const bool wanted = extension.empty() ? !it->is_directory(ignored) : it->path().extension() == extension;
    if (wanted) files.push_back(it->path());
  }
  if (failure)
    return Error{ErrorCode::io, "cannot be listed: " + failure.message(), folder.string(), "a readable folder"};
  std::sort(files.begin(), files.end());
  return files;
}

namespace {

constexpr std::size_t kMaxFolderDepth = 64;
/// Links may show one folder in several places; folders of links to folders of links would multiply without end.
constexpr int kMaxVisits = 16;

/// The folders that a copy has been to, by where they really are.
struct Visits {
  std::map<fs::path, int> count;
  std::vector<fs::path> open;  ///< those that the present one lies in
};

Result<void> copy_folder(const fs::path& from, const fs::path& to, const RewriteFile& rewrite, Visits& visits) {
  std::error_code failure;
  const fs::path place = fs::canonical(from, failure);
  const bool loops = std::find(visits.open.begin(), visits.open.end(), place) != visits.open.end();
  if (failure || loops || visits.open.size() > kMaxFolderDepth || ++visits.count[place] > kMaxVisits) {
    return Error{ErrorCode::limit_exceeded,
                 loops     ? "is a link to a folder that it lies in"
                 : failure ? "cannot be read: " + failure.message()
                           : "folders are nested too deeply or linked too often",
                 from.string(), "folders without loops"};
  }
  visits.open.push_back(place);
  fs::create_directories(to, failure);
  if (failure) return Error{ErrorCode::io, "cannot be created: " + failure.message(), to.string(), ""};
  for (fs::directory_iterator it(from, failure), end; !failure && it != end; it.increment(failure)) {
    const fs::path target = to / it->path().filename();
    std::error_code kind_failure;
    if (it->is_directory(kind_failure)) {
      CONCORD_RETURN_IF_ERROR(copy_folder(it->path(), target, rewrite, visits));
    } else if (it->is_regular_file(kind_failure)) {
      auto rewritten = rewrite(it->path(), target);
      if (!rewritten) return rewritten.error();
      if (rewritten.value()) continue;
      fs::copy_file(it->path(), target, fs::copy_options::none, kind_failure);
      if (kind_failure)
        return Error{ErrorCode::io, "cannot be copied: " + kind_failure.message(), it->path().string(), ""};
    } else {
      return Error{ErrorCode::io, "cannot be copied: it is " + why_no_file(it->path()), it->path().string(),
                   "a file or folder"};
    }
  }
  if (failure) return Error{ErrorCode::io, "cannot be listed: " + failure.message(), from.string(), ""};
  visits.open.pop_back();
  return {};
}

}  // namespace

Result<void> copy_tree(const fs::path& from, const fs::path& to, const RewriteFile& rewrite) {
  std::error_code failure;
  if (fs::exists(to, failure) && !fs::is_empty(to, failure)) {
    return Error{ErrorCode::invalid_argument, "is not empty", to.string(), "a new or empty folder"};
  }
  if (fs::is_directory(from, failure)) {
    // Copying a folder into itself would never end.
    const fs::path inside = fs::weakly_canonical(to, failure).lexically_relative(fs::weakly_canonical(from, failure));
    if (!inside.empty() && *inside.begin() != "..") {
      return Error{ErrorCode::invalid_argument, "lies inside the input", to.string(), "a folder elsewhere"};
    }
    Visits visits;
    return copy_folder(from, to, rewrite, visits);
  }
  fs::create_directories(to, failure);
  if (failure) return Error{ErrorCode::io, "cannot be created: " + failure.message(), to.string(), ""};
  const fs::path target = to / from.filename();
  auto rewritten = rewrite(from, target);
  if (!rewritten) return rewritten.error();
  if (!rewritten.value()) fs::copy_file(from, target, failure);
  if (failure) return Error{ErrorCode::io, "cannot be copied: " + failure.message(), from.string(), ""};
  return {};
}

namespace {

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Result<void> copy_with_texts(const fs::path& from, const fs::path& to, const std::map<fs::path, std::string>& texts) {
  return copy_tree(from, to, [&](const fs::path& source, const fs::path& target) -> Result<bool> {
    const auto text = texts.find(source);
    if (text == texts.end()) return false;
    CONCORD_RETURN_IF_ERROR(write_text(target, text->second));
    return true;
  });
}

Result<void> copy_files_below(const fs::path& folder, const std::set<fs::path>& paths, const fs::path& to) {
  for (const fs::path& path : paths) {
    const fs::path relative = path.lexically_relative(folder);
    if (relative.empty() || *relative.begin() == "..") continue;
    std::error_code failure;
    fs::create_directories((to / relative).parent_path(), failure);
    fs::copy_file(path, to / relative, fs::copy_options::skip_existing, failure);
    if (failure) return Error{ErrorCode::io, "cannot be copied: " + failure.message(), path.string(), ""};
  }
  return {};
}

Result<void> write_text(const fs::path& path, std::string_view text) {
  return write_text(path, std::span<const std::string_view>(&text, 1));
}

Result<void> write_text(const fs::path& path, std::span<const std::string_view> pieces) {
  const fs::path temporary = path.string() + ".tmp." + std::to_string(::getpid());
  const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0) return io_error(path, "cannot be created");
  if (!std::all_of(pieces.begin(), pieces.end(),
                   [&](std::string_view piece) { return write_all(descriptor, piece); })) {
    Error error = io_error(path, "cannot be written");
    ::close(descriptor);
    ::unlink(temporary.c_str());
    return error;
  }
  if (::close(descriptor) != 0 || ::rename(temporary.c_str(), path.c_str()) != 0) {
    Error error = io_error(path, "cannot be written");
    ::unlink(temporary.c_str());
    return error;
  }
  return {};
}

std::string why_no_id(std::string_view text) {
  if (text.size() > kLongestId) return "has " + std::to_string(text.size()) + " bytes";
  return is_utf8_text(text) ? "" : "is not UTF-8";
}

Error id_error(std::string_view text, std::string_view what, std::string where) {
  const bool is_long = text.size() > kLongestId;
  return {is_long ? ErrorCode::limit_exceeded : ErrorCode::malformed,
          std::string(what) + " '" + to_utf8(text.substr(0, 40)) + "' " + why_no_id(text), std::move(where),
          is_long ? "at most " + std::to_string(kLongestId) : "UTF-8 without NUL"};
}

bool parse_double(std::string_view text, double& value) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failure == std::errc() && end == text.data() + text.size() && !text.empty();
}

std::string number_text(double value) {
  std::array<char, 32> digits{};
  return {digits.data(), std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr};
}

bool parse_int(std::string_view text, std::int64_t& value) {
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failure == std::errc() && end == text.data() + text.size() && !text.empty();
}

Result<void> for_each_line(std::string_view text,
                           const std::function<Result<void>(std::string_view, std::size_t)>& on_line) {
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    CONCORD_RETURN_IF_ERROR(on_line(line, ++number));
  }
  return {};
}

std::string at_line(const fs::path& path, std::size_t line) { return path.string() + ":" + std::to_string(line); }

}  // namespace concord::readers
