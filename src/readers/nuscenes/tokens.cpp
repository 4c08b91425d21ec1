#include "src/readers/nuscenes/tokens.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>

namespace concord::readers::nuscenes {
namespace {

constexpr std::size_t kHexDigits = 32;

constexpr std::uint8_t kNoDigit = 0xFF;

constexpr std::array<std::uint8_t, 256> digit_values() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  for (std::uint8_t i = 0; i < 10; ++i) values['0' + i] = i;
  for (std::uint8_t i = 0; i < 6; ++i) values['a' + i] = static_cast<std::uint8_t>(10 + i);
  return values;
}

constexpr std::array<std::uint8_t, 256> kDigitValue = digit_values();

/// The value of 16 lower-case hexadecimal digits; nullopt for other text.
std::optional<std::uint64_t> parse_hex(std::string_view digits) {
  std::uint64_t value = 0;
  std::uint8_t seen = 0;
  for (const char c : digits) {
    const std::uint8_t digit = kDigitValue[static_cast<unsigned char>(c)];
    seen |= digit;
    value = value << 4U | (digit & 15U);
  }
  return seen < 16 ? std::optional(value) : std::nullopt;
}

std::optional<Token> token_of_digits(std::string_view text) {
  if (text.size() != kHexDigits) return std::nullopt;
  const auto high = parse_hex(text.substr(0, kHexDigits / 2));
  const auto low = parse_hex(text.substr(kHexDigits / 2));
  // high == 0 marks interned text.
  return high && low && *high != 0 ? std::optional(Token{*high, *low}) : std::nullopt;
}

}  // namespace

Token TokenPool::intern(std::string_view text) {
  if (text.empty()) return {};
  if (const auto token = token_of_digits(text)) return *token;
  return {0, std::uint64_t{others_.intern(text)} + 1};
}

std::optional<Token> TokenPool::find(std::string_view text) const {
  if (text.empty()) return Token{};
  if (const auto token = token_of_digits(text)) return token;
  const std::uint32_t code = others_.find(text);
  return code == kNone ? std::nullopt : std::optional(Token{0, std::uint64_t{code} + 1});
}

std::string TokenPool::text(Token token) const {
  if (token.high != 0) return fmt::format("{:016x}{:016x}", token.high, token.low);
  return token.low == 0 ? std::string() : std::string(others_.at(static_cast<std::uint32_t>(token.low - 1)));
}

void TokenIndex::build(std::span<const Token> tokens) {
  entries_.clear();
  entries_.reserve(tokens.size());
  for (std::size_t row = 0; row < tokens.size(); ++row) {
    if (!tokens[row].empty()) entries_.push_back({tokens[row], static_cast<std::uint32_t>(row)});
  }
  std::sort(entries_.begin(), entries_.end());
  std::size_t kept = 0;
  for (std::size_t first = 0; first < entries_.size();) {
    std::size_t last = first;
    while (last + 1 < entries_.size() && entries_[last + 1].token == entries_[first].token) ++last;
    if (last > first) {
      for (std::size_t i = first; i <= last; ++i) repeated_.push_back(entries_[i].row);
    }
    entries_[kept++] = {entries_[first].token, last > first ? kRepeated : entries_[first].row};
    first = last + 1;
  }
  entries_.resize(kept);
  std::sort(repeated_.begin(), repeated_.end());

  shift_ = 63;
  while (shift_ > 32 && (entries_.size() >> (64U - shift_)) > 1) --shift_;
  bucket_.assign((std::size_t{1} << (64U - shift_)) + 1, 0);
  for (const Entry& entry : entries_) ++bucket_[(entry.token.high >> shift_) + 1];
  for (std::size_t i = 1; i < bucket_.size(); ++i) bucket_[i] += bucket_[i - 1];
}

std::uint32_t TokenIndex::find(Token token) const {
  if (entries_.empty()) return kNone;
  const std::size_t bucket = token.high >> shift_;
  const auto last = entries_.begin() + bucket_[bucket + 1];
  const auto found = std::lower_bound(entries_.begin() + bucket_[bucket], last, Entry{token, 0});
  return found != last && found->token == token ? found->row : kNone;
}

}  // namespace concord::readers::nuscenes
