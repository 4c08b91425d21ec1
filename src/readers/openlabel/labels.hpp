#pragma once

#include <map>
#include <string>
#include <vector>

#include "concord/drive.hpp"
#include "src/readers/common/json.hpp"
#include "src/readers/openlabel/cuboid.hpp"
#include "src/readers/openlabel/frames.hpp"
#include "src/readers/openlabel/objects.hpp"

namespace concord::readers::openlabel {

/// A file with more labels is refused.
inline constexpr std::size_t kMaxLabels = 10'000'000;
/// Static data in many frames multiplies labels: a file of some megabytes can ask for many gigabytes.
inline constexpr std::size_t kMaxStaticLabels = 4'000'000;

/// Where a cuboid row was read: `frames.<frame>.objects.<uid>.object_data.cuboid[element]`, or, for static data,
/// `objects.<uid>.object_data.cuboid[element]`. What the patcher needs to put another box there.
struct LabelPlace {
  std::string_view uid;
  std::size_t element = 0;
  bool is_static = false;
  SE3 T_ego_cs = SE3::Identity();
  AxisChange R_stated_box = AxisChange::Identity();
};

struct LabelReading {
  LabelSet set;
  std::vector<LabelPlace> places;  ///< one a cuboid row, when asked for
  std::vector<std::string> notes;
};

struct LabelContext {
  const CoordinateSystems* systems = nullptr;
  const FrameList* frames = nullptr;
  const ObjectTable* objects = nullptr;
  std::map<std::string, ClassCode, std::less<>> stated_classes;  ///< classes that the file itself maps
  bool keep_places = false;
};

/// Reads cuboids, 2D boxes and attributes of all frames. `drive` gives frames and taxonomy; cameras that only boxes
/// mention are added to its sensors.
[[nodiscard]] Result<LabelReading> read_labels(const Node& openlabel, const LabelContext& context, Drive& drive);

}  // namespace concord::readers::openlabel
