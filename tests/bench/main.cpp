// Usage: concord_bench [--json] [--device cpu|cuda[:N]] [FILTER]
//
// A table of timings, or (--json) one object a line. The machine, which the floors are computed from, goes to stderr.

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <malloc.h>
#include <cstdio>
#include <ctime>
#include <exception>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "tests/bench/bench.hpp"

namespace {

using namespace concord::bench;

const std::vector<std::pair<std::string, MakeWork>>& works() {
  static const std::vector<std::pair<std::string, MakeWork>> all{{"iou_scene", iou_scene},
                                                                 {"iou_dense", iou_dense},
                                                                 {"iou_general", iou_general},
                                                                 {"track_motion", track_motion},
                                                                 {"measure_drive", measure_drive}};
  return all;
}

template <class Number>
std::string or_null(const std::optional<Number>& value, const char* none) {
  return value ? fmt::format("{:.4g}", *value) : none;
}

void print(const Line& line, bool json) {
  if (json) {
    fmt::print(
        "{{\"work\": \"{}\", \"threads\": {}, \"ns_per_item\": {:.4g}, \"peer\": {}, \"ratio\": {}, "
        "\"floor_share\": {}}}\n",
        line.work, line.threads, line.ns_per_item, line.peer.empty() ? "null" : "\"" + line.peer + "\"",
        or_null(line.ratio, "null"), or_null(line.floor_share, "null"));
  } else {
    fmt::print("{:<20} {:>7} {:>12.4g} {:<5} {:>10} {:>12}\n", line.work, line.threads, line.ns_per_item,
               line.peer.empty() ? "-" : line.peer, or_null(line.ratio, "-"), or_null(line.floor_share, "-"));
  }
  std::fflush(stdout);
}

void run(const std::string& device, const std::string& filter, bool json) {
  const auto all_threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  if (!json) {
    fmt::print("{:<20} {:>7} {:>12} {:<5} {:>10} {:>12}\n", "WORK", "THREADS", "NS PER ITEM", "PEER", "RATIO",
               "FLOOR SHARE");
  }
  for (const int threads : {1, all_threads}) {
    const bool on_cpu = device == "cpu";
    Machine machine;
    if (on_cpu) {
      machine = measure_machine(threads);
      fmt::print(stderr, "{:%Y-%m-%d}, {}, {} of {} threads: copies {:.3g} GB/s, {:.3g} GFLOP/s float64\n",
                 fmt::gmtime(std::time(nullptr)), machine.processor, threads, all_threads,
                 machine.copy_bytes_per_s / 1e9, machine.flops_per_s / 1e9);
    }
    const Target target{device, threads, on_cpu ? &machine : nullptr};
    for (const auto& [name, make] : works()) {
      if (name.find(filter) == std::string::npos) continue;
      for (const Line& line : time_work(make(target), target)) print(line, json);
    }
    if (!on_cpu || all_threads == 1) break;
  }
}

}  // namespace

int main(int argc, char** argv) {
  // As tools/main.cpp does: memory of tables that come and go is kept.
  mallopt(M_MMAP_THRESHOLD, 64 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
  bool json = false;
  std::string device = "cpu", filter;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--json") {
      json = true;
    } else if (argument == "--device" && i + 1 < argc) {
      device = argv[++i];
    } else if (argument.starts_with("-")) {
      fmt::print(stderr, "usage: concord_bench [--json] [--device cpu|cuda[:N]] [FILTER]\n");
      return 2;
    } else {
      filter = argument;
    }
  }
  try {
    run(device, filter, json);
  } catch (const std::exception& e) {
    fmt::print(stderr, "concord_bench: {}\n", e.what());
    return 2;
  }
  return 0;
}
