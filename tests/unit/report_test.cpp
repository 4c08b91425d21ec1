#include "concord/report.hpp"

#include <gtest/gtest.h>
#include <cmath>
#include <fstream>

#include "tests/support/files.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {
namespace fs = std::filesystem;

Report sample(std::size_t findings) {
  Report report;
  report.producer_version = "1.2.3";
  report.configuration = "checks: {}\n";
  report.run = {.started_utc = "2026-01-01T00:00:00Z", .host = "here", .device = "cpu", .command = "validate"};
  report.drives.push_back({.name = "d",
                           .format = "kitti_tracking",
                           .source = "/x",
                           .frames = 3,
                           .duration_s = 0.2,
                           .label_sets = {{"labels", 10, 4, 2}},
                           .inputs = {{"a.txt", 5, "00"}},
                           .notes = {"a note"}});
  report.checks.push_back({.id = "box.duplicate",
                           .title = "t",
                           .error_type = "e",
                           .unit = "1",
                           .message = "m {value}",
                           .severity = Severity::error,
                           .fault = Fault::spurious,
                           .scope = Scope::pair});
  for (std::size_t i = 0; i < findings; ++i) {
    Finding f;
    f.drive = "d";
    f.label_set = "labels";
    f.check = "box.duplicate";
    f.fault = Fault::spurious;
    f.scope = Scope::pair;
    f.frame = std::to_string(i % 3);
    f.frame_index = static_cast<std::uint32_t>(i % 3);
    f.label = "Größe " + std::to_string(i);
    f.severity = Severity::error;
    f.score = 0.5;
    f.value = 0.1 * static_cast<double>(i);
    f.id = finding_id(f);
    f.fingerprint = finding_fingerprint(f);
    report.findings.push_back(std::move(f));
  }
  report.proposals.push_back(
      {.finding = "0123456789abcdef", .field = "yaw_rad", .value = 1.5, .text = "", .unit = "rad"});
  report.statuses.push_back({.drive = "d",
                             .label_set = "labels",
                             .check = "box.duplicate",
                             .sensor = "",
                             .state = CheckState::skipped,
                             .reason = "no poses",
                             .frames_examined = 1,
                             .frames_skipped = 2});
  report.exposure.push_back({.drive = "d",
                             .label_set = "labels",
                             .check = "box.duplicate",
                             .class_name = "car",
                             .range_band = "0-30",
                             .labels = 10});
  report.odd.frames = {{"d", 100, 5}, {"d", kNoTime, kNoTime}};
  report.odd.attributes = {{.drive = "d",
                            .attribute = "rain",
                            .value = "no_rain",
                            .state = ValueState::conflicting,
                            .source = ValueSource::tagged,
                            .frame_index = 0,
                            .frame_index_end = 2}};
  report.odd.objects = {{.drive = "d", .object = "7", .agent_type = "car", .distance_low_m = 1.5, .frame_index = 1}};
  return report;
}

