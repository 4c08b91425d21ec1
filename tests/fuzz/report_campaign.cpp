// Damaged report files, many of them: reading ends with an error or with the content, never with a crash or an endless
// loop. CONCORD_FUZZ_ROUNDS and CONCORD_FUZZ_SEED choose how many and which.

#include <gtest/gtest.h>
#include <cstdlib>
#include <fstream>
#include <map>

#include "tests/support/damaged_report.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

TEST(ReportCampaign, DamagedReportsNeverCrashOrHang) {
  const TemporaryFolder folder;
  const std::string whole = whole_report(folder.path());
  const auto path = folder.path() / "damaged.h5";
  std::map<Reading, std::uint64_t> counts;
  const std::uint64_t first = number_from("CONCORD_FUZZ_SEED", 1);
  const std::uint64_t rounds = number_from("CONCORD_FUZZ_ROUNDS", 100'000);
  for (std::uint64_t seed = first; seed < first + rounds; ++seed) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << damaged(whole, seed);
    const Reading reading = read_apart(path, 10);
    ++counts[reading];
    EXPECT_TRUE(reading == Reading::refused || reading == Reading::read)
        << (reading == Reading::hung ? "hung" : "crashed") << " with seed " << seed;
  }
  RecordProperty("refused", static_cast<int>(counts[Reading::refused]));
  std::printf("%llu refused, %llu read\n", static_cast<unsigned long long>(counts[Reading::refused]),
              static_cast<unsigned long long>(counts[Reading::read]));
}

}  // namespace
}  // namespace concord::tests
