#pragma once

#include <span>
#include <string_view>

#include "src/checks/check.hpp"

namespace concord::judging {

/// One check of the tree, as the build found it.
struct CheckSource {
  std::string_view id;  ///< from the path; the check's own id must equal it
  Check (*make)();
  std::string_view documentation;
};

/// Generated from src/checks/*/ by check_list.cmake.
[[nodiscard]] std::span<const CheckSource> check_sources();

/// Every check, sorted by id.
[[nodiscard]] std::span<const Check> all_checks();

}  // namespace concord::judging
