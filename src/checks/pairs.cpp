#include "src/checks/pairs.hpp"

#include <algorithm>
#include <tuple>

namespace concord::judging {
namespace {

constexpr std::uint32_t kMaxFrameStep = 2;

}  // namespace

void for_each_pair_run(const CheckContext& context, std::vector<std::uint32_t> pairs,
                       const std::function<void(std::span<const std::uint32_t>)>& visit) {
  const PairTable& table = context.measured().pairs;
  const std::vector<std::uint32_t>& track = context.labels().track;
  const auto key = [&](std::uint32_t pair) {
    const std::uint32_t a = track[table.row_a[pair]];
    const std::uint32_t b = track[table.row_b[pair]];
    return std::tuple(std::min(a, b), std::max(a, b), table.frame[pair], pair);
  };
  std::sort(pairs.begin(), pairs.end(), [&](std::uint32_t a, std::uint32_t b) { return key(a) < key(b); });
  const auto continues = [&](std::uint32_t previous, std::uint32_t next) {
    const auto [a0, b0, frame0, pair0] = key(previous);
    const auto [a1, b1, frame1, pair1] = key(next);
    // kNone is the largest code, so b is untracked when either is.
    return b0 != kNone && a0 == a1 && b0 == b1 && frame1 - frame0 <= kMaxFrameStep;
  };
  for (std::size_t first = 0; first < pairs.size();) {
    std::size_t end = first + 1;
    while (end < pairs.size() && continues(pairs[end - 1], pairs[end])) ++end;
    visit(std::span(pairs).subspan(first, end - first));
    first = end;
  }
}

}  // namespace concord::judging
