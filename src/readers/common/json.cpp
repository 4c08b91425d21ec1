#include "src/readers/common/json.hpp"

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>
#include <type_traits>
#include <unordered_set>
#include <utility>

#include "src/readers/common/files.hpp"

namespace concord::readers {
namespace {

using simdjson::dom::element_type;

std::string_view type_name(element_type type) {
  switch (type) {
    case element_type::ARRAY:
      return "an array";
    case element_type::OBJECT:
      return "an object";
    case element_type::INT64:
    case element_type::UINT64:
    case element_type::DOUBLE:
      return "a number";
    case element_type::STRING:
      return "a string";
    case element_type::BOOL:
      return "a boolean";
    case element_type::NULL_VALUE:
      return "null";
  }
  return "a value";
}

/// Receives the place of the first syntax error from nlohmann-json's reader; simdjson does not report one.
struct ErrorPlace final : nlohmann::json_sax<nlohmann::json> {
  std::size_t position = 0;
  bool null() override { return true; }
  bool boolean(bool /*value*/) override { return true; }
  bool number_integer(number_integer_t /*value*/) override { return true; }
  bool number_unsigned(number_unsigned_t /*value*/) override { return true; }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return true; }
  bool string(string_t& /*value*/) override { return true; }
  bool binary(binary_t& /*value*/) override { return true; }
  bool start_object(std::size_t /*size*/) override { return true; }
  bool key(string_t& /*value*/) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t /*size*/) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t at, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    position = at;
    return false;
  }
};

Error syntax_error(std::string_view text, const std::filesystem::path& path, simdjson::error_code code) {
  Error error{ErrorCode::malformed, simdjson::error_message(code), path.string(), "JSON in UTF-8"};
  if (code == simdjson::CAPACITY || code == simdjson::MEMALLOC) error.code = ErrorCode::limit_exceeded;
  ErrorPlace place;
  if (nlohmann::json::sax_parse(text.begin(), text.end(), &place) || place.position == 0) return error;
  const std::string_view before = text.substr(0, std::min(place.position - 1, text.size()));
  const auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  const std::size_t column =
      before.size() - (before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1) + 1;
  error.where += ":" + std::to_string(line) + ":" + std::to_string(column);
  error.message = "is no JSON from here on: " + error.message;
  return error;
}

/// simdjson's elements are places in a document; it has no comparison of its own for them.
bool same_place(const simdjson::dom::element& a, const simdjson::dom::element& b) {
  static_assert(std::is_trivially_copyable_v<simdjson::dom::element> &&
                sizeof(simdjson::dom::element) == sizeof(void*) + sizeof(std::size_t));
  return std::memcmp(&a, &b, sizeof(a)) == 0;
}

void append_key(std::string_view key, std::string& pointer) {
  constexpr std::size_t kMaxKeyShown = 80;
  for (const char c : key.substr(0, kMaxKeyShown)) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
}

/// Appends the JSON pointer from `at` to `wanted`, which lies at or below it. simdjson has bounded the depth.
bool append_pointer(simdjson::dom::element at, simdjson::dom::element wanted, std::string& pointer) {
  if (same_place(at, wanted)) return true;
  const std::size_t length = pointer.size();
  simdjson::dom::object object;
  simdjson::dom::array array;
  if (at.get(object) == simdjson::SUCCESS) {
    for (const simdjson::dom::key_value_pair member : object) {
      pointer += '/';
      append_key(member.key, pointer);
      if (append_pointer(member.value, wanted, pointer)) return true;
      pointer.resize(length);
    }
  } else if (at.get(array) == simdjson::SUCCESS) {
    std::size_t index = 0;
    for (const simdjson::dom::element element : array) {
      pointer += '/' + std::to_string(index++);
      if (append_pointer(element, wanted, pointer)) return true;
      pointer.resize(length);
    }
  }
  return false;
}

}  // namespace

std::optional<Node> Node::find(std::string_view key) const {
  simdjson::dom::object object;
  simdjson::dom::element member;
  if (value_.get(object) != simdjson::SUCCESS || object.at_key(key).get(member) != simdjson::SUCCESS)
    return std::nullopt;
  if (member.is_null()) return std::nullopt;
  return child(member);
}

Result<std::string_view> Node::text() const {
  std::string_view result;
  if (value_.get(result) != simdjson::SUCCESS) return type_error("a string");
  return result;
}

Result<double> Node::number() const {
  double result = 0;
  if (value_.get(result) != simdjson::SUCCESS) return type_error("a number");
  return result;
}

Result<std::int64_t> Node::integer() const {
  std::int64_t result = 0;
  if (value_.get(result) != simdjson::SUCCESS) return type_error("an integer of 64 bits");
  return result;
}

Result<bool> Node::boolean() const {
  bool result = false;
  if (value_.get(result) != simdjson::SUCCESS) return type_error("true or false");
  return result;
}

