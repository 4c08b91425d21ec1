#include <fmt/format.h>
#include <gmock/gmock.h>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "tests/support/openlabel_file.hpp"

namespace concord::tests {
namespace {
namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// Labels by id, each as text: what an edit may change, and what it may not.
using Labels = std::map<std::string, std::string>;

std::string label_text(std::string_view raw_class, std::string_view track, const Cuboid& box) {
  const auto numbers = [](const Vec3& v) {
    // Rounded, without a sign of zero.
    const Vec3 rounded = (v * 1e6).array().round() / 1e6 + 0.0;
    return fmt::format("{} {} {}", rounded.x(), rounded.y(), rounded.z());
  };
  return fmt::format("{} of {} at {} size {}", raw_class, track, numbers(box.center_m), numbers(box.size_m));
}

Labels labels_of(const Drive& drive) {
  const LabelSet& set = drive.label_sets.at(0);
  Labels labels;
  for (std::uint32_t row = 0; row < set.size(); ++row) {
    const auto track = set.track[row] == kNone ? std::string_view("nobody") : set.tracks.at(set.track[row]);
    std::string text = label_text(set.raw_classes.at(set.raw_class[row]), track, set.cuboid.at(row));
    if (const auto points = set.lidar_points.get(row)) text += " points " + std::to_string(*points);
    EXPECT_TRUE(labels.emplace(std::string(set.label_id[row]), text).second);
  }
  return labels;
}

// Written by hand, with odd white space, escapes and members that no reader knows: all of it must survive.
constexpr const char* kFile = R"({ "openlabel" : {
  "metadata": {"schema_version": "1.0.0", "name": "p", "comment": "\u00fc \/ \"x\"", "odd": [1.0, 1e0, -0.0]},
  "coordinate_systems": {"base": {"type": "local_cs", "parent": "", "children": ["CAM"]},
    "CAM": {"type": "sensor_cs", "parent": "base", "children": [],
            "pose_wrt_parent": {"matrix4x4": [0,0,1,1.5, -1,0,0,0, 0,-1,0,1, 0,0,0,1]}}},
  "objects": { "1":{"name":"one","type":"Car"},"2" : {"name":"two","type":"Car"},
    "7": {"name": "sign", "type": "TrafficSign", "frame_intervals": [{"frame_start": 1, "frame_end": 1}],
          "object_data": {"cuboid": [{"name": "s", "val": [9,9,9,0,0,0,1,1,1]}]}},
    "8": {"name": "wall", "type": "Barrier", "object_data": {"cuboid": [{"name": "w", "val": [8,8,8,0,0,0,1,1,1]}]}} },
  "frames": {
    "0": {"objects": {
      "1": {"object_data": {"cuboid": [ {"val": [2, 1, 10, 0, -1.5, 0, 4, 1.5, 2], "name": "b",
             "coordinate_system": "CAM", "attributes": {"num": [{"name":"lidar_points","val":12}]}, "mine": null} ],
             "text": [{"name":"note","val":"a, b ]}"}]}},
      "2": {"object_data": {"cuboid": [{"name":"b","val":[20,0,1,0,0,0,4,2,1.5]}, {"name":"c","val":[30,0,1,0,0,0,4,2,1.5]}]}}
    }},
    "1": {"objects": {"2":{"object_data":{"cuboid":[{"name":"b","val":[21,0,1,0,0,0,4,2,1.5]}]}}} },
    "2": { }
  }
} }
)";

class OpenLabelPatch : public OpenLabelFile {
 protected:
  void SetUp() override {
    write_bytes(input() / "a.json", kFile);
    write_bytes(input() / "b.json", file_of(car_with("'cuboid':[{'val':[1,2,3,0,0,0,1,1,1]}]")));
    write_bytes(input() / "clouds/0.bin", std::string(32, '\7'));
    write_bytes(input() / "notes.txt", "text\r\n");
    dataset_ = open_dataset(input(), "openlabel", {}).value();
    before_ = labels_of(dataset_->read(0).value());
  }
  [[nodiscard]] fs::path input() const { return folder_.path() / "in"; }
  [[nodiscard]] fs::path out() const { return folder_.path() / "out"; }
  /// The labels of drive p after the edits; every file but its own is the same, and its own is valid JSON.
  Labels patched(const std::vector<LabelEdit>& edits) {
    fs::remove_all(out());
    const auto done = dataset_->patch({{"p", edits}}, out());
    EXPECT_TRUE(done.ok()) << done.error().text();
    for (const char* name : {"b.json", "clouds/0.bin", "notes.txt"}) {
      EXPECT_EQ(read_bytes(input() / name), read_bytes(out() / name)) << name;
    }
    text_ = read_bytes(out() / "a.json");
    EXPECT_TRUE(nlohmann::json::accept(text_)) << text_;
    const auto drive = open_dataset(out(), "openlabel", {}).value()->read(0);
    EXPECT_TRUE(drive.ok()) << drive.error().text();
    return drive ? labels_of(*drive) : Labels();
  }
  void expect_refused(const LabelEdit& edit, const std::string& message) {
    const auto done = dataset_->patch({{"p", {edit}}}, out());
    ASSERT_FALSE(done.ok());
    EXPECT_THAT(done.error().text(), HasSubstr(message));
    EXPECT_FALSE(fs::exists(out()));
  }
  static LabelEdit edit_of(LabelEdit::Op op, const std::string& frame, const std::string& label) {
    LabelEdit edit;
    edit.op = op;
    edit.frame = frame;
    edit.label = label;
    return edit;
  }
  static std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  }
  std::unique_ptr<Dataset> dataset_;
  Labels before_;
  std::string text_;
};

