#include "concord/near_names.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace concord {
namespace {

constexpr std::size_t kMaxLength = 100;  // longer texts are no misspelt name; bounds the quadratic work

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = std::exchange(row[j], std::min({row[j] + 1, row[j - 1] + 1, substituted}));
    }
  }
  return row[b.size()];
}

}  // namespace

std::vector<std::string> near_names(std::string_view text, const std::vector<std::string>& names) {
  std::vector<std::pair<std::size_t, std::string>> near;
  if (text.empty() || text.size() > kMaxLength) return {};
  for (const std::string& name : names) {
    const bool contains =
        text.size() >= 3 && (name.find(text) != std::string::npos || text.find(name) != std::string::npos);
    // Also without the family, which is easily left out: "overlp" for box.overlap.
    const std::string_view last_part = std::string_view(name).substr(name.find('.') + 1);
    const std::size_t distance = contains ? 0 : std::min(edit_distance(text, name), edit_distance(text, last_part));
    if (distance <= std::max<std::size_t>(2, last_part.size() / 4)) near.emplace_back(distance, name);
  }
  std::sort(near.begin(), near.end());
  std::vector<std::string> result;
  for (std::size_t i = 0; i < near.size() && i < 3; ++i) result.push_back(near[i].second);
  return result;
}

std::string did_you_mean(std::string_view text, const std::vector<std::string>& names, std::string_view otherwise) {
  const std::vector<std::string> near = near_names(text, names);
  if (near.empty()) return std::string(otherwise);
  std::string result = "did you mean ";
  for (std::size_t i = 0; i < near.size(); ++i) {
    if (i > 0) result += " or ";
    result += near[i];
  }
  result += '?';
  return result;
}

std::string near_names_hint(std::string_view text, const std::vector<std::string>& names) {
  const std::string near = did_you_mean(text, names, "");
  return near.empty() ? near : "; " + near;
}

}  // namespace concord
