#include <algorithm>
#include <ctime>

#include "tests/bench/bench.hpp"

namespace concord::bench {
namespace {

constexpr int kRuns = 5;
constexpr double kLeastSeconds = 0.02;  ///< of one timing: far above the clock's resolution and a thread's start

/// One thread is timed by the processor's time, which does not count what other programs take from it; several threads,
/// and a GPU, by the clock on the wall.
double now_s(bool own_time) {
  timespec time{};
  clock_gettime(own_time ? CLOCK_PROCESS_CPUTIME_ID : CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double seconds_of(const std::function<void()>& work, int repeats, bool own_time) {
  const double start = now_s(own_time);
  for (int i = 0; i < repeats; ++i) work();
  return (now_s(own_time) - start) / repeats;
}

/// Also warms up: caches, clocks, memory.
int repeats_for(const std::function<void()>& work, bool own_time) {
  const double once = std::min(seconds_of(work, 1, own_time), seconds_of(work, 1, own_time));
  return std::clamp(static_cast<int>(kLeastSeconds / std::max(once, 1e-9)) + 1, 1, 100'000);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

}  // namespace

double Floor::seconds_on(const Machine& machine) const {
  return std::max(flops / machine.flops_per_s, bytes / machine.copy_bytes_per_s);
}

std::vector<Line> time_work(const Work& work, const Target& target) {
  const bool own_time = target.device == "cpu" && target.threads == 1;
  const int repeats = repeats_for(work.run, own_time);
  const auto line = [&](double seconds) {
    return Line{.work = target.device == "cpu" ? work.name : work.name + "@" + target.device,
                .threads = target.threads,
                .ns_per_item = 1e9 * seconds / work.items,
                .peer = {},
                .ratio = std::nullopt,
                .floor_share = target.machine == nullptr
                                   ? std::nullopt
                                   : std::optional(work.floor.seconds_on(*target.machine) / seconds)};
  };
  std::vector<Line> lines;
  for (const Peer& peer : work.peers) {
    const int peer_repeats = repeats_for(peer.run, own_time);
    std::vector<double> own, ratios;
    for (int run = 0; run < kRuns; ++run) {
      own.push_back(seconds_of(work.run, repeats, own_time));
      const double other = seconds_of(peer.run, peer_repeats, own_time);
      ratios.push_back(other / peer.items / (own.back() / work.items));
    }
    lines.push_back(line(median(own)));
    lines.back().peer = peer.name;
    lines.back().ratio = median(ratios);
  }
  if (work.peers.empty()) {
    std::vector<double> own;
    for (int run = 0; run < kRuns; ++run) own.push_back(seconds_of(work.run, repeats, own_time));
    lines.push_back(line(median(own)));
  }
  return lines;
}

}  // namespace concord::bench
