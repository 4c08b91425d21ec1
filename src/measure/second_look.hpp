#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "concord/drive.hpp"
#include "concord/measure.hpp"
#include "concord/measurements.hpp"
#include "src/measure/points.hpp"
#include "src/measure/registration_plan.hpp"

namespace concord::measure {

/// Lays the points of labels over each other while the clouds of a drive go by: keeps those of the labels that the plan
/// of registrations names (a few hundred points each) until their partner has come.
class SecondLook {
 public:
  /// `measured` holds the label tables of every set of `drive`.
  SecondLook(const Drive& drive, const std::vector<LabelSetMeasurements>& measured);

  /// Takes the points of the batch that the plan asks for, and adds the registrations that they complete. The point
  /// tables of its frames are measured already. Returns the number of pairs that were tried.
  std::size_t add(const Drive& drive, const CloudBatch& batch, const BatchPoints& points,
                  std::vector<LabelSetMeasurements>& measured);

 private:
  struct SetPlan {
    std::vector<LabelPair> pairs;
    std::size_t next = 0;                             ///< the first one whose later label has not gone by
    std::map<std::uint32_t, std::size_t> last_use;    ///< label row -> its last pair
    std::map<std::uint32_t, std::vector<Vec3>> kept;  ///< label row -> its object's points, in its axes
  };
  std::vector<SetPlan> sets_;
};

}  // namespace concord::measure