Result<void> Node::fill_numbers(double* values, std::size_t count) const {
  const std::string expected = "an array of " + std::to_string(count) + " numbers";
  simdjson::dom::array array;
  if (value_.get(array) != simdjson::SUCCESS) return type_error(expected);
  std::size_t i = 0;
  for (const simdjson::dom::element element : array) {
    if (i < count && element.get(values[i]) != simdjson::SUCCESS) return child(element).type_error("a number");
    ++i;
  }
  if (i != count) return error("has " + std::to_string(i) + " values", expected);
  return {};
}

Result<std::vector<double>> Node::numbers(std::size_t max_size) const {
  simdjson::dom::array array;
  if (value_.get(array) != simdjson::SUCCESS) return type_error("an array of numbers");
  std::vector<double> values;
  for (const simdjson::dom::element element : array) {
    double value = 0;
    if (element.get(value) != simdjson::SUCCESS) return child(element).type_error("a number");
    if (values.size() == max_size) return error("is too long", "at most " + std::to_string(max_size) + " numbers");
    values.push_back(value);
  }
  return values;
}

Result<void> Node::for_each_member(const OnMember& on_member) const {
  simdjson::dom::object object;
  if (value_.get(object) != simdjson::SUCCESS) return type_error("an object");
  for (const simdjson::dom::key_value_pair member : object) {
    CONCORD_RETURN_IF_ERROR(on_member(member.key, child(member.value)));
  }
  return {};
}

Result<void> Node::for_each_element(const OnElement& on_element) const {
  simdjson::dom::array array;
  if (value_.get(array) != simdjson::SUCCESS) return type_error("an array");
  std::size_t index = 0;
  for (const simdjson::dom::element element : array) {
    CONCORD_RETURN_IF_ERROR(on_element(index, child(element)));
    ++index;
  }
  return {};
}

Result<void> Node::for_each_member_of(std::string_view key, const OnMember& on_member) const {
  const auto member = find(key);
  return member ? member->for_each_member(on_member) : Result<void>();
}

Result<void> Node::for_each_element_of(std::string_view key, const OnElement& on_element) const {
  const auto member = find(key);
  return member ? member->for_each_element(on_element) : Result<void>();
}

Result<std::string_view> Node::text_of(std::string_view key, std::string_view otherwise) const {
  const auto member = find(key);
  return member ? member->text() : Result<std::string_view>(otherwise);
}

Result<void> Node::require_object(std::string_view expected) const {
  simdjson::dom::object object;
  if (value_.get(object) != simdjson::SUCCESS) return type_error(std::string(expected));
  // Objects of the format have few members; larger ones are compared by a set.
  constexpr std::size_t kFew = 16;
  std::array<std::string_view, kFew> few;
  std::unordered_set<std::string_view> many;
  std::size_t count = 0;
  for (const simdjson::dom::key_value_pair member : object) {
    const auto end = few.begin() + static_cast<std::ptrdiff_t>(std::min(count, kFew));
    if (std::find(few.begin(), end, member.key) != end || (count >= kFew && !many.insert(member.key).second)) {
      return error("has two members '" + std::string(member.key.substr(0, 80)) + "'", "unique names");
    }
    if (count < kFew) few[count] = member.key;
    ++count;
  }
  return {};
}

Error Node::error(std::string message, std::string expected, ErrorCode code) const {
  return {code, std::move(message), document_->where(value_), std::move(expected)};
}

Error Node::type_error(std::string expected) const {
  return error("is " + std::string(type_name(value_.type())), std::move(expected));
}

Result<std::unique_ptr<Document>> Document::open(const std::filesystem::path& path) {
  simdjson::padded_string text;
  {
    CONCORD_ASSIGN_OR_RETURN(const MappedFile file, MappedFile::open(path, kMaxFileBytes));
    text = simdjson::padded_string(file.text());
  }
  return parse(text, path);
}

Result<std::unique_ptr<Document>> Document::parse(std::string_view text, const std::filesystem::path& path) {
  return parse(simdjson::padded_string(text), path);
}

Result<std::unique_ptr<Document>> Document::parse(const simdjson::padded_string& text,
                                                  const std::filesystem::path& path) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  std::string_view content = text;
  if (content.starts_with(kByteOrderMark)) content.remove_prefix(kByteOrderMark.size());
  if (content.empty()) return Error{ErrorCode::malformed, "is empty", path.string(), "JSON"};
  auto document = std::make_unique<Document>();
  document->path_ = path;
  // The document holds numbers and unescaped strings itself: text and parser are needed while parsing only.
  simdjson::dom::parser parser;
  const auto parsed = parser.parse_into_document(document->content_, content.data(), content.size(), false);
  if (const auto code = parsed.get(document->root_); code != simdjson::SUCCESS) {
    return syntax_error(content, path, code);
  }
  return document;
}

std::string Document::where(simdjson::dom::element value) const {
  std::string result = path_.string() + "#";
  append_pointer(root_, value, result);
  return result;
}

}  // namespace concord::readers
