// Time and memory of counting coverage: `concord_coverage_bench [DRIVES [T [ATTRIBUTES]]]`. Drives of 200 frames with
// five spells each of every attribute, which has four values. Not a test.

#include <fmt/format.h>
#include <sys/resource.h>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>

#include "concord/coverage.hpp"

namespace {

using concord::AttributeSpan;
using concord::Report;

constexpr std::uint32_t kFrames = 200, kSpells = 5, kValues = 4;

std::uint64_t next(std::uint64_t& state) {  // splitmix64
  std::uint64_t z = (state += 0x9E3779B97F4A7C15U);
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

Report drives(std::size_t first, std::size_t count, int attributes, std::uint64_t& state) {
  Report report;
  for (std::size_t d = first; d < first + count; ++d) {
    const std::string name = "drive_" + std::to_string(d);
    report.drives.push_back({.name = name, .frames = kFrames});
    for (std::uint32_t f = 0; f < kFrames; ++f) report.odd.frames.push_back({name, 100'000'000, 1000});
    for (int a = 0; a < attributes; ++a) {
      for (std::uint32_t s = 0; s < kSpells; ++s) {
        const std::uint32_t begin = s * kFrames / kSpells;
        report.odd.attributes.push_back({.drive = name,
                                         .attribute = "a" + std::to_string(a),
                                         .value = "v" + std::to_string(next(state) % kValues),
                                         .state = concord::ValueState::known,
                                         .source = concord::ValueSource::tagged,
                                         .frame_index = begin,
                                         .frame_index_end = begin + kFrames / kSpells - 1});
      }
    }
  }
  return report;
}

/// Of this one thread, so that others on the machine matter little.
double cpu_seconds(std::clock_t start) { return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC; }

}  // namespace

int main(int argc, char** argv) {
  const auto total = static_cast<std::size_t>(argc > 1 ? std::atoll(argv[1]) : 2000);
  const int t = argc > 2 ? std::atoi(argv[2]) : 3;
  const int attributes = argc > 3 ? std::atoi(argv[3]) : 40;
  const auto path = std::filesystem::temp_directory_path() / "concord_coverage_bench.yaml";
  {
    std::ofstream file(path);
    std::ofstream taxonomy(path.string() + ".taxonomy");
    taxonomy << "TAXONOMY:\n";
    file << "odd: bench\ntaxonomy: " << path.filename().string() << ".taxonomy\ncoverage:\n  attributes:\n";
    for (int a = 0; a < attributes; ++a) {
      taxonomy << "  a" << a << ": [v0, v1, v2, v3]\n";
      file << "    a" << a << ": all\n";
    }
  }
  auto coverage = concord::odd::Coverage::create(path, t);
  if (!coverage) {
    fmt::print(stderr, "{}\n", coverage.error().text());
    return 2;
  }
  std::uint64_t state = 1;
  double seconds = 0;
  for (std::size_t first = 0; first < total; first += 500) {
    const Report report = drives(first, std::min<std::size_t>(500, total - first), attributes, state);
    const std::clock_t start = std::clock();
    if (auto added = coverage->add(report); !added) {
      fmt::print(stderr, "{}\n", added.error().text());
      return 2;
    }
    seconds += cpu_seconds(start);
  }
  const std::clock_t start = std::clock();
  const auto result = coverage->result();
  const double last = cpu_seconds(start);
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  fmt::print(
      "{} drives x {} attributes, t = {}: {} cells, {} covered; adding {:.2f} s and result {:.2f} s of CPU, peak {} "
      "MiB\n",
      total, attributes, t, result.cells.size(), result.covered, seconds, last, usage.ru_maxrss / 1024);
  return 0;
}
