#include "src/stats/scope.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <unordered_map>

namespace concord::stats {
namespace {

constexpr double kNearPlaneM = 0.1;
/// Share of a label's image box (or footprint) in an ignore region from which it belongs to it; KITTI's own measure.
constexpr double kIgnoredShare = 0.5;

struct ImageBox {
  double left_px, top_px, right_px, bottom_px;
  [[nodiscard]] double area() const { return std::max(0.0, right_px - left_px) * std::max(0.0, bottom_px - top_px); }
};

double common_area(const ImageBox& a, const ImageBox& b) {
  return ImageBox{std::max(a.left_px, b.left_px), std::max(a.top_px, b.top_px), std::min(a.right_px, b.right_px),
                  std::min(a.bottom_px, b.bottom_px)}
      .area();
}

/// A camera that a scope names. Without a stated size its image reaches twice as far as its principal point.
class View {
 public:
  View(const Drive& drive, const std::optional<std::string>& name) {
    if (!name) return;
    sensor_ = drive.find_sensor(*name);
    if (sensor_ == kNone || !drive.sensors[sensor_].camera || !drive.sensors[sensor_].T_ego_sensor) return;
    model_ = *drive.sensors[sensor_].camera;
    T_camera_ego_ = drive.sensors[sensor_].T_ego_sensor->inverse();
    width_px_ = model_.width_px > 0 ? model_.width_px : 2 * model_.cx_px;
    height_px_ = model_.height_px > 0 ? model_.height_px : 2 * model_.cy_px;
    known_ = true;
  }

  [[nodiscard]] bool known() const { return known_; }
  [[nodiscard]] std::uint32_t sensor() const { return sensor_; }

  /// A centre that is not finite counts as seen: what is wrong with it is no matter of scope.
  [[nodiscard]] bool sees(const Vec3& center_m) const {
    const auto pixel = project(center_m);
    if (!center_m.allFinite()) return true;
    return pixel && (*pixel)[0] >= 0 && (*pixel)[0] <= width_px_ && (*pixel)[1] >= 0 && (*pixel)[1] <= height_px_;
  }

  /// The cuboid's bounds in the image, where all of it stands before the camera.
  [[nodiscard]] std::optional<ImageBox> bounds(const Cuboid& box) const {
    constexpr double kInfinite = std::numeric_limits<double>::infinity();
    ImageBox bounds{kInfinite, kInfinite, -kInfinite, -kInfinite};
    const Eigen::Matrix3d axes = box.rotation.normalized().toRotationMatrix();
    for (unsigned corner = 0; corner < 8; ++corner) {
      const Vec3 sign((corner & 1U) != 0 ? 0.5 : -0.5, (corner & 2U) != 0 ? 0.5 : -0.5,
                      (corner & 4U) != 0 ? 0.5 : -0.5);
      const auto pixel = project(box.center_m + axes * box.size_m.cwiseProduct(sign));
      if (!pixel) return std::nullopt;
      bounds.left_px = std::min(bounds.left_px, (*pixel)[0]);
      bounds.top_px = std::min(bounds.top_px, (*pixel)[1]);
      bounds.right_px = std::max(bounds.right_px, (*pixel)[0]);
      bounds.bottom_px = std::max(bounds.bottom_px, (*pixel)[1]);
    }
    return ImageBox{std::max(0.0, bounds.left_px), std::max(0.0, bounds.top_px), std::min(width_px_, bounds.right_px),
                    std::min(height_px_, bounds.bottom_px)};
  }

 private:
  /// Without the lens's distortion, which moves no label far across the border of the image.
  [[nodiscard]] std::optional<std::array<double, 2>> project(const Vec3& p_ego) const {
    const Vec3 p = T_camera_ego_ * p_ego;
    if (!(p.z() > kNearPlaneM)) return std::nullopt;
    const double x = p.x() / p.z();
    const double y = p.y() / p.z();
    return std::array{model_.fx_px * x + model_.skew_px * y + model_.cx_px, model_.fy_px * y + model_.cy_px};
  }

