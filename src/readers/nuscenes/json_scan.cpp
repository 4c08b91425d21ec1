#include "src/readers/nuscenes/json_scan.hpp"

#include <algorithm>
#include <cstring>

namespace concord::readers::nuscenes {

Error JsonScanner::error_at(std::uint64_t at, std::string message, std::string expected) const {
  const auto line = 1 + std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(at), '\n');
  if (at >= text_.size()) message = "ends too early";
  return {ErrorCode::malformed, std::move(message), file_ + ":" + std::to_string(line) + " byte " + std::to_string(at),
          std::move(expected)};
}

std::uint64_t JsonScanner::skip_space(std::uint64_t at) const {
  while (at < text_.size() && (text_[at] == ' ' || text_[at] == '\n' || text_[at] == '\r' || text_[at] == '\t')) ++at;
  return at;
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
  std::uint64_t depth = 0;
  while (at < text_.size()) {
    switch (text_[at]) {
      case '"': {
        CONCORD_ASSIGN_OR_RETURN(at, skip_string(at));
        if (depth == 0) return at;
        continue;
      }
      case '{':
      case '[':
        ++depth;
        break;
      case '}':
      case ']':
        if (depth == 0) return at;
        if (--depth == 0) return at + 1;
        break;
      case ',':
      case ':':
      case ' ':
      case '\n':
      case '\r':
      case '\t':
        if (depth == 0) return at;
        break;
      default:
        break;
    }
    ++at;
  }
  // A bare number or word may end with the text; an open bracket may not.
  if (depth == 0 && at > begin) return at;
  return error_at(text_.size(), "", "the end of the value that begins at byte " + std::to_string(begin));
}

Result<void> JsonScanner::for_each_item(Span span, char open, char close,
                                        const std::function<Result<std::uint64_t>(std::uint64_t)>& on_item) const {
  std::uint64_t at = skip_space(span.begin);
  if (at >= text_.size() || text_[at] != open) {
    return error_at(at, "is no JSON " + std::string(open == '[' ? "array" : "object"), std::string("'") + open + "'");
  }
  at = skip_space(at + 1);
  if (at < text_.size() && text_[at] == close) return {};
  while (true) {
    CONCORD_ASSIGN_OR_RETURN(const std::uint64_t end, on_item(at));
    if (end == at) return error_at(at, "has no value here", "a JSON value");
    at = skip_space(end);
    if (at < text_.size() && text_[at] == close) return {};
    if (at >= text_.size() || text_[at] != ',') {
      return error_at(at, "is not well-formed JSON", std::string("',' or '") + close + "'");
    }
    at = skip_space(at + 1);
  }
}

Result<void> JsonScanner::for_each_element(Span span, const std::function<Result<void>(Span)>& on_element) const {
  return for_each_item(span, '[', ']', [&](std::uint64_t at) -> Result<std::uint64_t> {
    CONCORD_ASSIGN_OR_RETURN(const std::uint64_t end, skip_value(at));
    if (end > at) CONCORD_RETURN_IF_ERROR(on_element({at, end - at}));
    return end;
  });
}

Result<void> JsonScanner::for_each_member(Span span,
                                          const std::function<Result<void>(std::string_view, Span)>& on_member) const {
  return for_each_item(span, '{', '}', [&](std::uint64_t at) -> Result<std::uint64_t> {
    if (at >= text_.size() || text_[at] != '"') return error_at(at, "is not well-formed JSON", "a quoted key");
    CONCORD_ASSIGN_OR_RETURN(const std::uint64_t key_end, skip_string(at));
    std::uint64_t value = skip_space(key_end);
    if (value >= text_.size() || text_[value] != ':') return error_at(value, "is not well-formed JSON", "':'");
    value = skip_space(value + 1);
    CONCORD_ASSIGN_OR_RETURN(const std::uint64_t end, skip_value(value));
    if (end == value) return error_at(value, "has no value here", "a JSON value");
    CONCORD_RETURN_IF_ERROR(on_member(text_.substr(at + 1, key_end - at - 2), {value, end - value}));
    return end;
  });
}

Result<std::optional<Span>> JsonScanner::find_member(Span span, std::string_view key) const {
  std::optional<Span> found;
  CONCORD_RETURN_IF_ERROR(for_each_member(span, [&](std::string_view name, Span value) -> Result<void> {
    if (!found && name == key) found = value;
    return {};
  }));
  return found;
}

Result<Span> JsonScanner::document() const {
  const std::uint64_t begin = skip_space(0);
  CONCORD_ASSIGN_OR_RETURN(const std::uint64_t end, skip_value(begin));
  if (end == begin || skip_space(end) != text_.size()) {
    return error_at(end, "is not one JSON value", "nothing behind the first value");
  }
  return Span{begin, end - begin};
}

}  // namespace concord::readers::nuscenes
