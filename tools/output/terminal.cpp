#include "tools/output/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include "concord/text.hpp"

namespace concord::tools {
namespace {

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// Characters, not bytes; wide and combining ones are counted as one.
std::size_t length_of(std::string_view text) {
  std::size_t length = 0;
  for (const char c : text) length += continues_character(c) ? 0 : 1;
  return length;
}

}  // namespace

std::size_t terminal_width() {
  winsize size{};
  if (::isatty(STDOUT_FILENO) == 0 || ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0) return 0;
  return size.ws_col;
}

std::string fitted(std::string_view original, std::size_t width) {
  std::string text = printable(original);
  if (width == 0 || length_of(text) <= width) return text;
  std::size_t end = 0;
  for (std::size_t kept = 0; end < text.size(); ++end) {
    if (!continues_character(text[end]) && kept++ == width - 1) break;
  }
  text.resize(end);
  return text + "…";
}

std::string padded(std::string_view original, std::size_t width) {
  std::string text = fitted(original, width);
  const std::size_t length = length_of(text);
  if (length < width) text.append(width - length, ' ');
  return text;
}

}  // namespace concord::tools
