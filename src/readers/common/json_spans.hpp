#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace concord::readers {

/// Bytes [begin, end) of a text.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// A member of an object: its key with the quotes, and its value, without surrounding white space.
struct MemberSpan {
  Span key;
  Span value;
};

// Places of values in JSON text, for changing single values and leaving every other byte alone. The text is taken to be
// valid JSON (simdjson has parsed it), or the beginning of one: what is cut off is not found. Iterative, so that depth
// costs nothing.

/// Members of the object that begins at or after `object.begin`; empty when there is none.
[[nodiscard]] std::vector<MemberSpan> object_members(std::string_view text, Span object);
/// Elements of an array.
[[nodiscard]] std::vector<Span> array_elements(std::string_view text, Span array);
/// The first member of that name.
[[nodiscard]] std::optional<MemberSpan> find_member(std::string_view text, Span object, std::string_view key);
/// The characters of a string value or key; nullopt when `value` is no complete string.
[[nodiscard]] std::optional<std::string> unescaped_string(std::string_view text, Span value);

}  // namespace concord::readers
