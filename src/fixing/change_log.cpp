#include <fmt/format.h>

#include "concord/fixing.hpp"
#include "src/core/durable_file.hpp"

namespace concord {
namespace {

constexpr std::string_view kHeader =
    "drive,label_set,frame,track,label,check,finding,field,unit,before,after,score,outcome,instead\n";

/// RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe in front; numbers are none.
std::string field(std::string_view text) {
  const bool formula = !text.empty() && std::string_view("=+@\t").find(text.front()) != std::string_view::npos;
  std::string value = (formula ? "'" : "") + std::string(text);
  if (value.find_first_of(",\"\r\n") == std::string::npos) return value;
  std::string quoted = "\"";
  for (const char c : value) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

}  // namespace

Result<void> write_change_log(const std::filesystem::path& path, std::span<const LabelChange> log) {
  std::string text(kHeader);
  for (const LabelChange& change : log) {
    for (const std::string_view value :
         {std::string_view(change.drive), std::string_view(change.label_set), std::string_view(change.frame),
          std::string_view(change.track), std::string_view(change.label), std::string_view(change.check),
          std::string_view(change.finding), std::string_view(change.field), std::string_view(change.unit),
          std::string_view(change.before), std::string_view(change.after)}) {
      text += field(value) + ",";
    }
    text += fmt::format("{:.4g},{},{}\n", change.score, to_string(change.outcome), change.conflict);
  }
  return write_durably(path, {text});
}

}  // namespace concord
