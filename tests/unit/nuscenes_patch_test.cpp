#include <gtest/gtest.h>
#include <cmath>
#include <random>
#include <set>

#include "concord/dataset.hpp"
#include "tests/support/nuscenes_mini.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {
namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using Op = LabelEdit::Op;

Json table_of(const fs::path& dataroot, const std::string& name) {
  return Json::parse(read_bytes(dataroot / "v1.0-mini" / (name + ".json")));
}

/// Every file below `root` with its bytes.
std::map<std::string, std::string> tree_of(const fs::path& root) {
  std::map<std::string, std::string> tree;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.is_regular_file()) tree[fs::relative(entry.path(), root)] = read_bytes(entry.path());
  }
  return tree;
}

/// Rows of a table by token.
std::map<std::string, Json> rows_by_token(const Json& table) {
  std::map<std::string, Json> rows;
  for (const Json& row : table) rows[row["token"].get<std::string>()] = row;
  return rows;
}

/// What a user of the devkit relies on: every instance's links lead through its labels in order of time, its counts and
/// ends are right, and nothing points nowhere.
void expect_consistent(const fs::path& dataroot) {
  const auto annotations = rows_by_token(table_of(dataroot, "sample_annotation"));
  EXPECT_EQ(annotations.size(), table_of(dataroot, "sample_annotation").size());
  const auto instances = rows_by_token(table_of(dataroot, "instance"));
  const auto categories = rows_by_token(table_of(dataroot, "category"));
  const auto samples = rows_by_token(table_of(dataroot, "sample"));
  std::map<std::string, std::size_t> labels_of;
  for (const auto& [token, row] : annotations) {
    ASSERT_TRUE(instances.contains(row["instance_token"])) << row;
    ASSERT_TRUE(samples.contains(row["sample_token"])) << row;
    ++labels_of[row["instance_token"]];
  }
  for (const auto& [token, instance] : instances) {
    EXPECT_TRUE(categories.contains(instance["category_token"])) << instance;
    EXPECT_EQ(instance["nbr_annotations"].get<std::size_t>(), labels_of[token]) << instance;
    std::string previous;
    std::int64_t time = 0;
    std::size_t seen = 0;
    for (std::string at = instance["first_annotation_token"]; !at.empty(); ++seen) {
      ASSERT_TRUE(annotations.contains(at) && seen < annotations.size()) << instance;
      const Json& row = annotations.at(at);
      EXPECT_EQ(row["instance_token"], token) << row;
      EXPECT_EQ(row["prev"], previous) << row;
      const std::int64_t now = samples.at(row["sample_token"])["timestamp"];
      EXPECT_GE(now, time) << row;
      time = now;
      previous = at;
      at = row["next"];
    }
    EXPECT_EQ(seen, labels_of[token]) << instance;
    EXPECT_EQ(instance["last_annotation_token"], previous) << instance;
  }
}

