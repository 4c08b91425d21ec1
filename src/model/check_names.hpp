#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace concord {

/// "temporal" of "temporal.heading_flip".
[[nodiscard]] inline std::string_view family_of(std::string_view check) { return check.substr(0, check.find('.')); }

/// Whether one of `names` is the check or its family; what --only and --skip mean.
[[nodiscard]] inline bool is_named(std::string_view check, const std::vector<std::string>& names) {
  return std::any_of(names.begin(), names.end(),
                     [check](const std::string& name) { return name == check || name == family_of(check); });
}

}  // namespace concord
