#include "src/readers/common/json_spans.hpp"

#include <nlohmann/json.hpp>

namespace concord::readers {
namespace {

std::size_t skip_space(std::string_view text, std::size_t at, std::size_t end) {
  while (at < end && (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r')) ++at;
  return at;
}

/// Behind the closing quote of the string whose opening quote is at `at`; `end` when it is cut off.
std::size_t skip_string(std::string_view text, std::size_t at, std::size_t end) {
  for (++at; at < end; ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    }
  }
  return end;
}

std::size_t skip_value(std::string_view text, std::size_t at, std::size_t end) {
  if (at < end && text[at] == '"') return skip_string(text, at, end);
  std::size_t depth = 0;
  while (at < end) {
    const char c = text[at];
    if (c == '"') {
      at = skip_string(text, at, end);
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') {
      if (depth == 0) return at;  // of the container around a bare value
      if (--depth == 0) return at + 1;
    }
    if (depth == 0 && (c == ',' || c == ' ' || c == '\t' || c == '\n' || c == '\r')) return at;
    ++at;
  }
  return end;
}

/// Calls `on_item(at)`, which returns the place behind the item, for each item of a container; stops on false.
template <class OnItem>
void for_each_item(std::string_view text, Span container, char open, OnItem&& on_item) {
  const std::size_t end = std::min(container.end, text.size());
  std::size_t at = skip_space(text, container.begin, end);
  if (at >= end || text[at] != open) return;
  const char close = open == '{' ? '}' : ']';
  at = skip_space(text, at + 1, end);
  while (at < end && text[at] != close) {
    const std::size_t next = on_item(at, end);
    if (next <= at) return;
    at = skip_space(text, next, end);
    if (at < end && text[at] == ',') at = skip_space(text, at + 1, end);
  }
}

/// One member at `at`; nullopt when it is cut off.
std::optional<MemberSpan> member_at(std::string_view text, std::size_t at, std::size_t end) {
  if (text[at] != '"') return std::nullopt;
  MemberSpan member;
  member.key = {at, skip_string(text, at, end)};
  at = skip_space(text, member.key.end, end);
  if (at >= end || text[at] != ':') return std::nullopt;
  at = skip_space(text, at + 1, end);
  if (at >= end) return std::nullopt;
  member.value = {at, skip_value(text, at, end)};
  return member;
}

}  // namespace

std::vector<MemberSpan> object_members(std::string_view text, Span object) {
  std::vector<MemberSpan> members;
  for_each_item(text, object, '{', [&](std::size_t at, std::size_t end) {
    const auto member = member_at(text, at, end);
    if (!member) return at;
    members.push_back(*member);
    return member->value.end;
  });
  return members;
}

std::vector<Span> array_elements(std::string_view text, Span array) {
  std::vector<Span> elements;
  for_each_item(text, array, '[', [&](std::size_t at, std::size_t end) {
    elements.push_back({at, skip_value(text, at, end)});
    return elements.back().end;
  });
  return elements;
}

std::optional<MemberSpan> find_member(std::string_view text, Span object, std::string_view key) {
  std::optional<MemberSpan> found;
  for_each_item(text, object, '{', [&](std::size_t at, std::size_t end) {
    const auto member = member_at(text, at, end);
    if (!member) return at;
    if (unescaped_string(text, member->key) == key) {
      found = member;
      return at;
    }
    return member->value.end;
  });
  return found;
}

std::optional<std::string> unescaped_string(std::string_view text, Span value) {
  if (value.end > text.size() || value.end < value.begin + 2 || text[value.begin] != '"') return std::nullopt;
  const std::string_view token = text.substr(value.begin, value.end - value.begin);
  if (token.back() != '"') return std::nullopt;
  const std::string_view content = token.substr(1, token.size() - 2);
  if (content.find('\\') == std::string_view::npos) return std::string(content);
  const auto parsed = nlohmann::json::parse(token, nullptr, false);
  if (!parsed.is_string()) return std::nullopt;
  return parsed.get<std::string>();
}

}  // namespace concord::readers
