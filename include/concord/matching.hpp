#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "concord/drive.hpp"

namespace concord {

/// Pairs of cuboids of one frame, one of each of two label sets, whose centres are close on the ground; sorted by
/// (frame, row_a, row_b).
struct CentrePairTable {
  std::vector<std::uint32_t> frame, row_a, row_b;
  std::vector<double> distance_m;  ///< horizontal

  [[nodiscard]] std::size_t size() const { return frame.size(); }
};

/// Horizontal positions of the centres of a label set, one a row.
struct CentreColumns {
  std::vector<double> x_m, y_m;
};

/// Centres in the world's xy plane where every frame of `drive` has a pose, else in the ego's.
[[nodiscard]] CentreColumns measure_centres(const Drive& drive, const LabelSet& set);

/// Every pair with a distance of at most `max_distance_m`. Centres with a number that is not finite are in no pair.
[[nodiscard]] CentrePairTable measure_centre_pairs(const LabelSet& a, const CentreColumns& centres_a, const LabelSet& b,
                                                   const CentreColumns& centres_b, double max_distance_m);

/// Two rows of two label sets that stand for one object.
struct RowPair {
  std::uint32_t row_a = 0, row_b = 0;
};

/// How far the cuboid of `b` is off that of `a`, one row a pair: b minus a, in the axes of a's cuboid. NaN where a
/// number is not finite.
struct OffsetTable {
  std::vector<double> along_m, across_m, up_m;      ///< of the centres
  std::vector<double> length_m, width_m, height_m;  ///< of the sizes
  std::vector<double> heading_rad;                  ///< turn about a's up axis, (-pi, pi]

  [[nodiscard]] std::size_t size() const { return along_m.size(); }
};
[[nodiscard]] OffsetTable measure_offsets(const LabelSet& a, const LabelSet& b, std::span<const RowPair> pairs);

}  // namespace concord
