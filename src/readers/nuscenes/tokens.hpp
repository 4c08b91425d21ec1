#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "concord/columns.hpp"

namespace concord::readers::nuscenes {

/// A row's token in 16 bytes: the tables of a full dataset hold millions of them. Made and read by a TokenPool only.
struct Token {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend auto operator<=>(const Token&, const Token&) = default;
  /// nuScenes writes an empty string for "none".
  [[nodiscard]] bool empty() const { return high == 0 && low == 0; }
};

/// Tokens of 32 lower-case hexadecimal digits are kept as the number they are; any other text is interned.
class TokenPool {
 public:
  Token intern(std::string_view text);
  [[nodiscard]] std::string text(Token token) const;

 private:
  Dictionary others_;  ///< a token with high == 0 is entry low - 1
};

/// Token -> row number of one table, as a sorted array.
class TokenIndex {
 public:
  /// Indexes `tokens` (row number = position). Returns a row whose token an earlier row has too.
  std::optional<std::uint32_t> build(std::span<const Token> tokens);
  /// Row of `token`, or kNone.
  [[nodiscard]] std::uint32_t find(Token token) const;

 private:
  struct Entry {
    Token token;
    std::uint32_t row;
    friend auto operator<=>(const Entry&, const Entry&) = default;
  };
  std::vector<Entry> entries_;
};

}  // namespace concord::readers::nuscenes
