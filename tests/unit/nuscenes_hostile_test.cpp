#include <gtest/gtest.h>
#include <cmath>
#include <random>

#include "concord/dataset.hpp"
#include "tests/support/nuscenes_mini.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {
namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

class NuscenesHostile : public ::testing::Test {
 protected:
  [[nodiscard]] fs::path table(const std::string& name) const { return root() / "v1.0-mini" / (name + ".json"); }
  [[nodiscard]] const fs::path& root() const { return folder_.path(); }
  [[nodiscard]] std::unique_ptr<Dataset> open() const {
    mini_.write(root());
    auto dataset = open_dataset(root(), "nuscenes", {});
    EXPECT_TRUE(dataset.ok()) << dataset.error().text();
    return dataset.ok() ? std::move(dataset).value() : nullptr;
  }
  /// Scene a fails with an error that names `parts`; scene b is read.
  void expect_only_a_fails(const std::vector<std::string>& parts) const {
    const auto dataset = open();
    ASSERT_NE(dataset, nullptr);
    const auto a = dataset->read(0);
    ASSERT_FALSE(a.ok());
    for (const std::string& part : parts) {
      EXPECT_NE(a.error().text().find(part), std::string::npos) << a.error().text() << "\nlacks " << part;
    }
    EXPECT_FALSE(a.error().expected.empty());
    const auto b = dataset->read(1);
    EXPECT_TRUE(b.ok()) << b.error().text();
  }
  /// Opens and reads all that can be read: errors are fine, but they say where.
  static void read_all(const fs::path& input) {
    auto dataset = open_dataset(input, "nuscenes", {});
    if (!dataset) {
      EXPECT_FALSE(dataset.error().where.empty()) << dataset.error().text();
      return;
    }
    for (std::size_t i = 0; i < dataset.value()->drives().size(); ++i) {
      const auto drive = dataset.value()->read(i);
      EXPECT_TRUE(drive.ok() || !drive.error().where.empty()) << drive.error().text();
    }
  }
  TemporaryFolder folder_;
  NuscenesMini mini_ = nuscenes_mini();
};

TEST_F(NuscenesHostile, ADanglingTokenIsAnErrorOfItsSceneThatNamesTableAndToken) {
  struct Case {
    const char *table, *row, *key;
  };
  for (const Case& c : std::initializer_list<Case>{{"scene", "scene-token-a", "log_token"},
                                                   {"scene", "scene-token-a", "first_sample_token"},
                                                   {"scene", "scene-token-a", "last_sample_token"},
                                                   {"sample", "a2", "scene_token"},
                                                   {"sample", "a1", "next"},
                                                   {"sample", "a3", "next"},
                                                   {"sample", "a1", "prev"},
                                                   {"sample_annotation", "boxA1", "sample_token"},
                                                   {"sample_annotation", "boxA1", "instance_token"},
                                                   {"sample_annotation", "boxA1", "visibility_token"},
                                                   {"sample_annotation", "boxA1", "prev"},
                                                   {"sample_annotation", "boxA3", "next"},
                                                   {"sample_annotation", "boxP1", "attribute_tokens"},
                                                   {"instance", "track-boxP", "category_token"},
                                                   {"sample_data", "CAM-a1", "ego_pose_token"},
                                                   {"sample_data", "LIDAR-a1", "ego_pose_token"},
                                                   {"sample_data", "CAM-a1", "sample_token"},
                                                   {"sample_data", "RADAR-a3", "calibrated_sensor_token"}}) {
    SCOPED_TRACE(std::string(c.table) + " " + c.row + " " + c.key);
    mini_ = nuscenes_mini();
    Json& member = mini_.row(c.table, c.row)[c.key];
    if (member.is_array()) {
      member = Json::array({"nowhere-7"});
    } else {
      member = "nowhere-7";
    }
    expect_only_a_fails({std::string(c.table) + ".json token " + c.row, c.key, "nowhere-7"});
  }
}

TEST_F(NuscenesHostile, ADanglingRowIsLaidToTheSceneThatItsLinksLeadTo) {
  // The first annotation of scene b stands behind rows of scene a.
  mini_.row("sample_annotation", "boxB0")["sample_token"] = "nowhere";
  const auto dataset = open();
  EXPECT_TRUE(dataset->read(0).ok());
  const auto b = dataset->read(1);
  ASSERT_FALSE(b.ok());
  EXPECT_NE(b.error().text().find("sample_annotation.json token boxB0: sample_token 'nowhere' is dangling"),
            std::string::npos)
      << b.error().text();
}

