#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <limits>
#include <numbers>
#include <sstream>

#include "concord/dataset.hpp"
#include "concord/point_cloud.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {
namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

struct Point {
  float x, y, z, intensity;
};
// Values with no short decimal form, a denormal, the largest float and a signed zero.
const std::vector<Point> kPoints{
    {1.1F, -2.2F, 3.3F, 0.1F}, {-0.0F, 1e-41F, 3.4028235e38F, 255.0F}, {123.456789F, 7.0F, -1e-7F, 0.0F}};

template <class T>
void append(std::string& bytes, T value) {
  bytes.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

std::string big_endian(float value) {
  std::string bytes;
  append(bytes, value);
  return {bytes.rbegin(), bytes.rend()};
}

std::string floats(const std::vector<Point>& points, int extra = 0) {
  std::string bytes;
  for (const Point& point : points) {
    for (const float value : {point.x, point.y, point.z, point.intensity}) append(bytes, value);
    for (int i = 0; i < extra; ++i) append(bytes, static_cast<float>(i));
  }
  return bytes;
}

std::string text_of(const std::vector<Point>& points) {
  std::ostringstream text;
  text.precision(9);
  for (const Point& p : points) text << p.x << ' ' << p.y << ' ' << p.z << ' ' << p.intensity << '\n';
  return text.str();
}

/// Packed as PCL does it, field after field; LZF with literal runs only, which every LZF reader must take.
std::string lzf(const std::string& plain) {
  std::string packed;
  for (std::size_t begin = 0; begin < plain.size(); begin += 32) {
    const std::string run = plain.substr(begin, 32);
    packed += static_cast<char>(run.size() - 1);
    packed += run;
  }
  std::string result;
  append(result, static_cast<std::uint32_t>(packed.size()));
  append(result, static_cast<std::uint32_t>(plain.size()));
  return result + packed;
}

std::string by_field(const std::vector<Point>& points) {
  std::string bytes;
  for (float Point::*member : {&Point::x, &Point::y, &Point::z, &Point::intensity}) {
    for (const Point& point : points) append(bytes, point.*member);
  }
  return bytes;
}

std::string pcd_header(const std::string& data, std::uint64_t points = kPoints.size()) {
  const std::string count = std::to_string(points);
  return "# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\nFIELDS x y z intensity\nSIZE 4 4 4 4\nTYPE F F F F\n"
         "COUNT 1 1 1 1\nWIDTH " +
         count + "\nHEIGHT 1\nVIEWPOINT 0 0 0 1 0 0 0\nPOINTS " + count + "\nDATA " + data + "\n";
}

std::string ply_header(const std::string& format, std::uint64_t points = kPoints.size()) {
  return "ply\nformat " + format + " 1.0\ncomment test\nelement vertex " + std::to_string(points) +
         "\nproperty float x\nproperty float y\nproperty float z\nproperty float intensity\nend_header\n";
}

/// Skips the test, by name, in a build that cannot decode PCD and PLY.
#define CONCORD_NEEDS_PCL()                                                                               \
  do {                                                                                                    \
    const auto probed = load(PayloadFormat::pcd, pcd_header("ascii") + text_of(kPoints));                 \
    if (!probed.ok() && probed.error().code == ErrorCode::unsupported) GTEST_SKIP() << "CONCORD_PCL=OFF"; \
  } while (false)

class CloudsTest : public ::testing::Test {
 protected:
  CloudsTest() {
    drive_.frames.push_back("0", 0, std::nullopt);
    drive_.sensors.push_back(
        {.name = "lidar", .kind = SensorKind::lidar, .T_ego_sensor = SE3::Identity(), .camera = {}});
  }
  SensorRecord record(PayloadFormat format, const std::string& bytes) {
    const fs::path path = folder_.path() / ("cloud_" + std::to_string(++files_));
    std::ofstream(path, std::ios::binary) << bytes;
    return {.frame = 0, .sensor = 0, .time_ns = 0, .format = format, .path = path, .T_world_ego = {}};
  }
  Result<PointCloud> load(PayloadFormat format, const std::string& bytes) {
    return load_points(drive_, record(format, bytes));
  }
  void expect_error(PayloadFormat format, const std::string& bytes, const std::string& message,
                    ErrorCode code = ErrorCode::malformed) {
    const SensorRecord written = record(format, bytes);
    const auto cloud = load_points(drive_, written);
    ASSERT_FALSE(cloud.ok()) << message;
    EXPECT_THAT(cloud.error().text(), HasSubstr(message));
    EXPECT_THAT(cloud.error().where, HasSubstr(written.path.string()));
    EXPECT_FALSE(cloud.error().expected.empty()) << cloud.error().text();
    EXPECT_EQ(cloud.error().code, code) << cloud.error().text();
  }
  static void expect_points(const Result<PointCloud>& cloud, const std::vector<Point>& points) {
    ASSERT_TRUE(cloud.ok()) << cloud.error().text();
    ASSERT_EQ(cloud->size(), points.size());
    ASSERT_EQ(cloud->intensity.size(), points.size());
    for (std::size_t i = 0; i < points.size(); ++i) {
      EXPECT_EQ(cloud->x_m[i], points[i].x) << i;
      EXPECT_EQ(cloud->y_m[i], points[i].y) << i;
      EXPECT_EQ(cloud->z_m[i], points[i].z) << i;
      EXPECT_EQ(cloud->intensity[i], points[i].intensity) << i;
    }
  }
  TemporaryFolder folder_;
  Drive drive_;
  int files_ = 0;
};

TEST_F(CloudsTest, EveryFormatGivesBackTheFloats) {
  CONCORD_NEEDS_PCL();
  std::string big;
  for (const Point& point : kPoints) {
    for (const float value : {point.x, point.y, point.z, point.intensity}) big += big_endian(value);
  }
  const std::vector<std::pair<PayloadFormat, std::string>> files{
      {PayloadFormat::kitti_bin, floats(kPoints)},
      {PayloadFormat::raw_xyzi_f32, floats(kPoints)},
      {PayloadFormat::nuscenes_bin, floats(kPoints, 1)},
      {PayloadFormat::pcd, pcd_header("ascii") + text_of(kPoints)},
      {PayloadFormat::pcd, pcd_header("binary") + floats(kPoints)},
      {PayloadFormat::pcd, pcd_header("binary") + floats(kPoints) + "\n"},
      {PayloadFormat::pcd, pcd_header("binary_compressed") + lzf(by_field(kPoints))},
      {PayloadFormat::ply, ply_header("ascii") + text_of(kPoints)},
      {PayloadFormat::ply, ply_header("binary_little_endian") + floats(kPoints)},
      {PayloadFormat::ply, ply_header("binary_big_endian") + big}};
  for (std::size_t i = 0; i < files.size(); ++i) {
    SCOPED_TRACE("file " + std::to_string(i));
    expect_points(load(files[i].first, files[i].second), kPoints);
  }
}

TEST_F(CloudsTest, PointsThatAreNotFiniteAreDropped) {
  CONCORD_NEEDS_PCL();
  std::vector<Point> points = kPoints;
  points.insert(points.begin() + 1, {kNan, 1, 1, 1});
  points.push_back({1, std::numeric_limits<float>::infinity(), 1, 1});
  expect_points(load(PayloadFormat::kitti_bin, floats(points)), kPoints);
  expect_points(load(PayloadFormat::pcd, pcd_header("ascii", points.size()) + text_of(points)), kPoints);
  expect_points(load(PayloadFormat::pcd, pcd_header("binary", points.size()) + floats(points)), kPoints);
  expect_points(load(PayloadFormat::ply, ply_header("binary_little_endian", points.size()) + floats(points)), kPoints);
  // A missing intensity does not make a point missing.
  const auto cloud = load(PayloadFormat::kitti_bin, floats({{1, 2, 3, kNan}}));
  ASSERT_EQ(cloud.value().size(), 1U);
  EXPECT_TRUE(std::isnan(cloud->intensity[0]));
}

TEST_F(CloudsTest, PointsMoveIntoTheEgoFrameOfTheFrame) {
  // The sensor sits 2 m ahead, turned left by 90 degrees. From the record to the frame the ego drives 10 m along its x.
  drive_.sensors[0].T_ego_sensor = make_se3(Vec3(2, 0, 1), quat_from_ypr(std::numbers::pi / 2, 0, 0));
  const Quat east = quat_from_ypr(std::numbers::pi / 2, 0, 0);
  drive_.frames = {};
  drive_.frames.push_back("0", 100, make_se3(Vec3(500, 10, 0), east));
  SensorRecord written = record(PayloadFormat::kitti_bin, floats({{5, 0, 0, 1}}));
  auto cloud = load_points(drive_, written).value();
  EXPECT_NEAR(cloud.x_m[0], 2, 1e-6);  // without a pose of its own the record is the frame's
  EXPECT_NEAR(cloud.y_m[0], 5, 1e-6);
  EXPECT_NEAR(cloud.z_m[0], 1, 1e-6);
  written.T_world_ego = make_se3(Vec3(500, 0, 0), east);
  cloud = load_points(drive_, written).value();
  EXPECT_NEAR(cloud.x_m[0], 2 - 10, 1e-6);
  EXPECT_NEAR(cloud.y_m[0], 5, 1e-6);

  drive_.sensors[0].T_ego_sensor.reset();
  const auto unplaced = load_points(drive_, written);
  ASSERT_FALSE(unplaced.ok());
  EXPECT_THAT(unplaced.error().text(), HasSubstr("sensor lidar has no pose"));
}

TEST_F(CloudsTest, TimesBecomeOffsetsFromTheRecord) {
  CONCORD_NEEDS_PCL();
  struct Case {
    std::string field, type, size, value;
    TimeNs record_ns;
    std::optional<std::int32_t> offset_ns;
  };
  const TimeNs start = 1'532'402'927'000'000'000;
  const std::vector<Case> cases{{"t", "U", "4", "99000000", start, 99'000'000},
                                {"offset_time", "U", "4", "50", kNoTime, 50},
                                {"time", "F", "4", "-0.05", start, -50'000'000},
                                {"timestamp", "F", "8", "1532402927.25", start, 250'000'000},
                                {"timestamp", "U", "8", "1532402927000100096", start, 100'096},
                                {"timestamp", "F", "8", "1532402927.25", kNoTime, std::nullopt},
                                {"time", "F", "4", "nan", start, std::nullopt},
                                {"ring", "U", "4", "7", start, std::nullopt}};
  for (const Case& each : cases) {
    SCOPED_TRACE(each.field + " " + each.value);
    SensorRecord written =
        record(PayloadFormat::pcd, "FIELDS x y z " + each.field + "\nSIZE 4 4 4 " + each.size + "\nTYPE F F F " +
                                       each.type + "\nWIDTH 1\nHEIGHT 1\nDATA ascii\n1 2 3 " + each.value + "\n");
    written.time_ns = each.record_ns;
    const auto cloud = load_points(drive_, written);
    ASSERT_TRUE(cloud.ok()) << cloud.error().text();
    EXPECT_TRUE(cloud->intensity.empty());
    ASSERT_EQ(cloud->time_offset_ns.empty(), !each.offset_ns.has_value());
    if (each.offset_ns.has_value()) {
      EXPECT_NEAR(cloud->time_offset_ns[0], *each.offset_ns, 250);
    }
  }
}

TEST_F(CloudsTest, FieldsOfEveryTypeAndPaddingAreStrides) {
  CONCORD_NEEDS_PCL();
  std::string row;
  append(row, std::int8_t{-3});
  append(row, 1.5);  // x, float64
  append(row, std::uint16_t{60000});
  append(row, 2.5F);
  row += "pad";
  append(row, 3.5F);
  const std::string header =
      "# a comment\r\nVERSION 0.7\r\nFIELDS label x intensity y _ z\r\nSIZE 1 8 2 4 1 4\r\nTYPE I F U F U F\r\n"
      "COUNT 1 1 1 1 3 1\r\nWIDTH 1\r\nHEIGHT 2\r\nPOINTS 2\r\nDATA binary\r\n";
  expect_points(load(PayloadFormat::pcd, header + row + row),
                {{1.5F, 2.5F, 3.5F, 60000.0F}, {1.5F, 2.5F, 3.5F, 60000.0F}});
  // Lists and other elements around the vertices of a PLY.
  std::string ply =
      "ply\nformat binary_little_endian 1.0\nelement camera 1\nproperty double k\nelement vertex 1\nproperty uchar "
      "red\nproperty double x\nproperty float y\nproperty float z\nproperty uchar intensity\nelement face 1\nproperty "
      "list uchar int vertex_indices\nend_header\n";
  append(ply, 7.0);
  append(ply, std::uint8_t{9});
  append(ply, 1.5);
  append(ply, 2.5F);
  append(ply, 3.5F);
  append(ply, std::uint8_t{200});
  append(ply, std::uint8_t{3});
  for (int i = 0; i < 3; ++i) append(ply, 0);
  expect_points(load(PayloadFormat::ply, ply), {{1.5F, 2.5F, 3.5F, 200.0F}});
}

TEST_F(CloudsTest, EmptyCloudsOfFormatsWithAHeaderAreValid) {
  CONCORD_NEEDS_PCL();
  EXPECT_EQ(load(PayloadFormat::pcd, pcd_header("ascii", 0)).value().size(), 0U);
  EXPECT_EQ(load(PayloadFormat::pcd, pcd_header("binary_compressed", 0)).value().size(), 0U);
  EXPECT_EQ(load(PayloadFormat::ply, ply_header("ascii", 0)).value().size(), 0U);
}

TEST_F(CloudsTest, RawFilesOfTheWrongSizeAreErrors) {
  expect_error(PayloadFormat::kitti_bin, "", "is empty");
  expect_error(PayloadFormat::kitti_bin, std::string(17, 'x'), "has 17 bytes, no multiple of 16");
  expect_error(PayloadFormat::raw_xyzi_f32, std::string(20, 'x'), "has 20 bytes, no multiple of 16");
  expect_error(PayloadFormat::nuscenes_bin, std::string(16, 'x'), "has 16 bytes, no multiple of 20");
  expect_error(PayloadFormat::image, "png", "is no recording of points", ErrorCode::unsupported);
  expect_error(PayloadFormat::none, "", "is no recording of points", ErrorCode::unsupported);
}

TEST_F(CloudsTest, FilesBeyondTheBoundOrMissingAreErrors) {
  SensorRecord written = record(PayloadFormat::kitti_bin, "");
  fs::resize_file(written.path, std::uintmax_t{6} << 30U);  // sparse
  auto cloud = load_points(drive_, written);
  ASSERT_FALSE(cloud.ok());
  EXPECT_EQ(cloud.error().code, ErrorCode::limit_exceeded);
  for (const PayloadFormat format : {PayloadFormat::kitti_bin, PayloadFormat::pcd, PayloadFormat::ply}) {
    written.format = format;
    written.path = folder_.path() / "absent";
    cloud = load_points(drive_, written);
    ASSERT_FALSE(cloud.ok());
    EXPECT_EQ(cloud.error().code, ErrorCode::not_found);
    written.path = folder_.path();  // a folder
    ASSERT_FALSE(load_points(drive_, written).ok());
  }
  written.sensor = 5;
  EXPECT_FALSE(load_points(drive_, written).ok());
  written.sensor = 0;
  written.frame = 5;
  EXPECT_FALSE(load_points(drive_, written).ok());
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST_F(CloudsTest, PcdHeadersThatLieAreErrors) {
  CONCORD_NEEDS_PCL();
  const auto pcd = PayloadFormat::pcd;
  const std::string ascii = pcd_header("ascii") + text_of(kPoints);
  const std::string binary = pcd_header("binary") + floats(kPoints);
  const std::string packed = pcd_header("binary_compressed") + lzf(by_field(kPoints));
  const auto limit = ErrorCode::limit_exceeded;
  for (const char* data : {"ascii", "binary", "binary_compressed"}) {
    expect_error(pcd, pcd_header(data, 4'000'000'000) + floats(kPoints), "declares 4000000000 x 1 points", limit);
    expect_error(pcd, pcd_header(data, 9'000'000'000'000'000'000) + floats(kPoints), "declares 9000000000", limit);
    expect_error(pcd, pcd_header(data, 1'000'000), data == std::string("ascii") ? "ends after 0" : "has 0 bytes");
  }
  expect_error(pcd, replaced(replaced(binary, "WIDTH 3", "WIDTH 4294967296"), "HEIGHT 1", "HEIGHT 4294967296"),
               "declares 4294967296 x 4294967296", limit);
  expect_error(pcd, replaced(binary, "POINTS 3", "POINTS 4"), "POINTS is 4, but WIDTH x HEIGHT is 3");
  expect_error(pcd, replaced(binary, "WIDTH 3", "WIDTH -3"), "'-3' is no count");
  expect_error(pcd, replaced(binary, "WIDTH 3\n", ""), "WIDTH is missing");
  expect_error(pcd, replaced(binary, "COUNT 1 1", "COUNT 1 0"), "COUNT of y is 0");
  expect_error(pcd, replaced(binary, "COUNT 1 1", "COUNT 1 99999999999"), "COUNT of y is 99999999999");
  expect_error(pcd, replaced(binary, "SIZE 4 4", "SIZE 4 0"), "field y has TYPE F and SIZE 0");
  expect_error(pcd, replaced(binary, "SIZE 4 4", "SIZE 4 -4"), "'-4' is no count");
  expect_error(pcd, replaced(binary, "SIZE 4 4", "SIZE 4 3"), "field y has TYPE F and SIZE 3");
  expect_error(pcd, replaced(binary, "TYPE F F", "TYPE F X"), "field y has TYPE X");
  expect_error(pcd, replaced(binary, "TYPE F F", "TYPE F"), "has 3 values for 4 fields");
  expect_error(pcd, replaced(binary, "TYPE F F F", "TYPE F F I"), "holds z as integers", ErrorCode::unsupported);
  expect_error(pcd, replaced(binary, "x y z", "x y q"), "has no field z");
  expect_error(pcd, replaced(binary, "FIELDS x y z intensity\n", ""), "after FIELDS");
  expect_error(pcd, replaced(binary, "DATA binary", "DATA bin"), "DATA is 'bin'");
  expect_error(pcd, replaced(binary, "VERSION", "VERSUS"), "is no line of a PCD header");
  expect_error(pcd, binary.substr(0, binary.size() - 1), "has 47 bytes of data for 3");
  expect_error(pcd, binary + floats({kPoints[0]}), "has 64 bytes of data for 3");
  expect_error(pcd, "", "has no DATA line");
  expect_error(pcd, std::string(5'000'000, '#'), "has no DATA line");
  expect_error(pcd, ascii + "1 2 3 4\n", "goes on after the last declared point");
  expect_error(pcd, replaced(ascii, "123.456787", "12z"), ":14: '12z' is no number");
  expect_error(pcd, replaced(ascii, "123.456787", ""), ":14: has 3 numbers");
  expect_error(pcd, ascii.substr(0, ascii.size() - 4), ":14: has 3 numbers");
  expect_error(pcd, packed.substr(0, packed.size() - 1), "bytes after the sizes");
  std::string bomb = pcd_header("binary_compressed", 30'000'000);
  append(bomb, std::uint32_t{8});
  append(bomb, std::uint32_t{480'000'000});
  expect_error(pcd, bomb + "12345678", "bytes after the sizes");
  std::string wild = pcd_header("binary_compressed");  // back references before the begin
  append(wild, std::uint32_t{48});
  append(wild, std::uint32_t{48});
  expect_error(pcd, wild + std::string(48, '\xff'), "is refused by PCL");
}

TEST_F(CloudsTest, PlyHeadersThatLieAreErrors) {
  CONCORD_NEEDS_PCL();
  const auto ply = PayloadFormat::ply;
  const std::string ascii = ply_header("ascii") + text_of(kPoints);
  const std::string binary = ply_header("binary_little_endian") + floats(kPoints);
  const auto limit = ErrorCode::limit_exceeded;
  expect_error(ply, ply_header("ascii", 4'000'000'000) + text_of(kPoints), "declares 4000000000 of element", limit);
  expect_error(ply, ply_header("binary_little_endian", 4'000'000'000) + floats(kPoints), "declares 4000000000", limit);
  expect_error(ply, replaced(binary, "vertex 3", "vertex -1"), "'-1' is no count");
  expect_error(ply, replaced(binary, "vertex 3", "vertex 18446744073709551615"), "is no count");
  expect_error(ply, replaced(binary, "vertex 3", "vertex 4"), "has 48 bytes of data");
  expect_error(ply, replaced(binary, "vertex 3", "vertex 2"), "has 48 bytes of data");
  expect_error(ply, replaced(binary, "element vertex 3", "element nothing 4000000000\nelement vertex 3"),
               "element nothing has no properties");
  expect_error(ply, replaced(binary, "float y", "flout y"), "'flout' is no type");
  expect_error(ply, replaced(binary, "float y", "float x"), "property x comes twice");
  expect_error(ply, replaced(binary, "float z", "int z"), "holds z as integers", ErrorCode::unsupported);
  expect_error(ply, replaced(binary, "property float y", "property list uchar float y"), "is a list",
               ErrorCode::unsupported);
  expect_error(ply, replaced(binary, "element vertex 3\n", ""), "property without an element");
  expect_error(ply, replaced(binary, "vertex", "corner"), "element vertex is missing");
  expect_error(ply, replaced(binary, "format binary_little_endian 1.0\n", ""), "format is missing");
  expect_error(ply, replaced(binary, "end_header", "end_heade"), "is no line of a PLY header");
  expect_error(ply, "", "has no line end_header");
  expect_error(ply, "plx\n", "is no PLY file");
  expect_error(ply, replaced(ascii, "123.456787", "12z"), "'12z' is no number");
  expect_error(ply, replaced(ascii, "123.456787", ""), "has 3 numbers");
  expect_error(ply, ascii.substr(0, ascii.size() - 30), "has 1 numbers");
  std::string faces =
      replaced(binary, "end_header", "element face 2\nproperty list uint int vertex_indices\nend_header");
  append(faces, std::uint32_t{4'000'000'000});
  expect_error(ply, faces + "12345678", "is refused by PCL");
}

TEST_F(CloudsTest, CutAndMutatedFilesNeverCrashOrPrint) {
  CONCORD_NEEDS_PCL();
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  const std::vector<std::pair<PayloadFormat, std::string>> files{
      {PayloadFormat::pcd, pcd_header("ascii") + text_of(kPoints)},
      {PayloadFormat::pcd, pcd_header("binary_compressed") + lzf(by_field(kPoints))},
      {PayloadFormat::ply, ply_header("ascii") + text_of(kPoints)},
      {PayloadFormat::ply, ply_header("binary_little_endian") + floats(kPoints)}};
  std::size_t refused = 0;
  std::uint64_t state = 1;
  for (const auto& [format, bytes] : files) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      if (!load(format, bytes.substr(0, i)).ok()) ++refused;
      std::string changed = bytes;
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      changed[i] = static_cast<char>(state >> 40U);
      if (!load(format, changed).ok()) ++refused;
    }
  }
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  EXPECT_GT(refused, 800U);
}

TEST_F(CloudsTest, RadarIsReadFromPcd) {
  CONCORD_NEEDS_PCL();
  // The 18 fields of nuScenes, in its sizes and types.
  std::string bytes =
      "# .PCD v0.7 - Point Cloud Data file format\nVERSION 0.7\nFIELDS x y z dyn_prop id rcs vx vy vx_comp vy_comp "
      "is_quality_valid ambig_state x_rms y_rms invalid_state pdh0 vx_rms vy_rms\nSIZE 4 4 4 1 2 4 4 4 4 4 1 1 1 1 1 "
      "1 1 1\nTYPE F F F I I F F F F F I I I I I I I I\nCOUNT 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1\nWIDTH 3\nHEIGHT 1\n"
      "VIEWPOINT 0 0 0 1 0 0 0\nPOINTS 3\nDATA binary\n";
  const auto detection = [&](float x, float y, float vx, float vy, float rcs) {
    for (const float value : {x, y, 0.0F}) append(bytes, value);
    append(bytes, std::int8_t{1});
    append(bytes, std::int16_t{7});
    for (const float value : {rcs, vx, vy, vx + 10, vy}) append(bytes, value);
    bytes += std::string(8, '\1');
  };
  detection(30, 40, -6, -8, 12.5F);  // approaching at 10 m/s along the line of sight
  detection(kNan, 0, 1, 1, 1);
  detection(0, 0, 1, 1, -3);
  drive_.sensors[0].T_ego_sensor = make_se3(Vec3(3, 0, 0.5), quat_from_ypr(std::numbers::pi, 0, 0));
  const auto radar = load_radar(drive_, record(PayloadFormat::pcd, bytes));
  ASSERT_TRUE(radar.ok()) << radar.error().text();
  ASSERT_EQ(radar->size(), 2U);
  EXPECT_NEAR(radar->x_m[0], 3 - 30, 1e-5);
  EXPECT_NEAR(radar->y_m[0], -40, 1e-5);
  EXPECT_EQ(radar->z_m[0], 0.5F);
  EXPECT_EQ(radar->range_rate_mps[0], -10.0F);
  EXPECT_EQ(radar->rcs_dbsm[0], 12.5F);
  EXPECT_TRUE(std::isnan(radar->range_rate_mps[1]));  // at the sensor itself there is no direction

  const auto bare = load_radar(drive_, record(PayloadFormat::pcd, pcd_header("ascii") + text_of(kPoints)));
  ASSERT_TRUE(bare.ok());
  EXPECT_TRUE(bare->range_rate_mps.empty());
  EXPECT_TRUE(bare->rcs_dbsm.empty());
  EXPECT_FALSE(load_radar(drive_, record(PayloadFormat::kitti_bin, floats(kPoints))).ok());
}

TEST_F(CloudsTest, TrackingSequenceWithVelodyneFiles) {
  const auto write = [&](const std::string& name, const std::string& bytes) {
    const fs::path path = folder_.path() / "training" / name;
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
  };
  // The LiDAR sits 1 m ahead of and 0.5 m above the IMU, which is the ego frame.
  write("calib/0001.txt",
        "P2: 700 0 600 70 0 700 180 0 0 0 1 0\nR_rect 1 0 0 0 1 0 0 0 1\nTr_velo_cam 0 -1 0 0 0 0 -1 0 1 0 0 0\n"
        "Tr_imu_velo 1 0 0 -1 0 1 0 0 0 0 1 -0.5\n");
  write("label_02/0001.txt", "0 3 Car 0 0 -1.5 100 100 200 150 1.5 2 4 2 1 20 -1.5707963\n");
  std::string oxts;
  for (int frame = 0; frame < 3; ++frame) {
    oxts += "0 8 100 0 0 0";
    for (int i = 6; i < 30; ++i) oxts += " 0";
    oxts += "\n";
  }
  write("oxts/0001.txt", oxts);
  write("velodyne/0001/000000.bin", floats({{20, -2, -0.25F, 0.5F}, {0, 0, 0, 0.25F}}));
  write("velodyne/0001/000002.bin", "short");
  const Drive drive = open_dataset(folder_.path(), "", {}).value()->read(0).value();
  ASSERT_EQ(drive.records.size(), 2U);
  const PointCloud cloud = load_points(drive, drive.records[0]).value();
  ASSERT_EQ(cloud.size(), 2U);
  EXPECT_FLOAT_EQ(cloud.x_m[0], 21);
  EXPECT_FLOAT_EQ(cloud.y_m[0], -2);
  EXPECT_FLOAT_EQ(cloud.z_m[0], 0.25F);
  EXPECT_EQ(cloud.intensity[0], 0.5F);
  // The first point is the middle of the labelled car.
  const Cuboid box = drive.label_sets.at(0).cuboid.at(0);
  EXPECT_LT((box.center_m - Vec3(cloud.x_m[0], cloud.y_m[0], cloud.z_m[0])).norm(), 1e-6);
  EXPECT_EQ(drive.records[1].frame, 2U);
  EXPECT_THAT(load_points(drive, drive.records[1]).error().text(), HasSubstr("000002.bin: has 5 bytes"));
}

// ------------------------------------------------------------------ real clouds

/// Points inside the closed box.
int count_inside(const PointCloud& cloud, const Cuboid& box) {
  int count = 0;
  const Quat inverse = box.rotation.conjugate();
  for (std::size_t i = 0; i < cloud.size(); ++i) {
    const Vec3 local = inverse * (Vec3(cloud.x_m[i], cloud.y_m[i], cloud.z_m[i]) - box.center_m);
    if ((local.array().abs() <= box.size_m.array() / 2).all()) ++count;
  }
  return count;
}

TEST(RealClouds, KittiObjectCarsHoldPoints) {
  CONCORD_NEEDS_DATA("kitti_object");
  const auto dataset = open_dataset(test_data_dir() / "kitti_object", "", {}).value();
  int boxes = 0;
  int filled = 0;
  for (std::size_t i = 0; i < dataset->drives().size(); ++i) {
    const Drive drive = dataset->read(i).value();
    ASSERT_FALSE(drive.records.empty());
    const PointCloud cloud = load_points(drive, drive.records[0]).value();
    EXPECT_EQ(cloud.size(), fs::file_size(drive.records[0].path) / 16);
    const LabelSet& set = drive.label_sets.at(0);
    for (std::size_t row = 0; row < set.size(); ++row) {
      ++boxes;
      if (count_inside(cloud, set.cuboid.at(row)) > 0) ++filled;
    }
  }
  EXPECT_GT(boxes, 10);
  EXPECT_EQ(filled, boxes) << "of " << boxes;
}

TEST(RealClouds, NuscenesPointCountsAreReproduced) {
  CONCORD_NEEDS_DATA("nuscenes");
  const auto dataset = open_dataset(test_data_dir() / "nuscenes", "nuscenes", {}).value();
  int boxes = 0;
  int equal = 0;
  for (std::size_t i = 0; i < dataset->drives().size(); ++i) {
    const Drive drive = dataset->read(i).value();
    for (const SensorRecord& record : drive.records) {
      if (record.format != PayloadFormat::nuscenes_bin) continue;
      const PointCloud cloud = load_points(drive, record).value();
      EXPECT_EQ(cloud.size(), 34688U);
      const LabelSet& set = drive.label_sets.at(0);
      for (std::uint32_t row = set.frame_offset[record.frame]; row < set.frame_offset[record.frame + 1]; ++row) {
        ++boxes;
        if (count_inside(cloud, set.cuboid.at(row)) == set.lidar_points.get(row)) ++equal;
      }
    }
  }
  EXPECT_EQ(boxes, 69);
  EXPECT_EQ(equal, 61);
}

TEST(RealClouds, ArgoversePointCountsAreReproduced) {
  CONCORD_NEEDS_DATA("argoverse2");
  const fs::path log = test_data_dir() / "argoverse2/sensor/val/7fab2350-7eaf-3b7e-a39d-6937a4c1bede";
  Drive drive;
  drive.frames.push_back("0", 0, std::nullopt);
  drive.sensors.push_back({.name = "lidar", .kind = SensorKind::lidar, .T_ego_sensor = SE3::Identity(), .camera = {}});
  int boxes = 0;
  int equal = 0;
  for (const std::string time : {"315966265259836000", "315966265360032000"}) {
    const PointCloud cloud =
        load_points(drive, {.format = PayloadFormat::raw_xyzi_f32, .path = log / "sensors/lidar_bin" / (time + ".bin")})
            .value();
    std::ifstream annotations(log / "csv/annotations.csv");
    for (std::string line; std::getline(annotations, line);) {
      if (!line.starts_with(time)) continue;
      std::vector<double> numbers;
      std::istringstream cells(line);
      int column = 0;
      for (std::string cell; std::getline(cells, cell, ','); ++column) {
        if (column > 2) numbers.push_back(std::stod(cell));
      }
      ASSERT_EQ(numbers.size(), 11U);
      const Cuboid box{Vec3(numbers[7], numbers[8], numbers[9]), Vec3(numbers[0], numbers[1], numbers[2]),
                       Quat(numbers[3], numbers[4], numbers[5], numbers[6]).normalized()};
      ++boxes;
      if (count_inside(cloud, box) == static_cast<int>(numbers[10])) ++equal;
    }
  }
  EXPECT_EQ(boxes, 162);
  EXPECT_EQ(equal, 162);
}

TEST(RealClouds, AimotiveSweep) {
  CONCORD_NEEDS_DATA("aimotive");
  fs::path sweep;
  for (const auto& entry : fs::recursive_directory_iterator(test_data_dir() / "aimotive")) {
    if (entry.path().extension() == ".bin") sweep = entry.path();
  }
  Drive drive;
  drive.frames.push_back("0", 0, std::nullopt);
  drive.sensors.push_back({.name = "lidar", .kind = SensorKind::lidar, .T_ego_sensor = SE3::Identity(), .camera = {}});
  const PointCloud cloud = load_points(drive, {.format = PayloadFormat::raw_xyzi_f32, .path = sweep}).value();
  EXPECT_EQ(cloud.size(), 2'075'440U / 16U);
  for (std::size_t i = 0; i < cloud.size(); ++i) {
    ASSERT_LT(std::abs(cloud.x_m[i]) + std::abs(cloud.y_m[i]) + std::abs(cloud.z_m[i]), 1000.0F) << i;
  }
}

}  // namespace
}  // namespace concord::tests