class NuscenesPatch : public ::testing::Test {
 protected:
  void SetUp() override {
    mini_.write(in());
    fs::create_directories(in() / "samples/LIDAR_TOP");
    std::ofstream(in() / "samples/LIDAR_TOP/a0.pcd.bin") << "points";
  }
  [[nodiscard]] fs::path in() const { return folder_.path() / "in"; }
  [[nodiscard]] fs::path out() const { return folder_.path() / "out"; }
  /// Patches scene a; the result is consistent. Returns scene a as read back.
  Drive patched(std::vector<LabelEdit> edits) {
    fs::remove_all(out());
    auto dataset = open_dataset(in(), "", {}).value();
    const auto done = dataset->patch({{"scene-a", std::move(edits)}}, out());
    EXPECT_TRUE(done.ok()) << done.error().text();
    expect_consistent(out());
    auto drive = open_dataset(out(), "", {}).value()->read(0);
    EXPECT_TRUE(drive.ok()) << drive.error().text();
    for (const std::string& note : drive.value().notes) EXPECT_EQ(note.find("prev or next"), std::string::npos) << note;
    return std::move(drive).value();
  }
  /// Tokens of the annotation rows whose bytes differ, were added or dropped.
  [[nodiscard]] std::set<std::string> changed_rows(const std::string& table = "sample_annotation") const {
    const auto lines = [&](const fs::path& root) {
      std::map<std::string, std::string> rows;
      std::istringstream text(read_bytes(root / "v1.0-mini" / (table + ".json")));
      for (std::string line; std::getline(text, line);) {
        if (!line.empty() && line.back() == ',') line.pop_back();
        if (line.size() > 2) rows[Json::parse(line)["token"]] = line;
      }
      return rows;
    };
    const auto before = lines(in()), after = lines(out());
    std::set<std::string> changed;
    for (const auto& [token, line] : before) {
      if (!after.contains(token) || after.at(token) != line) changed.insert(token);
    }
    for (const auto& [token, line] : after) {
      if (!before.contains(token)) changed.insert("new");
    }
    return changed;
  }
  [[nodiscard]] std::set<std::string> changed_files() const {
    const auto before = tree_of(in()), after = tree_of(out());
    std::set<std::string> changed;
    for (const auto& [name, text] : before) {
      if (!after.contains(name) || after.at(name) != text) changed.insert(name);
    }
    EXPECT_EQ(before.size(), after.size());
    return changed;
  }
  TemporaryFolder folder_;
  NuscenesMini mini_ = nuscenes_mini();
};

struct Label {
  std::string track, raw_class, frame;
  Cuboid cuboid;
};

std::map<std::string, Label> labels_of(const Drive& drive) {
  std::map<std::string, Label> labels;
  const LabelSet& set = drive.label_sets.at(0);
  for (std::uint32_t row = 0; row < set.size(); ++row) {
    labels[std::string(set.label_id[row])] = {std::string(set.tracks.at(set.track[row])),
                                              std::string(set.raw_classes.at(set.raw_class[row])),
                                              std::string(drive.frames.name[set.frame[row]]), set.cuboid.at(row)};
  }
  return labels;
}

/// The label that `before` lacks.
Label added_label(const Drive& before, const Drive& after) {
  const auto old = labels_of(before);
  for (const auto& [id, label] : labels_of(after)) {
    if (!old.contains(id)) return label;
  }
  ADD_FAILURE() << "no label was added";
  return {};
}

TEST_F(NuscenesPatch, AnUneditedPatchIsTheSameTree) {
  auto dataset = open_dataset(in(), "", {}).value();
  ASSERT_TRUE(dataset->patch({}, out()).ok());
  EXPECT_EQ(tree_of(out()), tree_of(in()));
  ASSERT_TRUE(dataset->patch({{"scene-a", {}}}, folder_.path() / "again").ok());
  EXPECT_EQ(tree_of(folder_.path() / "again"), tree_of(in()));
}

TEST_F(NuscenesPatch, ACuboidChangesItsNumbersOnly) {
  const Drive before = open_dataset(in(), "", {}).value()->read(0).value();
  Cuboid box = labels_of(before)["boxA1"].cuboid;
  box.center_m.z() += 0.5;
  patched({{.op = Op::modify, .frame = "a1", .label = "boxA1", .cuboid = box}});
  std::string expected = read_bytes(in() / "v1.0-mini/sample_annotation.json");
  expected.replace(expected.find("[97.0,225.25,2.5]"), 17, "[97.0,225.25,3]");
  EXPECT_EQ(read_bytes(out() / "v1.0-mini/sample_annotation.json"), expected);
  EXPECT_EQ(changed_files(), std::set<std::string>{"v1.0-mini/sample_annotation.json"});

  box.center_m += Vec3(0.25, -1.5, 0);
  box.size_m = {5, 1.75, 2};
  box.rotation = quat_from_ypr(0.3, 0.02, -0.01);
  const Cuboid after =
      labels_of(patched({{.op = Op::modify, .frame = "a1", .label = "boxA1", .cuboid = box}}))["boxA1"].cuboid;
  EXPECT_LT((after.center_m - box.center_m).norm(), 1e-9);
  EXPECT_EQ(after.size_m, box.size_m);
  EXPECT_LT(after.rotation.angularDistance(box.rotation), 1e-9);
  EXPECT_EQ(changed_rows(), std::set<std::string>{"boxA1"});
  EXPECT_TRUE(changed_rows("instance").empty());

  box.size_m.y() = std::nan("");
  auto dataset = open_dataset(in(), "", {}).value();
  const fs::path broken = folder_.path() / "broken";
  ASSERT_TRUE(
      dataset->patch({{"scene-a", {{.op = Op::modify, .frame = "a1", .label = "boxA1", .cuboid = box}}}}, broken).ok());
  const Cuboid read = labels_of(open_dataset(broken, "", {}).value()->read(0).value())["boxA1"].cuboid;
  EXPECT_TRUE(std::isnan(read.size_m.y()));
  EXPECT_EQ(read.size_m.x(), 5);
}

