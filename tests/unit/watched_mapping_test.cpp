// A large dataset file that somebody cuts while it is read is an error of its drive, not the end of the process.

#include "src/readers/common/watched_mapping.hpp"

#include <gtest/gtest.h>

#include "concord/dataset.hpp"
#include "src/readers/common/files.hpp"
#include "tests/support/files.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {
namespace fs = std::filesystem;
using readers::cut_file;
using readers::MappedFile;

constexpr std::uint64_t kLarge = (std::uint64_t{64} << 20U) + 12'345;

class WatchedMappingTest : public testing::Test {
 protected:
  WatchedMappingTest() {
    survive_cut_files();
    write_bytes(path_, "head");
    fs::resize_file(path_, kLarge);  // a hole: nothing is written
  }
  TemporaryFolder folder_;
  fs::path path_ = folder_.path() / "large.txt";
};

TEST_F(WatchedMappingTest, WhatIsCutOffReadsAsZeros) {
  {
    const MappedFile file = MappedFile::open(path_).value();
    EXPECT_EQ(file.text().size(), kLarge);
    EXPECT_EQ(file.text().substr(0, 4), "head");
    EXPECT_FALSE(cut_file());
    fs::resize_file(path_, 2);
    EXPECT_EQ(file.text().back(), '\0');
    EXPECT_EQ(file.text()[std::size_t{9} << 20U], '\0');
    const auto cut = cut_file();
    ASSERT_TRUE(cut);
    EXPECT_EQ(cut->where, path_.string());
    EXPECT_TRUE(cut_file()) << "as long as it is mapped";
  }
  EXPECT_TRUE(cut_file()) << "once after it is closed";
  EXPECT_FALSE(cut_file());
}

/// Within the last page nothing faults: the length alone tells.
TEST_F(WatchedMappingTest, AFewBytesLessAreTold) {
  MappedFile file = MappedFile::open(path_).value();
  fs::resize_file(path_, kLarge - 1);
  EXPECT_TRUE(cut_file());
  file = MappedFile();
  EXPECT_TRUE(cut_file());
  EXPECT_FALSE(cut_file());
}

TEST_F(WatchedMappingTest, AFileThatGrowsIsReadAsItWas) {
  const MappedFile file = MappedFile::open(path_).value();
  fs::resize_file(path_, 2 * kLarge);
  EXPECT_EQ(file.text().size(), kLarge);
  EXPECT_FALSE(cut_file());
}

TEST_F(WatchedMappingTest, MoreFilesThanCanBeWatchedAreRead) {
  std::vector<MappedFile> files;
  for (int i = 0; i < 66; ++i) {
    files.push_back(MappedFile::open(path_).value());
    ASSERT_EQ(files.back().text().size(), kLarge);
    ASSERT_EQ(files.back().text().substr(0, 4), "head");
  }
}

/// Faults elsewhere end the process as if nobody watched.
TEST_F(WatchedMappingTest, OtherFaultsAreNotSwallowed) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        survive_cut_files();
        ::raise(SIGBUS);
        ::_exit(0);
      },
      testing::KilledBySignal(SIGBUS), "");
}

TEST_F(WatchedMappingTest, ADriveWhoseFileIsCutIsAnError) {
  // A few long lines reach the size at which files are mapped.
  std::string text = "frame,time_ns,track,class,x_m,y_m,z_m,length_m,width_m,height_m,yaw_rad\n";
  for (int i = 0; text.size() <= kLarge; ++i) {
    text += std::to_string(i) + "," + std::to_string(i * 100'000'000LL) + "," + std::string(1000, 'a') +
            ",car,1,2,3,4,2,1.5,0\n";
  }
  const fs::path table = folder_.path() / "drives/one.csv";
  write_bytes(table, text);
  write_bytes(folder_.path() / "drives/concord_csv.yaml", "{}\n");
  const auto dataset = open_dataset(folder_.path() / "drives", "csv", {}).value();
  ASSERT_TRUE(dataset->read(0));
  fs::resize_file(table, text.size() - 5000);  // between two lines or not: it was meant to be longer
  const auto drive = dataset->read(0);
  ASSERT_FALSE(drive);
  EXPECT_NE(drive.error().text().find("one.csv"), std::string::npos) << drive.error().text();
}

}  // namespace
}  // namespace concord::tests
