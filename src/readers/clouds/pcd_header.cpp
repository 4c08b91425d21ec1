#include "src/readers/clouds/pcd_header.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include "src/readers/common/files.hpp"

namespace concord::readers::clouds {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMaxFields = 1000;
constexpr std::uint32_t kMaxCount = 100'000;
constexpr std::size_t kMaxHeaderBytes = std::size_t{1} << 20U;

std::vector<std::string_view> split(std::string_view line) {
  std::vector<std::string_view> tokens;
  for (std::string_view token = take_token(line); !token.empty(); token = take_token(line)) tokens.push_back(token);
  return tokens;
}

/// A header while its lines come in.
class HeaderLines {
 public:
  explicit HeaderLines(const fs::path& path) : path_(path) {}

  /// Takes one line; true when it was DATA, the last one.
  Result<bool> take(std::string_view line) {
    ++line_;
    std::vector<std::string_view> tokens = split(line);
    if (tokens.empty() || tokens.front().front() == '#') return false;
    const std::string_view key = tokens.front();
    tokens.erase(tokens.begin());
    if (key == "VERSION" || key == "VIEWPOINT") return false;
    if (key == "DATA") return take_data(tokens);
    Result<void> taken;
    if (key == "FIELDS" || key == "COLUMNS") {
      taken = take_fields(tokens);
    } else if (key == "SIZE") {
      taken = take_sizes(tokens);
    } else if (key == "TYPE") {
      taken = take_types(tokens);
    } else if (key == "COUNT") {
      taken = take_counts(tokens);
    } else if (key == "WIDTH") {
      taken = take_extent(tokens, width_);
    } else if (key == "HEIGHT") {
      taken = take_extent(tokens, height_);
    } else if (key == "POINTS") {
      taken = take_extent(tokens, points_);
    } else {
      return error("'" + std::string(key.substr(0, 40)) + "' is no line of a PCD header",
                   "FIELDS, SIZE, TYPE, COUNT, WIDTH, HEIGHT, VIEWPOINT, POINTS or DATA");
    }
    if (!taken) return taken.error();
    return false;
  }

  /// What the lines say together.
  Result<PcdHeader> finish() {
    if (header_.fields.empty()) return error("FIELDS is missing before DATA", "the names of the fields");
    if (sizes_.empty() || types_.empty()) return error("SIZE or TYPE is missing before DATA", "both");
    for (std::size_t i = 0; i < header_.fields.size(); ++i) {
      PcdHeader::Field& field = header_.fields[i];
      const auto type = number_type(types_[i], sizes_[i]);
      if (!type) {
        return error("field " + field.name + " has TYPE " + types_[i] + " and SIZE " + std::to_string(sizes_[i]),
                     "I or U of 1, 2, 4, 8 bytes, or F of 4, 8");
      }
      field.type = *type;
      field.offset = header_.point_step;
      header_.point_step += std::uint64_t{field.count} * size_of(*type);
    }
    if (!width_) return error("WIDTH is missing before DATA", "WIDTH and HEIGHT");
    const std::uint64_t height = height_.value_or(1);
    // Both factors are below 2^63: divide rather than multiply.
    if (height != 0 && *width_ > kMaxCloudBytes / height) return too_large(*width_, height);
    header_.points = *width_ * height;
    if (header_.points > kMaxCloudBytes / header_.point_step) return too_large(*width_, height);
    if (points_ && *points_ != header_.points) {
      return error(
          "POINTS is " + std::to_string(*points_) + ", but WIDTH x HEIGHT is " + std::to_string(header_.points),
          "equal numbers");
    }
    header_.body_line = line_ + 1;
    return header_;
  }

  [[nodiscard]] Error error(std::string message, std::string expected) const {
    return {ErrorCode::malformed, std::move(message), at_line(path_, std::max<std::size_t>(line_, 1)),
            std::move(expected)};
  }

