#include "concord/sketch.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

namespace concord {
namespace {

constexpr int kMantissaBits = 52;
constexpr int kUsedBits = 7;
/// The leading bits of kLowest: values have the same distance to it as their bins have to bin 1.
constexpr std::uint64_t kLowestBits = std::bit_cast<std::uint64_t>(Sketch::kLowest) >> (kMantissaBits - kUsedBits);

}  // namespace

std::uint32_t Sketch::bin_of(double value) {
  const double magnitude = std::abs(value);
  if (magnitude < kLowest) return 0;
  if (magnitude >= kHighest) return kBins - 1;
  const std::uint64_t bits = std::bit_cast<std::uint64_t>(magnitude) >> (kMantissaBits - kUsedBits);
  return static_cast<std::uint32_t>(bits - kLowestBits) + 1;
}

double Sketch::middle_of(std::uint32_t bin) {
  if (bin == 0) return 0;
  const std::uint64_t bits = (kLowestBits + bin - 1) << (kMantissaBits - kUsedBits);
  return std::bit_cast<double>(bits | (std::uint64_t{1} << (kMantissaBits - kUsedBits - 1)));
}

void Sketch::add(double value, std::uint64_t times) {
  if (!std::isnan(value)) add_to_bin(bin_of(value), times);
}

void Sketch::add_to_bin(std::uint32_t bin, std::uint64_t times) {
  if (bin >= kBins) throw std::out_of_range("a sketch has no bin " + std::to_string(bin));
  if (times == 0) return;
  if (bin >= counts_.size()) counts_.resize(bin + 1, 0);
  counts_[bin] += times;
  count_ += times;
}

void Sketch::merge(const Sketch& other) {
  if (other.counts_.size() > counts_.size()) counts_.resize(other.counts_.size(), 0);
  for (std::size_t bin = 0; bin < other.counts_.size(); ++bin) counts_[bin] += other.counts_[bin];
  count_ += other.count_;
}

std::uint64_t Sketch::count_from(double value) const {
  if (std::isnan(value)) return 0;
  const auto first = counts_.begin() + std::min<std::ptrdiff_t>(bin_of(value), std::ssize(counts_));
  return std::accumulate(first, counts_.end(), std::uint64_t{0});
}

std::uint64_t Sketch::count_to(double value) const {
  if (std::isnan(value)) return 0;
  const auto end = counts_.begin() + std::min<std::ptrdiff_t>(bin_of(value) + 1, std::ssize(counts_));
  return std::accumulate(counts_.begin(), end, std::uint64_t{0});
}

double Sketch::quantile(double share) const {
  if (count_ == 0) return std::numeric_limits<double>::quiet_NaN();
  const double rank = std::floor(std::clamp(share, 0.0, 1.0) * static_cast<double>(count_ - 1));
  std::uint64_t left = static_cast<std::uint64_t>(rank);
  std::uint32_t bin = 0;
  while (bin + 1 < counts_.size() && left >= counts_[bin]) left -= counts_[bin++];
  return middle_of(bin);
}

std::vector<std::pair<std::uint32_t, std::uint64_t>> Sketch::bins() const {
  std::vector<std::pair<std::uint32_t, std::uint64_t>> used;
  for (std::uint32_t bin = 0; bin < counts_.size(); ++bin) {
    if (counts_[bin] > 0) used.emplace_back(bin, counts_[bin]);
  }
  return used;
}

}  // namespace concord
