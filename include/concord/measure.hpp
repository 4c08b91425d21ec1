#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "concord/drive.hpp"
#include "concord/measurements.hpp"
#include "concord/point_cloud.hpp"
#include "concord/result.hpp"

namespace concord {

struct DeviceOptions {
  std::string device = "auto";                      ///< auto, cpu, cuda or cuda:N
  int threads = 0;                                  ///< CPU threads; 0: all
  std::size_t memory_bytes = std::size_t{2} << 30;  ///< bound on the buffers of one batch
  /// Overlapping pairs of boxes of one drive. More are limit_exceeded: n boxes on one another have n (n - 1) / 2.
  std::size_t most_pairs = 1'000'000;
};

/// What `concord doctor` says about one backend.
struct BackendInfo {
  std::string name;  ///< "cpu", "cuda"
  bool compiled = false;
  bool usable = false;
  std::string detail;  ///< instruction set, GPU and driver, or why it is not usable
};
[[nodiscard]] std::vector<BackendInfo> backends();

/// The decoded LiDAR clouds of consecutive frames.
struct CloudBatch {
  struct Sweep {
    std::uint32_t frame = 0;
    Vec3 origin_m = Vec3::Zero();  ///< where the sensor stood, ego frame of `frame`
    PointCloud cloud;
  };
  std::uint32_t first_frame = 0;
  std::vector<std::uint8_t> state;  ///< one of frame_cloud a frame; the batch covers as many frames
  std::vector<Sweep> sweeps;        ///< sorted by frame; of measured frames only

  [[nodiscard]] std::uint32_t frames() const { return static_cast<std::uint32_t>(state.size()); }
};

/// Registrations made so far (RegistrationTable).
struct RegistrationWork {
  std::uint64_t pairs = 0;
  double seconds = 0;  ///< with the search for the points
};

/// Measures drives on one device. Not for use from two threads at once.
class Measurer {
 public:
  /// `cuda` without a usable GPU is an error of code `device`; `auto` falls back to the CPU and says why in
  /// `device_note`.
  static Result<std::unique_ptr<Measurer>> create(const DeviceOptions& options);
  virtual ~Measurer() = default;

  [[nodiscard]] virtual const std::string& device_name() const = 0;
  [[nodiscard]] virtual const std::string& device_note() const = 0;

  /// All tables of every label set of `drive`, in its order.
  [[nodiscard]] virtual Result<std::vector<LabelSetMeasurements>> measure(const Drive& drive) = 0;
  /// Adds to `measured`, which measure() gave for `drive`, what the clouds of a batch of its frames tell: the cloud and
  /// point tables of every label set, its registrations and, where `clusters` is set, its clusters. Batches come in the
  /// order of frames, those of one drive after another.
  [[nodiscard]] virtual Result<void> measure_points(const Drive& drive, const CloudBatch& batch, bool clusters,
                                                    std::vector<LabelSetMeasurements>& measured) = 0;
  [[nodiscard]] virtual RegistrationWork registration_work() const = 0;
  /// Overlapping pairs between the label sets `set_a` and `set_b` of `drive`.
  [[nodiscard]] virtual Result<PairTable> measure_between(const Drive& drive, std::size_t set_a, std::size_t set_b) = 0;

  /// 3D IoU of boxes given as columns (`concord iou`): row i of `a` with row i of `b`.
  [[nodiscard]] virtual Result<std::vector<double>> iou_pairwise(const CuboidColumns& a, const CuboidColumns& b) = 0;
  struct IouPair {
    std::uint32_t row_a, row_b;
    double iou;
  };
  /// Every pair of `a` x `b` with IoU above 0, sorted by (row_a, row_b).
  [[nodiscard]] virtual Result<std::vector<IouPair>> iou_all(const CuboidColumns& a, const CuboidColumns& b) = 0;
};

}  // namespace concord
