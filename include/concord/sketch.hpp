#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace concord {

/// The distribution of a magnitude as counts in bins of fixed relative width. Adding and merging are integer sums: any
/// order and any grouping of the same values gives equal sketches.
///
/// The bins are those of HdrHistogram and of the linearly interpolated mapping of DDSketch (Masson, Rim, Lee: DDSketch,
/// VLDB 2019): a value's exponent and the first 7 bits of its mantissa. So a bin is at most 2^-7 of its values wide,
/// and its middle, by which it is read, is within kRelativeError of each of them. No logarithm is taken: the bin is the
/// same on every platform. Values below kLowest count as 0, values of kHighest and more, and infinity, as the highest
/// bin.
class Sketch {
 public:
  static constexpr double kRelativeError = 0x1p-8;
  static constexpr double kLowest = 0x1p-20;
  static constexpr double kHighest = 0x1p20;
  static constexpr std::uint32_t kBins = 40U * 128U + 1U;  ///< bin 0 holds the values below kLowest

  /// Counts `value` `times` times. Its sign is no matter; NaN is not counted.
  void add(double value, std::uint64_t times = 1);
  void merge(const Sketch& other);
  /// Adds to a bin; bins from kBins on are a bug: std::out_of_range.
  void add_to_bin(std::uint32_t bin, std::uint64_t times);

  [[nodiscard]] std::uint64_t count() const { return count_; }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  /// Values in the bin of `value` or above; 0 of NaN.
  [[nodiscard]] std::uint64_t count_from(double value) const;
  /// Values in the bin of `value` or below; 0 of NaN.
  [[nodiscard]] std::uint64_t count_to(double value) const;
  /// The value of rank floor(share * (count - 1)), counted from 0 in order of size; `share` in [0, 1]. Within
  /// kRelativeError of the true one where that lies between kLowest and kHighest. NaN without values.
  [[nodiscard]] double quantile(double share) const;
  /// Bins that hold something, in order, with their counts.
  [[nodiscard]] std::vector<std::pair<std::uint32_t, std::uint64_t>> bins() const;

  /// The bin that counts `value`, no NaN.
  [[nodiscard]] static std::uint32_t bin_of(double value);
  /// The middle of a bin; 0 of bin 0.
  [[nodiscard]] static double middle_of(std::uint32_t bin);

  bool operator==(const Sketch&) const = default;

 private:
  std::vector<std::uint64_t> counts_;  ///< up to the highest bin in use, which is not 0
  std::uint64_t count_ = 0;
};

}  // namespace concord
