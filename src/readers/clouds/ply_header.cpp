#include "src/readers/clouds/ply_header.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "src/readers/common/files.hpp"

namespace concord::readers::clouds {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMaxElements = 100;
constexpr std::size_t kMaxProperties = 1000;
constexpr std::size_t kMaxHeaderBytes = std::size_t{1} << 20U;

std::optional<NumberType> number_type(std::string_view name) {
  using enum NumberType;
  constexpr std::array<std::pair<std::string_view, NumberType>, 16> kTypes{{{"char", int8},
                                                                            {"int8", int8},
                                                                            {"uchar", uint8},
                                                                            {"uint8", uint8},
                                                                            {"short", int16},
                                                                            {"int16", int16},
                                                                            {"ushort", uint16},
                                                                            {"uint16", uint16},
                                                                            {"int", int32},
                                                                            {"int32", int32},
                                                                            {"uint", uint32},
                                                                            {"uint32", uint32},
                                                                            {"float", float32},
                                                                            {"float32", float32},
                                                                            {"double", float64},
                                                                            {"float64", float64}}};
  for (const auto& [text, type] : kTypes) {
    if (text == name) return type;
  }
  return std::nullopt;
}

/// A header while its lines come in.
class HeaderLines {
 public:
  explicit HeaderLines(const fs::path& path) : path_(path) {}

  /// Takes one line; true when it was end_header, the last one.
  Result<bool> take(std::string_view line) {
    ++line_;
    const std::string_view key = take_token(line);
    if (line_ == 1) return key == "ply" ? Result<bool>(false) : error("is no PLY file", "the line 'ply'");
    if (key.empty() || key == "comment" || key == "obj_info") return false;
    if (key == "end_header") return true;
    Result<void> taken;
    if (key == "format") {
      taken = take_format(line);
    } else if (key == "element") {
      taken = take_element(line);
    } else if (key == "property") {
      taken = take_property(line);
    } else {
      return error("'" + std::string(key.substr(0, 40)) + "' is no line of a PLY header",
                   "format, element, property, comment, obj_info or end_header");
    }
    if (taken && !take_token(line).empty()) taken = error("has more words than expected", "one statement a line");
    if (!taken) return taken.error();
    return false;
  }

  Result<PlyHeader> finish() {
    if (!has_format_) return error("format is missing before end_header", "format ascii 1.0 or binary");
    const auto is_vertex = [](const PlyHeader::Element& element) { return element.name == "vertex"; };
    const auto vertices = std::find_if(header_.elements.begin(), header_.elements.end(), is_vertex);
    if (vertices == header_.elements.end()) return error("element vertex is missing", "points");
    for (const PlyHeader::Property& property : vertices->properties) {
      if (property.list_size) {
        Error result = error("vertex property " + property.name + " is a list", "single numbers");
        result.code = ErrorCode::unsupported;
        return result;
      }
    }
    return header_;
  }

  [[nodiscard]] Error error(std::string message, std::string expected) const {
    return {ErrorCode::malformed, std::move(message), at_line(path_, std::max<std::size_t>(line_, 1)),
            std::move(expected)};
  }
  [[nodiscard]] std::size_t next_line() const { return line_ + 1; }

 private:
  Result<void> take_format(std::string_view& line) {
    const std::string_view name = take_token(line);
    const std::string_view version = take_token(line);
    header_.ascii = name == "ascii";
    const bool known = header_.ascii || name == "binary_little_endian" || name == "binary_big_endian";
    if (!known || version != "1.0" || has_format_) {
      return error("format is '" + std::string(name.substr(0, 40)) + "'",
                   "once ascii, binary_little_endian or binary_big_endian, version 1.0");
    }
    has_format_ = true;
    return {};
  }

  Result<void> take_element(std::string_view& line) {
    const std::string_view name = take_token(line);
    const std::string_view number = take_token(line);
    std::int64_t count = 0;
    if (!parse_int(number, count) || count < 0) {
      return error("'" + std::string(number.substr(0, 40)) + "' is no count", "element NAME COUNT");
    }
    for (const PlyHeader::Element& element : header_.elements) {
      if (element.name == name) return error("element " + element.name + " comes twice", "unique names");
    }
    if (header_.elements.size() == kMaxElements) return error("too many elements", std::to_string(kMaxElements));
    header_.elements.push_back({std::string(name), static_cast<std::uint64_t>(count), {}});
    return {};
  }

