#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "concord/dataset.hpp"
#include "concord/measure.hpp"
#include "concord/result.hpp"

namespace concord {

inline constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

/// A number with a 95 % interval; NaN where undefined.
struct Bounded {
  double value = kUndefined, low = kUndefined, high = kUndefined;
};

/// The errors of one kind over matched pairs: candidate minus reference, in the axes of the reference's cuboid.
struct ErrorSummary {
  std::string error;  ///< along across up distance length width height heading axis iou_loss start end
  std::string unit;   ///< m, rad, 1 or frames
  std::int64_t pairs = 0;
  double bias = kUndefined;       ///< mean, with its sign
  double deviation = kUndefined;  ///< standard deviation
  /// Quantiles of the magnitude, within 0.4 %.
  double median = kUndefined, p90 = kUndefined, p99 = kUndefined;
  double largest = kUndefined;  ///< largest magnitude
};

/// Labels of one slice of the data, and what is found of them. A slice is of all labels, of a range band, an occlusion,
/// an annotator or a batch, and of one class or all. Each label counts by its own range, occlusion and so on.
struct SliceScore {
  std::string dimension;                              ///< all range occlusion annotator batch
  std::string value;                                  ///< empty for all
  std::string class_name;                             ///< empty for all
  std::int64_t reference = 0, reference_matched = 0;  ///< matched: with a label of the same class
  std::int64_t candidate = 0, candidate_matched = 0;
  std::vector<ErrorSummary> errors;  ///< of pairs of the same class; not for one class of a dimension