TEST_F(NuscenesPatch, DroppedLabelsLeaveTheChain) {
  EXPECT_FALSE(labels_of(patched({{.op = Op::drop, .frame = "a1", .label = "boxA1"}})).contains("boxA1"));
  EXPECT_EQ(changed_rows(), (std::set<std::string>{"boxA0", "boxA1", "boxA2"}));
  EXPECT_EQ(changed_rows("instance"), std::set<std::string>{"track-boxA"});
  EXPECT_EQ(changed_files(), (std::set<std::string>{"v1.0-mini/sample_annotation.json", "v1.0-mini/instance.json"}));
  patched({{.op = Op::drop, .frame = "a0", .label = "boxA0"}});
  EXPECT_EQ(changed_rows(), (std::set<std::string>{"boxA0", "boxA1"}));
  patched({{.op = Op::drop, .frame = "a3", .label = "boxA3"}, {.op = Op::drop, .frame = "a2", .label = "boxA2"}});
  EXPECT_EQ(changed_rows(), (std::set<std::string>{"boxA1", "boxA2", "boxA3"}));
  // An instance without labels goes, too.
  const Drive drive =
      patched({{.op = Op::drop, .frame = "a1", .label = "boxP1"}, {.op = Op::drop, .frame = "a2", .label = "boxP2"}});
  EXPECT_EQ(drive.label_sets[0].tracks.size(), 1U);
  EXPECT_EQ(table_of(out(), "instance").size(), 2U);
  patched({{.op = Op::drop, .frame = "a1", .label = "boxP1"},
           {.op = Op::drop, .frame = "a2", .label = "boxP2"},
           {.op = Op::drop, .frame = "a0", .label = "boxA0"},
           {.op = Op::drop, .frame = "a1", .label = "boxA1"},
           {.op = Op::drop, .frame = "a2", .label = "boxA2"},
           {.op = Op::drop, .frame = "a3", .label = "boxA3"}});
  EXPECT_EQ(table_of(out(), "sample_annotation").size(), 2U);
}

TEST_F(NuscenesPatch, CopiesAreLabelsOfTheirFrame) {
  const Drive before = open_dataset(in(), "", {}).value()->read(0).value();
  Cuboid box = labels_of(before)["boxA2"].cuboid;
  box.center_m.x() += 8;
  Label copy = added_label(
      before, patched({{.op = Op::copy, .frame = "a2", .label = "boxA2", .cuboid = box, .track = "track-new"}}));
  EXPECT_EQ(copy.frame, "a2");
  EXPECT_EQ(copy.track, "track-new");
  EXPECT_EQ(copy.raw_class, "vehicle.car");
  EXPECT_LT((copy.cuboid.center_m - box.center_m).norm(), 1e-9);
  EXPECT_EQ(changed_rows(), std::set<std::string>{"new"});
  EXPECT_EQ(changed_rows("instance"), std::set<std::string>{"new"});

  // From another frame, on the same track: it stands where it was, seen from the ego, and closes the chain.
  copy = added_label(before, patched({{.op = Op::copy, .frame = "a3", .label = "boxP1", .from_frame = "a1"}}));
  EXPECT_EQ(copy.frame, "a3");
  EXPECT_EQ(copy.track, "track-boxP");
  EXPECT_LT((copy.cuboid.center_m - labels_of(before)["boxP1"].cuboid.center_m).norm(), 1e-9);
  EXPECT_EQ(changed_rows(), (std::set<std::string>{"boxP2", "new"}));

  // A duplicate in its own frame and track, whatever that means.
  patched({{.op = Op::copy, .frame = "a1", .label = "boxA1"}});
  EXPECT_EQ(table_of(out(), "sample_annotation").size(), 9U);
}