TEST_F(NuscenesHostile, ASharedSensorThatDanglesConcernsEveryScene) {
  mini_.row("calibrated_sensor", "cal-front")["sensor_token"] = "nowhere";
  const auto dataset = open();
  for (std::size_t i = 0; i < 2; ++i) {
    const auto drive = dataset->read(i);
    ASSERT_FALSE(drive.ok());
    EXPECT_NE(drive.error().text().find("calibrated_sensor.json token cal-front"), std::string::npos);
  }
}

TEST_F(NuscenesHostile, RepeatedTokensAreErrorsOfTheirScene) {
  for (const auto& [table, token] :
       std::initializer_list<std::pair<const char*, const char*>>{{"sample", "a1"},
                                                                  {"sample_annotation", "boxA1"},
                                                                  {"sample_data", "CAM-a2"},
                                                                  {"instance", "track-boxP"},
                                                                  {"ego_pose", "pose-LIDAR-a0"}}) {
    SCOPED_TRACE(table);
    mini_ = nuscenes_mini();
    mini_.tables[table].push_back(Json(mini_.row(table, token)));
    expect_only_a_fails({table, token, "twice"});
  }
  mini_ = nuscenes_mini();
  Json twin = mini_.row("scene", "scene-token-a");
  twin["token"] = "scene-token-c";
  mini_.tables["scene"].push_back(twin);
  const auto dataset = open();
  ASSERT_EQ(dataset->drives().size(), 3U);
  EXPECT_NE(dataset->drives()[2].name, "scene-a");
  EXPECT_TRUE(dataset->read(0).ok());
  EXPECT_FALSE(dataset->read(2).ok());
}

TEST_F(NuscenesHostile, ChainsThatLoopOrBranchEnd) {
  mini_.row("sample", "a3")["next"] = "a1";
  expect_only_a_fails({"sample.json token a1", "loop"});
  mini_ = nuscenes_mini();
  mini_.row("sample", "a0")["next"] = "a0";
  expect_only_a_fails({"sample.json token a0"});
  mini_ = nuscenes_mini();
  mini_.row("sample", "a1")["next"] = "b0";
  expect_only_a_fails({"sample.json token b0"});
  mini_ = nuscenes_mini();
  mini_.row("sample", "a1")["next"] = "";
  expect_only_a_fails({"scene.json token scene-token-a", "2 samples, but 4"});
  // The order of labels is that of their samples: a loop of their links is noted.
  mini_ = nuscenes_mini();
  mini_.row("sample_annotation", "boxA3")["next"] = "boxA0";
  mini_.row("sample_annotation", "boxA0")["prev"] = "boxA3";
  const auto drive = open()->read(0);
  ASSERT_TRUE(drive.ok()) << drive.error().text();
  EXPECT_EQ(drive.value().label_sets.at(0).size(), 6U);
}

