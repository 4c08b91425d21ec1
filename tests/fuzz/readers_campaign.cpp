// Changed point files and label files, many of them: a reader ends with an error or with the content, never with a
// crash or an endless loop. CONCORD_FUZZ_ROUNDS and CONCORD_FUZZ_SEED choose how many and which.

#include <gtest/gtest.h>
#include <chrono>
#include <cstdlib>

#include "concord/openlabel.hpp"
#include "concord/point_cloud.hpp"
#include "tests/support/files.hpp"
#include "tests/support/mutate.hpp"
#include "tests/support/openlabel_file.hpp"

namespace concord::tests {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// Reads each of `files` changed in many ways; `read(bytes, which)` says whether the file was accepted.
template <class Read>
void campaign(const std::vector<std::string>& files, std::uint64_t rounds, const Read& read) {
  const std::uint64_t first = number_from("CONCORD_FUZZ_SEED", 1);
  rounds = number_from("CONCORD_FUZZ_ROUNDS", rounds);
  for (std::size_t i = 0; i < files.size(); ++i) ASSERT_TRUE(read(files[i], i)) << files[i].substr(0, 2000);
  std::uint64_t accepted = 0;
  for (std::uint64_t seed = first; seed < first + rounds; ++seed) {
    std::mt19937_64 random(seed);
    const auto start = std::chrono::steady_clock::now();
    const std::size_t which = random() % files.size();
    if (read(mutated(files[which], random), which)) ++accepted;
    ASSERT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20)) << "seed " << seed;
  }
  std::printf("%llu of %llu accepted\n", static_cast<unsigned long long>(accepted),
              static_cast<unsigned long long>(rounds));
  EXPECT_LT(accepted, rounds);
}

std::string cloud_header(bool ply, const char* encoding) {
  if (ply) {
    return std::string("ply\nformat ") + encoding +
           " 1.0\nelement vertex 3\nproperty float x\nproperty float y\nproperty float z\nproperty float "
           "intensity\nelement "
           "face 1\nproperty list uchar int corners\nend_header\n";
  }
  return std::string(
             "VERSION 0.7\nFIELDS x y z t\nSIZE 4 4 4 4\nTYPE F F F U\nCOUNT 1 1 1 1\nWIDTH 3\nHEIGHT 1\nPOINTS "
             "3\nDATA ") +
         encoding + "\n";
}

/// Whether the first drive of `input` can be read. One that can is patched: an edit is made or refused.
bool reads_and_patches(const std::filesystem::path& input, const char* format, const std::filesystem::path& out) {
  const auto dataset = open_dataset(input, format, {});
  if (!dataset.ok()) return false;
  const auto drive = dataset.value()->read(0);
  if (!drive.ok()) return false;
  const LabelSet& set = drive->label_sets.at(0);
  if (set.size() > 0) {
    std::filesystem::remove_all(out);
    LabelEdit edit;
    edit.op = LabelEdit::Op::drop;
    edit.frame = std::string(drive->frames.name[set.frame[0]]);
    edit.label = std::string(set.label_id[0]);
    static_cast<void>(dataset.value()->patch({{drive->name, {edit}}}, out).ok());
  }
  return true;
}

