// Boxes in the images of cameras: each edge is followed in the camera's frame, cut where it has no image (near plane,
// limit of the distortion), and its pixels give the box's rectangle and hull; then the hulls of nearer boxes hide it.

#include <thrust/execution_policy.h>
#include <thrust/for_each.h>
#include <thrust/iterator/counting_iterator.h>

#include "cuda/backend/buffers.hpp"
#include "cuda/backend/resident.hpp"
#include "cuda/geometry/box.hpp"
#include "cuda/geometry/convex_polygon.hpp"
#include "cuda/geometry/projection.hpp"
#include "cuda/kernels/project_boxes.hpp"

namespace concord::kernels::CONCORD_BACKEND_NS {
namespace {

/// Pieces of an edge of a distorted image: a piece bends by 1/256 of what the edge does.
constexpr int kPieces = 16;
constexpr int kEdges = 12;
constexpr int kHullPoints = 3 * kEdges;  ///< both ends and the middle of each edge
constexpr int kGrid = 16;                ///< samples to each side of a rectangle
/// Halvings that find where an edge leaves the image, to the last bit.
constexpr int kHalvings = 52;

struct Columns {
  BoxColumns boxes;
  const double *velocity_x, *velocity_y, *velocity_z;
  const std::uint32_t* box_offset;
  const ProjectionModel* cameras;
  const ProjectionView* views;
  const std::uint64_t* row_offset;
  std::uint32_t view_count;
  double near_m;

  /// The view that row `row` belongs to.
  [[nodiscard]] CONCORD_HD std::uint32_t view_of(std::uint64_t row) const {
    std::uint32_t low = 0, high = view_count;
    while (high - low > 1) {
      const std::uint32_t middle = low + (high - low) / 2;
      if (row_offset[middle] <= row) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }
};

/// What is gathered of one box.
struct Outline {
  double left, top, right, bottom;
  double nearest_m;
  double x[kHullPoints], y[kHullPoints];
  int count;
  std::uint32_t flags;
};

CONCORD_HD inline void add_pixel(const ProjectionModel& model, const double (&p)[3], bool corner, Outline& outline) {
  double pixel[2];
  project_point(model, p, pixel);
  if (!is_finite(pixel[0]) || !is_finite(pixel[1])) return;
  const bool first = (outline.flags & ProjectionRow::kSeen) == 0;
  outline.left = first || pixel[0] < outline.left ? pixel[0] : outline.left;
  outline.right = first || pixel[0] > outline.right ? pixel[0] : outline.right;
  outline.top = first || pixel[1] < outline.top ? pixel[1] : outline.top;
  outline.bottom = first || pixel[1] > outline.bottom ? pixel[1] : outline.bottom;
  const double distance = sqrt(p[0] * p[0] + p[1] * p[1] + p[2] * p[2]);
  outline.nearest_m = first || distance < outline.nearest_m ? distance : outline.nearest_m;
  outline.flags |= ProjectionRow::kSeen;
  if (corner && outline.count < kHullPoints) {
    outline.x[outline.count] = pixel[0];
    outline.y[outline.count] = pixel[1];
    ++outline.count;
  }
}

CONCORD_HD inline void point_on(const double (&a)[3], const double (&b)[3], double t, double (&p)[3]) {
  for (int k = 0; k < 3; ++k) p[k] = a[k] + t * (b[k] - a[k]);
}

/// The last t from `inside` towards `outside` at which the edge from a to b has an image.
CONCORD_HD inline double last_image(const ProjectionModel& model, const double (&a)[3], const double (&b)[3],
                                    double near_m, double inside, double outside) {
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = inside + (outside - inside) / 2;
    double p[3];
    point_on(a, b, middle, p);
    if (has_image(model, p, near_m)) {
      inside = middle;
    } else {
      outside = middle;
    }
  }
  return inside;
}

CONCORD_HD inline void add_edge(const ProjectionModel& model, const double (&a)[3], const double (&b)[3], double near_m,
                                Outline& outline) {
  const int pieces = model.kind == ProjectionModel::kPinhole ? 1 : kPieces;
  bool before = false;
  for (int i = 0; i <= pieces; ++i) {
    const double t = static_cast<double>(i) / pieces;
    double p[3];
    point_on(a, b, t, p);
    const bool now = has_image(model, p, near_m);
    if (!now) {
      const bool near = model.kind == ProjectionModel::kKannalaBrandt
                            ? p[0] * p[0] + p[1] * p[1] + p[2] * p[2] < near_m * near_m
                            : p[2] < near_m;
      outline.flags |= near ? ProjectionRow::kCutNear : ProjectionRow::kCutLimit;
    }
    if (i > 0 && now != before) {
      const double previous = static_cast<double>(i - 1) / pieces;
      double edge[3];
      point_on(a, b, last_image(model, a, b, near_m, now ? t : previous, now ? previous : t), edge);
      if (has_image(model, edge, near_m)) add_pixel(model, edge, true, outline);
    }
    if (now) add_pixel(model, p, i == 0 || i == pieces || 2 * i == pieces, outline);
    before = now;
  }
}

struct ProjectBox {
  Columns in;
  ProjectionRow* rows;
  ConvexPolygon* hulls;

