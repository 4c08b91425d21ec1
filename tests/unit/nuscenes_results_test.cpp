#include <gtest/gtest.h>
#include <cmath>

#include "concord/dataset.hpp"
#include "tests/support/nuscenes_mini.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {
namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

class NuscenesResults : public ::testing::Test {
 protected:
  void SetUp() override { nuscenes_mini().write(folder_.path()); }
  [[nodiscard]] fs::path file() const { return folder_.path() / "results.json"; }
  void write(const Json& results) const {
    std::ofstream(file()) << Json{{"meta", {{"use_lidar", true}}}, {"results", results}}.dump();
  }
  [[nodiscard]] Result<std::unique_ptr<Dataset>> open() const {
    OpenOptions options;
    options.extra_labels.push_back({"model", file()});
    return open_dataset(folder_.path(), "", options);
  }
  [[nodiscard]] Result<Drive> read(std::size_t scene = 0) const {
    auto dataset = open();
    if (!dataset) return dataset.error();
    return dataset.value()->read(scene);
  }
  /// A box at the place of boxA0, 20 m ahead and 3 m left of the ego in a0.
  static Json detection(const std::string& sample) {
    return {{"sample_token", sample},   {"translation", {97.0, 220.0, 2.5}},
            {"size", {2.0, 4.5, 1.5}},  {"rotation", {0.70710678118654757, 0.0, 0.0, 0.70710678118654757}},
            {"velocity", {-1.0, 12.0}}, {"detection_name", "car"},
            {"detection_score", 0.75},  {"attribute_name", "vehicle.moving"}};
  }
  static Json tracking(const std::string& sample, const Json& id) {
    Json row = detection(sample);
    for (const char* key : {"detection_name", "detection_score", "attribute_name"}) row.erase(key);
    row["tracking_id"] = id;
    row["tracking_name"] = "pedestrian";
    row["tracking_score"] = 0.5;
    return row;
  }
  TemporaryFolder folder_;
};

TEST_F(NuscenesResults, DetectionsJoinAsALabelSetInTheEgoFrame) {
  write({{"a0", Json::array({detection("a0"), detection("a0")})}, {"a1", Json::array()}, {"b0", Json::array()}});
  const Drive drive = read().value();
  ASSERT_EQ(drive.label_sets.size(), 2U);
  const LabelSet& set = drive.label_sets[1];
  EXPECT_EQ(set.name, "model");
  ASSERT_EQ(set.size(), 2U);
  EXPECT_EQ(set.label_id[1], "a0:1");
  EXPECT_EQ(set.track[0], kNone);
  EXPECT_LT((set.cuboid.at(0).center_m - Vec3(20, 3, 1.5)).norm(), 1e-12);
  EXPECT_EQ(set.cuboid.at(0).size_m, Vec3(4.5, 2, 1.5));
  // World velocity (-1, 12) seen from an ego that looks along the world's y.
  EXPECT_NEAR(*set.velocity_x_mps.get(0), 12.0, 1e-12);
  EXPECT_NEAR(*set.velocity_y_mps.get(0), 1.0, 1e-12);
  EXPECT_EQ(set.score.get(0), 0.75);
  EXPECT_EQ(set.moving_state.get(0), MovingState::moving);
  EXPECT_EQ(drive.taxonomy->at(set.class_code[0]).name, "car");
  EXPECT_FALSE(set.lidar_points.present());
  EXPECT_TRUE(set.scope.known);
  EXPECT_EQ(set.scope.classes.size(), 10U);
  EXPECT_EQ(set.frame_offset, (std::vector<std::uint32_t>{0, 2, 2, 2, 2}));
  // Results lack a2 and a3: noted.
  EXPECT_TRUE(std::any_of(drive.notes.begin(), drive.notes.end(), [](const std::string& note) {
    return note == "label set model: no results for 2 of 4 samples";
  }));
}

TEST_F(NuscenesResults, TrackingResultsHaveTracks) {
  write({{"a0", Json::array({tracking("a0", 7), tracking("a0", "x")})}, {"a1", Json::array({tracking("a1", 7)})}});
  const LabelSet set = read().value().label_sets.at(1);
  ASSERT_EQ(set.size(), 3U);
  EXPECT_EQ(set.tracks.size(), 2U);
  EXPECT_EQ(set.tracks.at(set.track[2]), "7");
  EXPECT_EQ(set.track[0], set.track[2]);
  EXPECT_EQ(set.score.get(2), 0.5);
  EXPECT_EQ(set.scope.classes.size(), 7U);
}

TEST_F(NuscenesResults, MissingVelocityAndScoreAreMissing) {
  Json row = detection("a0");
  row.erase("detection_score");
  row["attribute_name"] = "";
  write({{"a0", Json::array({row})}});
  std::string text = read_bytes(file());
  text.replace(text.find("[-1.0,12.0]"), 11, "[NaN,NaN]");
  std::ofstream(file()) << text;
  const auto drive = read();
  ASSERT_TRUE(drive.ok()) << drive.error().text();
  const LabelSet& set = drive.value().label_sets.at(1);
  EXPECT_FALSE(set.velocity_x_mps.get(0));
  EXPECT_FALSE(set.score.get(0));
  EXPECT_FALSE(set.moving_state.get(0));
}