  bool known_ = false;
  std::uint32_t sensor_ = kNone;
  CameraModel model_;
  SE3 T_camera_ego_ = SE3::Identity();
  double width_px_ = 0, height_px_ = 0;
};

/// The ignore regions of a set's images, by frame.
std::unordered_map<std::uint32_t, std::vector<ImageBox>> image_regions(const Drive& drive, const LabelSet& set,
                                                                       std::uint32_t sensor) {
  std::unordered_map<std::uint32_t, std::vector<ImageBox>> regions;
  const Box2dTable& boxes = set.boxes_2d;
  for (std::size_t row = 0; row < boxes.size(); ++row) {
    if (boxes.sensor[row] != sensor || !drive.taxonomy->at(boxes.class_code[row]).ignore) continue;
    regions[boxes.frame[row]].push_back(
        {boxes.left_px[row], boxes.top_px[row], boxes.right_px[row], boxes.bottom_px[row]});
  }
  return regions;
}

/// The image boxes that a dataset gives with its cuboids, by row of the cuboid.
std::unordered_map<std::uint32_t, ImageBox> own_image_boxes(const LabelSet& set, std::uint32_t sensor) {
  std::unordered_map<std::uint32_t, ImageBox> boxes;
  for (std::size_t row = 0; row < set.boxes_2d.size(); ++row) {
    const Box2dTable& table = set.boxes_2d;
    if (table.sensor[row] != sensor || table.cuboid_row[row] == kNone) continue;
    boxes[table.cuboid_row[row]] = {table.left_px[row], table.top_px[row], table.right_px[row], table.bottom_px[row]};
  }
  return boxes;
}

/// The nearest ancestor of `code`, or itself, that `scope` labels; all of them where it does not say.
std::optional<ClassCode> labelled_as(ClassCode code, const LabelScope& scope, const Taxonomy& taxonomy) {
  if (!scope.known || scope.classes.empty()) return code;
  for (const ClassCode candidate : taxonomy.lineage(code)) {
    if (std::find(scope.classes.begin(), scope.classes.end(), candidate) != scope.classes.end()) return candidate;
  }
  return std::nullopt;
}

ClassCode common_class(ClassCode code, const LabelSet& set, const LabelSet& other, const Taxonomy& taxonomy,
                       const std::vector<ClassCode>& wanted) {
  if (code == kUnknownClass || taxonomy.at(code).ignore) return kUnknownClass;
  const auto own = labelled_as(code, set.scope, taxonomy);
  const auto common = own ? labelled_as(*own, other.scope, taxonomy) : std::nullopt;
  if (!common) return kUnknownClass;
  const bool asked = wanted.empty() || std::any_of(wanted.begin(), wanted.end(), [&](ClassCode ancestor) {
                       return taxonomy.is_a(*common, ancestor);
                     });
  return asked ? *common : kUnknownClass;
}

/// The point count that a set's scope is about: LiDAR and radar together where both are stated.
std::optional<std::int64_t> stored_points(const LabelSet& set, std::size_t row) {
  const auto lidar = set.lidar_points.get(row);
  if (!lidar) return std::nullopt;
  return std::int64_t{*lidar} + set.radar_points.get(row).value_or(0);
}

bool in_ignore_cuboid(const Cuboid& box, const LabelSet& other, const Taxonomy& taxonomy, std::uint32_t frame) {
  for (std::uint32_t row = other.frame_offset[frame]; row < other.frame_offset[frame + 1]; ++row) {
    if (!taxonomy.at(other.class_code[row]).ignore) continue;
    const Cuboid region = other.cuboid.at(row);
    const Vec3 p = region.rotation.conjugate().normalized() * (box.center_m - region.center_m);
    if (std::abs(p.x()) <= region.size_m.x() / 2 && std::abs(p.y()) <= region.size_m.y() / 2) return true;
  }
  return false;
}

}  // namespace

ScopedLabels scope_labels(const Drive& drive, const LabelSet& set, const LabelSet& other, const ScopeLimits& limits) {
  const Taxonomy& taxonomy = *drive.taxonomy;
  std::vector<ClassCode> common(taxonomy.size());
  for (std::size_t code = 0; code < common.size(); ++code) {
    common[code] = common_class(static_cast<ClassCode>(code), set, other, taxonomy, limits.classes);
  }
  constexpr double kNoLimit = std::numeric_limits<double>::infinity();
  const double reach_m = std::min(other.scope.max_range_m.value_or(kNoLimit), limits.max_range_m.value_or(kNoLimit));
  const View view(drive, other.scope.camera_view);
  const auto regions = view.known() ? image_regions(drive, other, view.sensor())
                                    : std::unordered_map<std::uint32_t, std::vector<ImageBox>>();
  const auto own_boxes =
      regions.empty() ? std::unordered_map<std::uint32_t, ImageBox>() : own_image_boxes(set, view.sensor());
  const bool has_ignore_cuboids = std::any_of(other.class_code.begin(), other.class_code.end(),
                                              [&](ClassCode code) { return taxonomy.at(code).ignore; });

  const auto in_image_region = [&](std::uint32_t row, const Cuboid& box) {
    const auto found = regions.find(set.frame[row]);
    if (found == regions.end()) return false;
    const auto own = own_boxes.find(row);
    const std::optional<ImageBox> bounds = own != own_boxes.end() ? own->second : view.bounds(box);
    return bounds && std::any_of(found->second.begin(), found->second.end(), [&](const ImageBox& region) {
             return common_area(*bounds, region) > kIgnoredShare * bounds->area();
           });
  };

  ScopedLabels scoped;
  scoped.class_code.resize(set.size());
  scoped.standing.resize(set.size(), Standing::checked);
  scoped.range_m.resize(set.size());
  for (std::uint32_t row = 0; row < set.size(); ++row) {
    scoped.class_code[row] = common[set.class_code[row]];
    const double x_m = set.cuboid.x_m[row];
    const double y_m = set.cuboid.y_m[row];
    scoped.range_m[row] = std::sqrt(x_m * x_m + y_m * y_m);
    const auto points = stored_points(set, row);
    if (scoped.class_code[row] == kUnknownClass ||
        (set.scope.min_points && points && *points < *set.scope.min_points)) {
      scoped.standing[row] = Standing::out;
      continue;
    }
    const Cuboid box = set.cuboid.at(row);
    const bool excused = scoped.range_m[row] > reach_m || (view.known() && !view.sees(box.center_m)) ||
                         in_image_region(row, box) ||
                         (has_ignore_cuboids && in_ignore_cuboid(box, other, taxonomy, set.frame[row]));
    if (excused) scoped.standing[row] = Standing::excused;
  }
  return scoped;
}

}  // namespace concord::stats
