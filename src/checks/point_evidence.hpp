#pragma once

#include <array>
#include <cstdint>

#include "concord/measurements.hpp"
#include "src/checks/context.hpp"

namespace concord::judging {

/// What the points of one label tell about one face of its cuboid.
struct FaceEvidence {
  bool known = false;
  double out_m = 0;  ///< where the points end, outwards from the face; negative: inside
};
using BoxEvidence = std::array<FaceEvidence, kFaces>;

[[nodiscard]] constexpr std::size_t index(Face face) { return static_cast<std::size_t>(face); }

/// The label is a valid object, and the clouds of its frame were measured.
[[nodiscard]] bool is_measured(const CheckContext& context, std::uint32_t row);

/// Rays towards the label's core that return before it, as a share of all that return; 1 without any.
[[nodiscard]] double hidden_share(const PointTable& points, std::uint32_t row);

/// Sine of the angle at which the ego's vertical axis sees the face, in the horizontal plane: 1 face on, 0 edge on or
/// from behind. The LiDARs stand near that axis.
[[nodiscard]] double incidence(const Cuboid& box, Face face);

/// What the points tell about the four sides and the top. Points that stick out count when they are at least five and 1
/// % of the object's. That they end before a face says something only where they must reach it: on faces that are seen
/// well, and at both ends of a face that is; and only on objects that nothing hides or cuts off.
[[nodiscard]] BoxEvidence box_evidence(const CheckContext& context, std::uint32_t row, double min_points);

}  // namespace concord::judging