using Op = LabelEdit::Op;
constexpr const char* kInCamera = "[2, 1, 10, 0, -1.5, 0, 4, 1.5, 2]";

TEST_F(OpenLabelPatch, WithoutEditsEveryByteStays) {
  EXPECT_EQ(patched({}), before_);
  EXPECT_EQ(text_, kFile);
}

TEST_F(OpenLabelPatch, AMovedBoxChangesItsNumbersAlone) {
  LabelEdit edit = edit_of(Op::modify, "0", "0:1");
  edit.cuboid = Cuboid{Vec3(12, -3, 0.5), Vec3(5, 2.5, 1.75), Quat::Identity()};
  const Labels after = patched({edit});
  Labels expected = before_;
  expected["0:1"] = label_text("Car", "1", *edit.cuboid) + " points 12";
  EXPECT_EQ(after, expected);
  // The numbers are written in the box's own system: between them and the rest nothing moved.
  const std::size_t at = std::string(kFile).find(kInCamera);
  EXPECT_EQ(text_.substr(0, at), std::string(kFile).substr(0, at));
  const std::string rest = std::string(kFile).substr(at + std::string(kInCamera).size());
  ASSERT_GT(text_.size(), rest.size());
  EXPECT_EQ(text_.substr(text_.size() - rest.size()), rest);
}

TEST_F(OpenLabelPatch, ADroppedLabelTakesItsElementOnly) {
  Labels expected = before_;
  expected.erase("0:2#2");
  EXPECT_EQ(patched({edit_of(Op::drop, "0", "0:2#2")}), expected);
  EXPECT_EQ(text_, replaced(kFile, ", {\"name\":\"c\",\"val\":[30,0,1,0,0,0,4,2,1.5]}", ""));
  expected = before_;
  expected.erase("1:2");
  EXPECT_EQ(patched({edit_of(Op::drop, "1", "1:2")}), expected);
  EXPECT_EQ(
      text_,
      replaced(kFile, "\"2\":{\"object_data\":{\"cuboid\":[{\"name\":\"b\",\"val\":[21,0,1,0,0,0,4,2,1.5]}]}}", ""));
}

TEST_F(OpenLabelPatch, ACopyStandsInAnotherFrameOrBesideTheLabel) {
  LabelEdit edit = edit_of(Op::copy, "2", "0:1");
  edit.from_frame = "0";
  Labels expected = before_;
  expected["2:1"] = before_["0:1"];
  EXPECT_EQ(patched({edit}), expected);

  LabelEdit beside = edit_of(Op::copy, "1", "1:2");
  beside.track = "33";
  beside.raw_class = "Van";
  beside.cuboid = Cuboid{Vec3(50, 0, 1), Vec3(4, 2, 1.5), Quat::Identity()};
  expected = before_;
  expected["1:33"] = label_text("Van", "33", *beside.cuboid);
  EXPECT_EQ(patched({beside}), expected);
}

TEST_F(OpenLabelPatch, TracksAndClassesChangeForOneFrameOnly) {
  LabelEdit edit = edit_of(Op::modify, "1", "1:2");
  edit.track = "1";
  Labels expected = before_;
  expected.erase("1:2");
  expected["1:1"] = replaced(before_["1:2"], "of 2", "of 1");
  EXPECT_EQ(patched({edit}), expected);

  edit.track.reset();
  edit.raw_class = "Truck";
  expected = before_;
  expected["1:2"] = replaced(before_["1:2"], "Car", "Truck");
  EXPECT_EQ(patched({edit}), expected);
  EXPECT_THAT(text_, HasSubstr("\"val\":[21,0,1,0,0,0,4,2,1.5]"));
}