TEST_F(NuscenesHostile, CountsAndTimesOutOfRangeAreErrors) {
  mini_.row("sample_annotation", "boxA1")["num_lidar_pts"] = 1'000'000'000;
  const Drive drive = open()->read(0).value();
  EXPECT_EQ(drive.label_sets.at(0).lidar_points.get(1), 1'000'000'000);
  for (const Json& count : {Json(-1), Json(2.5), Json(1e30), Json(3'000'000'000LL), Json("7"), Json(nullptr)}) {
    mini_ = nuscenes_mini();
    mini_.row("sample_annotation", "boxA1")["num_lidar_pts"] = count;
    expect_only_a_fails({"sample_annotation.json token boxA1", "num_lidar_pts"});
  }
  for (const Json& time : {Json(-1), Json(1e18), Json(9'223'372'036'854'775'807LL)}) {
    mini_ = nuscenes_mini();
    mini_.row("sample", "a1")["timestamp"] = time;
    expect_only_a_fails({"sample.json token a1", "timestamp"});
  }
  mini_ = nuscenes_mini();
  mini_.row("scene", "scene-token-a")["nbr_samples"] = 1'000'000'000;
  EXPECT_TRUE(open()->read(0).ok());  // stated, but not relied upon; noted
}

TEST_F(NuscenesHostile, NotANumberIsKeptForTheChecksInBoxesAndRefusedInPoses) {
  mini_.write(root());
  std::string text = read_bytes(table("sample_annotation"));
  text.replace(text.find("[97.0,220.0,2.5]"), 16, "[NaN,220.0,-Infinity]");
  text.replace(text.find("[97.0,225.25,2.5]"), 17, "[97.0,null,2.5]");
  std::ofstream(table("sample_annotation")) << text;
  auto dataset = open_dataset(root(), "", {}).value();
  const auto drive = dataset->read(0);
  ASSERT_TRUE(drive.ok()) << drive.error().text();
  EXPECT_FALSE(drive.value().label_sets.at(0).cuboid.at(0).center_m.allFinite());
  EXPECT_EQ(drive.value().label_sets.at(0).size(), 6U);

  for (const char* token : {"pose-LIDAR-a2", "pose-CAM-a2"}) {
    mini_.write(root());
    text = read_bytes(table("ego_pose"));
    const std::size_t row = text.find(token);
    const std::size_t rotation = text.find("\"rotation\":[", row);
    text.replace(rotation, text.find(']', rotation) - rotation, "\"rotation\":[NaN,0,0,0");
    std::ofstream(table("ego_pose")) << text;
    const auto broken = open_dataset(root(), "", {}).value()->read(0);
    ASSERT_FALSE(broken.ok());
    EXPECT_NE(broken.error().text().find(std::string("ego_pose.json token ") + token), std::string::npos);
  }
  for (const Json& rotation : {Json{0, 0, 0, 0}, Json{1, 1, 1, 1}, Json{1e200, 0, 0, 0}, Json{1, 0, 0}, Json("x")}) {
    mini_.row("ego_pose", "pose-LIDAR-a2")["rotation"] = rotation;
    expect_only_a_fails({"ego_pose.json token pose-LIDAR-a2", "rotation"});
  }
}

TEST_F(NuscenesHostile, FilesOutsideTheDatasetAreRefused) {
  for (const char* name : {"../../etc/passwd", "/etc/passwd", "samples/../../x"}) {
    mini_.row("sample_data", "CAM-a1")["filename"] = name;
    expect_only_a_fails({"sample_data.json token CAM-a1", name});
  }
}

TEST_F(NuscenesHostile, AnyWrongTypeIsAnErrorOfItsRowNotACrash) {
  mini_.write(root());
  for (const auto& entry : mini_.tables) {
    const std::string& name = entry.first;
    const Json& rows = entry.second;
    if (rows.empty()) continue;
    const auto write_bent = [&](const Json& first_row) {
      Json bent = rows;
      bent[0] = first_row;
      std::ofstream(table(name), std::ios::binary) << NuscenesMini::text(bent);
      read_all(root());
    };
    for (const auto& [key, value] : rows[0].items()) {
      Json row = rows[0];
      for (const Json& wrong : {Json(5), Json("x"), Json(nullptr), Json(-1e300), Json{1, 2, 3}, Json{{"a", 1}}}) {
        row[key] = wrong;
        write_bent(row);
      }
      row.erase(key);
      write_bent(row);
    }
    std::ofstream(table(name), std::ios::binary) << NuscenesMini::text(rows);
  }
}

TEST_F(NuscenesHostile, AMalformedRowOfASceneLeavesTheOthers) {
  for (const char* name : {"sample_annotation", "sample_data", "sample", "ego_pose", "instance"}) {
    SCOPED_TRACE(name);
    mini_.write(root());
    std::string text = read_bytes(table(name));
    // Not JSON, but with matching brackets: only a parser sees it.
    const std::size_t value = text.find(':', text.find("\n{") + 1) + 1;
    text.insert(text.find(',', value), ",\"extra\":01x");
    std::ofstream(table(name)) << text;
    auto dataset = open_dataset(root(), "", {});
    ASSERT_TRUE(dataset.ok()) << dataset.error().text();
    const auto a = dataset.value()->read(0);
    ASSERT_FALSE(a.ok());
    EXPECT_NE(a.error().where.find(std::string(name) + ".json byte 2"), std::string::npos) << a.error().text();
    EXPECT_TRUE(dataset.value()->read(1).ok());
  }
}

TEST_F(NuscenesHostile, TruncatedTablesAreErrorsThatNameThem) {
  for (const auto& [name, rows] : mini_.tables) {
    if (name == "map") continue;
    mini_.write(root());
    const std::string text = read_bytes(table(name));
    for (std::size_t size = 0; size + 2 < text.size(); size += 1 + text.size() / 12) {
      std::ofstream(table(name), std::ios::binary) << text.substr(0, size);
      const auto dataset = open_dataset(root(), "nuscenes", {});
      ASSERT_FALSE(dataset.ok()) << name << " at " << size;
      EXPECT_NE(dataset.error().where.find(name + ".json"), std::string::npos) << dataset.error().text();
    }
  }
}

TEST_F(NuscenesHostile, OtherContentIsAnErrorThatNamesTheTable) {
  const std::string binary("\x00\xff\x7f\x1b[{\"\\\x80", 9);
  for (const auto& [name, rows] : mini_.tables) {
    if (name == "map") continue;
    mini_.write(root());
    for (const std::string& content :
         {std::string(), std::string("  \n"), binary, std::string("{}"), std::string("7"), std::string("[1, 2]"),
          std::string("[{}] x"), std::string("[{\"token\"}]"), std::string("[{\"token\" \"x\"}]"),
          std::string("[{\"token\": \"unended}]"), std::string("[,]"), std::string(1'000'000, '['),
          "[" + std::string(1'000'000, '{'), "[{\"token\":" + std::string(100'000, '[') + "}]"}) {
      std::ofstream(table(name), std::ios::binary) << content;
      const auto dataset = open_dataset(root(), "nuscenes", {});
      ASSERT_FALSE(dataset.ok()) << name << ": " << content.substr(0, 40);
      EXPECT_NE(dataset.error().where.find(name + ".json"), std::string::npos) << dataset.error().text();
    }
    fs::remove(table(name));
    const auto dataset = open_dataset(root(), "nuscenes", {});
    ASSERT_FALSE(dataset.ok());
    EXPECT_EQ(dataset.error().code, ErrorCode::not_found);
    EXPECT_NE(dataset.error().where.find(name + ".json"), std::string::npos);
    fs::create_directory(table(name));
    EXPECT_FALSE(open_dataset(root(), "nuscenes", {}).ok());
    fs::remove(table(name));
  }
}

TEST_F(NuscenesHostile, EmptyTablesOfLabelsAreADriveWithoutLabels) {
  mini_.tables["sample_annotation"] = Json::array();
  mini_.tables["instance"] = Json::array();
  const auto drive = open()->read(0);
  ASSERT_TRUE(drive.ok()) << drive.error().text();
  EXPECT_EQ(drive.value().label_sets.at(0).size(), 0U);
  mini_.tables["scene"] = Json::array();
  mini_.write(root());
  EXPECT_FALSE(open_dataset(root(), "", {}).ok());
}

TEST_F(NuscenesHostile, ChangedBytesNeverCrash) {
  std::mt19937 random(7);
  mini_.write(root());
  std::vector<std::string> names;
  std::map<std::string, std::string> texts;
  for (const auto& [name, rows] : mini_.tables) {
    names.push_back(name);
    texts[name] = read_bytes(table(name));
  }
  constexpr std::string_view kBytes = "\"{}[],:\\ 0-9ef\x00\xff\n";
  for (int round = 0; round < 300; ++round) {
    const std::string& name = names[random() % names.size()];
    std::string text = texts[name];
    for (unsigned i = 0; i <= random() % 3; ++i) {
      const std::size_t at = random() % text.size();
      switch (random() % 3) {
        case 0:
          text[at] = kBytes[random() % kBytes.size()];
          break;
        case 1:
          text.erase(at, random() % 40);
          break;
        default:
          text.insert(at, text.substr(random() % text.size(), random() % 40));
      }
      if (text.empty()) text = " ";
    }
    std::ofstream(table(name), std::ios::binary) << text;
    read_all(root());
    std::ofstream(table(name), std::ios::binary) << texts[name];
  }
}

}  // namespace
}  // namespace concord::tests
