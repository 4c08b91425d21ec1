#pragma once

#include <simdjson.h>
#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "concord/result.hpp"

namespace concord::readers {

/// A label file larger than this is refused: read, it takes some four times its size in memory.
inline constexpr std::uint64_t kMaxFileBytes = std::uint64_t{2} << 30U;

class Document;

/// A JSON value of a Document, for errors that name its JSON pointer. Two words; valid as long as the Document.
class Node {
 public:
  Node(simdjson::dom::element value, const Document& document) : value_(value), document_(&document) {}

  [[nodiscard]] simdjson::dom::element value() const { return value_; }
  [[nodiscard]] bool is_object() const { return value_.is_object(); }
  /// The member of that name; nullopt when absent, null, or when this is no object.
  [[nodiscard]] std::optional<Node> find(std::string_view key) const;

  [[nodiscard]] Result<std::string_view> text() const;
  [[nodiscard]] Result<double> number() const;
  [[nodiscard]] Result<std::int64_t> integer() const;
  [[nodiscard]] Result<bool> boolean() const;
  /// An array of numbers, at most `max_size` long.
  [[nodiscard]] Result<std::vector<double>> numbers(std::size_t max_size) const;
  /// Exactly N numbers.
  template <std::size_t N>
  [[nodiscard]] Result<std::array<double, N>> numbers() const {
    std::array<double, N> values{};
    CONCORD_RETURN_IF_ERROR(fill_numbers(values.data(), N));
    return values;
  }
  /// An error when this is no object or has two members of one name, of which parsers take one or the other.
  [[nodiscard]] Result<void> require_object(std::string_view expected) const;

  using OnMember = std::function<Result<void>(std::string_view key, const Node& value)>;
  using OnElement = std::function<Result<void>(std::size_t index, const Node& value)>;
  /// Every member of an object, or every element of an array, in file order; stops at the first error.
  [[nodiscard]] Result<void> for_each_member(const OnMember& on_member) const;
  [[nodiscard]] Result<void> for_each_element(const OnElement& on_element) const;
  /// As above for the member `key`; nothing happens when it is absent or null.
  [[nodiscard]] Result<void> for_each_member_of(std::string_view key, const OnMember& on_member) const;
  [[nodiscard]] Result<void> for_each_element_of(std::string_view key, const OnElement& on_element) const;
  /// The text member `key`, or `otherwise` when absent or null.
  [[nodiscard]] Result<std::string_view> text_of(std::string_view key, std::string_view otherwise) const;

  /// The errors search the document for this value: not for use in loops that go on.
  [[nodiscard]] Error error(std::string message, std::string expected, ErrorCode code = ErrorCode::malformed) const;
  /// The error for a value of another JSON type.
  [[nodiscard]] Error type_error(std::string expected) const;

 private:
  [[nodiscard]] Node child(simdjson::dom::element value) const { return {value, *document_}; }
  [[nodiscard]] Result<void> fill_numbers(double* values, std::size_t count) const;

  simdjson::dom::element value_;
  const Document* document_;
};

/// A parsed file.
class Document {
 public:
  /// Parses the file; a syntax error names line and column.
  static Result<std::unique_ptr<Document>> open(const std::filesystem::path& path);
  /// Parses `text` as if read from `path`.
  static Result<std::unique_ptr<Document>> parse(std::string_view text, const std::filesystem::path& path);

  [[nodiscard]] Node root() const { return {root_, *this}; }
  /// `file.json#/openlabel/frames/3`: the place of a value of this document.
  [[nodiscard]] std::string where(simdjson::dom::element value) const;

 private:
  static Result<std::unique_ptr<Document>> parse(const simdjson::padded_string& text,
                                                 const std::filesystem::path& path);

  std::filesystem::path path_;
  simdjson::dom::document content_;
  simdjson::dom::element root_;
};

}  // namespace concord::readers