TEST_F(OpenLabelPatch, TwoLabelsSwapTheirTracks) {
  ASSERT_TRUE(dataset_->patch({{"p", {edit_of(Op::drop, "0", "0:2#2")}}}, folder_.path() / "one").ok());
  dataset_ = open_dataset(folder_.path() / "one", "openlabel", {}).value();
  LabelEdit a = edit_of(Op::modify, "0", "0:1");
  a.track = "2";
  LabelEdit b = edit_of(Op::modify, "0", "0:2");
  b.track = "1";
  const auto done = dataset_->patch({{"p", {a, b}}}, out());
  ASSERT_TRUE(done.ok()) << done.error().text();
  const Labels after = labels_of(open_dataset(out(), "openlabel", {}).value()->read(0).value());
  EXPECT_EQ(after.at("0:2"), replaced(before_["0:1"], "of 1", "of 2"));
  EXPECT_EQ(after.at("0:1"), replaced(before_["0:2"], "of 2", "of 1"));
}

TEST_F(OpenLabelPatch, StaticBoxesOfOneFrameChangeOthersAreRefused) {
  LabelEdit edit = edit_of(Op::modify, "1", "1:7");
  edit.cuboid = Cuboid{Vec3(5, 5, 5), Vec3(1, 1, 1), Quat::Identity()};
  Labels expected = before_;
  expected["1:7"] = label_text("TrafficSign", "7", *edit.cuboid);
  EXPECT_EQ(patched({edit}), expected);
  fs::remove_all(out());
  edit = edit_of(Op::drop, "1", "1:8");
  expect_refused(edit, "its cuboid is static data for several frames");
}

TEST_F(OpenLabelPatch, ManyEditsAtOnce) {
  LabelEdit move = edit_of(Op::modify, "0", "0:2");
  move.cuboid = Cuboid{Vec3(1, 1, 1), Vec3(4, 2, 1.5), Quat::Identity()};
  LabelEdit copy = edit_of(Op::copy, "2", "1:2");
  copy.from_frame = "1";
  Labels expected = before_;
  expected["0:2"] = label_text("Car", "2", *move.cuboid);
  expected["2:2"] = before_["1:2"];
  expected.erase("0:1");
  EXPECT_EQ(patched({move, copy, edit_of(Op::drop, "0", "0:1")}), expected);
}

TEST_F(OpenLabelPatch, EditsThatNameNothingKeepNothing) {
  expect_refused(edit_of(Op::drop, "9", "9:1"), "there is no such frame");
  expect_refused(edit_of(Op::drop, "0", "0:99"), "there is no such label");
  expect_refused(edit_of(Op::drop, "1", "0:1"), "there is no such label");
  LabelEdit edit = edit_of(Op::modify, "0", "0:1");
  edit.cuboid = Cuboid{Vec3(std::numeric_limits<double>::quiet_NaN(), 0, 0), Vec3(1, 1, 1), Quat::Identity()};
  expect_refused(edit, "is not finite");
  auto done = dataset_->patch({{"p", {edit_of(Op::drop, "0", "0:1"), edit_of(Op::drop, "0", "0:1")}}}, out());
  ASSERT_FALSE(done.ok());
  EXPECT_THAT(done.error().text(), HasSubstr("is changed twice"));
  done = dataset_->patch({{"nobody", {}}}, out());
  ASSERT_FALSE(done.ok());
  EXPECT_THAT(done.error().text(), HasSubstr("no drive 'nobody'"));
  done = dataset_->patch({}, input() / "inside");
  ASSERT_FALSE(done.ok());
  EXPECT_THAT(done.error().text(), HasSubstr("lies inside the input"));
  write_bytes(out() / "occupied", "x");
  EXPECT_FALSE(dataset_->patch({}, out()).ok());
  EXPECT_EQ(read_bytes(out() / "occupied"), "x");
}

TEST_F(OpenLabelPatch, ASingleFileTakesItsRecordingsAlong) {
  const std::string members =
      "'streams':{'L':{'type':'lidar'}},'objects':{'1':{'type':'Car'}},'frames':{'0':{'frame_properties':{'streams':{'"
      "L':{"
      "'uri':'in/clouds/0.bin'}}},'objects':{'1':{'object_data':{'cuboid':[{'val':[1,2,3,0,0,0,1,1,1]}]}}}}}";
  write_bytes(path(), file_of(members));
  const auto single = open_dataset(path(), "openlabel", {}).value();
  const auto done = single->patch({{"labels", {edit_of(Op::drop, "0", "0:1")}}}, out());
  ASSERT_TRUE(done.ok()) << done.error().text();
  const Drive after = open_dataset(out() / "labels.json", "openlabel", {}).value()->read(0).value();
  EXPECT_EQ(after.label_sets[0].size(), 0U);
  EXPECT_EQ(after.records.size(), 1U);
  EXPECT_EQ(read_bytes(out() / "in/clouds/0.bin"), read_bytes(input() / "clouds/0.bin"));
  EXPECT_FALSE(fs::exists(out() / "in/notes.txt"));
}

}  // namespace
}  // namespace concord::tests