TEST(ReadersCampaign, ChangedCloudsNeverCrashOrHang) {
  const TemporaryFolder folder;
  Drive drive;
  drive.frames.push_back("0", 0, std::nullopt);
  drive.sensors.push_back({.name = "lidar", .kind = SensorKind::lidar, .T_ego_sensor = SE3::Identity(), .camera = {}});
  const std::string numbers(48, '\x3f');
  const std::string text = "1 2 3 4\n-1.5 2e3 nan 7\n0 0 0 0\n";
  // Two literal runs of LZF, then a back reference.
  const std::string packed = std::string("\x29\0\0\0\x30\0\0\0", 8) + '\x1f' + std::string(32, 'a') + '\x03' + "bcde" +
                             std::string("\xe0\x03\x01", 3);
  std::vector<std::string> files;
  for (const char* encoding : {"ascii", "binary", "binary_compressed"}) {
    const bool ascii = std::string_view(encoding) == "ascii";
    const bool plain = std::string_view(encoding) == "binary";
    files.push_back(cloud_header(false, encoding) + (ascii ? text : plain ? numbers : packed));
  }
  files.push_back(cloud_header(true, "ascii") + text + "3 0 1 2\n");
  for (const char* encoding : {"binary_little_endian", "binary_big_endian"}) {
    files.push_back(cloud_header(true, encoding) + numbers + '\x01' + "abcd");
  }
  const auto path = folder.path() / "cloud";
  campaign(files, 200'000, [&](const std::string& bytes, std::size_t) {
    write_bytes(path, bytes);
    const PayloadFormat format = bytes.starts_with("ply") ? PayloadFormat::ply : PayloadFormat::pcd;
    const SensorRecord record{.format = format, .path = path, .T_world_ego = {}};
    if (format == PayloadFormat::pcd) static_cast<void>(load_radar(drive, record).ok());
    return load_points(drive, record).ok();
  });
}

TEST(ReadersCampaign, ChangedOpenLabelFilesNeverCrashOrHang) {
  const TemporaryFolder folder;
  auto sample = open_dataset(source_dir() / "data/sample_drive", "", {}).value()->read(0).value();
  ASSERT_TRUE(write_openlabel(sample, folder.path() / "sample.json").ok());
  const std::string whole = read_bytes(folder.path() / "sample.json");
  // Frames 0 and 1 of the sample, cut where frame 2 begins.
  const std::string text = whole.substr(0, whole.find("\n,\"2\":{\"frame_properties\"")) + "}}}";
  const auto path = folder.path() / "labels.json";
  campaign({text}, 50'000, [&](const std::string& bytes, std::size_t) {
    write_bytes(path, bytes);
    return reads_and_patches(path, "openlabel", folder.path() / "out");
  });
}

/// Changes one file of a dataset at a time; the others stay as they are.
void change_files_of(const char* format, const std::vector<std::pair<std::string, std::string>>& files) {
  const TemporaryFolder folder;
  const auto input = folder.path() / "input";
  std::vector<std::string> texts;
  for (const auto& [name, text] : files) {
    texts.push_back(text);
    write_bytes(input / name, text);
  }
  campaign(texts, 20'000, [&](const std::string& bytes, std::size_t which) {
    write_bytes(input / files[which].first, bytes);
    const bool accepted = reads_and_patches(input, format, folder.path() / "out");
    write_bytes(input / files[which].first, texts[which]);
    return accepted;
  });
}

TEST(ReadersCampaign, ChangedArgoverse2TablesNeverCrashOrHang) {
  const std::string pose = "qw,qx,qy,qz,tx_m,ty_m,tz_m\n";
  change_files_of(
      "argoverse2",
      {{"log/annotations.csv",
        "timestamp_ns,track_uuid,category,length_m,width_m,height_m,qw,qx,qy,qz,tx_m,ty_m,tz_m,num_interior_pts\n"
        "100,a,REGULAR_VEHICLE,4.5,1.8,1.5,1,0,0,0,10,2,0.8,3\n100,b,PEDESTRIAN,0.6,0.6,1.7,1,0,0,0,8,-2,0.9,1\n"
        "200,a,REGULAR_VEHICLE,4.5,1.8,1.5,1,0,0,0,11,2,0.8,0\n"},
       {"log/city_SE3_egovehicle.csv", "timestamp_ns," + pose + "100,1,0,0,0,5,0,0\n200,1,0,0,0,6,0,0\n"},
       {"log/calibration/egovehicle_SE3_sensor.csv", "sensor_name," + pose + "up_lidar,1,0,0,0,1.35,0,1.64\n"},
       {"log/calibration/intrinsics.csv",
        "sensor_name,fx_px,fy_px,cx_px,cy_px,k1,k2,k3,height_px,width_px\nup_lidar,1776,1777,778,1014,0,0,0,2048,"
        "1550\n"}});
}

