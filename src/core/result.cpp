#include "concord/result.hpp"

#include "concord/text.hpp"

namespace concord {

std::string Error::text() const {
  std::string line;
  if (!where.empty()) line += where + ": ";
  line += message;
  if (!expected.empty()) line += " (expected " + expected + ")";
  for (char& c : line) {
    if (c == '\n' || c == '\r' || c == '\t') c = ' ';
  }
  // Messages quote files and ids: what else a terminal would obey is shown, not sent.
  return printable(line);
}

}  // namespace concord