  CONCORD_HD void operator()(std::uint64_t index) const {
    const std::uint32_t v = in.view_of(index);
    const ProjectionView& view = in.views[v];
    const ProjectionModel& model = in.cameras[view.camera];
    const std::uint64_t row = in.box_offset[view.frame] + (index - in.row_offset[v]);
    const Box box = load_box(in.boxes, row);
    Outline outline;
    outline.count = 0;
    outline.flags = 0;
    const double moved[3] = {in.velocity_x[row] * view.dt_s, in.velocity_y[row] * view.dt_s,
                             in.velocity_z[row] * view.dt_s};
    double center[3] = {0, 0, 0}, axis[3][3];
    for (int k = 0; k < 3; ++k) {
      const double* const r = view.rotation + 3 * k;
      center[k] = view.translation_m[k];
      for (int m = 0; m < 3; ++m) {
        center[k] += r[m] * (box.center[m] + moved[m]);
        // axis[m]: half of the box's axis m in the camera's frame.
        axis[m][k] =
            (r[0] * box.rotation[0][m] + r[1] * box.rotation[1][m] + r[2] * box.rotation[2][m]) * (box.size[m] / 2);
      }
    }
    if (box.valid && is_finite(center[0] + center[1] + center[2])) {
      for (int e = 0; e < kEdges; ++e) {
        // Edge e runs along axis e / 4; the other two axes have the signs of bits 0 and 1.
        const int along = e / 4, second = (along + 1) % 3, third = (along + 2) % 3;
        const double s = (e & 1) != 0 ? 1 : -1, t = (e & 2) != 0 ? 1 : -1;
        double a[3], b[3];
        for (int k = 0; k < 3; ++k) {
          const double base = center[k] + s * axis[second][k] + t * axis[third][k];
          a[k] = base - axis[along][k];
          b[k] = base + axis[along][k];
        }
        add_edge(model, a, b, in.near_m, outline);
      }
    }
    finish(model, center, outline, rows[index], hulls[index]);
  }

  CONCORD_HD static void finish(const ProjectionModel& model, const double (&center)[3], Outline& outline,
                                ProjectionRow& row, ConvexPolygon& hull) {
    const double nan = quiet_nan();
    row.samples = row.hidden = row.padding = 0;
    row.flags = outline.flags;
    hull.count = 0;
    row.left_px = row.top_px = row.right_px = row.bottom_px = nan;
    row.hull_px2 = row.image_px2 = row.nearest_m = row.distance_m = nan;
    if ((outline.flags & ProjectionRow::kSeen) == 0) return;
    row.left_px = outline.left;
    row.top_px = outline.top;
    row.right_px = outline.right;
    row.bottom_px = outline.bottom;
    row.nearest_m = outline.nearest_m;
    row.distance_m = sqrt(center[0] * center[0] + center[1] * center[1] + center[2] * center[2]);
    convex_hull(outline.x, outline.y, outline.count, hull);
    row.hull_px2 = row.image_px2 = area_of(hull);
    if (model.width_px > 0 && model.height_px > 0) {
      clip_side(hull, 0, -1, 0);
      clip_side(hull, 0, 1, model.width_px - 1);
      clip_side(hull, 1, -1, 0);
      clip_side(hull, 1, 1, model.height_px - 1);
      row.image_px2 = area_of(hull);
    }
  }
};

/// Samples of each box's image that lie in the image of a nearer one.
struct HideBox {
  Columns in;
  const ConvexPolygon* hulls;
  ProjectionRow* rows;

