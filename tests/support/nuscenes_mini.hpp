#pragma once

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/files.hpp"

namespace concord::tests {

/// A small nuScenes dataset as tables that tests may bend before they are written.
///
/// scene-a has four samples a0..a3, 0.5 s apart; the ego drives from (100, 200, 1) along the world's y axis at 10 m/s
/// (yaw 90 degrees). A car (boxA0..boxA3) keeps 20 m ahead and 3 m left and speeds up; a pedestrian stands in a1 and
/// a2. scene-b has two samples and one car. Each table is written with a row a line.
struct NuscenesMini {
  using Json = nlohmann::ordered_json;
  std::map<std::string, Json> tables;

  Json& row(const std::string& table, const std::string& token) {
    Json& rows = tables.at(table);
    return *std::find_if(rows.begin(), rows.end(), [&](const Json& row) { return row.at("token") == token; });
  }

  static std::string text(const Json& table) {
    std::string result = "[\n";
    for (std::size_t i = 0; i < table.size(); ++i) result += table[i].dump() + (i + 1 < table.size() ? ",\n" : "\n");
    return result + "]\n";
  }

  void write(const std::filesystem::path& dataroot) const {
    for (const auto& [name, table] : tables) {
      write_bytes(dataroot / "v1.0-mini" / (name + ".json"), text(table));
    }
  }
};

inline NuscenesMini nuscenes_mini() {
  using Json = NuscenesMini::Json;
  constexpr double kHalf = 0.70710678118654757;  // sin and cos of 45 degrees: a yaw of 90 degrees
  const Json quarter_turn = {kHalf, 0.0, 0.0, kHalf};
  const Json no_turn = {1.0, 0.0, 0.0, 0.0};
  NuscenesMini mini;
  auto& t = mini.tables;
  for (const char* name : {"vehicle.moving", "vehicle.parked", "pedestrian.standing", "cycle.with_rider"}) {
    t["attribute"].push_back({{"token", name}, {"name", name}, {"description", ""}});
  }
  for (const char* name : {"vehicle.car", "human.pedestrian.adult", "vehicle.truck"}) {
    t["category"].push_back({{"token", std::string("c-") + name}, {"name", name}, {"description", ""}});
  }
  int bin = 0;
  for (const char* level : {"v0-40", "v40-60", "v60-80", "v80-100"}) {
    t["visibility"].push_back({{"token", std::to_string(++bin)}, {"level", level}, {"description", ""}});
  }
  t["map"] = Json::array();
  t["log"] = {{{"token", "log"},
               {"logfile", "run-7"},
               {"vehicle", "n008"},
               {"date_captured", "2018-08-01"},
               {"location", "boston-seaport"}}};
  t["sensor"] = {{{"token", "lidar"}, {"channel", "LIDAR_TOP"}, {"modality", "lidar"}},
                 {{"token", "front"}, {"channel", "CAM_FRONT"}, {"modality", "camera"}},
                 {{"token", "radar"}, {"channel", "RADAR_FRONT"}, {"modality", "radar"}}};
  const Json no_matrix = Json::array();
  t["calibrated_sensor"] = {{{"token", "cal-lidar"},
                             {"sensor_token", "lidar"},
                             {"translation", {0.9, 0.0, 1.8}},
                             {"rotation", quarter_turn},
                             {"camera_intrinsic", no_matrix}},
                            {{"token", "cal-front"},
                             {"sensor_token", "front"},
                             {"translation", {1.7, 0.1, 1.5}},
                             {"rotation", {0.5, -0.5, 0.5, -0.5}},
                             {"camera_intrinsic", {{1250.0, 0.0, 820.0}, {0.0, 1260.0, 460.0}, {0.0, 0.0, 1.0}}}},
                            {{"token", "cal-radar"},
                             {"sensor_token", "radar"},
                             {"translation", {3.4, 0.0, 0.5}},
                             {"rotation", no_turn},
                             {"camera_intrinsic", no_matrix}}};

  const auto add_scene = [&](const std::string& letter, int samples, std::int64_t start_us) {
    const auto sample = [&](int k) { return k < 0 || k >= samples ? std::string() : letter + std::to_string(k); };
    t["scene"].push_back({{"token", "scene-token-" + letter},
                          {"log_token", "log"},
                          {"nbr_samples", samples},
                          {"first_sample_token", sample(0)},
                          {"last_sample_token", sample(samples - 1)},
                          {"name", "scene-" + letter},
                          {"description", "Parking lot, rain"}});
    for (int k = 0; k < samples; ++k) {
      const std::int64_t time_us = start_us + 500'000LL * k;
      t["sample"].push_back({{"token", sample(k)},
                             {"timestamp", time_us},
                             {"prev", sample(k - 1)},
                             {"next", sample(k + 1)},
                             {"scene_token", "scene-token-" + letter}});
      // The LiDAR's recording comes 10 ms after the sample's time, the camera's 30 ms before; the ego moves between.
      int recording = 0;
      for (const auto& [sensor, calibration, folder, extension, offset_us] :
           {std::tuple("LIDAR", "cal-lidar", "LIDAR_TOP", ".pcd.bin", 10'000),
            std::tuple("CAM", "cal-front", "CAM_FRONT", ".jpg", -30'000),
            std::tuple("RADAR", "cal-radar", "RADAR_FRONT", ".pcd", 20'000)}) {
        const std::string token = std::string(sensor) + "-" + sample(k);
        const std::string pose = "pose-" + token;
        t["ego_pose"].push_back({{"token", pose},
                                 {"timestamp", time_us + offset_us},
                                 {"rotation", quarter_turn},
                                 {"translation", {100.0, 200.0 + 5.0 * k + 1e-5 * (offset_us - 10'000), 1.0}}});
        t["sample_data"].push_back({{"token", token},
                                    {"sample_token", sample(k)},
                                    {"ego_pose_token", pose},
                                    {"calibrated_sensor_token", calibration},
                                    {"timestamp", time_us + offset_us},
                                    {"fileformat", recording == 1 ? "jpg" : "pcd"},
                                    {"is_key_frame", true},
                                    {"height", recording == 1 ? 900 : 0},
                                    {"width", recording == 1 ? 1600 : 0},
                                    {"filename", std::string("samples/") + folder + "/" + sample(k) + extension},
                                    {"prev", ""},
                                    {"next", ""}});
        ++recording;
      }
      // A sweep between the key frames is no recording of a frame.
      t["sample_data"].push_back({{"token", "sweep-" + sample(k)},
                                  {"sample_token", sample(k)},
                                  {"ego_pose_token", "pose-sweep"},
                                  {"calibrated_sensor_token", "cal-lidar"},
                                  {"timestamp", time_us + 60'000},
                                  {"fileformat", "pcd"},
                                  {"is_key_frame", false},
                                  {"height", 0},
                                  {"width", 0},
                                  {"filename", "sweeps/LIDAR_TOP/x.pcd.bin"},
                                  {"prev", ""},
                                  {"next", ""}});
    }
  };
  const auto add_track = [&](const std::string& letter, const std::string& name, const std::string& category,
                             const std::string& attribute, int first, int last, auto&& place, const Json& size) {
    const auto token = [&](int k) { return k < first || k > last ? std::string() : name + std::to_string(k); };
    t["instance"].push_back({{"token", "track-" + name},
                             {"category_token", "c-" + category},
                             {"nbr_annotations", last - first + 1},
                             {"first_annotation_token", token(first)},
                             {"last_annotation_token", token(last)}});
    for (int k = first; k <= last; ++k) {
      t["sample_annotation"].push_back({{"token", token(k)},
                                        {"sample_token", letter + std::to_string(k)},
                                        {"instance_token", "track-" + name},
                                        {"visibility_token", k == 0 ? "" : "4"},
                                        {"attribute_tokens", {attribute}},
                                        {"translation", place(k)},
                                        {"size", size},
                                        {"rotation", quarter_turn},
                                        {"prev", token(k - 1)},
                                        {"next", token(k + 1)},
                                        {"num_lidar_pts", 10 * k},
                                        {"num_radar_pts", k}});
    }
  };
  add_scene("a", 4, 1'533'151'603'000'000);
  add_scene("b", 2, 1'533'151'700'000'000);
  t["ego_pose"].push_back(
      {{"token", "pose-sweep"}, {"timestamp", 1}, {"rotation", no_turn}, {"translation", {0, 0, 0}}});
  const Json car_size = {2.0, 4.5, 1.5};
  add_track(
      "a", "boxA", "vehicle.car", "vehicle.moving", 0, 3,
      [](int k) {
        return Json{97.0, 220.0 + 5.0 * k + 0.25 * k * k, 2.5};
      },
      car_size);
  add_track(
      "a", "boxP", "human.pedestrian.adult", "pedestrian.standing", 1, 2,
      [](int) {
        return Json{110.25, 215.125, 1.875};
      },
      Json{0.5, 0.625, 1.75});
  add_track(
      "b", "boxB", "vehicle.car", "vehicle.parked", 0, 1,
      [](int) {
        return Json{90.0, 210.0, 1.5};
      },
      car_size);
  return mini;
}

}  // namespace concord::tests
