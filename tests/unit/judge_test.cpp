// The judge: statuses, what is left out, ids, exposure, order, and the sentences.

#include "concord/judge.hpp"

#include <gmock/gmock.h>

#include <map>
#include <set>

#include "concord/measure.hpp"
#include "tests/support/scene.hpp"

namespace concord {
namespace {

using testing::HasSubstr;

Drive drive_of(const std::string& yaml) {
  auto scenes = tests::parse_scenes("```yaml\nscene: test\n" + yaml + "expect: []\n```\n", "", "test");
  if (!scenes.ok()) throw std::logic_error(scenes.error().text());
  return std::move(scenes->at(0).drive);
}

Result<Judgement> judged(const Drive& drive, const JudgeOptions& options = {}, const Profile& profile = Profile()) {
  static const std::unique_ptr<Measurer> kMeasurer = [] {
    DeviceOptions device;
    device.device = "cpu";
    return Measurer::create(device).value();
  }();
  return judge(drive, kMeasurer->measure(drive).value(), profile, options);
}

std::string reason_of(const Judgement& judgement, std::string_view check) {
  for (const StatusRow& status : judgement.statuses) {
    if (status.check == check) return std::string(to_string(status.state)) + ": " + status.reason;
  }
  return "none";
}

const std::string kFlippedCar =
    "frames: 20\n"
    "tracks:\n"
    "  - {id: A, class: car, start: [20, 3, 0.8], velocity: [8, 0, 0], at: {9: {turn_deg: 180}}}\n"
    "  - {id: B, class: car, start: [40, -4, 0.8]}\n";

TEST(Judge, EveryCheckHasExactlyOneStatusPerLabelSet) {
  Drive drive = drive_of(kFlippedCar);
  LabelSet second = drive.label_sets[0];
  second.name = "second";
  drive.label_sets.push_back(second);
  const auto judgement = judged(drive, {.only = {}, .skip = {"box"}});
  std::map<std::pair<std::string, std::string>, int> seen;
  for (const StatusRow& status : judgement->statuses) ++seen[{status.label_set, status.check}];
  EXPECT_EQ(seen.size(), 2 * checks().size());
  for (const auto& [key, count] : seen) EXPECT_EQ(count, 1) << key.first << " " << key.second;
  std::set<std::string> sets;
  for (const Finding& finding : judgement->findings) sets.insert(finding.label_set);
  EXPECT_THAT(sets, testing::ElementsAre("labels", "second"));
}

TEST(Judge, MissingInputIsSkippedWithItsReason) {
  const auto no_poses = judged(drive_of("poses: none\n" + kFlippedCar));
  EXPECT_EQ(reason_of(*no_poses, "temporal.speed_implausible"), "skipped: no ego poses");
  EXPECT_EQ(reason_of(*no_poses, "temporal.heading_flip"), "completed: ");
  // Without clouds nobody knows whether an object was there.
  for (const char* check : {"temporal.late_start", "temporal.early_end"}) {
    EXPECT_EQ(reason_of(*no_poses, check), "skipped: no LiDAR clouds");
  }

  const auto no_times = judged(drive_of("times_s: none\n" + kFlippedCar));
  EXPECT_EQ(reason_of(*no_times, "schema.timestamps"), "skipped: no timestamps");
  EXPECT_EQ(reason_of(*no_times, "temporal.acceleration_implausible"), "skipped: no timestamps");
  EXPECT_EQ(reason_of(*no_times, "temporal.position_jump"), "completed: ");

  const auto no_tracks = judged(drive_of("frames: 3\ntracks: [{class: car, start: [20, 3, 0.8]}]\n"));
  for (const CheckInfo& check : checks()) {
    if (check.id.starts_with("temporal.")) {
      EXPECT_EQ(reason_of(*no_tracks, check.id), "skipped: labels have no tracks");
    }
  }
  EXPECT_EQ(reason_of(*no_tracks, "schema.attribute_value"), "skipped: the format defines no attribute values");

  Drive assumed = drive_of(kFlippedCar);
  assumed.frames.time_assumed = true;
  EXPECT_EQ(reason_of(*judged(assumed), "schema.timestamps"), "skipped: timestamps are assumed, not recorded");
  const auto visible = judged(drive_of("extent: visible\n" + kFlippedCar));
  EXPECT_EQ(reason_of(*visible, "temporal.size_change"), "skipped: cuboids cover only the visible extent");
}

TEST(Judge, SkippedChecksExamineNothingAndFindNothing) {
  const auto judgement = judged(drive_of(kFlippedCar), {.only = {}, .skip = {"temporal.heading_flip"}});
  for (const Finding& finding : judgement->findings) EXPECT_NE(finding.check, "temporal.heading_flip");
  for (const ExposureRow& row : judgement->exposure) EXPECT_NE(row.check, "temporal.heading_flip");
  for (const StatusRow& status : judgement->statuses) {
    if (status.check == "temporal.heading_flip") {
      EXPECT_EQ(status.frames_examined, 0);
      EXPECT_EQ(status.frames_skipped, 20);
    } else if (status.state == CheckState::completed) {
      EXPECT_EQ(status.frames_examined, 20);
    }
  }
}

TEST(Judge, OnlyAndSkipTakeIdsAndFamilies) {
  const Drive drive = drive_of(kFlippedCar);
  const auto only = judged(drive, {.only = {"temporal"}, .skip = {"temporal.gap"}});
  EXPECT_EQ(reason_of(*only, "temporal.heading_flip"), "completed: ");
  EXPECT_EQ(reason_of(*only, "temporal.gap"), "skipped: left out by --skip");
  EXPECT_EQ(reason_of(*only, "box.duplicate"), "skipped: left out by --only");
  const auto disabled = judged(drive, {}, Profile::parse("checks: {box.duplicate: {enabled: false}}", "p").value());
  EXPECT_EQ(reason_of(*disabled, "box.duplicate"), "skipped: disabled by profile");
}

TEST(Judge, UnknownNamesAreErrorsWithNearMatches) {
  const Drive drive = drive_of(kFlippedCar);
  const auto check = judged(drive, {.only = {"temporal.heading_flp"}, .skip = {}});
  ASSERT_FALSE(check.ok());
  EXPECT_EQ(check.error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(check.error().where, "--only");
  EXPECT_THAT(check.error().message, HasSubstr("temporal.heading_flip"));
  const auto family = judged(drive, {.only = {}, .skip = {"temporel"}});
  ASSERT_FALSE(family.ok());
  EXPECT_THAT(family.error().message, HasSubstr("temporal"));
}

TEST(Judge, DriveWithoutLabelsOrFramesIsCompletedWithoutExposure) {
  const auto unlabelled = judged(drive_of("frames: 5\ntracks: []\n"));
  ASSERT_TRUE(unlabelled.ok());
  EXPECT_TRUE(unlabelled->findings.empty());
  EXPECT_TRUE(unlabelled->exposure.empty());
  EXPECT_EQ(reason_of(*unlabelled, "temporal.heading_flip"), "completed: ");
  Drive empty;
  empty.name = "empty";
  empty.taxonomy = std::make_shared<const Taxonomy>(Taxonomy::builtin("").value());
  LabelSet set;
  set.name = "labels";
  set.finish(0);
  empty.label_sets.push_back(std::move(set));
  const auto judgement = judged(empty);
  ASSERT_TRUE(judgement.ok());
  EXPECT_TRUE(judgement->findings.empty());
  EXPECT_EQ(judgement->statuses.size(), checks().size());
}

TEST(Judge, MeasurementsOfOtherLabelsAreABug) {
  const Drive drive = drive_of(kFlippedCar);
  EXPECT_THROW((void)judge(drive, {}, Profile(), {}), std::logic_error);
  const std::vector<LabelSetMeasurements> empty(1);
  EXPECT_THROW((void)judge(drive, empty, Profile(), {}), std::logic_error);
}

TEST(Findings, HaveTheirCommonColumns) {
  const auto judgement = judged(drive_of("ego: {speed_mps: 5}\n" + kFlippedCar));
  ASSERT_EQ(judgement->findings.size(), 1);
  const Finding& f = judgement->findings[0];
  EXPECT_EQ(f.check, "temporal.heading_flip");
  EXPECT_EQ(f.drive, "scene");
  EXPECT_EQ(f.label_set, "labels");
  EXPECT_EQ(f.track, "A");
  EXPECT_EQ(f.label, "9:A");
  EXPECT_EQ(f.class_name, "car");
  EXPECT_EQ(f.frame, "9");
  EXPECT_EQ(f.frame_index, 9);
  EXPECT_EQ(f.time_ns, 900'000'000);
  EXPECT_EQ(f.severity, Severity::error);
  EXPECT_EQ(f.fault, Fault::heading);
  EXPECT_EQ(f.scope, Scope::label);
  // The place is the world's, not the ego's.
  EXPECT_NEAR(f.x_m, 27.2, 1e-9);
  EXPECT_NEAR(f.y_m, 3, 1e-9);
  EXPECT_NEAR(f.value, 3.14159, 1e-4);
  EXPECT_EQ(f.unit, "rad");
  EXPECT_GT(f.score, 0.7);
  EXPECT_LE(f.score, 1.0);
  EXPECT_EQ(f.id, finding_id(f));
  EXPECT_EQ(f.fingerprint, finding_fingerprint(f));
  EXPECT_THAT(render_message(f), HasSubstr("car A"));
  EXPECT_THAT(render_message(f), HasSubstr("180"));
  EXPECT_THAT(render_message(f), HasSubstr("in frame 9"));
}

TEST(Findings, SeverityComesFromTheProfile) {
  const auto profile = Profile::parse("checks: {temporal.heading_flip: {severity: info}}", "p").value();
  EXPECT_EQ(judged(drive_of(kFlippedCar), {}, profile)->findings.at(0).severity, Severity::info);
}

const std::string kManyFaults =
    "frames: 30\n"
    "tracks:\n"
    "  - {id: A, class: car, start: [20, 3, 0.8], velocity: [8, 0, 0], at: {9: {turn_deg: 180}, 20: {shift_m: [0, 2, "
    "0]}}}\n"
    "  - {id: B, class: car, start: [40, -4, 0.8], skip: [5, 12], at: {15: {class: truck}, 17: {scale: [1.5, 1, 1]}}}\n"
    "  - {class: car, start: [40.1, -4, 0.8]}\n"
    "  - {class: car, start: [40.2, -4, 0.8]}\n"
    "  - {id: C, class: pedestrian, start: [10, 9, 0.9], size: [0.6, 0.6, 4], first: 10, last: 10}\n";

TEST(Findings, IdsAreUniqueAndStable) {
  const auto first = judged(drive_of(kManyFaults));
  const auto second = judged(drive_of(kManyFaults));
  ASSERT_GT(first->findings.size(), 50);  // three labels on each other in each of 30 frames, and more
  std::set<std::string> ids;
  for (const Finding& finding : first->findings) EXPECT_TRUE(ids.insert(finding.id).second) << finding.check;
  ASSERT_EQ(first->findings.size(), second->findings.size());
  for (std::size_t i = 0; i < first->findings.size(); ++i) {
    EXPECT_EQ(first->findings[i].id, second->findings[i].id);
    EXPECT_EQ(first->findings[i].fingerprint, second->findings[i].fingerprint);
  }
  for (const Proposal& proposal : first->proposals) EXPECT_TRUE(ids.contains(proposal.finding)) << proposal.field;
}

TEST(Findings, AreSortedByFrameThenCheckThenTrack) {
  const auto judgement = judged(drive_of(kManyFaults));
  for (std::size_t i = 1; i < judgement->findings.size(); ++i) {
    const Finding& a = judgement->findings[i - 1];
    const Finding& b = judgement->findings[i];
    EXPECT_LE(std::tie(a.frame_index, a.check, a.track), std::tie(b.frame_index, b.check, b.track));
  }
}

TEST(Findings, ScoresLieBetweenZeroAndOneAndGrowWithTheFault) {
  double previous = -1;
  for (const std::string shift : {"0.6", "1", "2", "5", "50", "1e6"}) {
    const auto judgement =
        judged(drive_of("frames: 20\ntracks: [{id: A, class: car, start: [20, 3, 0.8], at: {9: {shift_m: [0, " + shift +
                        ", 0]}}}]\n"),
               {.only = {"temporal.position_jump"}, .skip = {}});
    ASSERT_EQ(judgement->findings.size(), 1) << shift;
    EXPECT_GT(judgement->findings[0].score, previous) << shift;
    EXPECT_LE(judgement->findings[0].score, 1);
    previous = judgement->findings[0].score;
  }
  const auto judgement = judged(drive_of(kManyFaults));
  for (const Finding& finding : judgement->findings) {
    EXPECT_GE(finding.score, 0) << finding.check;
    EXPECT_LE(finding.score, 1) << finding.check;
  }
}

TEST(Exposure, CountsEachExaminedLabelOnceInItsBand) {
  const auto judgement =
      judged(drive_of("frames: 10\n"
                      "tracks:\n"
                      "  - {id: A, class: car, start: [20, 0, 0.8]}\n"
                      "  - {id: B, class: car, start: [35, 0, 0.8], last: 3}\n"
                      "  - {id: C, class: bus, start: [80, 0, 1.6]}\n"
                      "  - {class: ignore, start: [50, 9, 0]}\n"));
  std::map<std::pair<std::string, std::string>, std::uint64_t> heading, size;
  for (const ExposureRow& row : judgement->exposure) {
    if (row.check == "temporal.heading_flip") heading[{row.class_name, row.range_band}] += row.labels;
    if (row.check == "box.size_implausible") size[{row.class_name, row.range_band}] += row.labels;
  }
  const std::map<std::pair<std::string, std::string>, std::uint64_t> expected{
      {{"car", "0-30"}, 10}, {{"car", "30-50"}, 4}, {{"bus", "50+"}, 10}};
  EXPECT_EQ(heading, expected);
  EXPECT_EQ(size, expected);
}

TEST(Exposure, NoCheckExaminesMoreLabelsThanThereAre) {
  const Drive drive = drive_of(kManyFaults);
  std::map<std::string, std::uint64_t> labels;
  const auto judgement = judged(drive);
  for (const ExposureRow& row : judgement->exposure) labels[row.check] += row.labels;
  for (const auto& [check, count] : labels) EXPECT_LE(count, drive.label_sets[0].size()) << check;
}

TEST(Messages, FillTheirTemplateOnce) {
  Finding finding;
  finding.check = "temporal.heading_flip";
  finding.class_name = "car";
  finding.track = "{value_deg}{label}";  // braces in a dataset's id are text
  finding.value = 3.1;
  finding.frame = "3";
  finding.frame_end = "5";
  const std::string message = render_message(finding);
  EXPECT_THAT(message, HasSubstr("car {value_deg}{label}"));
  EXPECT_THAT(message, HasSubstr("in frames 3 to 5"));
}

TEST(Messages, OfUnknownChecksStillSaySomething) {
  Finding finding;
  finding.check = "future.check";
  finding.label = "7";
  finding.value = 2;
  EXPECT_THAT(render_message(finding), testing::AllOf(HasSubstr("future.check"), HasSubstr("object 7")));
}

TEST(Messages, LeaveNoPlaceholder) {
  for (const CheckInfo& check : checks()) {
    Finding finding;
    finding.check = check.id;
    EXPECT_EQ(render_message(finding).find('{'), std::string::npos) << check.id << ": " << render_message(finding);
  }
}

}  // namespace
}  // namespace concord
