#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "concord/geometry.hpp"

namespace concord::fixing {

/// What may change of one label, each by one finding only. The place is split along the cuboid's own axes, so that a
/// fault of its length and one of its width do not exclude each other.
enum class Part : std::uint8_t { along, across, up, length, width, height, heading, class_, presence };
inline constexpr std::size_t kParts = 9;

/// How a proposal changes a label, in terms that hold for other labels of the same object too.
struct Correction {
  Vec3 shift_own_m = Vec3::Zero();  ///< of the centre, in the cuboid's own axes
  double rise_m = 0;                ///< of the centre, along the ego's z
  Vec3 grow_m = Vec3::Zero();       ///< of the size
  double turn_rad = 0;              ///< about the cuboid's own z
  std::optional<std::string> raw_class;
  bool deletes = false;

  /// The parts that change noticeably (1 mm, 0.1 mrad); of a shift the components that make at least a tenth of it.
  [[nodiscard]] std::array<bool, kParts> parts() const;
  [[nodiscard]] Cuboid applied_to(const Cuboid& box) const;
  /// Lays `other` over this one: both are of the same label as it was.
  void add(const Correction& other);
};

/// What turns `from` into `to`. `vertical`: the centre is known to move along the ego's z only.
[[nodiscard]] Correction difference(const Cuboid& from, const Cuboid& to, bool vertical);

}  // namespace concord::fixing
