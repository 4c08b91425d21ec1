#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "concord/result.hpp"
#include "src/readers/clouds/point_fields.hpp"

namespace concord::readers::clouds {

/// The header of a PLY file (format 1.0), checked against the size of the file: what it declares fits in what follows.
struct PlyHeader {
  struct Property {
    std::string name;
    NumberType type = NumberType::float32;
    std::optional<NumberType> list_size;  ///< type of the length of a list
  };
  struct Element {
    std::string name;
    std::uint64_t count = 0;
    std::vector<Property> properties;
  };
  std::vector<Element> elements;
  bool ascii = false;

  /// The element "vertex"; read_ply_header has checked that there is one.
  [[nodiscard]] const Element& vertices() const;
};

/// Reads the header of the file whose whole content is `text`.
[[nodiscard]] Result<PlyHeader> read_ply_header(std::string_view text, const std::filesystem::path& path);

}  // namespace concord::readers::clouds
