// Usage: concord_bench [--json|--markdown] [--device cpu|cuda[:N]] [FILTER]
//
// A table of timings, or (--json) one object a line. The machine, which the floors are computed from, goes to stderr;
// with --markdown it stands above the table.

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <malloc.h>
#include <cstdio>
#include <ctime>
#include <exception>
#include <optional>
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
                                                                 {"track_residuals", track_residuals},
                                                                 {"measure_drive", measure_drive},
                                                                 {"judge_drive", judge_drive},
                                                                 {"points_in_boxes", points_in_boxes},
                                                                 {"clusters", clusters},
                                                                 {"compare_short", compare_short},
                                                                 {"compare_long", compare_long},
                                                                 {"nuscenes_metrics", nuscenes_metrics},
                                                                 {"tracking_metrics", tracking_metrics}};
  return all;
}

enum class Format { table, json, markdown };

std::string or_null(const std::optional<double>& value, const char* none) {
  return value ? fmt::format("{:.4g}", *value) : none;
}

void print_head(Format format) {
  if (format == Format::table) {
    fmt::print("{:<20} {:>7} {:>12} {:<6} {:>10} {:>12}\n", "WORK", "THREADS", "NS PER ITEM", "PEER", "RATIO",
               "FLOOR SHARE");
  } else if (format == Format::markdown) {
    fmt::print(
        "\n| work | threads | ns per item | peer | ratio | floor share |\n| --- | --- | --- | --- | --- | --- |\n");
  }
}

void print(const Line& line, Format format) {
  const std::string ns = fmt::format("{:.4g}", line.ns_per_item);
  const std::string peer = line.peer.empty() ? "-" : line.peer;
  switch (format) {
    case Format::table:
      fmt::print("{:<20} {:>7} {:>12} {:<6} {:>10} {:>12}\n", line.work, line.threads, ns, peer,
                 or_null(line.ratio, "-"), or_null(line.floor_share, "-"));
      break;
    case Format::json:
      fmt::print(
          "{{\"work\": \"{}\", \"threads\": {}, \"ns_per_item\": {}, \"peer\": {}, \"ratio\": {}, "
          "\"floor_share\": {}}}\n",
          line.work, line.threads, ns, line.peer.empty() ? "null" : "\"" + line.peer + "\"",
          or_null(line.ratio, "null"), or_null(line.floor_share, "null"));
      break;
    case Format::markdown:
      fmt::print("| {} | {} | {} | {} | {} | {} |\n", line.work, line.threads, ns, peer, or_null(line.ratio, "-"),
                 or_null(line.floor_share, "-"));
  }
  std::fflush(stdout);
}

void run(const std::string& device, const std::string& filter, Format format) {
  const auto all_threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  const bool on_cpu = device == "cpu";
  std::vector<Machine> machines;
  for (const int threads : all_threads > 1 && on_cpu ? std::vector{1, all_threads} : std::vector{all_threads}) {
    machines.push_back(on_cpu ? measure_machine(threads) : Machine{.processor = {}, .threads = 1});
    const Machine& machine = machines.back();
    if (!on_cpu) continue;
    fmt::print(format == Format::markdown ? stdout : stderr,
               "{:%Y-%m-%d}, {}, {} of {} threads: copies {:.3g} GB/s, {:.3g} GFLOP/s float64\n",
               fmt::gmtime(std::time(nullptr)), machine.processor, machine.threads, all_threads,
               machine.copy_bytes_per_s / 1e9, machine.flops_per_s / 1e9);
  }
  print_head(format);
  for (const Machine& machine : machines) {
    const Target target{device, machine.threads, on_cpu ? &machine : nullptr};
    for (const auto& [name, make] : works()) {
      if (name.find(filter) == std::string::npos) continue;
      for (const Line& line : time_work(make(target), target)) print(line, format);
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  // As tools/main.cpp does: memory of tables that come and go is kept.
  mallopt(M_MMAP_THRESHOLD, 64 << 20);
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
  Format format = Format::table;
  std::string device = "cpu", filter;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--json") {
      format = Format::json;
    } else if (argument == "--markdown") {
      format = Format::markdown;
    } else if (argument == "--device" && i + 1 < argc) {
      device = argv[++i];
    } else if (argument.starts_with("-")) {
      fmt::print(stderr, "usage: concord_bench [--json|--markdown] [--device cpu|cuda[:N]] [FILTER]\n");
      return 2;
    } else {
      filter = argument;
    }
  }
  try {
    run(device, filter, format);
  } catch (const std::exception& e) {
    fmt::print(stderr, "concord_bench: {}\n", e.what());
    return 2;
  }
  return 0;
}