TEST_F(NuscenesResults, AMalformedResultIsAnErrorOfItsSceneThatNamesTheElement) {
  const auto expect_error = [&](const Json& row, const std::string& part) {
    write({{"a0", Json::array({detection("a0"), row})}, {"b0", Json::array({detection("b0")})}});
    auto dataset = open();
    ASSERT_TRUE(dataset.ok()) << dataset.error().text();
    const auto a = dataset.value()->read(0);
    ASSERT_FALSE(a.ok()) << row.dump();
    EXPECT_NE(a.error().where.find("results.json#/results/a0/1"), std::string::npos) << a.error().text();
    EXPECT_NE(a.error().text().find(part), std::string::npos) << a.error().text();
    EXPECT_TRUE(dataset.value()->read(1).ok());
  };
  const Json good = detection("a0");
  for (const auto& [key, value] : good.items()) {
    Json row = detection("a0");
    row[key] = Json{{"wrong", 1}};
    expect_error(row, key);
  }
  for (const char* key : {"sample_token", "translation", "size", "rotation", "detection_name"}) {
    Json row = detection("a0");
    row.erase(key);
    expect_error(row, key);
  }
  expect_error(detection("a1"), "names another sample");
  expect_error(tracking("a0", 3), "one kind");
  Json row = detection("a0");
  row["detection_score"] = nullptr;
  expect_error(row, "detection_score");
}

TEST_F(NuscenesResults, UnusableFilesAreRefused) {
  for (const std::string& text :
       {std::string(), std::string("["), std::string("{}"), std::string("[1]"), std::string("{\"results\": 5}"),
        std::string("{\"results\": {}}"), std::string("{\"results\": {\"elsewhere\": []}}"),
        std::string("{\"results\": {\"a0\": [], \"a0\": []}}"), std::string("{\"results\": {\"a0\": []}} x"),
        std::string("{\"results\": {\"a0\": [{}"), std::string("\xff\x00{", 3)}) {
    std::ofstream(file(), std::ios::binary) << text;
    const auto dataset = open();
    ASSERT_FALSE(dataset.ok()) << text;
    EXPECT_NE(dataset.error().where.find("results.json"), std::string::npos) << dataset.error().text();
  }
  fs::remove(file());
  EXPECT_FALSE(open().ok());
  for (const std::string& array : {std::string("5"), std::string("{}"), std::string("[5]"), std::string("[[]]"),
                                   std::string("[{\"sample_token\": \"a0\"]"), std::string("[nul]")}) {
    std::ofstream(file(), std::ios::binary) << "{\"results\": {\"a0\": " << array << "}}";
    const auto drive = read();
    ASSERT_FALSE(drive.ok()) << array;
    EXPECT_NE(drive.error().where.find("results.json"), std::string::npos) << drive.error().text();
  }
}

TEST_F(NuscenesResults, RealSubmissionsEqualTheirRawFiles) {
  CONCORD_NEEDS_DATA("nuscenes/results");
  for (const char* name : {"det_A_lidar_results_nusc.json", "det_B_lidar_mini_results_nusc.json"}) {
    const fs::path path = test_data_dir() / "nuscenes/results" / name;
    std::ifstream raw_file(path);
    const Json raw = Json::parse(raw_file)["results"];
    OpenOptions options;
    options.extra_labels.push_back({"model", path});
    auto dataset = open_dataset(test_data_dir() / "nuscenes", "", options).value();
    const Drive drive = dataset->read(0).value();
    const LabelSet& set = drive.label_sets.at(1);
    std::size_t labels = 0;
    for (std::uint32_t frame = 0; frame < drive.frames.size(); ++frame) {
      const Json& results = raw.at(std::string(drive.frames.name[frame]));
      ASSERT_EQ(set.frame_offset[frame + 1] - set.frame_offset[frame], results.size());
      for (std::size_t i = 0; i < results.size(); ++i) {
        const std::uint32_t row = set.frame_offset[frame] + static_cast<std::uint32_t>(i);
        EXPECT_EQ(set.score.get(row), results[i]["detection_score"].get<double>());
        EXPECT_EQ(set.raw_classes.at(set.raw_class[row]), results[i]["detection_name"].get<std::string>());
        const Vec3 world = drive.frames.T_world_ego[frame] * set.cuboid.at(row).center_m;
        EXPECT_NEAR(world.x(), results[i]["translation"][0].get<double>(), 1e-9);
        EXPECT_NEAR(world.z(), results[i]["translation"][2].get<double>(), 1e-9);
        // The velocity's length does not depend on the frame; the ego's tilt takes next to nothing of it.
        const double speed =
            std::hypot(results[i]["velocity"][0].get<double>(), results[i]["velocity"][1].get<double>());
        EXPECT_NEAR(std::hypot(*set.velocity_x_mps.get(row), *set.velocity_y_mps.get(row)), speed, 2e-3 * speed);
        ++labels;
      }
    }
    EXPECT_EQ(set.size(), labels);
    EXPECT_GT(labels, 250U);
  }
}

}  // namespace
}  // namespace concord::tests
