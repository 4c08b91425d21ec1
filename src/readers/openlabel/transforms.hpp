#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "concord/geometry.hpp"
#include "src/readers/common/json.hpp"

namespace concord::readers::openlabel {

/// A file with more coordinate systems than this is refused.
inline constexpr std::size_t kMaxCoordinateSystems = 10'000;

/// The rigid transform of a `transform_data` value: `matrix4x4` (row-major), `quaternion` (x y z w) + `translation`, or
/// `euler_angles` + `translation` with `sequence` (default ZYX). The three angles belong to the axes of the sequence in
/// order: ZYX with (a, b, c) is Rz(a) Ry(b) Rx(c); lower-case letters are rotations about fixed axes, whose product has
/// the opposite order. A matrix that is a rotation to 1e-9 is taken as it is; one printed with fewer digits is
/// made orthonormal; one more than 1e-2 off is an error.
[[nodiscard]] Result<SE3> read_transform(const Node& node);

/// Coordinate systems of one file and the transforms between them, static and of one frame.
class CoordinateSystems {
 public:
  /// A transform "from -> to": p_to = T_to_from * p_from.
  struct Edge {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    SE3 T_to_from = SE3::Identity();
  };
  /// Where each coordinate system stands relative to ego, as far as transforms lead there.
  struct Resolved {
    std::vector<std::optional<SE3>> T_ego_cs;
    std::optional<SE3> T_scene_ego;  ///< the ego pose
  };

  /// Reads `coordinate_systems` of the root. Ego is the first of type local_cs; else the first without a parent. The
  /// scene is the first of type scene_cs; else the root above ego, if that is another one.
  static Result<CoordinateSystems> read(const Node& openlabel);

  /// Index of a name, if it is defined.
  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view name) const;
  [[nodiscard]] std::optional<std::uint32_t> ego() const { return ego_; }
  [[nodiscard]] std::optional<std::uint32_t> scene() const { return scene_; }
  [[nodiscard]] const std::string& name(std::uint32_t index) const { return names_[index]; }
  [[nodiscard]] std::size_t size() const { return names_.size(); }

  /// The transforms that a frame states in `frame_properties.transforms`; each end must be a defined coordinate system.
  [[nodiscard]] Result<std::vector<Edge>> read_frame_edges(const Node& frame_properties) const;
  /// Resolves with the frame's own transforms, which replace static ones between the same two systems.
  [[nodiscard]] Resolved resolve(const std::vector<Edge>& frame_edges) const;

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string, std::uint32_t> index_;
  std::vector<Edge> edges_;
  std::optional<std::uint32_t> ego_, scene_;
};

}  // namespace concord::readers::openlabel