TEST_F(NuscenesPatch, TracksChangeTheirInstances) {
  auto labels = labels_of(patched({{.op = Op::modify, .frame = "a2", .label = "boxA2", .track = "stranger"}}));
  EXPECT_EQ(labels["boxA2"].track, "stranger");
  EXPECT_EQ(labels["boxA2"].raw_class, "vehicle.car");
  EXPECT_EQ(labels["boxA3"].track, "track-boxA");
  EXPECT_EQ(changed_rows(), (std::set<std::string>{"boxA1", "boxA2", "boxA3"}));
  // Two tracks exchange a label: the class is that of the instance.
  labels = labels_of(patched({{.op = Op::modify, .frame = "a2", .label = "boxA2", .track = "track-boxP"},
                              {.op = Op::modify, .frame = "a2", .label = "boxP2", .track = "track-boxA"}}));
  EXPECT_EQ(labels["boxA2"].track, "track-boxP");
  EXPECT_EQ(labels["boxP2"].track, "track-boxA");
  EXPECT_EQ(labels["boxP2"].raw_class, "vehicle.car");
  // The whole track gets another token.
  std::vector<LabelEdit> rename;
  for (int k = 0; k < 4; ++k) {
    rename.push_back(
        {.op = Op::modify, .frame = "a" + std::to_string(k), .label = "boxA" + std::to_string(k), .track = "\"x\" ä"});
  }
  labels = labels_of(patched(rename));
  EXPECT_EQ(labels["boxA0"].track, "\"x\" ä");
  EXPECT_EQ(table_of(out(), "instance").size(), 3U);
}

TEST_F(NuscenesPatch, ClassesBelongToInstances) {
  const std::vector<LabelEdit> whole{{.op = Op::modify, .frame = "a1", .label = "boxP1", .raw_class = "vehicle.truck"},
                                     {.op = Op::modify, .frame = "a2", .label = "boxP2", .raw_class = "vehicle.truck"}};
  auto labels = labels_of(patched(whole));
  EXPECT_EQ(labels["boxP1"].raw_class, "vehicle.truck");
  EXPECT_EQ(labels["boxP2"].track, "track-boxP");
  EXPECT_TRUE(changed_rows().empty());
  EXPECT_EQ(changed_rows("instance"), std::set<std::string>{"track-boxP"});

  // Part of a track: an instance of its own.
  labels = labels_of(patched({{.op = Op::modify, .frame = "a1", .label = "boxA1", .raw_class = "vehicle.truck"},
                              {.op = Op::modify, .frame = "a2", .label = "boxA2", .raw_class = "vehicle.truck"}}));
  EXPECT_EQ(labels["boxA1"].raw_class, "vehicle.truck");
  EXPECT_EQ(labels["boxA1"].track, labels["boxA2"].track);
  EXPECT_NE(labels["boxA1"].track, "track-boxA");
  EXPECT_EQ(labels["boxA3"].raw_class, "vehicle.car");

  // A class that no category has.
  labels = labels_of(
      patched({{.op = Op::modify, .frame = "a1", .label = "boxA1", .track = "t", .raw_class = "space \"ship\""}}));
  EXPECT_EQ(labels["boxA1"].raw_class, "space \"ship\"");
  EXPECT_EQ(labels["boxA1"].track, "t");
  EXPECT_EQ(table_of(out(), "category").size(), 4U);
  EXPECT_EQ(changed_rows("category"), std::set<std::string>{"new"});

  // The class that it has already changes nothing.
  patched({{.op = Op::modify, .frame = "a1", .label = "boxA1", .raw_class = "vehicle.car"}});
  EXPECT_EQ(tree_of(out()), tree_of(in()));
}