  Result<void> take_property(std::string_view& line) {
    if (header_.elements.empty()) return error("property without an element", "element NAME COUNT before it");
    std::string_view type = take_token(line);
    PlyHeader::Property property;
    if (type == "list") {
      property.list_size = number_type(take_token(line));
      if (!property.list_size || is_floating(*property.list_size)) {
        return error("list has no integer type for its length", "property list uchar int NAME");
      }
      type = take_token(line);
    }
    const auto known = number_type(type);
    if (!known) return error("'" + std::string(type.substr(0, 40)) + "' is no type", "float, double, uchar, int ...");
    property.type = *known;
    property.name = take_token(line);
    if (property.name.empty()) return error("property has no name", "property TYPE NAME");
    std::vector<PlyHeader::Property>& properties = header_.elements.back().properties;
    for (const PlyHeader::Property& other : properties) {
      if (other.name == property.name) return error("property " + property.name + " comes twice", "unique names");
    }
    if (properties.size() == kMaxProperties) return error("too many properties", std::to_string(kMaxProperties));
    properties.push_back(std::move(property));
    return {};
  }

  const fs::path& path_;
  std::size_t line_ = 0;
  bool has_format_ = false;
  PlyHeader header_;
};

/// Bytes that one instance of `element` takes at least.
std::uint64_t least_bytes(const PlyHeader::Element& element, bool ascii) {
  if (ascii) return std::max<std::uint64_t>(2 * element.properties.size(), 1);
  std::uint64_t bytes = 0;
  for (const PlyHeader::Property& property : element.properties)
    bytes += size_of(property.list_size.value_or(property.type));
  return bytes;
}

/// Compares what is declared with what is there, so that no count makes a reader loop or allocate beyond the file.
Result<void> check_body(const PlyHeader& header, std::string_view body, std::size_t line, const fs::path& path) {
  std::uint64_t needed = 0;
  bool exact = !header.ascii;
  for (const PlyHeader::Element& element : header.elements) {
    const std::uint64_t bytes = least_bytes(element, header.ascii);
    if (bytes == 0 && element.count != 0) {
      return Error{ErrorCode::malformed, "element " + element.name + " has no properties", path.string(),
                   "at least one"};
    }
    if (element.count > (kMaxCloudBytes - needed) / std::max<std::uint64_t>(bytes, 1)) {
      return Error{ErrorCode::limit_exceeded,
                   "declares " + std::to_string(element.count) + " of element " + element.name, path.string(),
                   "at most " + std::to_string(kMaxCloudBytes) + " bytes"};
    }
    needed += element.count * bytes;
    for (const PlyHeader::Property& property : element.properties) exact = exact && !property.list_size;
  }
  // The last line of a text file may lack its line break.
  if (body.size() + (header.ascii ? 1 : 0) < needed) {
    return Error{ErrorCode::malformed, "has " + std::to_string(body.size()) + " bytes of data", path.string(),
                 "at least " + std::to_string(needed) + " for what the header declares"};
  }
  const std::uint64_t vertex_bytes = least_bytes(header.vertices(), header.ascii);
  if (exact && body.size() >= needed + vertex_bytes) {
    return Error{ErrorCode::malformed, "has " + std::to_string(body.size()) + " bytes of data", path.string(),
                 std::to_string(needed) + " for what the header declares"};
  }
  if (!header.ascii) return {};
  for (const PlyHeader::Element& element : header.elements) {
    if (element.name == "vertex") {
      CONCORD_ASSIGN_OR_RETURN(body, check_number_lines(body, path, line, element.count, element.properties.size()));
      return {};
    }
    for (std::uint64_t i = 0; i < element.count; ++i, ++line) take_line(body);
  }
  return {};
}

}  // namespace

const PlyHeader::Element& PlyHeader::vertices() const {
  return *std::find_if(elements.begin(), elements.end(), [](const Element& each) { return each.name == "vertex"; });
}

Result<PlyHeader> read_ply_header(std::string_view text, const fs::path& path) {
  HeaderLines lines(path);
  std::string_view rest = text;
  while (!rest.empty() && text.size() - rest.size() < kMaxHeaderBytes) {
    CONCORD_ASSIGN_OR_RETURN(const bool is_last, lines.take(take_line(rest)));
    if (!is_last) continue;
    CONCORD_ASSIGN_OR_RETURN(PlyHeader header, lines.finish());
    CONCORD_RETURN_IF_ERROR(check_body(header, rest, lines.next_line(), path));
    return header;
  }
  return lines.error("has no line end_header", "a PLY header");
}

}  // namespace concord::readers::clouds
