#include "src/readers/nuscenes/tokens.hpp"

#include <fmt/format.h>
#include <algorithm>

namespace concord::readers::nuscenes {
namespace {

constexpr std::size_t kHexDigits = 32;

/// The value of 16 lower-case hexadecimal digits; nullopt for other text.
std::optional<std::uint64_t> parse_hex(std::string_view digits) {
  std::uint64_t value = 0;
  for (const char c : digits) {
    if (c >= '0' && c <= '9') {
      value = value << 4U | static_cast<std::uint64_t>(c - '0');
    } else if (c >= 'a' && c <= 'f') {
      value = value << 4U | static_cast<std::uint64_t>(c - 'a' + 10);
    } else {
      return std::nullopt;
    }
  }
  return value;
}

}  // namespace

Token TokenPool::intern(std::string_view text) {
  if (text.empty()) return {};
  if (text.size() == kHexDigits) {
    const auto high = parse_hex(text.substr(0, kHexDigits / 2));
    const auto low = parse_hex(text.substr(kHexDigits / 2));
    if (high && low && *high != 0) return {*high, *low};
  }
  return {0, std::uint64_t{others_.intern(text)} + 1};
}

std::string TokenPool::text(Token token) const {
  if (token.high != 0) return fmt::format("{:016x}{:016x}", token.high, token.low);
  return token.low == 0 ? std::string() : std::string(others_.at(static_cast<std::uint32_t>(token.low - 1)));
}

std::optional<std::uint32_t> TokenIndex::build(std::span<const Token> tokens) {
  entries_.clear();
  entries_.reserve(tokens.size());
  for (const Token& token : tokens) entries_.push_back({token, static_cast<std::uint32_t>(entries_.size())});
  std::sort(entries_.begin(), entries_.end());
  const auto twin = std::adjacent_find(entries_.begin(), entries_.end(),
                                       [](const Entry& a, const Entry& b) { return a.token == b.token; });
  if (twin == entries_.end()) return std::nullopt;
  return std::next(twin)->row;
}

std::uint32_t TokenIndex::find(Token token) const {
  const auto found = std::lower_bound(entries_.begin(), entries_.end(), Entry{token, 0});
  return found != entries_.end() && found->token == token ? found->row : kNone;
}

}  // namespace concord::readers::nuscenes
