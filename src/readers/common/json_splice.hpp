#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "src/readers/common/json_spans.hpp"

namespace concord::readers {

/// New text for the bytes of a span.
struct Splice {
  Span span;
  std::string text;
};

/// The bytes of `range` with the splices (which lie in it and do not overlap) applied.
[[nodiscard]] std::string apply_splices(std::string_view text, Span range, std::vector<Splice> splices);

/// What changes among the items of an object or array, by position.
struct ItemChanges {
  std::map<std::size_t, std::string> replaced;
  std::set<std::size_t> removed;
  std::vector<std::string> added;  ///< at the end
};

/// The text of the object or array at `container`, whose items are `items` (a member: key and value together), after
/// the changes. Items that stay keep their bytes and the separator before them.
[[nodiscard]] std::string rebuild_container(std::string_view text, Span container, const std::vector<Span>& items,
                                            const ItemChanges& changes);

}  // namespace concord::readers
