#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "src/checks/check.hpp"

namespace concord::judging {

/// What the points say where a label is missing.
enum class Sight : std::uint8_t {
  unknown,  ///< no cloud, a label of another track, too few rays
  hidden,   ///< most rays end before the place
  empty,    ///< rays pass and there is not what the labels beside hold
  there,    ///< as many points as in the labels beside, and in the same place of the box
};

/// When an object counts as seen.
struct SightLimits {
  double min_points = 10;   ///< object points in the labels beside, and in the box
  double min_share = 0.5;   ///< of the points in the labels beside
  double max_hidden = 0.3;  ///< share of the rays that end before the box
  double max_off_m = 0.3;   ///< the points' mean off where it lies in the labels beside, and 15 % of a side more
};

/// The probes of a label set, by track.
class TrackProbes {
 public:
  explicit TrackProbes(const CheckContext& context);

  /// Probes before a track's first label and after its last, nearest first.
  [[nodiscard]] const std::vector<std::uint32_t>& before(std::uint32_t track) const { return before_[track]; }
  [[nodiscard]] const std::vector<std::uint32_t>& after(std::uint32_t track) const { return after_[track]; }
  /// Probes of the gap that follows label `row`, by frame.
  [[nodiscard]] const std::vector<std::uint32_t>& gap_after(std::uint32_t row) const;

  /// What is at a probe, by the labels `rows` of its track that lie beside (three at most count, the first ones).
  [[nodiscard]] Sight sight(std::uint32_t probe, std::span<const std::uint32_t> rows, const SightLimits& limits) const;

 private:
  const CheckContext& context_;
  std::vector<std::vector<std::uint32_t>> before_, after_;
  std::vector<std::pair<std::uint32_t, std::vector<std::uint32_t>>> gaps_;  ///< by row
};

/// Parameters of temporal.late_start and temporal.early_end.
struct EndParameters {
  double min_frames = 3;
  double max_range_m = 60;
  double min_points = 15;
  double min_share = 0.5;
  double max_hidden = 0.2;
  double max_off_m = 0.3;

  static std::vector<Field<EndParameters>> fields();
};

enum class TrackEnd : std::uint8_t { start, end };

/// Adds a finding for each track whose object is seen in at least min_frames frames in a row before its first label (or
/// after its last), with its place in the first of them as proposal.
void add_unlabelled_ends(CheckContext& context, const PerClass<EndParameters>& parameters, TrackEnd end);

}  // namespace concord::judging
