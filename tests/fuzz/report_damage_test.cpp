// The short version of report_campaign.cpp, and the same damages without the checksum of the file.

#include <gtest/gtest.h>
#include <fstream>

#include "concord/report.hpp"
#include "tests/support/damaged_report.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {

TEST(ReportDamage, DamagedReportsAreRefusedOrRead) {
  const TemporaryFolder folder;
  const std::string whole = whole_report(folder.path());
  const auto path = folder.path() / "damaged.h5";
  int refused = 0;
  for (std::uint64_t seed = 1; seed <= 120; ++seed) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << damaged(whole, seed);
    const Reading reading = read_apart(path, 20);
    EXPECT_TRUE(reading == Reading::refused || reading == Reading::read) << "seed " << seed;
    refused += reading == Reading::refused ? 1 : 0;
  }
  EXPECT_GT(refused, 90);
}

TEST(ReportDamage, EveryFlippedByteIsFound) {
  const TemporaryFolder folder;
  const std::string whole = whole_report(folder.path());
  const auto path = folder.path() / "flipped.h5";
  const std::size_t data = whole.size() - 81;  // before the trailer
  for (std::size_t at = 0; at < data; at += data / 40 + 1) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 1);
    std::ofstream(path, std::ios::binary | std::ios::trunc) << flipped;
    const auto read = read_report(path);
    ASSERT_FALSE(read.ok()) << at;
    EXPECT_EQ(read.error().code, ErrorCode::malformed);
  }
  for (std::size_t size = 0; size < whole.size(); size += whole.size() / 40 + 1) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << whole.substr(0, size);
    EXPECT_FALSE(read_report(path).ok()) << size;
  }
}

/// Programs that copy HDF5 drop what lies behind its end.
TEST(ReportDamage, AReportWithoutItsChecksumIsStillRead) {
  const TemporaryFolder folder;
  const std::string whole = whole_report(folder.path());
  const auto path = folder.path() / "copied.h5";
  std::ofstream(path, std::ios::binary | std::ios::trunc) << whole.substr(0, whole.size() - 81);
  const auto read = read_report(path, true);
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_FALSE(read->findings.empty());
}

}  // namespace
}  // namespace concord::tests
