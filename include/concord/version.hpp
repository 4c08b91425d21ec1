#pragma once

#include <string_view>

namespace concord {

/// "1.2.3".
[[nodiscard]] std::string_view version();

}  // namespace concord
