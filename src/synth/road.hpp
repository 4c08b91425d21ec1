#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "concord/synth.hpp"
#include "src/synth/path.hpp"

namespace concord::synth {

// Cross-section of every road, as distances d from its centre line (left positive); right-hand traffic. The ego drives
// towards growing stations in the lanes at negative d.
inline constexpr std::array<double, 2> kLanes_m{1.75, 5.25};  ///< |d| of the lane centres, inner and outer
inline constexpr double kBikeLane_m = 7.9;
inline constexpr double kParking_m = 10.0;
inline constexpr double kCurb_m = 11.2;
inline constexpr double kCurbHeight_m = 0.13;
inline constexpr std::array<double, 3> kWalks_m{12.0, 12.9, 13.8};
inline constexpr double kHouses_m = 15.2;

// Where a junction changes the road, as |s - junction|.
inline constexpr double kSideLane_m = 1.9;         ///< lanes of the side street, on the right of who drives there
inline constexpr double kSideStreet_m = 8.5;       ///< no curb
inline constexpr double kSideHouses_m = 13.0;      ///< no houses
inline constexpr double kStopLine_m = 14.5;        ///< on the main road
inline constexpr double kSideStop_m = 15.0;        ///< on the side street, as distance from the main road's centre
inline constexpr double kJunctionCorner_m = 16.0;  ///< pedestrians along the road stay outside
inline constexpr double kNoParking_m = 20.0;
inline constexpr double kJunctionStraight_m = 75.0;  ///< the road is straight this far around

struct Section {
  double begin_m = 0, end_m = 0;
  SynthRoad type = SynthRoad::urban;
  double limit_mps = 0;
};

/// The main road: one long curve with sections of different kind and signalled junctions.
class Road {
 public:
  Road(SynthRoad kind, double length_m, std::uint64_t seed);

  [[nodiscard]] const Path& centre() const { return centre_; }
  [[nodiscard]] const std::vector<Section>& sections() const { return sections_; }
  [[nodiscard]] const std::vector<double>& junctions() const { return junctions_; }
  [[nodiscard]] const Section& section_at(double s_m) const;
  /// The nearest junction, or nullptr on a road without any.
  [[nodiscard]] const double* nearest_junction(double s_m) const;
  /// Speed that section and curvature allow; changes along the road by no more than a comfortable deceleration.
  [[nodiscard]] double allowed_mps(double s_m) const;
  /// World position of (s, d).
  [[nodiscard]] PathPoint at(double s_m, double d_m) const;

 private:
  void add_speeds();

  Path centre_;
  std::vector<Section> sections_;
  std::vector<double> junctions_;
  std::vector<double> allowed_mps_;  ///< every metre
};

}  // namespace concord::synth