  CONCORD_HD static void extent(const ConvexPolygon& hull, double (&low)[2], double (&high)[2]) {
    low[0] = high[0] = hull.x[0];
    low[1] = high[1] = hull.y[0];
    for (int i = 1; i < hull.count; ++i) {
      low[0] = hull.x[i] < low[0] ? hull.x[i] : low[0];
      high[0] = hull.x[i] > high[0] ? hull.x[i] : high[0];
      low[1] = hull.y[i] < low[1] ? hull.y[i] : low[1];
      high[1] = hull.y[i] > high[1] ? hull.y[i] : high[1];
    }
  }

  CONCORD_HD void operator()(std::uint64_t index) const {
    const ConvexPolygon& own = hulls[index];
    if (own.count < 3) return;
    double low[2], high[2];
    extent(own, low, high);
    const double step_x = (high[0] - low[0]) / kGrid, step_y = (high[1] - low[1]) / kGrid;
    std::uint32_t open[kGrid], inside = 0;  // bit c of open[r]: sample (c, r) lies in the box and is not hidden
    for (int r = 0; r < kGrid; ++r) {
      open[r] = 0;
      for (int c = 0; c < kGrid; ++c) {
        if (!holds_point(own, low[0] + (c + 0.5) * step_x, low[1] + (r + 0.5) * step_y)) continue;
        open[r] |= std::uint32_t{1} << static_cast<std::uint32_t>(c);
        ++inside;
      }
    }
    const std::uint32_t v = in.view_of(index);
    const double distance = rows[index].distance_m, nearest = rows[index].nearest_m;
    for (std::uint64_t j = in.row_offset[v]; j < in.row_offset[v + 1]; ++j) {
      const ConvexPolygon& other = hulls[j];
      if (j == index || other.count < 3) continue;
      if (!(rows[j].distance_m < distance && rows[j].nearest_m < nearest)) continue;
      double other_low[2], other_high[2];
      extent(other, other_low, other_high);
      if (other_low[0] > high[0] || other_high[0] < low[0] || other_low[1] > high[1] || other_high[1] < low[1])
        continue;
      for (int r = 0; r < kGrid; ++r) {
        for (int c = 0; c < kGrid; ++c) {
          const std::uint32_t bit = std::uint32_t{1} << static_cast<std::uint32_t>(c);
          if ((open[r] & bit) == 0) continue;
          if (holds_point(other, low[0] + (c + 0.5) * step_x, low[1] + (r + 0.5) * step_y)) open[r] &= ~bit;
        }
      }
    }
    std::uint32_t left_open = 0;
    for (int r = 0; r < kGrid; ++r) {
      for (std::uint32_t bits = open[r]; bits != 0; bits &= bits - 1) ++left_open;
    }
    rows[index].samples = inside;
    rows[index].hidden = inside - left_open;
  }
};

}  // namespace

void project_boxes(const ProjectionRequest& request, ProjectionRow* rows) {
  if (request.view_count == 0) return;
  const std::uint64_t count = request.row_offset[request.view_count];
  if (count == 0) return;
  const std::size_t boxes = request.boxes.count;
  const DeviceBoxes columns(request.boxes);
  const Resident<double> vx(request.velocity_x_mps, boxes), vy(request.velocity_y_mps, boxes),
      vz(request.velocity_z_mps, boxes);
  const Resident<std::uint32_t> box_offset(request.box_offset, std::size_t{request.frames} + 1);
  const Resident<ProjectionModel> cameras(request.cameras, request.camera_count);
  const Resident<ProjectionView> views(request.views, request.view_count);
  const Resident<std::uint64_t> row_offset(request.row_offset, std::size_t{request.view_count} + 1);
  const Columns in{columns.view(), vx.data(),    vy.data(),         vz.data(),          box_offset.data(),
                   cameras.data(), views.data(), row_offset.data(), request.view_count, request.near_m};
  thrust::device_vector<ProjectionRow> found(count);
  thrust::device_vector<ConvexPolygon> hulls(count);
  const thrust::counting_iterator<std::uint64_t> index(0);
  thrust::for_each_n(thrust::device, index, count, ProjectBox{in, raw(found), raw(hulls)});
  thrust::for_each_n(thrust::device, index, count, HideBox{in, raw(hulls), raw(found)});
  fetch(found, rows);
}

}  // namespace concord::kernels::CONCORD_BACKEND_NS
