#include "src/pipeline/input_hashes.hpp"

#include <gtest/gtest.h>
#include <chrono>
#include <fstream>

#include "concord/hash.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {
namespace fs = std::filesystem;

TEST(InputHashes, DrivesThatShareAFileHashItAnewOnlyWhenItChanges) {
  const TemporaryFolder folder;
  const fs::path table = folder.path() / "v1.0-mini/table.json";
  fs::create_directories(table.parent_path());
  std::ofstream(table) << "old";
  Drive drive;
  drive.source = folder.path();
  drive.input_files = {table};
  pipeline::InputHashes hashes;
  const auto first = hashes.of(drive).value();
  ASSERT_EQ(first.size(), 1U);
  EXPECT_EQ(first[0].path, "v1.0-mini/table.json");
  EXPECT_EQ(first[0].bytes, 3U);
  EXPECT_EQ(first[0].sha256, sha256_file(table).value());
  EXPECT_EQ(hashes.of(drive).value()[0].sha256, first[0].sha256);

  std::ofstream(table) << "new";
  fs::last_write_time(table, fs::last_write_time(table) + std::chrono::seconds(2));
  const auto second = hashes.of(drive).value();
  EXPECT_EQ(second[0].sha256, sha256_file(table).value());
  EXPECT_NE(second[0].sha256, first[0].sha256);

  fs::remove(table);
  EXPECT_FALSE(hashes.of(drive).ok());
}

}  // namespace
}  // namespace concord::tests