TEST_F(NuscenesPatch, EditsOfOneLabelAddUpAndScenesAreIndependent) {
  auto dataset = open_dataset(in(), "", {}).value();
  const Drive before = dataset->read(0).value();
  Cuboid box = labels_of(before)["boxA1"].cuboid;
  box.size_m.x() = 6;
  const DatasetEdits edits{{"scene-a",
                            {{.op = Op::modify, .frame = "a1", .label = "boxA1", .cuboid = box},
                             {.op = Op::modify, .frame = "a1", .label = "boxA1", .track = "t"},
                             {.op = Op::modify, .frame = "a2", .label = "boxA2", .track = "t"},
                             {.op = Op::drop, .frame = "a2", .label = "boxA2"}}},
                           {"scene-b", {{.op = Op::drop, .frame = "b1", .label = "boxB1"}}}};
  ASSERT_TRUE(dataset->patch(edits, out()).ok());
  expect_consistent(out());
  auto again = open_dataset(out(), "", {}).value();
  auto labels = labels_of(again->read(0).value());
  EXPECT_EQ(labels["boxA1"].track, "t");
  EXPECT_EQ(labels["boxA1"].cuboid.size_m.x(), 6);
  EXPECT_FALSE(labels.contains("boxA2"));
  EXPECT_EQ(again->read(1).value().label_sets[0].size(), 1U);
}

TEST_F(NuscenesPatch, WhatCannotBeDoneIsRefusedAndNothingIsKept) {
  auto dataset = open_dataset(in(), "", {}).value();
  const auto expect_refused = [&](const std::string& drive, std::vector<LabelEdit> edits, ErrorCode code) {
    const auto done = dataset->patch({{drive, std::move(edits)}}, out());
    ASSERT_FALSE(done.ok());
    EXPECT_EQ(done.error().code, code) << done.error().text();
    EXPECT_FALSE(fs::exists(out()));
  };
  expect_refused("scene-x", {}, ErrorCode::not_found);
  expect_refused("scene-a", {{.op = Op::drop, .frame = "a9", .label = "boxA1"}}, ErrorCode::not_found);
  expect_refused("scene-a", {{.op = Op::drop, .frame = "b0", .label = "boxB0"}}, ErrorCode::not_found);
  expect_refused("scene-a", {{.op = Op::drop, .frame = "a1", .label = "boxA2"}}, ErrorCode::not_found);
  expect_refused("scene-a", {{.op = Op::drop, .frame = "a1", .label = ""}}, ErrorCode::not_found);
  expect_refused("scene-a", {{.op = Op::copy, .frame = "a1", .label = "boxA2"}}, ErrorCode::not_found);
  expect_refused("scene-a", {{.op = Op::modify, .frame = "a1", .label = "boxA1", .track = ""}}, ErrorCode::unsupported);
  expect_refused("scene-a", {{.op = Op::modify, .frame = "a1", .label = "boxA1", .raw_class = "\xff"}},
                 ErrorCode::invalid_argument);
  expect_refused(
      "scene-a",
      {{.op = Op::modify, .frame = "a1", .label = "boxA1", .track = "track-boxP", .raw_class = "vehicle.truck"}},
      ErrorCode::unsupported);
  const auto before = tree_of(in());
  EXPECT_FALSE(dataset->patch({}, in() / "inside").ok());
  EXPECT_FALSE(dataset->patch({}, in()).ok());
  EXPECT_EQ(tree_of(in()), before);
  // An empty folder that was there stays, and stays empty.
  fs::create_directories(out());
  fs::create_symlink(in() / "nowhere", in() / "z-broken");
  EXPECT_FALSE(dataset->patch({}, out()).ok());
  EXPECT_TRUE(fs::is_empty(out()));
}

