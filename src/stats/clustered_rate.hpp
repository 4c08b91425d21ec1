#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace concord::stats {

/// What is added up of the reviewed units of one drive. A unit's weight is what it stands for: 1 over its inclusion
/// probability, times its seconds where seconds are counted.
struct DriveSums {
  double weight = 0;         ///< sum of the weights
  double defect_weight = 0;  ///< of the units with a defect
  double squares = 0;        ///< sum of the squared weights
  double track_squares = 0;  ///< sum of the tracks' squared weights; a unit without track is a track of its own
  std::uint64_t units = 0, defects = 0;
};

/// Adds units to the sums of one drive.
class DriveTally {
 public:
  /// An empty `track` is none.
  void add(std::string_view track, double weight, bool defect);
  [[nodiscard]] const DriveSums& sums() const { return sums_; }

 private:
  DriveSums sums_;
  std::unordered_map<std::string, double> track_weight_;
};

struct BoundRule {
  double confidence = 0.95;  ///< of each one-sided bound, in (0.5, 1)
  /// The largest correlation between two tracks of one drive that is reckoned with, in [0, 1]. Labels of one track are
  /// reckoned to be wholly dependent.
  double max_icc = 0.5;
};

/// A rate with one-sided bounds. Without units: rate NaN, bounds 0 and 1.
struct RateBounds {
  double rate, lower, upper;
  double effective;  ///< independent units that tell as much
  std::uint64_t units, defects;
  std::uint64_t drives, drives_with_defects;
};

/// The weighted rate of defects, and bounds that hold where the units of a drive, and of a track, are alike.
///
/// The bounds are Clopper and Pearson's of an effective sample, as of Korn and Graubard (Survey Methodology 24, 1998).
/// The effective sample follows from the variance between the drives, estimated as of drives drawn with replacement. As
/// few drives with defects tell little of that variance, it is raised to the upper bound of a chi-square distribution
/// with one degree of freedom less than there are such drives. The effective sample is at least that of the largest
/// correlation of `rule`, and at most Kish's, that of independent units. What this covers: README.md.
[[nodiscard]] RateBounds bound_rate(std::span<const DriveSums> drives, const BoundRule& rule);

/// Bounds of the rate `rate` in a sample that tells as much as `effective` independent units.
[[nodiscard]] double upper_bound(double rate, double effective, double confidence);
[[nodiscard]] double lower_bound(double rate, double effective, double confidence);

/// Clean independent units that show a rate of at most `limit`, in (0, 1): 299 for 1 % at 95 %.
[[nodiscard]] std::uint64_t clean_sample(double limit, double confidence);

/// By how much a sample alike must grow before its bound lies on its rate's side of `limit`; infinity where rate and
/// limit are equal.
[[nodiscard]] double growth_to_decide(const RateBounds& bounds, double limit, double confidence);

}  // namespace concord::stats