 private:
  [[nodiscard]] Error too_large(std::uint64_t width, std::uint64_t height) const {
    Error result = error("declares " + std::to_string(width) + " x " + std::to_string(height) + " points of " +
                             std::to_string(header_.point_step) + " bytes",
                         "at most " + std::to_string(kMaxCloudBytes) + " bytes");
    result.code = ErrorCode::limit_exceeded;
    return result;
  }

  static std::optional<NumberType> number_type(char letter, std::uint64_t bytes) {
    const auto pick = [&](NumberType of1, NumberType of2, NumberType of4, NumberType of8) -> std::optional<NumberType> {
      if (bytes == 1) return of1;
      if (bytes == 2) return of2;
      if (bytes == 4) return of4;
      return bytes == 8 ? std::optional(of8) : std::nullopt;
    };
    using enum NumberType;
    if (letter == 'I') return pick(int8, int16, int32, int64);
    if (letter == 'U') return pick(uint8, uint16, uint32, uint64);
    if (letter == 'F' && bytes >= 4) return pick(float32, float32, float32, float64);
    return std::nullopt;
  }

  [[nodiscard]] Result<void> require_one_a_field(std::size_t found) const {
    if (found == header_.fields.size() && found != 0) return {};
    return error("has " + std::to_string(found) + " values for " + std::to_string(header_.fields.size()) + " fields",
                 "one a field, after FIELDS");
  }

  Result<void> take_fields(const std::vector<std::string_view>& tokens) {
    if (!header_.fields.empty()) return error("FIELDS comes twice", "one header");
    if (tokens.empty() || tokens.size() > kMaxFields) {
      return error("has " + std::to_string(tokens.size()) + " fields", "1 to " + std::to_string(kMaxFields));
    }
    for (const std::string_view name : tokens) header_.fields.push_back({.name = std::string(name)});
    return {};
  }

  Result<void> take_sizes(const std::vector<std::string_view>& tokens) {
    CONCORD_RETURN_IF_ERROR(require_one_a_field(tokens.size()));
    sizes_.clear();
    for (const std::string_view token : tokens) {
      CONCORD_ASSIGN_OR_RETURN(const std::uint64_t size, integer(token));
      sizes_.push_back(size);
    }
    return {};
  }

  Result<void> take_types(const std::vector<std::string_view>& tokens) {
    CONCORD_RETURN_IF_ERROR(require_one_a_field(tokens.size()));
    types_.clear();
    for (const std::string_view token : tokens) types_ += token.size() == 1 ? token.front() : '?';
    return {};
  }

  Result<void> take_counts(const std::vector<std::string_view>& tokens) {
    CONCORD_RETURN_IF_ERROR(require_one_a_field(tokens.size()));
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      CONCORD_ASSIGN_OR_RETURN(const std::uint64_t count, integer(tokens[i]));
      if (count == 0 || count > kMaxCount) {
        return error("COUNT of " + header_.fields[i].name + " is " + std::to_string(count),
                     "1 to " + std::to_string(kMaxCount));
      }
      header_.fields[i].count = static_cast<std::uint32_t>(count);
    }
    return {};
  }

  Result<void> take_extent(const std::vector<std::string_view>& tokens, std::optional<std::uint64_t>& extent) {
    if (tokens.size() != 1) return error("has " + std::to_string(tokens.size()) + " values", "one number");
    CONCORD_ASSIGN_OR_RETURN(extent, integer(tokens.front()));
    return {};
  }

  Result<bool> take_data(const std::vector<std::string_view>& tokens) {
    const std::string_view name = tokens.size() == 1 ? tokens.front() : std::string_view();
    if (name == "ascii") {
      header_.encoding = PcdHeader::Encoding::ascii;
    } else if (name == "binary") {
      header_.encoding = PcdHeader::Encoding::binary;
    } else if (name == "binary_compressed") {
      header_.encoding = PcdHeader::Encoding::binary_compressed;
    } else {
      return error("DATA is '" + std::string(name.substr(0, 40)) + "'", "ascii, binary or binary_compressed");
    }
    return true;
  }

