#include "concord/text.hpp"

#include <cstddef>

namespace concord {
namespace {

unsigned byte_at(std::string_view text, std::size_t at) { return static_cast<unsigned char>(text[at]); }

/// Bytes of the UTF-8 sequence that starts at `at`; 0 where none does. Overlong forms and surrogates are none.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const unsigned lead = byte_at(text, at);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + length > text.size()) return 0;
  // The second byte has a narrower range after these leads; see table 3-7 of the Unicode standard.
  const unsigned least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (byte_at(text, at + 1) < least || byte_at(text, at + 1) > most) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte_at(text, at + i) & 0xC0U) != 0x80U) return 0;
  }
  return length;
}

/// U+0080 to U+009F: terminals obey them as they do the ASCII control characters.
bool is_c1_control(std::string_view sequence) {
  return sequence.size() == 2 && byte_at(sequence, 0) == 0xC2 && byte_at(sequence, 1) < 0xA0;
}

template <class Keep>
std::string escaped(std::string_view text, const Keep& keep) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(text, at);
    const std::string_view sequence = text.substr(at, length > 0 ? length : 1);
    at += sequence.size();
    if (length > 0 && keep(sequence)) {
      result += sequence;
      continue;
    }
    for (const char c : sequence) {
      const auto byte = static_cast<unsigned char>(c);
      result += "\\x";
      result += kDigits[byte >> 4U];
      result += kDigits[byte & 15U];
    }
  }
  return result;
}

}  // namespace

bool is_utf8_text(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(text, at);
    if (length == 0 || text[at] == '\0') return false;
    at += length;
  }
  return true;
}

std::string to_utf8(std::string_view text) {
  return escaped(text, [](std::string_view sequence) { return sequence.front() != '\0'; });
}

std::string printable(std::string_view text) {
  return escaped(text, [](std::string_view sequence) {
    const unsigned lead = byte_at(sequence, 0);
    return lead >= 0x20 && lead != 0x7F && !is_c1_control(sequence);
  });
}

}  // namespace concord
