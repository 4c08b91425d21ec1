#include "src/readers/argoverse2/tables.hpp"

#include <algorithm>
#include <array>

#include "src/readers/common/files.hpp"

namespace concord::readers::argoverse2 {
namespace {

constexpr std::size_t kMaxColumns = 1000;

/// The fields of `line`; of a line with more than kMaxColumns, the first of them.
void split(std::string_view line, std::vector<std::string_view>& fields) {
  fields.clear();
  for (std::size_t begin = 0;;) {
    const std::size_t end = line.find(',', begin);
    fields.push_back(line.substr(begin, end == std::string_view::npos ? end : end - begin));
    if (end == std::string_view::npos || fields.size() > kMaxColumns) return;
    begin = end + 1;
  }
}

}  // namespace

std::vector<std::string_view> header_of(std::string_view text) {
  std::string_view line = text.substr(0, text.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  std::vector<std::string_view> names;
  split(line, names);
  return names;
}

Result<void> read_table(std::string_view text, const std::vector<std::string_view>& columns,
                        const std::filesystem::path& path, const std::function<Result<void>(const Line&)>& on_line) {
  const std::vector<std::string_view> header = header_of(text);
  if (header.size() > kMaxColumns) {
    return Error{ErrorCode::limit_exceeded, "has more than " + std::to_string(kMaxColumns) + " columns",
                 at_line(path, 1), "the columns of an Argoverse 2 table"};
  }
  std::vector<std::size_t> places;
  for (const std::string_view column : columns) {
    const auto found = std::find(header.begin(), header.end(), column);
    if (found == header.end()) {
      return Error{ErrorCode::malformed, "has no column '" + std::string(column) + "'", at_line(path, 1),
                   "the columns of an Argoverse 2 table"};
    }
    places.push_back(static_cast<std::size_t>(found - header.begin()));
  }
  std::vector<std::string_view> fields;
  Line line;
  line.fields.resize(places.size());
  return for_each_line(text, [&](std::string_view content, std::size_t at) -> Result<void> {
    if (at == 1 || content.empty()) return {};
    split(content, fields);
    if (fields.size() != header.size() || content.find('"') != std::string_view::npos) {
      const auto commas = std::count(content.begin(), content.end(), ',');
      return Error{ErrorCode::malformed, "has " + std::to_string(commas + 1) + " fields", at_line(path, at),
                   std::to_string(header.size()) + " fields without quotes"};
    }
    line.number = at;
    line.text = content;
    for (std::size_t i = 0; i < places.size(); ++i) {
      line.fields[i] = fields[places[i]];
      if (!why_no_id(line.fields[i]).empty()) return id_error(line.fields[i], columns[i], at_line(path, at));
    }
    return on_line(line);
  });
}

Result<double> number(const Line& line, std::size_t index, const std::filesystem::path& path) {
  double value = 0;
  if (!parse_double(line.fields[index], value)) {
    return Error{ErrorCode::malformed, "'" + std::string(line.fields[index].substr(0, 40)) + "' is no number",
                 at_line(path, line.number), "a number"};
  }
  return value;
}

Result<std::int64_t> integer(const Line& line, std::size_t index, const std::filesystem::path& path) {
  std::int64_t value = 0;
  if (!parse_int(line.fields[index], value)) {
    return Error{ErrorCode::malformed, "'" + std::string(line.fields[index].substr(0, 40)) + "' is no whole number",
                 at_line(path, line.number), "a whole number"};
  }
  return value;
}

Result<std::int64_t> timestamp(const Line& line, std::size_t index, const std::filesystem::path& path) {
  CONCORD_ASSIGN_OR_RETURN(const std::int64_t time_ns, integer(line, index, path));
  if (!is_usable_time(time_ns)) {
    return Error{ErrorCode::malformed, "time " + std::to_string(time_ns) + " is out of range",
                 at_line(path, line.number), "ns, within 146 years of 1970"};
  }
  return time_ns;
}

Result<SE3> transform(const Line& line, std::size_t first, const std::filesystem::path& path) {
  std::array<double, 7> v{};
  for (std::size_t i = 0; i < v.size(); ++i) {
    CONCORD_ASSIGN_OR_RETURN(v[i], number(line, first + i, path));
  }
  const Quat rotation(v[0], v[1], v[2], v[3]);
  const Vec3 translation(v[4], v[5], v[6]);
  if (!rotation.coeffs().allFinite() || !translation.allFinite() || !(rotation.norm() > 0)) {
    return Error{ErrorCode::malformed, "is no pose", at_line(path, line.number),
                 "a quaternion that is not 0 and finite numbers"};
  }
  return make_se3(translation, rotation);
}

}  // namespace concord::readers::argoverse2
