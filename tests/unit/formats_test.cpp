#include <gtest/gtest.h>
#include <filesystem>

#include "concord/dataset.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {
namespace fs = std::filesystem;

TEST(Formats, AFolderOfDatasetsNamesThem) {
  const TemporaryFolder folder;
  fs::create_directories(folder.path() / "delivery_b/training/label_02");
  fs::create_directories(folder.path() / "delivery_a/training/label_02");
  fs::create_directories(folder.path() / "notes");
  const auto opened = open_dataset(folder.path(), "", {});
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().text().find("datasets below it: delivery_a, delivery_b ("), std::string::npos)
      << opened.error().text();
}

TEST(Formats, AFolderWithoutDatasetsNamesNone) {
  const TemporaryFolder folder;
  fs::create_directories(folder.path() / "notes");
  const auto opened = open_dataset(folder.path(), "", {});
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().text().find("below it"), std::string::npos) << opened.error().text();
  EXPECT_NE(opened.error().text().find("kitti_tracking"), std::string::npos) << opened.error().text();
}

TEST(Formats, AnUnknownNameListsTheKnownOnes) {
  const TemporaryFolder folder;
  const auto opened = open_dataset(folder.path(), "kitti", {});
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.error().text().find("kitti_tracking"), std::string::npos) << opened.error().text();
}

}  // namespace
}  // namespace concord::tests
