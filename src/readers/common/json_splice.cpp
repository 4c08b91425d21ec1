#include "src/readers/common/json_splice.hpp"

#include <algorithm>

namespace concord::readers {

std::string apply_splices(std::string_view text, Span range, std::vector<Splice> splices) {
  std::sort(splices.begin(), splices.end(),
            [](const Splice& a, const Splice& b) { return a.span.begin < b.span.begin; });
  std::string result;
  std::size_t at = range.begin;
  for (const Splice& splice : splices) {
    result += text.substr(at, splice.span.begin - at);
    result += splice.text;
    at = splice.span.end;
  }
  result += text.substr(at, range.end - at);
  return result;
}

std::string rebuild_container(std::string_view text, Span container, const std::vector<Span>& items,
                              const ItemChanges& changes) {
  const std::size_t first = items.empty() ? container.begin + 1 : items.front().begin;
  std::string result(text.substr(container.begin, first - container.begin));
  bool empty = true;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (changes.removed.contains(i)) continue;
    if (!empty) result += text.substr(items[i - 1].end, items[i].begin - items[i - 1].end);
    empty = false;
    const auto replaced = changes.replaced.find(i);
    result += replaced != changes.replaced.end() ? replaced->second
                                                 : text.substr(items[i].begin, items[i].end - items[i].begin);
  }
  for (const std::string& item : changes.added) {
    if (!empty) result += ',';
    empty = false;
    result += item;
  }
  const std::size_t last = items.empty() ? first : items.back().end;
  result += text.substr(last, container.end - last);
  return result;
}

}  // namespace concord::readers
