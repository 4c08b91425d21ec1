#include "src/readers/openlabel/transforms.hpp"

#include <Eigen/SVD>
#include <array>
#include <cmath>
#include <utility>

namespace concord::readers::openlabel {
namespace {

Result<SE3> read_matrix(const Node& node) {
  CONCORD_ASSIGN_OR_RETURN(const auto values, node.numbers<16>());
  const Eigen::Matrix4d matrix = Eigen::Map<const Eigen::Matrix<double, 4, 4, Eigen::RowMajor>>(values.data());
  if (matrix.row(3) != Eigen::RowVector4d(0, 0, 0, 1)) {
    return node.error("is no rigid transform", "the last row 0 0 0 1");
  }
  Eigen::Matrix3d rotation = matrix.topLeftCorner<3, 3>();
  const double deviation = (rotation * rotation.transpose() - Eigen::Matrix3d::Identity()).cwiseAbs().maxCoeff();
  if (!(deviation <= 1e-2) || rotation.determinant() < 0) {
    return node.error("is no rigid transform", "an orthonormal 3x3 part");
  }
  if (deviation > 1e-9) {
    const Eigen::JacobiSVD<Eigen::Matrix3d> svd(rotation, Eigen::ComputeFullU | Eigen::ComputeFullV);
    rotation = svd.matrixU() * svd.matrixV().transpose();
  }
  SE3 transform = SE3::Identity();
  transform.linear() = rotation;
  transform.translation() = matrix.topRightCorner<3, 1>();
  return transform;
}

Result<Quat> read_euler(const Node& angles, std::string_view sequence, const Node& owner) {
  CONCORD_ASSIGN_OR_RETURN(const auto values, angles.numbers<3>());
  if (sequence.size() != 3) return owner.error("'sequence' is no Euler sequence", "three axes, as ZYX");
  Quat rotation = Quat::Identity();
  for (std::size_t i = 0; i < 3; ++i) {
    const char letter = sequence[i];
    const bool fixed_axes = letter >= 'x' && letter <= 'z';
    const int axis = fixed_axes ? letter - 'x' : letter - 'X';
    if (axis < 0 || axis > 2 || fixed_axes != (sequence[0] >= 'x')) {
      return owner.error("'sequence' is no Euler sequence", "three axes, as ZYX, or xyz for fixed axes");
    }
    const Quat step(Eigen::AngleAxisd(values[i], Vec3::Unit(axis)));
    rotation = fixed_axes ? step * rotation : rotation * step;
  }
  return rotation;
}

}  // namespace

Result<SE3> read_transform(const Node& node) {
  if (!node.is_object()) return node.type_error("an object with matrix4x4, quaternion or euler_angles");
  if (const auto matrix = node.find("matrix4x4")) return read_matrix(*matrix);
  Vec3 translation = Vec3::Zero();
  if (const auto member = node.find("translation")) {
    CONCORD_ASSIGN_OR_RETURN(const auto values, member->numbers<3>());
    translation = Vec3(values[0], values[1], values[2]);
  }
  if (const auto member = node.find("quaternion")) {
    CONCORD_ASSIGN_OR_RETURN(const auto q, member->numbers<4>());
    const Quat rotation(q[3], q[0], q[1], q[2]);
    if (!(rotation.norm() > 1e-6 && rotation.norm() < 1e6))
      return member->error("is no rotation", "a unit quaternion x y z w");
    return make_se3(translation, rotation);
  }
  if (const auto member = node.find("euler_angles")) {
    CONCORD_ASSIGN_OR_RETURN(const std::string_view sequence, node.text_of("sequence", "ZYX"));
    CONCORD_ASSIGN_OR_RETURN(const Quat rotation, read_euler(*member, sequence, node));
    return make_se3(translation, rotation);
  }
  return node.error("holds no rotation", "matrix4x4, quaternion or euler_angles");
}

std::optional<std::uint32_t> CoordinateSystems::find(std::string_view name) const {
  const auto found = index_.find(std::string(name));
  return found == index_.end() ? std::nullopt : std::optional(found->second);
}

Result<CoordinateSystems> CoordinateSystems::read(const Node& openlabel) {
  CoordinateSystems systems;
  std::vector<std::string> parents;
  std::vector<std::string> types;
  CONCORD_RETURN_IF_ERROR(
      openlabel.for_each_member_of("coordinate_systems", [&](std::string_view name, const Node& node) -> Result<void> {
        if (systems.names_.size() == kMaxCoordinateSystems) {
          return node.error("too many coordinate systems", "at most " + std::to_string(kMaxCoordinateSystems),
                            ErrorCode::limit_exceeded);
        }
        if (!node.is_object()) return node.type_error("an object with type and parent");
        if (!systems.index_.emplace(name, systems.names_.size()).second)
          return node.error("is defined twice", "unique names");
        systems.names_.emplace_back(name);
        CONCORD_ASSIGN_OR_RETURN(const std::string_view parent, node.text_of("parent", ""));
        CONCORD_ASSIGN_OR_RETURN(const std::string_view type, node.text_of("type", ""));
        parents.emplace_back(parent);
        types.emplace_back(type);
        return {};
      }));
  for (std::uint32_t i = 0; i < systems.size(); ++i) {
    if (!systems.ego_ && types[i] == "local_cs") systems.ego_ = i;
    if (!systems.scene_ && types[i] == "scene_cs") systems.scene_ = i;
  }
  for (std::uint32_t i = 0; i < systems.size() && !systems.ego_; ++i) {
    if (parents[i].empty()) systems.ego_ = i;
  }
  // Poses in a second pass: a parent may stand below its child.
  CONCORD_RETURN_IF_ERROR(
      openlabel.for_each_member_of("coordinate_systems", [&](std::string_view name, const Node& node) -> Result<void> {
        const std::uint32_t child = *systems.find(name);
        if (parents[child].empty()) return {};
        const auto parent = systems.find(parents[child]);
        if (!parent)
          return node.error("parent '" + parents[child].substr(0, 80) + "' is not defined", "a coordinate system");
        if (const auto pose = node.find("pose_wrt_parent")) {
          CONCORD_ASSIGN_OR_RETURN(const SE3 T_parent_child, read_transform(*pose));
          systems.edges_.push_back({child, *parent, T_parent_child});
        }
        return {};
      }));
  if (systems.ego_ && !systems.scene_) {
    std::uint32_t root = *systems.ego_;
    // As many steps as there are systems: a cycle of parents has no root.
    for (std::size_t step = 0; step < systems.size() && !parents[root].empty(); ++step)
      root = *systems.find(parents[root]);
    if (root != *systems.ego_ && parents[root].empty()) systems.scene_ = root;
  }
  if (systems.scene_ == systems.ego_) systems.scene_.reset();
  return systems;
}

Result<std::vector<CoordinateSystems::Edge>> CoordinateSystems::read_frame_edges(const Node& frame_properties) const {
  std::vector<Edge> edges;
  CONCORD_RETURN_IF_ERROR(
      frame_properties.for_each_member_of("transforms", [&](std::string_view, const Node& node) -> Result<void> {
        if (edges.size() == kMaxCoordinateSystems) {
          return node.error("too many transforms", "at most " + std::to_string(kMaxCoordinateSystems),
                            ErrorCode::limit_exceeded);
        }
        if (!node.is_object()) return node.type_error("an object with src, dst and transform_src_to_dst");
        CONCORD_ASSIGN_OR_RETURN(const std::string_view source, node.text_of("src", ""));
        CONCORD_ASSIGN_OR_RETURN(const std::string_view target, node.text_of("dst", ""));
        const auto from = find(source);
        const auto to = find(target);
        if (!from || !to) {
          return node.error("'" + std::string(from ? target : source).substr(0, 80) + "' is not defined",
                            "src and dst that name coordinate_systems");
        }
        const auto data = node.find("transform_src_to_dst");
        if (!data) return node.error("has no transform_src_to_dst", "a transform");
        CONCORD_ASSIGN_OR_RETURN(const SE3 T_to_from, read_transform(*data));
        edges.push_back({*from, *to, T_to_from});
        return {};
      }));
  return edges;
}

CoordinateSystems::Resolved CoordinateSystems::resolve(const std::vector<Edge>& frame_edges) const {
  Resolved result;
  result.T_ego_cs.resize(size());
  if (!ego_) return result;
  std::vector<std::optional<SE3>> T_cs_ego(size());
  std::vector<std::vector<const Edge*>> touching(size());
  // The frame's own come first, so that the search below meets them before the static ones between the same two.
  for (const auto* list : {&frame_edges, &edges_}) {
    for (const Edge& edge : *list) {
      touching[edge.from].push_back(&edge);
      touching[edge.to].push_back(&edge);
    }
  }
  result.T_ego_cs[*ego_] = T_cs_ego[*ego_] = SE3::Identity();
  std::vector<std::uint32_t> reached{*ego_};
  for (std::size_t next = 0; next < reached.size(); ++next) {
    const std::uint32_t known = reached[next];
    for (const Edge* edge : touching[known]) {
      const bool stated_towards_known = edge->to == known;
      const std::uint32_t other = stated_towards_known ? edge->from : edge->to;
      if (result.T_ego_cs[other]) continue;
      const SE3 T_known_other = stated_towards_known ? edge->T_to_from : edge->T_to_from.inverse();
      const SE3 T_other_known = stated_towards_known ? edge->T_to_from.inverse() : edge->T_to_from;
      // A neighbour of ego keeps the stated numbers bit by bit, which a product with the identity would not (-0.0).
      const bool neighbour = known == *ego_;
      result.T_ego_cs[other] = neighbour ? T_known_other : *result.T_ego_cs[known] * T_known_other;
      T_cs_ego[other] = neighbour ? T_other_known : T_other_known * *T_cs_ego[known];
      reached.push_back(other);
    }
  }
  if (scene_) result.T_scene_ego = T_cs_ego[*scene_];
  return result;
}

}  // namespace concord::readers::openlabel
