#include <omp.h>
#include <open3d/geometry/PointCloud.h>
#include <open3d/pipelines/registration/Registration.h>

#include "src/measure/registration/icp.hpp"

namespace concord::measure {
namespace {

namespace icp = open3d::pipelines::registration;

constexpr double kWide_m = 0.6, kNarrow_m = 0.2, kFewestMatched = 1.0 / 3;
constexpr int kRounds = 30;

open3d::geometry::PointCloud cloud_of(std::span<const Vec3> points) {
  return open3d::geometry::PointCloud(std::vector<Eigen::Vector3d>(points.begin(), points.end()));
}

/// Open3D collects partners in parallel, in the order of arrival, and sums floating-point numbers in that order. One
/// thread a registration keeps results equal; several registrations go on at once instead.
class OneThread {
 public:
  OneThread() : before_(omp_get_max_threads()) { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_;
};

}  // namespace

bool can_register() { return true; }

std::optional<Alignment> align(std::span<const Vec3> from, std::span<const Vec3> to, const SE3& T_to_from) {
  if (from.empty() || to.empty()) return std::nullopt;
  const OneThread one;
  const auto source = cloud_of(from), target = cloud_of(to);
  const icp::TransformationEstimationPointToPoint estimation;
  const icp::ICPConvergenceCriteria until(1e-5, 1e-5, kRounds);
  Eigen::Matrix4d T = T_to_from.matrix();
  icp::RegistrationResult result;
  for (const double reach_m : {kWide_m, kNarrow_m}) {
    result = icp::RegistrationICP(source, target, reach_m, T, estimation, until);
    T = result.transformation_;
  }
  if (!T.allFinite() || result.fitness_ < kFewestMatched) return std::nullopt;
  return Alignment{SE3(T), result.fitness_, result.inlier_rmse_};
}

}  // namespace concord::measure
