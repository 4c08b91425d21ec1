// Changed point files and label files, many of them: a reader ends with an error or with the content, never with a
// crash or an endless loop. CONCORD_FUZZ_ROUNDS and CONCORD_FUZZ_SEED choose how many and which.

#include <gtest/gtest.h>
#include <chrono>
#include <cstdlib>
#include <fstream>

#include "concord/openlabel.hpp"
#include "concord/point_cloud.hpp"
#include "tests/support/mutate.hpp"
#include "tests/support/openlabel_file.hpp"

namespace concord::tests {
namespace {

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

/// Reads each of `files` changed in many ways; `read` says whether the file was accepted.
template <class Read>
void campaign(const std::vector<std::string>& files, std::uint64_t rounds, const Read& read) {
  const std::uint64_t first = number_from("CONCORD_FUZZ_SEED", 1);
  rounds = number_from("CONCORD_FUZZ_ROUNDS", rounds);
  for (const std::string& file : files) ASSERT_TRUE(read(file)) << file.substr(0, 2000);
  std::uint64_t accepted = 0;
  for (std::uint64_t seed = first; seed < first + rounds; ++seed) {
    std::mt19937_64 random(seed);
    const auto start = std::chrono::steady_clock::now();
    if (read(mutated(files[random() % files.size()], random))) ++accepted;
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
  campaign(files, 200'000, [&](const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
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
  campaign({text}, 50'000, [&](const std::string& bytes) {
    write_bytes(path, bytes);
    const auto dataset = open_dataset(path, "openlabel", {});
    if (!dataset.ok()) return false;
    const auto drive = dataset.value()->read(0);
    if (!drive.ok()) return false;
    // What was read can be patched: an edit is made or refused.
    const LabelSet& set = drive->label_sets.at(0);
    if (set.size() > 0) {
      std::filesystem::remove_all(folder.path() / "out");
      LabelEdit edit;
      edit.op = LabelEdit::Op::drop;
      edit.frame = std::string(drive->frames.name[set.frame[0]]);
      edit.label = std::string(set.label_id[0]);
      static_cast<void>(dataset.value()->patch({{drive->name, {edit}}}, folder.path() / "out").ok());
    }
    return true;
  });
}

}  // namespace
}  // namespace concord::tests
