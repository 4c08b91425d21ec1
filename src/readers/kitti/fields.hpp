#pragma once

#include <string_view>
#include <vector>

namespace concord::readers::kitti {

/// No line of KITTI's has as many fields; a line that has is not taken apart further.
inline constexpr std::size_t kMaxFields = 1000;

/// The non-empty fields of `line`, the first kMaxFields; with separator ' ' tabs separate too.
inline std::vector<std::string_view> split_fields(std::string_view line, char separator) {
  std::vector<std::string_view> fields;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= line.size() && fields.size() < kMaxFields; ++i) {
    const bool ends = i == line.size() || line[i] == separator || (separator == ' ' && line[i] == '\t');
    if (!ends) continue;
    if (i > begin) fields.push_back(line.substr(begin, i - begin));
    begin = i + 1;
  }
  return fields;
}

}  // namespace concord::readers::kitti