  /// NaN without labels.
  [[nodiscard]] double precision() const;
  [[nodiscard]] double recall() const;
  [[nodiscard]] double f1() const;
};

/// Labels of `reference` (empty: nothing there) that are `candidate` (empty: missed) in the other set.
struct ConfusionCell {
  std::string reference, candidate;
  std::int64_t labels = 0;
};

/// Agreement about a variable of matched labels. Kappas over matched labels hide misses: `unmatched_share` stands
/// beside them. Intervals: bootstrap over tracks, 200 Poisson replicates, percentiles; under 20 tracks they are too
/// narrow.
struct AgreementScore {
  std::string variable;                 ///< class, moving_state, occlusion, or the name of an attribute
  std::string category;                 ///< against all others; empty: the total
  std::int64_t units = 0;               ///< objects that two sets or more rate
  double unmatched_share = kUndefined;  ///< of all checked labels, those without partner
  double prevalence = kUndefined;       ///< share of the category among the ratings
  Bounded kappa;                        ///< Cohen's; two sets
  Bounded fleiss_kappa;                 ///< of objects that all sets rate
  Bounded alpha;                        ///< Krippendorff's, nominal
  Bounded ac1;                          ///< Gwet's
};

/// Tracking agreement of one class, or of all (class_name empty: counts of all classes together, matched within each).
struct TrackingScore {
  std::string class_name;
  std::int64_t reference_labels = 0, candidate_labels = 0, reference_tracks = 0, candidate_tracks = 0;
  double hota = kUndefined, deta = kUndefined, assa = kUndefined, loca = kUndefined;  ///< means over 19 thresholds
  double detection_recall = kUndefined, detection_precision = kUndefined;
  double association_recall = kUndefined, association_precision = kUndefined;
  std::vector<double> hota_at;  ///< at similarity 0.05, 0.1 ... 0.95
  double idf1 = kUndefined, id_precision = kUndefined, id_recall = kUndefined;
  double mota = kUndefined, motp = kUndefined;
  std::int64_t matches = 0, misses = 0, false_positives = 0, identity_switches = 0, fragmentations = 0;
  std::int64_t mostly_tracked = 0, partly_tracked = 0, mostly_lost = 0;
};

/// nuScenes' detection metrics of one class.
struct NuscenesClassScore {
  std::string class_name;
  std::int64_t reference = 0, candidate = 0;
  double average_precision = kUndefined;         ///< mean over the thresholds
  std::array<double, 4> average_precision_at{};  ///< centre distance 0.5, 1, 2, 4 m
  /// At 2 m; NaN where the class has no such error.
  double translation_m = kUndefined, scale = kUndefined, orientation_rad = kUndefined, velocity_mps = kUndefined,
         attribute = kUndefined;
};
struct NuscenesScore {
  double mean_average_precision = kUndefined, detection_score = kUndefined;
  double translation_m = kUndefined, scale = kUndefined, orientation_rad = kUndefined, velocity_mps = kUndefined,
         attribute = kUndefined;
  std::vector<NuscenesClassScore> classes;
};

/// What a drive adds to the recall of a class and to its errors of position; for bounds that hold where labels of one
/// drive are alike.
struct DriveScore {
  std::string drive, class_name;
  std::int64_t reference = 0, reference_matched = 0;  ///< matched: with a label of the same class
  /// Pairs of the same class by the distance of their centres in m, within 0.4 %: rising, with their number.
  std::vector<std::pair<double, std::uint64_t>> distances;
};

/// One candidate held against the reference.
struct PairComparison {
  std::string candidate;
  std::int64_t drives = 0, frames = 0;
  std::int64_t reference_not_checked = 0, candidate_not_checked = 0;  ///< labels outside a scope
  std::vector<SliceScore> slices;                                     ///< the first one is of all labels
  std::vector<DriveScore> by_drive;
  std::vector<ConfusionCell> confusion;
  std::vector<AgreementScore> agreement;
  std::vector<ErrorSummary> track_errors;  ///< start and end of matched tracks, in frames
  std::int64_t matched_tracks = 0;
  std::vector<TrackingScore> tracking;    ///< all first; empty where a set has no tracks
  std::optional<NuscenesScore> nuscenes;  ///< where the candidate has scores
};

/// IoU between all label sets, two by two, over the objects of one class.
struct SpreadScore {
  std::string class_name;  ///< by the first set that has the object; empty: all
  std::int64_t pairs = 0;
  double iou_mean = kUndefined, iou_variance = kUndefined;
};

struct Comparison {
  std::string reference;
  std::vector<PairComparison> candidates;
  /// Over all sets together, where there are three or more: an object is what the reference labels, then what each
  /// further set adds in their order.
  std::vector<AgreementScore> agreement;
  std::vector<SpreadScore> spread;
  std::string match_by;
  std::int64_t drives = 0;
  bool incomplete = false;  ///< a drive could not be read; the notes say which
  std::vector<std::string> notes;
};

enum class MatchBy : std::uint8_t { iou_3d, iou_bev, distance };

struct CompareOptions {
  std::filesystem::path reference;
  struct Candidate {
    std::string name;
    std::filesystem::path path;
  };
  std::vector<Candidate> candidates;
  std::string format;               ///< of the reference; empty: recognised
  OpenOptions open;                 ///< for all datasets; its extra_labels are further candidates' business and ignored
  std::vector<std::string> drives;  ///< of the reference; empty: all
  DeviceOptions device;
  MatchBy match_by = MatchBy::iou_3d;
  bool greedy = false;  ///< by falling score each takes its best partner, as nuScenes; else the best sum
  /// The least IoU (0, 1], or the largest distance in m; not set: 0.5 for vehicles and 0.25 for all else, or 2 m.
  std::optional<double> gate;
  std::map<std::string, double> class_gates;  ///< by Concord class, for it and those below it
  std::vector<std::string> classes;           ///< compare only these; empty: all
  std::optional<double> max_range_m;
  /// CSV with columns candidate_drive, candidate_frame, reference_drive, reference_frame: for candidate datasets whose
  /// names differ.
  std::optional<std::filesystem::path> frame_map;
  std::uint64_t seed = 0;  ///< of the bootstrap
};

/// Holds label sets against a reference: other datasets with drives and frames of the same names (a drive's name is no
/// matter where both have one), or result files that the reference's format reads with its rig. Drives that cannot be
/// read are noted and do not stop the others.
///
/// Errors: nothing could be compared, or an option is wrong.
[[nodiscard]] Result<Comparison> compare(const CompareOptions& options);

}  // namespace concord
