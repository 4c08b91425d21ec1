#pragma once

#include <cstddef>

#include "concord/drive.hpp"
#include "concord/measurements.hpp"
#include "cuda/kernels.hpp"
#include "src/measure/track_order.hpp"

namespace concord::measure {

/// The steps of every track, in the world where every frame that holds labels has a pose, else in each frame's ego.
/// Labels without a track take no part. `order` is that of `set`. Tracks go to `context` in batches of about
/// `batch_labels` labels, which changes no result.
[[nodiscard]] MotionTable measure_motion(kernels::ExecutionContext& context, const Drive& drive, const LabelSet& set,
                                         const TrackOrder& order, std::size_t batch_labels);

/// One row a track with labels, in order of track code; `motion` and `cuboids` are those of `set`.
[[nodiscard]] TrackTable summarise_tracks(const LabelSet& set, const MotionTable& motion, const CuboidTable& cuboids);

}  // namespace concord::measure
