#include "src/readers/nuscenes/json_scan.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <nlohmann/json.hpp>

namespace concord::readers::nuscenes {
namespace {

/// Bytes at which skip_value has to think: one look-up a byte keeps it near the speed of memory.
enum : std::uint8_t { kPlain = 0, kQuote, kOpen, kClose, kBetween };

constexpr std::array<std::uint8_t, 256> byte_kinds() {
  std::array<std::uint8_t, 256> kinds{};
  kinds['"'] = kQuote;
  kinds['{'] = kinds['['] = kOpen;
  kinds['}'] = kinds[']'] = kClose;
  for (const char c : {',', ':', ' ', '\n', '\r', '\t'}) kinds[static_cast<unsigned char>(c)] = kBetween;
  return kinds;
}

constexpr std::array<std::uint8_t, 256> kKindOf = byte_kinds();

}  // namespace

Error JsonScanner::error_at(std::uint64_t at, std::string message, std::string expected) const {
  const std::uint64_t place = std::min<std::uint64_t>(at, text_.size());
  const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(place), '\n');
  if (at >= text_.size()) message = "ends too early";
  return {ErrorCode::malformed, std::move(message),
          std::string(file_) + ":" + std::to_string(line) + " byte " + std::to_string(place), std::move(expected)};
}

Result<std::uint64_t> JsonScanner::skip_string(std::uint64_t at) const {
  const std::uint64_t opened = at++;
  while (at < text_.size()) {
    const void* quote = std::memchr(text_.data() + at, '"', text_.size() - at);
    if (quote == nullptr) break;
    const auto found = static_cast<std::uint64_t>(static_cast<const char*>(quote) - text_.data());
    std::uint64_t backslashes = 0;
    while (found - backslashes > opened + 1 && text_[found - backslashes - 1] == '\\') ++backslashes;
    at = found + 1;
    if (backslashes % 2 == 0) return at;
  }
  return error_at(text_.size(), "", "the end of the string that begins at byte " + std::to_string(opened));
}

Result<std::uint64_t> JsonScanner::skip_value(std::uint64_t at) const {
  const std::uint64_t begin = at;
  const std::uint64_t size = text_.size();
  const char* const data = text_.data();
  std::uint64_t depth = 0;
  while (at < size) {
    const std::uint8_t kind = kKindOf[static_cast<unsigned char>(data[at])];
    if (kind == kQuote) {
      if (depth == 0 && at > begin) return at;  // 12"x": the caller misses its comma
      CONCORD_ASSIGN_OR_RETURN(at, skip_string(at));
      if (depth == 0) return at;
      continue;
    }
    if (kind == kOpen) {
      if (depth == 0 && at > begin) return at;
      ++depth;
    } else if (kind == kClose) {
      if (depth == 0) return at;
      if (--depth == 0) return at + 1;
    } else if (kind == kBetween && depth == 0) {
      return at;
    }
    ++at;
  }
  // A bare number or word may end with the text; an open bracket may not.
  if (depth == 0 && at > begin) return at;
  return error_at(size, "", "the end of the value that begins at byte " + std::to_string(begin));
}

Result<void> JsonScanner::expect_end(std::uint64_t at) const {
  const std::uint64_t rest = skip_space(at);
  if (rest < text_.size()) return error_at(rest, "has more behind its first value", "one JSON value");
  return {};
}

std::optional<std::string> unquoted(std::string_view value) {
  if (value.size() < 2 || value.front() != '"') return std::nullopt;
  if (value.find('\\') == std::string_view::npos) return std::string(value.substr(1, value.size() - 2));
  const nlohmann::json parsed = nlohmann::json::parse(value, nullptr, false);
  return parsed.is_string() ? std::optional(parsed.get<std::string>()) : std::nullopt;
}

}  // namespace concord::readers::nuscenes
