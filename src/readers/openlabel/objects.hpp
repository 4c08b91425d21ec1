#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "src/readers/common/json.hpp"
#include "src/readers/openlabel/frames.hpp"

namespace concord::readers::openlabel {

/// One entry of `objects`.
struct Object {
  std::string_view uid;
  std::string_view type;
  std::string_view coordinate_system;  ///< default of its cuboids and boxes
  std::optional<std::string_view>
      track;                      ///< identity: the static text track_id, else the uid; nullopt for "no identity"
  std::optional<Node> data;       ///< static object_data
  std::size_t static_shapes = 0;  ///< cuboids and boxes of the static data
  std::vector<FrameInterval> intervals;  ///< in which static data holds; empty: all frames
};

/// All objects of a file, in file order, and by uid.
struct ObjectTable {
  std::vector<Object> objects;
  std::unordered_map<std::string_view, std::size_t> by_uid;
  bool has_external_data = false;  ///< some object refers to a resource outside the file
};

[[nodiscard]] Result<ObjectTable> read_objects(const Node& openlabel);

}  // namespace concord::readers::openlabel
