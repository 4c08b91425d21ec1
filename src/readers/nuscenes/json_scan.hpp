#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "concord/result.hpp"

namespace concord::readers::nuscenes {

/// Bytes [begin, begin + size) of a file.
struct Span {
  std::uint64_t begin = 0;
  std::uint64_t size = 0;
  [[nodiscard]] std::uint64_t end() const { return begin + size; }
  [[nodiscard]] std::string_view of(std::string_view text) const { return text.substr(begin, size); }
};

/// Finds the extents of JSON values without parsing them, so that a table of any size is read row by row in constant
/// memory, and single values can be replaced without touching another byte. Only nesting and strings are checked here.
///
/// The walk_ functions go over a container once: their callback gets the position of each item's value and returns the
/// position behind it (skip_value, or a nested walk).
class JsonScanner {
 public:
  /// `file` names the text in errors; both must outlive the scanner.
  JsonScanner(std::string_view text, std::string_view file) : text_(text), file_(file) {}

  /// Position of the first value.
  [[nodiscard]] std::uint64_t begin() const { return skip_space(0); }
  /// Position behind the value at `at`; `at` itself when none begins there.
  [[nodiscard]] Result<std::uint64_t> skip_value(std::uint64_t at) const;
  /// An error when more than white space stands at or behind `at`.
  [[nodiscard]] Result<void> expect_end(std::uint64_t at) const;

  /// `on_element(at)` for each element of the array at `at`. Returns the position behind the array.
  template <class OnElement>
  [[nodiscard]] Result<std::uint64_t> walk_array(std::uint64_t at, OnElement&& on_element) const;
  /// `on_member(key, at)` for each member of the object at `at`; the key as written, without quotes, escapes kept.
  template <class OnMember>
  [[nodiscard]] Result<std::uint64_t> walk_object(std::uint64_t at, OnMember&& on_member) const;

  /// `on_element(extent)` for each element of the array at `at`.
  template <class OnElement>
  [[nodiscard]] Result<void> for_each_element(std::uint64_t at, OnElement&& on_element) const;
  /// `on_member(key, extent)` for each member of the object at `at`.
  template <class OnMember>
  [[nodiscard]] Result<void> for_each_member(std::uint64_t at, OnMember&& on_member) const;

 private:
  template <class OnItem>
  [[nodiscard]] Result<std::uint64_t> walk(std::uint64_t at, char open, char close, OnItem&& on_item) const;
  [[nodiscard]] std::uint64_t skip_space(std::uint64_t at) const;
  [[nodiscard]] Result<std::uint64_t> skip_string(std::uint64_t at) const;
  [[nodiscard]] Error error_at(std::uint64_t at, std::string message, std::string expected) const;

  std::string_view text_;
  std::string_view file_;
};

/// The text of a JSON string as it stands in a file, quotes included, with its escapes resolved; nullopt for any other
/// value.
[[nodiscard]] std::optional<std::string> unquoted(std::string_view value);

inline std::uint64_t JsonScanner::skip_space(std::uint64_t at) const {
  while (at < text_.size() && (text_[at] == ' ' || text_[at] == '\n' || text_[at] == '\r' || text_[at] == '\t')) ++at;
  return at;
}

template <class OnItem>
Result<std::uint64_t> JsonScanner::walk(std::uint64_t at, char open, char close, OnItem&& on_item) const {
  at = skip_space(at);
  if (at >= text_.size() || text_[at] != open) {
    return error_at(at, "is no JSON " + std::string(open == '[' ? "array" : "object"), std::string("'") + open + "'");
  }
  at = skip_space(at + 1);
  if (at < text_.size() && text_[at] == close) return at + 1;
  while (true) {
    CONCORD_ASSIGN_OR_RETURN(const std::uint64_t end, on_item(at));
    at = skip_space(end);
    if (at < text_.size() && text_[at] == close) return at + 1;
    if (at >= text_.size() || text_[at] != ',') {
      return error_at(at, "is not well-formed JSON", std::string("',' or '") + close + "'");
    }
    at = skip_space(at + 1);
  }
}

template <class OnElement>
Result<std::uint64_t> JsonScanner::walk_array(std::uint64_t at, OnElement&& on_element) const {
  return walk(at, '[', ']', [&](std::uint64_t value) -> Result<std::uint64_t> {
    CONCORD_ASSIGN_OR_RETURN(const std::uint64_t end, on_element(value));
    if (end <= value) return error_at(value, "has no value here", "a JSON value");
    return end;
  });
}

template <class OnMember>
Result<std::uint64_t> JsonScanner::walk_object(std::uint64_t at, OnMember&& on_member) const {
  return walk(at, '{', '}', [&](std::uint64_t key) -> Result<std::uint64_t> {
    if (key >= text_.size() || text_[key] != '"') return error_at(key, "is not well-formed JSON", "a quoted key");
    CONCORD_ASSIGN_OR_RETURN(const std::uint64_t key_end, skip_string(key));
    std::uint64_t value = skip_space(key_end);
    if (value >= text_.size() || text_[value] != ':') return error_at(value, "is not well-formed JSON", "':'");
    value = skip_space(value + 1);
    CONCORD_ASSIGN_OR_RETURN(const std::uint64_t end, on_member(text_.substr(key + 1, key_end - key - 2), value));
    if (end <= value) return error_at(value, "has no value here", "a JSON value");
    return end;
  });
}

template <class OnElement>
Result<void> JsonScanner::for_each_element(std::uint64_t at, OnElement&& on_element) const {
  const auto end = walk_array(at, [&](std::uint64_t value) -> Result<std::uint64_t> {
    CONCORD_ASSIGN_OR_RETURN(const std::uint64_t value_end, skip_value(value));
    if (value_end > value) CONCORD_RETURN_IF_ERROR(on_element(Span{value, value_end - value}));
    return value_end;
  });
  if (!end) return end.error();
  return {};
}

template <class OnMember>
Result<void> JsonScanner::for_each_member(std::uint64_t at, OnMember&& on_member) const {
  const auto end = walk_object(at, [&](std::string_view key, std::uint64_t value) -> Result<std::uint64_t> {
    CONCORD_ASSIGN_OR_RETURN(const std::uint64_t value_end, skip_value(value));
    if (value_end > value) CONCORD_RETURN_IF_ERROR(on_member(key, Span{value, value_end - value}));
    return value_end;
  });
  if (!end) return end.error();
  return {};
}

}  // namespace concord::readers::nuscenes
