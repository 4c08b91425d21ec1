#include <fmt/format.h>
#include <charconv>
#include <cmath>
#include <fstream>
#include <system_error>

#include "concord/seeding.hpp"
#include "src/core/csv_text.hpp"
#include "src/core/input_file.hpp"

namespace concord {
namespace fs = std::filesystem;

namespace {

constexpr std::string_view kHeader = "drive,error_type,track,label,other_track,frame_begin,frame_end,magnitude";
constexpr std::size_t kColumns = 8;
constexpr std::uint64_t kMaxKeyBytes = std::uint64_t{1} << 30U;

bool is_key(const fs::path& path) { return first_bytes(path, kHeader.size()) == kHeader; }

}  // namespace

fs::path key_path(const fs::path& out) {
  std::error_code failure;
  bool has_csv = false;
  for (fs::directory_iterator it(out, failure), end; !failure && it != end; it.increment(failure)) {
    // A key that came along with the input is no label file.
    has_csv |= it->path().extension() == ".csv" && !is_key(it->path());
  }
  if (!has_csv) return out / "key.csv";
  const fs::path folder = out.has_filename() ? out : out.parent_path();
  return folder.string() + ".key.csv";
}

Result<void> write_key(const fs::path& path, std::span<const KeyRow> key) {
  std::string text(kHeader);
  text += '\n';
  for (const KeyRow& row : key) {
    for (const std::string* value :
         {&row.drive, &row.error_type, &row.track, &row.label, &row.other_track, &row.frame_begin, &row.frame_end}) {
      text += csv_field(*value) + ",";
    }
    text += fmt::format("{}\n", row.magnitude);
  }
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) return Error{ErrorCode::io, "the key cannot be written", path.string(), "a writable folder"};
  return {};
}

Result<std::vector<KeyRow>> read_key(const fs::path& path) {
  CONCORD_ASSIGN_OR_RETURN(const std::string text, read_file(path, kMaxKeyBytes, "an answer key, CSV"));
  std::vector<KeyRow> key;
  std::vector<std::string> fields;
  CsvRecords records(text, path.string());
  CONCORD_ASSIGN_OR_RETURN(const bool begins, records.next(fields));
  if (!begins) return Error{ErrorCode::malformed, "is empty", path.string(), std::string(kHeader)};
  if (fmt::format("{}", fmt::join(fields, ",")) != kHeader) {
    return Error{ErrorCode::malformed, "is no answer key", records.where(), std::string(kHeader)};
  }
  while (true) {
    CONCORD_ASSIGN_OR_RETURN(const bool found, records.next(fields));
    if (!found) return key;
    const std::string where = records.where();
    if (fields.size() != kColumns) {
      return Error{ErrorCode::malformed, fmt::format("{} columns", fields.size()), where, std::string(kHeader)};
    }
    double magnitude = 0;
    const std::string& number = fields[7];
    const auto [end, failed] = std::from_chars(number.data(), number.data() + number.size(), magnitude);
    if (failed != std::errc() || end != number.data() + number.size() || !std::isfinite(magnitude)) {
      return Error{ErrorCode::malformed, "magnitude '" + number.substr(0, 40) + "'", where, "a number"};
    }
    key.push_back({fields[0], fields[1], fields[2], fields[3], fields[4], fields[5], fields[6], magnitude});
  }
}

}  // namespace concord
