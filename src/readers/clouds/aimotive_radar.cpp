#include "src/readers/clouds/aimotive_radar.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "src/readers/common/json.hpp"

namespace concord::readers::clouds {

Result<PointFields> decode_aimotive_radar(std::string_view text, const std::filesystem::path& path) {
  CONCORD_ASSIGN_OR_RETURN(const auto document, Document::parse(text, path));
  const auto targets = document->root().find("targets");
  if (!targets) return document->root().error("has no 'targets'", "an array of radar targets");
  PointFields fields;
  for (const char* name : {"x", "y", "z", "range_rate", "rcs"}) fields.fields.push_back({.name = name, .values = {}});
  bool has_speed = true;
  CONCORD_RETURN_IF_ERROR(targets->for_each_element([&](std::size_t /*index*/, const Node& target) -> Result<void> {
    std::array<double, 3> polar{};
    constexpr std::array<std::string_view, 3> kPolar{"azimuth", "elevation", "range"};
    for (std::size_t i = 0; i < polar.size(); ++i) {
      const auto member = target.find(kPolar[i]);
      if (!member) return target.error("has no '" + std::string(kPolar[i]) + "'", "a number of that name");
      CONCORD_ASSIGN_OR_RETURN(polar[i], member->number());
    }
    const auto [azimuth_rad, elevation_rad, range_m] = polar;
    const double ground_m = range_m * std::cos(elevation_rad);
    fields.fields[0].values.push_back(ground_m * std::cos(azimuth_rad));
    fields.fields[1].values.push_back(ground_m * std::sin(azimuth_rad));
    fields.fields[2].values.push_back(range_m * std::sin(elevation_rad));
    for (const auto& [key, column] : {std::pair{"speed", 3}, std::pair{"rcs", 4}}) {
      double value = std::numeric_limits<double>::quiet_NaN();
      if (const auto member = target.find(key)) {
        CONCORD_ASSIGN_OR_RETURN(value, member->number());
      } else if (column == 3) {
        has_speed = false;
      }
      fields.fields[static_cast<std::size_t>(column)].values.push_back(value);
    }
    ++fields.points;
    return {};
  }));
  // A file that states no speeds has no Doppler; NaN stands for single targets without.
  if (!has_speed && fields.points > 0) {
    bool any = false;
    for (const double value : fields.fields[3].values) any = any || !std::isnan(value);
    if (!any) fields.fields.erase(fields.fields.begin() + 3);
  }
  return fields;
}

}  // namespace concord::readers::clouds
