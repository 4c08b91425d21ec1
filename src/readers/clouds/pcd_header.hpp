#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "concord/result.hpp"
#include "src/readers/clouds/point_fields.hpp"

namespace concord::readers::clouds {

/// The header of a PCD file (versions .5 to .7), checked against the size of the file: what it declares fits in what
/// follows it.
struct PcdHeader {
  enum class Encoding : std::uint8_t { ascii, binary, binary_compressed };
  struct Field {
    std::string name;
    NumberType type = NumberType::float32;
    std::uint32_t count = 1;   ///< numbers a point
    std::uint64_t offset = 0;  ///< bytes from the point's begin
  };
  std::vector<Field> fields;
  std::uint64_t points = 0;      ///< WIDTH * HEIGHT
  std::uint64_t point_step = 0;  ///< bytes of one point
  Encoding encoding = Encoding::ascii;
  std::size_t body = 0;       ///< offset of the data in the file
  std::size_t body_line = 0;  ///< its line number
};

/// Reads the header of the file whose whole content is `text`. VIEWPOINT is not applied: the pose of a sensor comes
/// from the dataset.
[[nodiscard]] Result<PcdHeader> read_pcd_header(std::string_view text, const std::filesystem::path& path);

}  // namespace concord::readers::clouds
