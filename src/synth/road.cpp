#include "src/synth/road.hpp"

#include <algorithm>
#include <cmath>

#include "src/synth/random.hpp"

namespace concord::synth {
namespace {

constexpr double kLateralAcceleration_mps2 = 1.8;
constexpr double kSpeedChange_mps2 = 1.3;

/// Lays stretch after stretch.
class Layout {
 public:
  explicit Layout(std::uint64_t seed) : random_(seed) {}

  void straight(double length_m) { add({length_m, 0, 0}); }

  void curve(double ramp_m, double radius_m, double turn_rad) {
    // Curves bring the road back to its general direction, so that it never meets itself.
    const double sign = std::abs(heading_rad_) > 0.4 ? (heading_rad_ > 0 ? -1 : 1) : (random_.chance(0.5) ? 1 : -1);
    const double curvature = sign / radius_m;
    const double arc_m = std::max(5.0, turn_rad * radius_m - ramp_m);
    add({ramp_m, 0, curvature});
    add({arc_m, curvature, curvature});
    add({ramp_m, curvature, 0});
    heading_rad_ += curvature * (ramp_m + arc_m);
  }

  void block(SynthRoad type) {
    Random& r = random_;
    if (type == SynthRoad::urban || (type == SynthRoad::rural && r.chance(0.35))) {
      straight(kJunctionStraight_m + r.uniform(0, 40));
      junctions.push_back(s_m_);
      straight(kJunctionStraight_m + r.uniform(0, 40));
    } else {
      straight(type == SynthRoad::rural ? r.uniform(50, 150) : r.uniform(80, 250));
    }
    if (type == SynthRoad::urban && r.chance(0.75)) curve(22, r.uniform(60, 140), r.uniform(0.25, 1.1));
    if (type == SynthRoad::rural) curve(45, r.uniform(160, 350), r.uniform(0.25, 0.8));
    if (type == SynthRoad::highway) curve(90, r.uniform(700, 1500), r.uniform(0.12, 0.4));
  }

  [[nodiscard]] double s_m() const { return s_m_; }
  Random& random() { return random_; }

  std::vector<Clothoid> stretches;
  std::vector<double> junctions;

 private:
  void add(const Clothoid& stretch) {
    stretches.push_back(stretch);
    s_m_ += stretch.length_m;
  }
  Random random_;
  double s_m_ = 0;
  double heading_rad_ = 0;  ///< against the road's start
};

SynthRoad next_type(SynthRoad kind, const std::vector<Section>& sections, Random& random) {
  if (kind != SynthRoad::mixed) return kind;
  for (;;) {
    const double draw = random.uniform(0, 1);
    const SynthRoad type = draw < 0.55 ? SynthRoad::urban : draw < 0.8 ? SynthRoad::rural : SynthRoad::highway;
    if (sections.empty() || sections.back().type != type) return type;
  }
}

double limit_of(SynthRoad type, Random& random) {
  if (type == SynthRoad::urban) return random.chance(0.25) ? 30 / 3.6 : 50 / 3.6;
  if (type == SynthRoad::rural) return random.chance(0.5) ? 70 / 3.6 : 80 / 3.6;
  return random.chance(0.5) ? 100 / 3.6 : 120 / 3.6;
}

}  // namespace

Road::Road(SynthRoad kind, double length_m, std::uint64_t seed) {
  Layout layout(seed);
  while (layout.s_m() < length_m) {
    Section section{.begin_m = layout.s_m(), .type = next_type(kind, sections_, layout.random())};
    section.limit_mps = limit_of(section.type, layout.random());
    const int blocks = 2 + layout.random().below(3);
    for (int i = 0; i < blocks; ++i) layout.block(section.type);
    section.end_m = layout.s_m();
    sections_.push_back(section);
  }
  junctions_ = layout.junctions;
  centre_ = Path({}, layout.stretches);
  add_speeds();
}

void Road::add_speeds() {
  const auto count = static_cast<std::size_t>(centre_.length_m()) + 1;
  allowed_mps_.resize(count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto s_m = static_cast<double>(i);
    const double curvature = std::abs(centre_.at(s_m).curvature_per_m);
    allowed_mps_[i] = std::min(section_at(s_m).limit_mps, std::sqrt(kLateralAcceleration_mps2 / (curvature + 1e-9)));
  }
  const auto limit = [&](std::size_t i, std::size_t neighbour) {
    const double v = allowed_mps_[neighbour];
    allowed_mps_[i] = std::min(allowed_mps_[i], std::sqrt(v * v + 2 * kSpeedChange_mps2));
  };
  for (std::size_t i = 1; i < count; ++i) limit(i, i - 1);
  for (std::size_t i = count - 1; i > 0; --i) limit(i - 1, i);
}

const Section& Road::section_at(double s_m) const {
  const auto after = std::upper_bound(sections_.begin(), sections_.end(), s_m,
                                      [](double s, const Section& section) { return s < section.begin_m; });
  return after == sections_.begin() ? sections_.front() : *std::prev(after);
}

const double* Road::nearest_junction(double s_m) const {
  if (junctions_.empty()) return nullptr;
  auto after = std::lower_bound(junctions_.begin(), junctions_.end(), s_m);
  if (after == junctions_.end() || (after != junctions_.begin() && s_m - *std::prev(after) < *after - s_m)) --after;
  return &*after;
}

double Road::allowed_mps(double s_m) const {
  const double last = static_cast<double>(allowed_mps_.size() - 1);
  const double s = std::clamp(s_m, 0.0, last);
  const std::size_t i = std::min(static_cast<std::size_t>(s), allowed_mps_.size() - 2);
  const double r = s - static_cast<double>(i);
  return allowed_mps_[i] + r * (allowed_mps_[i + 1] - allowed_mps_[i]);
}

PathPoint Road::at(double s_m, double d_m) const {
  PathPoint point = centre_.at(s_m);
  point.x_m -= d_m * std::sin(point.heading_rad);
  point.y_m += d_m * std::cos(point.heading_rad);
  return point;
}

}  // namespace concord::synth
