#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

// Paired timings: Concord and a public library on the same inputs, in one run, by turns. A machine whose speed drifts
// (a shared one, a warm one) slows both, so the ratio of neighbouring timings stands where either time alone does not.
// That is why this is no Google Benchmark, which times one function after the other.

namespace concord::bench {

/// What one machine can do at most, measured when the program starts.
struct Machine {
  std::string processor;
  int threads = 1;              ///< that the timings below are of
  double copy_bytes_per_s = 0;  ///< bytes read plus bytes written by a copy that no cache holds
  double flops_per_s = 0;       ///< float64 multiplications and additions that depend on nothing
};
/// Measured with `threads` threads at once.
[[nodiscard]] Machine measure_machine(int threads);

/// The least that a work must do for one run of it.
struct Floor {
  double flops = 0, bytes = 0;
  [[nodiscard]] double seconds_on(const Machine& machine) const;
};

/// One line of the table.
struct Line {
  std::string work;
  int threads = 1;
  double ns_per_item = 0;
  std::string peer;                   ///< empty where there is none
  std::optional<double> ratio;        ///< the peer's time over ours
  std::optional<double> floor_share;  ///< the floor's time over ours
};

/// Where Concord's part of a work runs.
struct Target {
  std::string device = "cpu";  ///< cpu or cuda:N
  int threads = 1;
  const Machine* machine = nullptr;  ///< null for a GPU: its floors are not measured here
};

struct Peer {
  std::string name;
  std::function<void()> run;
  double items = 0;  ///< of one run
};

struct Work {
  std::string name;
  std::function<void()> run;
  double items = 0;  ///< of one run
  Floor floor;       ///< of one run
  std::vector<Peer> peers;
};

/// One line a peer, or one without: medians of five alternating runs after one to warm up.
[[nodiscard]] std::vector<Line> time_work(const Work& work, const Target& target);

using MakeWork = Work (*)(const Target&);
Work iou_scene(const Target& target);
Work iou_dense(const Target& target);
Work iou_general(const Target& target);
Work track_motion(const Target& target);
Work track_residuals(const Target& target);
Work measure_drive(const Target& target);
Work judge_drive(const Target& target);
Work points_in_boxes(const Target& target);
Work clusters(const Target& target);
Work compare_short(const Target& target);
Work compare_long(const Target& target);
Work nuscenes_metrics(const Target& target);
Work tracking_metrics(const Target& target);

}  // namespace concord::bench
