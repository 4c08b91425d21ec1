#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "concord/result.hpp"

namespace concord::readers::nuscenes {

/// Bytes [begin, begin + size) of a file.
struct Span {
  std::uint64_t begin = 0;
  std::uint64_t size = 0;
  [[nodiscard]] std::string_view of(std::string_view text) const { return text.substr(begin, size); }
};

/// Finds the extents of JSON values without parsing them, so that a table of any size is read row by row in constant
/// memory, and single values can be replaced without touching another byte. Only nesting and strings are checked here.
class JsonScanner {
 public:
  /// `file` names the text in errors.
  JsonScanner(std::string_view text, std::string file) : text_(text), file_(std::move(file)) {}

  /// Calls `on_element` with the extent of each element of the array `span`.
  [[nodiscard]] Result<void> for_each_element(Span span, const std::function<Result<void>(Span)>& on_element) const;
  /// Calls `on_member` with the key as written (without quotes, escapes kept) and the value's extent.
  [[nodiscard]] Result<void> for_each_member(
      Span span, const std::function<Result<void>(std::string_view, Span)>& on_member) const;
  /// The first member `key` of the object `span`.
  [[nodiscard]] Result<std::optional<Span>> find_member(Span span, std::string_view key) const;
  /// The whole text without the white space around it; an error when something follows the first value.
  [[nodiscard]] Result<Span> document() const;

 private:
  [[nodiscard]] std::uint64_t skip_space(std::uint64_t at) const;
  [[nodiscard]] Result<std::uint64_t> skip_string(std::uint64_t at) const;
  [[nodiscard]] Result<std::uint64_t> skip_value(std::uint64_t at) const;
  [[nodiscard]] Result<void> for_each_item(Span span, char open, char close,
                                           const std::function<Result<std::uint64_t>(std::uint64_t)>& on_item) const;
  [[nodiscard]] Error error_at(std::uint64_t at, std::string message, std::string expected) const;

  std::string_view text_;
  std::string file_;
};

}  // namespace concord::readers::nuscenes
