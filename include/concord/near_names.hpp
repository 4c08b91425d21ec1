#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace concord {

/// The names that someone who wrote `text` may have meant, nearest first, at most three: by edit distance to the
/// name or to its part after the first dot, or because one text contains the other.
[[nodiscard]] std::vector<std::string> near_names(std::string_view text, const std::vector<std::string>& names);

/// "did you mean a, b?", or `otherwise` when nothing is near.
[[nodiscard]] std::string did_you_mean(std::string_view text, const std::vector<std::string>& names,
                                       std::string_view otherwise);

/// "; did you mean a or b?", to follow what is wrong; empty when nothing is near.
[[nodiscard]] std::string near_names_hint(std::string_view text, const std::vector<std::string>& names);

}  // namespace concord
