#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/bench/bench.hpp"

// Compiled for the processor at hand (tests/bench/CMakeLists.txt), as the kernels are.

namespace concord::bench {
namespace {

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

/// Seconds that `work(thread)` takes on all threads at once, the best of several: a floor must not be too high.
template <class Work>
double best_seconds(int threads, const Work& work) {
  double best = 1e9;
  for (int run = 0; run < 5; ++run) {
    std::atomic<int> waiting{threads};
    std::vector<std::chrono::steady_clock::time_point> begin(static_cast<std::size_t>(threads)), end(begin);
    std::vector<std::thread> pool;
    for (int t = 0; t < threads; ++t) {
      pool.emplace_back([&, t] {
        --waiting;
        while (waiting > 0) std::this_thread::yield();
        begin[static_cast<std::size_t>(t)] = std::chrono::steady_clock::now();
        work(t);
        end[static_cast<std::size_t>(t)] = std::chrono::steady_clock::now();
      });
    }
    for (std::thread& thread : pool) thread.join();
    const auto first = *std::min_element(begin.begin(), begin.end()), last = *std::max_element(end.begin(), end.end());
    best = std::min(best, std::chrono::duration<double>(last - first).count());
  }
  return best;
}

double copy_bytes_per_s(int threads) {
  constexpr std::size_t kBytes = std::size_t{64} << 20U;
  std::vector<std::vector<char>> from, to;
  for (int t = 0; t < threads; ++t) {
    from.emplace_back(kBytes, 'a');
    to.emplace_back(kBytes, 'b');
  }
  const double seconds = best_seconds(threads, [&](int t) {
    const auto i = static_cast<std::size_t>(t);
    std::memcpy(to[i].data(), from[i].data(), kBytes);
  });
  return 2.0 * static_cast<double>(kBytes) * threads / seconds;
}

#if defined(__AVX512F__)
constexpr int kLanes = 8;
#elif defined(__AVX__)
constexpr int kLanes = 4;
#else
constexpr int kLanes = 2;
#endif
/// Registers enough to hide the latency of an operation, and few enough that all stay registers.
constexpr int kChains = 7 * kLanes;

/// `rounds` times a multiplication and an addition in each of the chains; none waits for another.
double multiply_and_add(long rounds) {
  double multiplied[kChains], added[kChains];
  for (int k = 0; k < kChains; ++k) {
    multiplied[k] = 1.0 + 1e-9 * k;
    added[k] = k;
  }
  for (long round = 0; round < rounds; ++round) {
    for (int k = 0; k < kChains; ++k) multiplied[k] *= 1.0000001;
    for (int k = 0; k < kChains; ++k) added[k] += 1e-3;
  }
  double sum = 0;
  for (int k = 0; k < kChains; ++k) sum += multiplied[k] + added[k];
  return sum;
}

double flops_per_s(int threads) {
  constexpr long kRounds = 200'000;
  std::vector<double> sums(static_cast<std::size_t>(threads));
  const double seconds =
      best_seconds(threads, [&](int t) { sums[static_cast<std::size_t>(t)] = multiply_and_add(kRounds); });
  return sums[0] > 0 ? 2.0 * kChains * kRounds * threads / seconds : 0.0;
}

}  // namespace

Machine measure_machine(int threads) {
  return {processor_name(), threads, copy_bytes_per_s(threads), flops_per_s(threads)};
}

}  // namespace concord::bench