TEST(Report, ComesBackAsItWasWritten) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "r.h5";
  for (const std::size_t findings : {0UL, 1UL, 140'000UL}) {
    const Report original = sample(findings);
    const auto digest = write_report(path, original);
    ASSERT_TRUE(digest.ok()) << digest.error().text();
    const auto read = read_report(path, true);
    ASSERT_TRUE(read.ok()) << read.error().text();
    EXPECT_EQ(read->content_sha256, digest.value());
    EXPECT_EQ(read->findings.size(), findings);
    EXPECT_EQ(read->drives.at(0).label_sets.at(0).cuboids, 10U);
    EXPECT_EQ(read->drives.at(0).notes, original.drives[0].notes);
    EXPECT_EQ(read->statuses.at(0).state, CheckState::skipped);
    EXPECT_EQ(read->statuses.at(0).reason, "no poses");
    EXPECT_EQ(read->odd.frames.at(0).distance_mm, 5);
    EXPECT_EQ(read->odd.frames.at(1).duration_ns, kNoTime);
    EXPECT_EQ(read->odd.attributes.at(0).value, "no_rain");
    EXPECT_EQ(read->odd.attributes.at(0).state, ValueState::conflicting);
    EXPECT_TRUE(std::isnan(read->odd.attributes.at(0).low));
    EXPECT_EQ(read->odd.objects.at(0).object, "7");
    EXPECT_EQ(read->odd.objects.at(0).distance_low_m, 1.5);
    EXPECT_EQ(read->odd.objects.at(0).occlusion, "");
    if (findings > 0) {
      const Finding& f = read->findings.back();
      EXPECT_EQ(f.label, original.findings.back().label);
      EXPECT_EQ(f.value, original.findings.back().value);
      EXPECT_EQ(f.time_ns, kNoTime);
      EXPECT_TRUE(std::isnan(f.limit));
      EXPECT_EQ(f.frame_index_end, kNone);
      EXPECT_EQ(f.track, "");
    }
  }
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder.path())) ++files;
  EXPECT_EQ(files, 1U) << "a temporary file was left";
}

TEST(Report, ContentHashIgnoresTheRunAndSeesEverythingElse) {
  const TemporaryFolder folder;
  const auto digest = [&](const Report& report) { return write_report(folder.path() / "r.h5", report).value(); };
  const std::string first = digest(sample(3));
  Report other = sample(3);
  other.run.host = "there";
  other.run.started_utc = "2027";
  EXPECT_EQ(digest(other), first);
  other.drives[0].source = "/elsewhere";
  EXPECT_EQ(digest(other), first);
  Report changed = sample(3);
  changed.findings[1].value += 1e-12;
  EXPECT_NE(digest(changed), first);
  changed = sample(3);
  changed.statuses[0].reason = "other";
  EXPECT_NE(digest(changed), first);
  changed = sample(3);
  changed.odd.attributes[0].frame_index_end = 1;
  EXPECT_NE(digest(changed), first);
}

TEST(Report, EqualReportsAreEqualFilesUpToTheRun) {
  const TemporaryFolder folder;
  const auto bytes = [&](const char* name) {
    const fs::path path = folder.path() / name;
    EXPECT_TRUE(write_report(path, sample(50)).ok());
    return read_bytes(path);
  };
  EXPECT_EQ(bytes("a.h5"), bytes("b.h5"));
}

TEST(Report, DamagedFilesAreErrors) {
  const TemporaryFolder folder;
  const fs::path path = folder.path() / "r.h5";
  ASSERT_TRUE(write_report(path, sample(500)).ok());
  const std::string whole = read_bytes(path);
  const fs::path damaged = folder.path() / "damaged.h5";
  for (std::size_t size = 0; size < whole.size(); size += whole.size() / 23 + 1) {
    std::ofstream(damaged, std::ios::binary) << whole.substr(0, size);
    EXPECT_FALSE(read_report(damaged).ok()) << size;
  }
  // A flipped byte is found, or hits bytes that carry nothing; it never crashes or changes the content unseen.
  for (std::size_t at = 0; at < whole.size(); at += whole.size() / 301 + 1) {
    std::string flipped = whole;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x5a);
    std::ofstream(damaged, std::ios::binary) << flipped;
    const auto read = read_report(damaged, true);
    if (read.ok()) {
      EXPECT_EQ(read->findings.size(), 500U);
    }
  }
  EXPECT_FALSE(read_report(folder.path() / "absent.h5").ok());
  std::ofstream(damaged) << "not HDF5 at all";
  EXPECT_FALSE(read_report(damaged).ok());
}

TEST(Report, UnwritablePlacesAreErrorsAndLeaveNothing) {
  const auto digest = write_report("/nonexistent/folder/r.h5", sample(1));
  ASSERT_FALSE(digest.ok());
  EXPECT_EQ(digest.error().code, ErrorCode::io);
}

}  // namespace
}  // namespace concord::tests