TEST(ReadersCampaign, ChangedAimotiveFilesNeverCrashOrHang) {
  const std::string box = R"("BoundingBox3D Extent X": 4.5, "BoundingBox3D Extent Y": 1.8,
"BoundingBox3D Extent Z": 1.5, "BoundingBox3D Orientation Quat W": 1, "BoundingBox3D Orientation Quat X": 0,
"BoundingBox3D Orientation Quat Y": 0, "BoundingBox3D Orientation Quat Z": 0, "BoundingBox3D Origin X": 20,
"BoundingBox3D Origin Y": -5, "BoundingBox3D Origin Z": 0.75, "ObjectType": "CAR", "Occluded": 0,
"Relative Velocity X": 1, "Relative Velocity Y": 0, "Relative Velocity Z": 0, "ObjectId": )";
  const auto file = [&](const char* time_ns) {
    return "{\"CapturedObjects\": [{" + box + "4},\n{" + box + "\"b\"}], \"Timestamp\": \"" + time_ns + "\"}\n";
  };
  change_files_of("aimotive", {{"a/dynamic/box/3d_body/frame_01.json", file("100")},
                               {"a/dynamic/box/3d_body/frame_02.json", file("200")},
                               {"a/sensor/calibration/calibration.json",
                                R"({"CAM": {"RT_body_from_sensor": [[0,0,1,2],[-1,0,0,0],[0,-1,0,1.2],[0,0,0,1]],
"sensor_type": "camera", "model": "opencv_pinhole", "focal_length_px": [1170, 1001], "principal_point_px": [640, 352],
"distortion_coeffs": [-0.3, 0.08, 0.002, 0.0006, 0.5], "image_resolution_px": [1280, 704]}})"}});
}

TEST(ReadersCampaign, ChangedKittiFilesNeverCrashOrHang) {
  const std::string zeros = " 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0\n";
  change_files_of("kitti_tracking",
                  {{"training/label_02/0000.txt",
                    "0 1 Car 0 0 0 100 100 200 200 1.5 1.8 4 -3 0 12 -1.57\n"
                    "1 1 Car 0 1 0 100 100 200 200 1.5 1.8 4 -3 0 13 -1.57 0.5\n1 -1 DontCare -1 -1 -10 1 2 3 4 -1000 "
                    "-1000 -1000 -10 -1 -1 -1\n"},
                   {"training/calib/0000.txt",
                    "P2: 700 0 620 0 0 700 190 0 0 0 1 0\nR_rect 1 0 0 0 1 0 0 0 1\n"
                    "Tr_velo_cam 0 -1 0 0 0 0 -1 0 1 0 0 0\nTr_imu_velo 1 0 0 0 0 1 0 0 0 0 1 0\n"},
                   {"training/oxts/0000.txt", "49 8 100" + zeros + "49.00001 8 100" + zeros}});
}

TEST(ReadersCampaign, ChangedCsvFilesNeverCrashOrHang) {
  change_files_of("csv",
                  {{"a.csv",
                    "frame,time,track,class,x,y,z,length,width,height,yaw,drive,moving\n"
                    "0,1.5,1,car,10,2,1,4,2,1.5,0,a,moving\n1,1.6,1,\"car\",11,2,1,4,2,1.5,0,a,parked\n"},
                   {"concord_csv.yaml",
                    "files: \"*.csv\"\ncolumns: {frame: frame, time: {column: time, unit: s}, track: track, class: "
                    "class, x: x, y: y, z: {column: z, unit: cm}, length: length, width: width, height: height, "
                    "yaw: {column: yaw, unit: deg}, drive: drive, moving: moving}\nboxes: {frame: world, origin: "
                    "bottom}\nposes: {file: \"{drive}.poses.csv\", columns: {frame: f, x: x, y: y, z: z, yaw: h}}\n"
                    "classes: {car: car}\nscope: {classes: [car], max_range_m: 80}\n"},
                   {"a.poses.csv", "f,x,y,z,h\n0,0,0,0,0\n1,1,0,0,0\n"}});
}

}  // namespace
}  // namespace concord::tests
