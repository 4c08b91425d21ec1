#pragma once

#include <compare>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "concord/calibration.hpp"
#include "concord/drive.hpp"
#include "concord/measurements.hpp"
#include "concord/result.hpp"
#include "concord/sketch.hpp"

namespace concord {

struct Judgement;

inline constexpr std::string_view kPriorsSchemaVersion = "1.0.0";

/// The side of a distribution on which a value is implausible.
enum class PriorSide : std::uint8_t { upper, lower };

/// What is learned of each class. Everything is a magnitude.
struct QuantityInfo {
  std::string_view name;  ///< with unit suffix
  std::string_view unit;
  std::uint64_t least_samples;  ///< a class with fewer has no limits of its own
  bool logarithmic;             ///< its tail is one of ratios
  std::string_view help;
};
[[nodiscard]] std::span<const QuantityInfo> quantities();
/// The quantity with that name, or nullptr.
[[nodiscard]] const QuantityInfo* find_quantity(std::string_view name);

namespace quantity {
inline constexpr std::string_view kLength = "length_m";
inline constexpr std::string_view kWidth = "width_m";
inline constexpr std::string_view kHeight = "height_m";
inline constexpr std::string_view kSpeed = "speed_mps";
inline constexpr std::string_view kAcceleration = "acceleration_mps2";
inline constexpr std::string_view kYawRate = "yaw_rate_radps";
inline constexpr std::string_view kResidualAlong = "residual_along_m";
inline constexpr std::string_view kResidualAcross = "residual_across_m";
inline constexpr std::string_view kResidualLevel = "residual_level_m";
inline constexpr std::string_view kResidualUp = "residual_up_m";
inline constexpr std::string_view kResidualHeading = "residual_heading_rad";
inline constexpr std::string_view kResidualSize = "residual_size_ratio";
inline constexpr std::string_view kTrackDeviation = "track_deviation";
inline constexpr std::string_view kSlip = "slip_rad";
inline constexpr std::string_view kTrackLabels = "track_labels";
inline constexpr std::string_view kTrackDuration = "track_duration_s";
inline constexpr std::string_view kPointDensityNear = "point_density_0_30_1pm2";
inline constexpr std::string_view kPointDensityMiddle = "point_density_30_50_1pm2";
inline constexpr std::string_view kPointDensityFar = "point_density_50_1pm2";
}  // namespace quantity

/// What a sketch is of: a quantity, or a check (its findings' scores), and a Concord class.
struct PriorKey {
  std::string name;
  std::string class_name;

  auto operator<=>(const PriorKey&) const = default;
};

/// What became of the labels of one class that a check examined.
struct CheckPrior {
  std::uint64_t examined = 0;  ///< labels
  Sketch scores;               ///< of its findings, before any calibration

  bool operator==(const CheckPrior&) const = default;
};

/// A drive that was learned from.
struct PriorDrive {
  std::string name;
  std::string inputs_sha256;  ///< over the hashes of its input files, in the order of their paths
  std::uint64_t labels = 0;

  bool operator==(const PriorDrive&) const = default;
};

/// Distributions learned from drives. Merging is associative and independent of order, to the byte of the file.
struct Priors {
  std::map<PriorKey, Sketch> sketches;
  std::map<PriorKey, CheckPrior> checks;
  std::map<std::string, PriorDrive> drives;  ///< by name
  std::optional<Calibration> calibration;
  std::string content_sha256;  ///< set by write_priors and read_priors

  void observe(std::string_view quantity, std::string_view class_name, double value) {
    sketches[{std::string(quantity), std::string(class_name)}].add(value);
  }
  /// Adds what `other` holds. A drive of both would count twice: an error, and nothing is added. A calibration belongs
  /// to the distributions it was made with: the merged priors have none, unless one of both is empty.
  [[nodiscard]] Result<void> merge(const Priors& other);
};

/// Adds what the tables of one label set tell of each quantity but those that checks themselves observe.
void observe_labels(const Drive& drive, const LabelSet& labels, const LabelSetMeasurements& measured, Priors& priors);
/// Adds what the checks found among the labels of the set of that name.
void observe_findings(const Judgement& judgement, std::string_view label_set, Priors& priors);

/// Writes as HDF5, see src/report/PRIORS.md, to a temporary name and renames: complete or as before. Returns the
/// content hash, which is part of the file: equal priors give equal bytes.
[[nodiscard]] Result<std::string> write_priors(const std::filesystem::path& path, const Priors& priors);
/// Reads and checks; whatever a file holds is either complete and consistent, or an error that says what is not.
[[nodiscard]] Result<Priors> read_priors(const std::filesystem::path& path);

/// A limit from a distribution.
struct LearnedLimit {
  double value = 0;
  std::string_view class_name;  ///< the class that it was learned from: the label's own or one above it
  std::uint64_t samples = 0;
};

/// Priors ready for judging. A class has its own samples and those of the classes below it. With too few it takes the
/// nearest class above it that has enough, but none that vulnerable road users and others are both below (road_user,
/// object); what none has is unknown.
class LearnedPriors {
 public:
  explicit LearnedPriors(Priors priors);
  ~LearnedPriors();
  LearnedPriors(const LearnedPriors&) = delete;
  LearnedPriors& operator=(const LearnedPriors&) = delete;

  [[nodiscard]] const Priors& priors() const { return priors_; }
  /// The value that a share of `tail` of the class's values lies beyond; `tail` in (0, 0.5].
  [[nodiscard]] std::optional<LearnedLimit> limit(std::string_view quantity, std::string_view class_name,
                                                  PriorSide side, double tail) const;
  /// Share of the class's values that lie at `value` or further out on that side; NaN where it is unknown.
  [[nodiscard]] double tail_probability(std::string_view quantity, std::string_view class_name, PriorSide side,
                                        double value) const;
  /// Share of the labels that the check examined with a finding of that score or more; NaN where too few were. With the
  /// class's labels if they are enough, else with those of the classes above it, else with all.
  [[nodiscard]] double finding_rate(std::string_view check, std::string_view class_name, double score) const;

 private:
  struct Index;
  Priors priors_;
  std::unique_ptr<Index> index_;
};

}  // namespace concord
