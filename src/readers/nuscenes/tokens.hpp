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
  /// As `intern`, but text that no table was indexed with is nullopt.
  [[nodiscard]] std::optional<Token> find(std::string_view text) const;
  [[nodiscard]] std::string text(Token token) const;

 private:
  Dictionary others_;  ///< a token with high == 0 is entry low - 1
};

/// Row number of a token that stands in several rows.
inline constexpr std::uint32_t kRepeated = 0xFFFFFFFEU;

/// Token -> row number of one table, as a sorted array with the bounds of each leading bit pattern: tokens are random
/// numbers, so that a look-up reads about two places of memory.
class TokenIndex {
 public:
  /// Indexes `tokens` (row number = position); rows with an empty token are left out.
  void build(std::span<const Token> tokens);
  /// Row of `token`; kNone when there is none, kRepeated when there are several.
  [[nodiscard]] std::uint32_t find(Token token) const;
  /// Rows that share their token with another row.
  [[nodiscard]] const std::vector<std::uint32_t>& repeated() const { return repeated_; }

 private:
  struct Entry {
    Token token;
    std::uint32_t row;
    friend auto operator<=>(const Entry&, const Entry&) = default;
  };
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> bucket_;  ///< entries whose token begins with bits b are [bucket_[b], bucket_[b + 1])
  unsigned shift_ = 63;                ///< high >> shift_ are the leading bits
  std::vector<std::uint32_t> repeated_;
};

}  // namespace concord::readers::nuscenes
