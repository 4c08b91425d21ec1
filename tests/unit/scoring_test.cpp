// Scores of hand-made reports and keys whose precision and recall are known.

#include "concord/scoring.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <string>
#include <vector>

namespace concord::tests {
namespace {
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct Spot {
  std::string check;
  Fault fault;
  std::string track;
  int frame;
  int frame_end = -1;
  std::string label = {};
  std::string other_track = {};
  std::string label_set = "labels";
};

Finding finding_of(const Spot& spot, const std::string& drive = "d") {
  Finding f;
  f.drive = drive;
  f.label_set = spot.label_set;
  f.check = spot.check;
  f.fault = spot.fault;
  f.scope = Scope::span;
  if (spot.frame >= 0) {
    const int end = spot.frame_end < 0 ? spot.frame : spot.frame_end;
    f.frame = std::to_string(spot.frame);
    f.frame_end = std::to_string(end);
    f.frame_index = static_cast<std::uint32_t>(spot.frame);
    f.frame_index_end = static_cast<std::uint32_t>(end);
  }
  f.track = spot.track;
  f.other_track = spot.other_track;
  f.label = spot.label;
  f.id = finding_id(f);
  f.fingerprint = finding_fingerprint(f);
  return f;
}

/// A report of drive "d" with 1000 labels, all of them examined by position_jump and class_change.
Report report_of(const std::vector<Spot>& spots, const std::string& drive = "d") {
  Report report;
  report.drives.push_back(
      {.name = drive, .frames = 100, .label_sets = {{"labels", 1000, 0, 10}, {"vendor", 500, 0, 5}}});
  for (const auto& [id, fault] :
       {std::pair("temporal.position_jump", Fault::position), std::pair("temporal.class_change", Fault::class_),
        std::pair("box.overlap", Fault::position)}) {
    report.checks.push_back({.id = id, .fault = fault});
    report.statuses.push_back({.drive = drive, .label_set = "labels", .check = id, .state = CheckState::completed});
    report.exposure.push_back(
        {.drive = drive, .label_set = "labels", .check = id, .class_name = "car", .labels = 1000});
    report.exposure.push_back({.drive = drive, .label_set = "vendor", .check = id, .class_name = "car", .labels = 500});
  }
  for (const Spot& spot : spots) report.findings.push_back(finding_of(spot, drive));
  return report;
}

KeyRow row_of(const std::string& type, const std::string& track, int begin, int end, double magnitude = 1,
              const std::string& other = {}, const std::string& label = {}) {
  return {"d", type, track, label, other, std::to_string(begin), std::to_string(end), magnitude};
}

Score scored(const std::vector<Spot>& spots, const std::vector<KeyRow>& key, const std::vector<Spot>& baseline = {}) {
  const std::vector<Report> reports{report_of(spots)};
  const std::vector<Report> untouched{report_of(baseline)};
  return score(reports, key, untouched).value();
}

constexpr const char* kJump = "temporal.position_jump";
constexpr const char* kClass = "temporal.class_change";
constexpr const char* kOverlap = "box.overlap";

TEST(Scoring, CountsWhatIsKnown) {
  const std::vector<KeyRow> key{row_of("shift", "1", 10, 10, 0.3), row_of("shift", "2", 20, 20, 0.5),
                                row_of("shift", "3", 30, 30, 0.5), row_of("swap_class", "4", 40, 40),
                                row_of("rotate", "5", 50, 50, 10)};
  const Score s = scored(
      {
          {kJump, Fault::position, "1", 10},                        // hit
          {kJump, Fault::position, "2", 21},                        // hit, a frame beside
          {kJump, Fault::position, "3", 32},                        // two frames beside: elsewhere on a seeded track
          {kClass, Fault::class_, "4", 38, 60},                     // hit, spans the row
          {kJump, Fault::position, "5", 49, 49},                    // hits the rotation, by another fault
          {kJump, Fault::position, "9", 10},                        // false alarm
          {kJump, Fault::position, "8", 80},                        // on the untouched copy too
          {kJump, Fault::position, "1", 10, -1, "", "", "vendor"},  // another label set
      },
      key, {{kJump, Fault::position, "8", 80}});
  EXPECT_EQ(s.labels, 1000U);
  EXPECT_EQ(s.found.hits, 4U);
  EXPECT_EQ(s.found.of, 5U);
  EXPECT_EQ(s.found_by_fault.hits, 3U);
  EXPECT_EQ(s.precision.hits, 4U);
  EXPECT_EQ(s.precision.of, 6U);
  EXPECT_EQ(s.baseline, 1U);
  EXPECT_EQ(s.false_alarms, 2U);
  EXPECT_DOUBLE_EQ(s.false_alarms_per_1000(), 2.0);
  EXPECT_DOUBLE_EQ(s.baseline_per_1000(), 1.0);

  ASSERT_EQ(s.error_types.size(), 3U);
  EXPECT_EQ(s.error_types[1].error_type, "shift");
  EXPECT_EQ(s.error_types[1].found.hits, 2U);
  EXPECT_EQ(s.error_types[1].found.of, 3U);
  EXPECT_EQ(s.error_types[1].precision.hits, 2U);  // of the position findings; the one on the rotation is another's
  EXPECT_EQ(s.error_types[1].precision.of, 4U);
  EXPECT_EQ(s.error_types[0].error_type, "rotate");
  EXPECT_EQ(s.error_types[0].found.hits, 1U);
  EXPECT_EQ(s.error_types[0].found_by_fault.hits, 0U);
  ASSERT_EQ(s.magnitudes.size(), 2U);
  EXPECT_EQ(s.magnitudes[0].magnitude, 0.3);
  EXPECT_EQ(s.magnitudes[0].found.hits, 1U);
  EXPECT_EQ(s.magnitudes[1].found.hits, 1U);
  EXPECT_EQ(s.magnitudes[1].found.of, 2U);

  ASSERT_EQ(s.checks.size(), 3U);
  EXPECT_EQ(s.checks[0].check, kOverlap);
  EXPECT_EQ(s.checks[0].findings, 0U);
  const CheckScore& jump = s.checks[2];
  EXPECT_EQ(jump.check, kJump);
  EXPECT_EQ(jump.findings, 6U);
  EXPECT_EQ(jump.baseline, 1U);
  EXPECT_EQ(jump.hits, 3U);
  EXPECT_EQ(jump.elsewhere, 1U);
  EXPECT_EQ(jump.labels, 1000U);
  EXPECT_DOUBLE_EQ(jump.false_alarms_per_1000(), 2.0);
  EXPECT_EQ(jump.precision.of, 5U);
  EXPECT_EQ(jump.recall.hits, 2U);
  EXPECT_EQ(jump.recall.of, 3U);
  EXPECT_EQ(s.matrix.at("shift").at(kJump), 2U);
  EXPECT_EQ(s.matrix.at("rotate").at(kJump), 1U);
  EXPECT_THAT(s.rows[2].checks, IsEmpty());
  EXPECT_THAT(s.rows[3].checks, ElementsAre(kClass));
}

TEST(Scoring, PartnersAndLabelsCount) {
  const std::vector<KeyRow> key{row_of("shift", "1", 10, 10), row_of("swap_ids", "2", 20, 50, 3, "3"),
                                row_of("duplicate", "4", 30, 30, 0.1, "99"), row_of("drop", "", 0, 0, 1, "", "40:#1")};
  // The overlap is told from its other side; the new id of a duplicate; a swapped partner; a label without a track.
  const Score s = scored({{kOverlap, Fault::position, "7", 10, -1, "", "1"},
                          {kJump, Fault::position, "3", 19},
                          {kJump, Fault::position, "99", 30},
                          {kJump, Fault::position, "", 40, -1, "40:#1"}},
                         key);
  EXPECT_EQ(s.found.hits, 4U);
  EXPECT_EQ(s.precision.hits, 4U);
  // Frames alone are not enough, nor is a neighbour that the finding does not name.
  EXPECT_EQ(scored({{kJump, Fault::position, "7", 10}, {kJump, Fault::position, "1", 12}}, key).found.hits, 0U);
}

TEST(Scoring, BaselineIsRecognisedByIdFingerprintOrLabel) {
  const std::vector<KeyRow> key{row_of("shift", "1", 10, 10)};
  const Spot spot{kJump, Fault::position, "1", 10, -1, "10:1"};
  EXPECT_EQ(scored({spot}, key, {spot}).found.hits, 0U);
  // Another id: the finding now also names a second label.
  Spot same_label = spot;
  same_label.other_track = "5";
  EXPECT_EQ(scored({spot}, key, {same_label}).baseline, 1U);
  // Another track id but the same fault, place, time and class.
  Spot renamed = spot;
  renamed.track = "1b";
  renamed.label = "10:1b";
  EXPECT_EQ(scored({spot}, key, {renamed}).baseline, 1U);
  // Another check's finding is no excuse.
  Spot other_check = spot;
  other_check.check = kOverlap;
  EXPECT_EQ(scored({spot}, key, {other_check}).found.hits, 1U);
}

TEST(Scoring, AnErrorOfTheWholeDriveIsHitByItsFaultAnywhere) {
  const std::vector<KeyRow> key{row_of("shrink_batch", "", 0, 99, 0.95)};
  EXPECT_EQ(scored({{"dataset.size_drift", Fault::size, "", -1}}, key).found.hits, 1U);
  EXPECT_EQ(scored({{"temporal.size_change", Fault::size, "4", 7}}, key).found.hits, 1U);
  EXPECT_EQ(scored({{kJump, Fault::position, "4", 7}}, key).found.hits, 0U);
}

TEST(Scoring, AMissingObjectHasNoName) {
  const std::vector<KeyRow> key{row_of("drop", "1", 10, 12, 3), row_of("shift", "2", 10, 10),
                                row_of("shift", "3", 50, 50)};
  const Spot beside_drop{"points.unlabelled_object", Fault::missing, "", 11};
  const Spot beside_shift{"points.unlabelled_object", Fault::missing, "", 50};
  const Score s = scored({beside_drop, beside_shift}, key);
  EXPECT_THAT(s.rows[0].checks, ElementsAre("points.unlabelled_object"));
  EXPECT_TRUE(s.rows[0].found_by_fault);
  EXPECT_THAT(s.rows[1].checks, IsEmpty());
  EXPECT_THAT(s.rows[2].checks, ElementsAre("points.unlabelled_object"));
  EXPECT_FALSE(s.rows[2].found_by_fault);
  // Without the untouched copy nothing says that it comes from the shift.
  const std::vector<Report> reports{report_of({beside_shift})};
  EXPECT_EQ(score(reports, key, {}).value().found.hits, 0U);
  EXPECT_EQ(scored({{"rig.pose", Fault::rig, "", 50}}, key).found.hits, 0U);
}

TEST(Scoring, ConsequencesHitWhatTheirCauseHits) {
  std::vector<Report> reports{report_of({{kJump, Fault::position, "1", 10}, {kJump, Fault::position, "6", 70}})};
  reports[0].findings[1].root_cause = reports[0].findings[0].id;
  const std::vector<KeyRow> key{row_of("shift", "1", 10, 10)};
  EXPECT_EQ(score(reports, key, {}).value().precision.hits, 2U);
  EXPECT_EQ(score(reports, key, {}).value().false_alarms, 0U);
}

TEST(Scoring, FrameNamesThatAreNoNumbersNeedTheFrames) {
  std::vector<Report> reports{report_of({{kJump, Fault::position, "1", 10}})};
  reports[0].findings[0].frame = reports[0].findings[0].frame_end = "token-k";
  std::vector<KeyRow> key{row_of("shift", "1", 0, 0)};
  key[0].frame_begin = key[0].frame_end = "token-k";
  EXPECT_EQ(score(reports, key, {}).value().found.hits, 1U);
  key[0].frame_begin = key[0].frame_end = "token-j";
  const Score unknown = score(reports, key, {}).value();
  EXPECT_EQ(unknown.found.hits, 0U);
  EXPECT_THAT(unknown.notes, testing::Contains(HasSubstr("--keep-measurements")));
  reports[0].measurements.emplace_back();
  Drive& drive = reports[0].measurements[0].drive;
  drive.name = "d";
  for (char c = 'a'; c <= 'p'; ++c) drive.frames.push_back(std::string("token-") + c, kNoTime, std::nullopt);
  const Score known = score(reports, key, {}).value();
  EXPECT_EQ(known.found.hits, 1U);
  EXPECT_THAT(known.notes, testing::Not(testing::Contains(HasSubstr("--keep-measurements"))));
}

TEST(Scoring, WhatWasNotValidatedCountsNowhere) {
  std::vector<KeyRow> key{row_of("shift", "1", 10, 10), row_of("shift", "1", 10, 10)};
  key[1].drive = "absent";
  const std::vector<Report> reports{report_of({{kJump, Fault::position, "1", 10}})};
  const Score s = score(reports, key, {}).value();
  EXPECT_EQ(s.found.of, 1U);
  EXPECT_FALSE(s.rows[1].validated);
  EXPECT_THAT(s.notes, testing::Contains(HasSubstr("1 key rows are of drives without a report")));
  key.erase(key.begin());
  EXPECT_FALSE(score(reports, key, {}).ok());
  const std::vector<Report> twice{report_of({}), report_of({})};
  EXPECT_FALSE(score(twice, std::vector<KeyRow>{row_of("shift", "1", 1, 1)}, {}).ok());
}

TEST(Scoring, PrecisionOfTheFirstFaultsIsThatOfTheMergedRanking) {
  std::vector<Spot> spots;
  std::vector<KeyRow> key;
  // Eleven faults; the first six are seeded, and each has two findings.
  for (int i = 0; i < 11; ++i) {
    spots.push_back({kJump, Fault::position, std::to_string(i), 10});
    spots.push_back({kOverlap, Fault::position, std::to_string(i), 10});
    if (i < 6) key.push_back(row_of("shift", std::to_string(i), 10, 10));
  }
  std::vector<Report> reports{report_of(spots)};
  for (std::size_t f = 0; f < reports[0].findings.size(); ++f) {
    Finding& finding = reports[0].findings[f];
    finding.severity = Severity::error;
    finding.score = 1 - 0.05 * static_cast<double>(f / 2);
  }
  const Score s = score(reports, key, {}).value();
  ASSERT_EQ(s.top.size(), 3U);
  EXPECT_EQ(s.top[0].faults, 10U);
  EXPECT_EQ(s.top[0].precision.hits, 6U);
  EXPECT_EQ(s.top[0].precision.of, 10U);
  EXPECT_EQ(s.top[1].precision.of, 11U);
}

TEST(Scoring, AnEmptyKeyCountsFalseAlarms) {
  const Score s = scored({{kJump, Fault::position, "1", 10}}, {});
  EXPECT_EQ(s.false_alarms, 1U);
  EXPECT_EQ(s.found.of, 0U);
  EXPECT_TRUE(std::isnan(s.found.value()));
}

// Against published values of Wilson's interval (Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29).
TEST(Scoring, WilsonIntervals) {
  const auto near = [](const Share& share, double low, double high) {
    EXPECT_NEAR(share.low(), low, 5e-5);
    EXPECT_NEAR(share.high(), high, 5e-5);
  };
  near({81, 263}, 0.2553, 0.3662);
  near({15, 148}, 0.0624, 0.1605);
  near({0, 20}, 0.0000, 0.1611);
  near({1, 29}, 0.0061, 0.1718);
  EXPECT_EQ((Share{7, 7}.high()), 1.0);
  EXPECT_EQ((Share{0, 0}.low()), 0.0);
  EXPECT_EQ((Share{0, 0}.high()), 1.0);
}

}  // namespace
}  // namespace concord::tests
