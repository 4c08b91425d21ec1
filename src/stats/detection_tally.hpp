#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "concord/compare.hpp"
#include "concord/drive.hpp"
#include "src/stats/errors.hpp"
#include "src/stats/matching.hpp"

namespace concord::stats {

/// What slices are made by.
enum class Dimension : std::uint8_t { all, range, occlusion, annotator, batch };
inline constexpr std::array<const char*, 5> kDimensionNames{"all", "range", "occlusion", "annotator", "batch"};

/// The errors of a matched pair.
enum class PairError : std::uint8_t { along, across, up, distance, length, width, height, heading, axis, iou_loss };
inline constexpr std::size_t kPairErrors = 10;
inline constexpr std::array<const char*, kPairErrors> kPairErrorNames{
    "along", "across", "up", "distance", "length", "width", "height", "heading", "axis", "iou_loss"};
inline constexpr std::array<const char*, kPairErrors> kPairErrorUnits{"m", "m", "m",   "m",   "m",
                                                                      "m", "m", "rad", "rad", "1"};
using PairErrors = std::array<double, kPairErrors>;

/// The errors of each of `pairs`, from their offsets and 3D IoUs. `axis` is the heading modulo half a turn,
/// (-pi/2, pi/2]; classes whose front and back look alike (static objects) have no heading error.
/// `iou_loss` is 1 - 3D IoU.
[[nodiscard]] std::vector<PairErrors> pair_errors(const Taxonomy& taxonomy, const ScopedLabels& scoped_reference,
                                                  std::span<const RowPair> pairs, const OffsetTable& offsets,
                                                  std::span<const double> iou);

/// Counts of found, missed and invented labels with the errors of the found ones, sliced; mergeable.
class DetectionTally {
 public:
  /// A dimension of more values (an annotator a label) makes no slices.
  static constexpr std::size_t kMaxValues = 500;

  void add(const LabelSet& reference, const ScopedLabels& scoped_reference, const LabelSet& candidate,
           const ScopedLabels& scoped_candidate, const Matching& matching, std::span<const PairErrors> errors);
  void merge(const DetectionTally& other);

  /// All labels first, then by class, then dimension by dimension.
  [[nodiscard]] std::vector<SliceScore> slices(const Taxonomy& taxonomy) const;
  [[nodiscard]] std::vector<ConfusionCell> confusion(const Taxonomy& taxonomy) const;
  /// Of all checked labels of both sets, those without any partner.
  [[nodiscard]] double unmatched_share() const;
  /// Adds the names of dimensions that have too many values.
  void list_left_out(std::set<std::string>& names) const;
  [[nodiscard]] std::int64_t reference_not_checked() const { return reference_not_checked_; }
  [[nodiscard]] std::int64_t candidate_not_checked() const { return candidate_not_checked_; }

 private:
  /// kAnyClass stands for all classes.
  static constexpr ClassCode kAnyClass = 0xFFFF;
  using Key = std::tuple<Dimension, std::string, ClassCode>;
  struct Slice {
    std::int64_t reference = 0, reference_matched = 0, candidate = 0, candidate_matched = 0;
    std::vector<ErrorTally> errors;
  };
  class Places;
  using Values = std::set<std::string, std::less<>>;
  void drop_if_too_many(Dimension dimension);
  [[nodiscard]] Values& values(Dimension dimension) { return values_[static_cast<std::size_t>(dimension)]; }

  std::map<Key, Slice> slices_;
  std::array<Values, kDimensionNames.size()> values_;
  std::map<std::pair<ClassCode, ClassCode>, std::int64_t> confusion_;  ///< kUnknownClass: no label
  std::int64_t reference_not_checked_ = 0, candidate_not_checked_ = 0;
};

/// A label's occlusion as text: the level, or the bin of the visible share; empty where neither is stated.
[[nodiscard]] std::string occlusion_text(const LabelSet& set, std::size_t row);

}  // namespace concord::stats
