#include "src/measure/registration/icp.hpp"

namespace concord::measure {

bool can_register() { return false; }

std::optional<Alignment> align(std::span<const Vec3> /*from*/, std::span<const Vec3> /*to*/, const SE3& /*T_to_from*/) {
  return std::nullopt;
}

}  // namespace concord::measure