  [[nodiscard]] Result<std::uint64_t> integer(std::string_view token) const {
    std::int64_t value = 0;
    if (!parse_int(token, value) || value < 0) {
      return error("'" + std::string(token.substr(0, 40)) + "' is no count", "an integer of at least 0");
    }
    return static_cast<std::uint64_t>(value);
  }

  const fs::path& path_;
  std::size_t line_ = 0;
  PcdHeader header_;
  std::vector<std::uint64_t> sizes_;
  std::string types_;
  std::optional<std::uint64_t> width_, height_, points_;
};

Error size_error(const PcdHeader& header, std::uint64_t found, std::uint64_t needed, const fs::path& path) {
  return {ErrorCode::malformed,
          "has " + std::to_string(found) + " bytes of data for " + std::to_string(header.points) +
              " declared points of " + std::to_string(header.point_step) + " bytes",
          path.string(), std::to_string(needed) + " bytes"};
}

/// Compares what is declared with what is there.
Result<void> check_body(const PcdHeader& header, std::string_view body, const fs::path& path) {
  const std::uint64_t bytes = header.points * header.point_step;
  if (header.points == 0) return {};
  if (header.encoding == PcdHeader::Encoding::binary) {
    // A few bytes more (a line break) are harmless; a whole point more is a header that lies.
    if (body.size() < bytes || body.size() >= bytes + header.point_step) {
      return size_error(header, body.size(), bytes, path);
    }
    return {};
  }
  if (header.encoding == PcdHeader::Encoding::binary_compressed) {
    std::uint64_t stored_point_step = header.point_step;
    for (const PcdHeader::Field& field : header.fields) {
      if (field.name == "_") stored_point_step -= std::uint64_t{field.count} * size_of(field.type);
    }
    std::uint32_t packed = 0;
    std::uint32_t unpacked = 0;
    constexpr std::size_t kSizes = sizeof(packed) + sizeof(unpacked);
    if (body.size() < kSizes) return size_error(header, body.size(), kSizes, path);
    std::memcpy(&packed, body.data(), sizeof(packed));
    std::memcpy(&unpacked, body.data() + sizeof(packed), sizeof(unpacked));
    // LZF's longest back reference writes 264 bytes for 3: more is no LZF.
    constexpr std::uint64_t kMaxRatio = 264;
    if (packed > body.size() - kSizes || unpacked != header.points * stored_point_step ||
        unpacked > packed * kMaxRatio) {
      return Error{
          ErrorCode::malformed,
          "has " + std::to_string(body.size() - kSizes) + " bytes after the sizes " + std::to_string(packed) +
              " (packed) and " + std::to_string(unpacked) + " (unpacked)",
          path.string(),
          std::to_string(header.points) + " points of " + std::to_string(stored_point_step) + " bytes, packed"};
    }
    return {};
  }
  std::uint64_t numbers = 0;
  for (const PcdHeader::Field& field : header.fields) numbers += field.count;
  CONCORD_ASSIGN_OR_RETURN(body, check_number_lines(body, path, header.body_line, header.points, numbers));
  if (body.find_first_not_of(" \t\r\n") != std::string_view::npos) {
    return Error{ErrorCode::malformed, "goes on after the last declared point",
                 at_line(path, header.body_line + header.points), std::to_string(header.points) + " points"};
  }
  return {};
}

}  // namespace

Result<PcdHeader> read_pcd_header(std::string_view text, const fs::path& path) {
  HeaderLines lines(path);
  std::string_view rest = text;
  while (!rest.empty() && text.size() - rest.size() < kMaxHeaderBytes) {
    CONCORD_ASSIGN_OR_RETURN(const bool is_last, lines.take(take_line(rest)));
    if (!is_last) continue;
    CONCORD_ASSIGN_OR_RETURN(PcdHeader header, lines.finish());
    header.body = text.size() - rest.size();
    CONCORD_RETURN_IF_ERROR(check_body(header, rest, path));
    return header;
  }
  return lines.error("has no DATA line", "a PCD header");
}

}  // namespace concord::readers::clouds
