#include <algorithm>
#include <array>

#include "concord/priors.hpp"

namespace concord {
namespace {

// Labels of one track are alike: a quantity with one value a track needs fewer.
constexpr std::uint64_t kLabels = 1000;
constexpr std::uint64_t kTracks = 100;

constexpr std::array<QuantityInfo, 19> kQuantities{{
    {quantity::kLength, "m", kTracks, true, "median length of each track; of each label without one"},
    {quantity::kWidth, "m", kTracks, true, "as length_m"},
    {quantity::kHeight, "m", kTracks, true, "as length_m"},
    {quantity::kSpeed, "m/s", kLabels, false, "horizontal speed over ground of the curve through a label's neighbours"},
    {quantity::kAcceleration, "m/s^2", kLabels, false, "horizontal acceleration over ground of that curve"},
    {quantity::kYawRate, "rad/s", kLabels, false, "yaw rate over ground of that curve"},
    {quantity::kResidualAlong, "m", kLabels, false,
     "distance of a label from that curve along its heading, over the gain of the fit"},
    {quantity::kResidualAcross, "m", kLabels, false, "the same across"},
    {quantity::kResidualLevel, "m", kLabels, false, "both together"},
    {quantity::kResidualUp, "m", kLabels, false, "the same upwards"},
    {quantity::kResidualHeading, "rad", kLabels, false, "turn of a label against its neighbours, over its gain"},
    {quantity::kResidualSize, "1", kLabels, false, "|side / median of its neighbours - 1| of the worst side"},
    {quantity::kTrackDeviation, "1", kLabels, false,
     "distance of a label from its track in units of its noise, as temporal.outlier_frame takes it"},
    {quantity::kSlip, "rad", kLabels, false,
     "angle of the rear axle's way to the heading, as temporal.impossible_motion takes it"},
    {quantity::kTrackLabels, "labels", kTracks, true,
     "labels of a track in good sight and away from the drive's ends, as temporal.short_track takes it"},
    {quantity::kTrackDuration, "s", kTracks, true, "from a track's first label to its last"},
    {quantity::kPointDensityNear, "1/m^2", kLabels, true,
     "LiDAR points in a cuboid over length times height, up to 30 m away"},
    {quantity::kPointDensityMiddle, "1/m^2", kLabels, true, "the same, 30 to 50 m away"},
    {quantity::kPointDensityFar, "1/m^2", kLabels, true, "the same, further away"},
}};

}  // namespace

std::span<const QuantityInfo> quantities() { return kQuantities; }

const QuantityInfo* find_quantity(std::string_view name) {
  const auto found =
      std::find_if(kQuantities.begin(), kQuantities.end(), [&](const QuantityInfo& q) { return q.name == name; });
  return found == kQuantities.end() ? nullptr : &*found;
}

}  // namespace concord