TEST_F(NuscenesPatch, AnyMixtureOfEditsLeavesConsistentTables) {
  std::mt19937 random(11);
  auto dataset = open_dataset(in(), "", {}).value();
  const Drive drive = dataset->read(0).value();
  const LabelSet& set = drive.label_sets[0];
  for (int round = 0; round < 40; ++round) {
    std::vector<LabelEdit> edits;
    std::map<std::string, LabelEdit> last;
    for (unsigned i = 0; i <= random() % 5; ++i) {
      const std::uint32_t row = random() % set.size();
      LabelEdit edit{.op = static_cast<Op>(random() % 3),
                     .frame = std::string(drive.frames.name[set.frame[row]]),
                     .label = std::string(set.label_id[row])};
      if (edit.op == Op::copy) {
        edit.from_frame = edit.frame;
        edit.frame = "a" + std::to_string(random() % 4);
      }
      if (edit.op != Op::drop && random() % 2 == 0) {
        edit.track = std::vector<std::string>{"track-boxA", "track-boxP", "n1", "n2"}[random() % 4];
      }
      if (edit.op != Op::drop && random() % 3 == 0) edit.raw_class = random() % 2 == 0 ? "vehicle.truck" : "ufo";
      edits.push_back(edit);
    }
    fs::remove_all(out());
    const auto done = dataset->patch({{"scene-a", edits}}, out());
    if (!done) {
      EXPECT_EQ(done.error().code, ErrorCode::unsupported) << done.error().text();
      continue;
    }
    expect_consistent(out());
    ASSERT_TRUE(open_dataset(out(), "", {}).value()->read(0).ok());
    if (::testing::Test::HasFailure()) break;
  }
}

TEST_F(NuscenesPatch, RealTablesKeepEveryOtherRow) {
  CONCORD_NEEDS_DATA("nuscenes");
  auto dataset = open_dataset(test_data_dir() / "nuscenes/v1.0-mini", "", {}).value();
  const fs::path root = folder_.path() / "real";
  ASSERT_TRUE(dataset->patch({}, root / "same" / "v1.0-mini").ok());
  EXPECT_EQ(tree_of(root / "same" / "v1.0-mini"), tree_of(test_data_dir() / "nuscenes/v1.0-mini"));

  const Drive before = dataset->read(0).value();
  const LabelSet& set = before.label_sets[0];
  const auto edit = [&](std::uint32_t row, Op op) {
    return LabelEdit{
        .op = op, .frame = std::string(before.frames.name[set.frame[row]]), .label = std::string(set.label_id[row])};
  };
  std::vector<LabelEdit> edits{edit(100, Op::modify), edit(300, Op::drop), edit(500, Op::copy), edit(700, Op::modify),
                               edit(900, Op::modify)};
  edits[0].cuboid = set.cuboid.at(100);
  edits[0].cuboid->center_m += Vec3(0.5, -0.25, 0.125);
  edits[2].track = "0123456789abcdef0123456789abcdef";
  edits[3].track = "fedcba9876543210fedcba9876543210";
  edits[4].raw_class = "movable_object.barrier";
  const auto done = dataset->patch({{"scene-0103", edits}}, root / "edited" / "v1.0-mini");
  ASSERT_TRUE(done.ok()) << done.error().text();
  expect_consistent(root / "edited");
  const Drive after = open_dataset(root / "edited", "", {}).value()->read(0).value();
  auto old_labels = labels_of(before), new_labels = labels_of(after);
  EXPECT_EQ(new_labels.size(), old_labels.size());
  EXPECT_LT((new_labels[edits[0].label].cuboid.center_m - edits[0].cuboid->center_m).norm(), 1e-9);
  EXPECT_FALSE(new_labels.contains(edits[1].label));
  EXPECT_EQ(added_label(before, after).track, *edits[2].track);
  EXPECT_EQ(new_labels[edits[3].label].track, *edits[3].track);
  EXPECT_EQ(new_labels[edits[4].label].raw_class, "movable_object.barrier");
  const auto old_rows = rows_by_token(table_of(test_data_dir() / "nuscenes", "sample_annotation"));
  std::size_t changed = 0;
  for (const Json& row : table_of(root / "edited", "sample_annotation")) {
    const auto old = old_rows.find(row["token"]);
    if (old == old_rows.end() || old->second != row) ++changed;
  }
  // One moved, one copied, and of the dropped and the two that left their tracks the neighbours (two each at most).
  EXPECT_LE(changed, 1U + 1U + 2U + 3U + 3U);
  EXPECT_GE(changed, 4U);
}

}  // namespace
}  // namespace concord::tests
