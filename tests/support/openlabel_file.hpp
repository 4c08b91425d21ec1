#pragma once

#include <gtest/gtest.h>
#include <string>

#include "concord/dataset.hpp"
#include "tests/support/files.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {

/// `coordinate_systems` of a LiDAR and a camera.
inline constexpr const char* kRig =
    "'coordinate_systems':{'odom':{'type':'scene_cs','parent':'','children':['base']},"
    "'base':{'type':'local_cs','parent':'odom','children':['CAM','LIDAR']},"
    "'LIDAR':{'type':'sensor_cs','parent':'base','children':[],"
    "'pose_wrt_parent':{'euler_angles':[1.5707963267948966,0,0],'translation':[1,0,2]}},"
    "'CAM':{'type':'sensor_cs','parent':'base','children':[],"
    "'pose_wrt_parent':{'matrix4x4':[0,0,1,1.5, -1,0,0,0, 0,-1,0,1, 0,0,0,1]}}}";

/// A folder with one OpenLABEL file, labels.json. Members are given as JSON text with ' for ".
class OpenLabelFile : public ::testing::Test {
 protected:
  [[nodiscard]] static std::string quoted(std::string text) {
    for (char& c : text) c = c == '\'' ? '"' : c;
    return text;
  }
  /// A whole file of the members of `openlabel`.
  [[nodiscard]] static std::string file_of(const std::string& members) {
    return quoted("{'openlabel':{'metadata':{'schema_version':'1.0.0'}" + (members.empty() ? "" : "," + members) +
                  "}}");
  }
  [[nodiscard]] std::filesystem::path path() const { return folder_.path() / "labels.json"; }
  [[nodiscard]] Result<Drive> read_text(const std::string& text, const OpenOptions& options = {}) const {
    write_bytes(path(), text);
    auto dataset = open_dataset(path(), "openlabel", options);
    if (!dataset) return dataset.error();
    return dataset.value()->read(0);
  }
  [[nodiscard]] Result<Drive> read(const std::string& members) const { return read_text(file_of(members)); }
  /// The drive; the test fails with the error's text when there is none.
  [[nodiscard]] Drive drive_of(const std::string& members) const {
    Result<Drive> drive = read(members);
    if (drive) return std::move(drive).value();
    ADD_FAILURE() << drive.error().text();
    Drive empty;
    empty.label_sets.emplace_back();
    return empty;
  }
  TemporaryFolder folder_;
};

/// One frame, 0, with one car, uid 1, of the given object_data.
inline std::string car_with(const std::string& data) {
  return "'objects':{'1':{'name':'c','type':'Car'}},'frames':{'0':{'objects':{'1':{'object_data':{" + data + "}}}}}";
}

}  // namespace concord::tests
