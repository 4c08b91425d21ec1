// Tracks that are meant to break the temporal checks: none may crash, hang or fail, and each must say what it did.

#include <gmock/gmock.h>

#include <cmath>

#include "concord/judge.hpp"
#include "concord/measure.hpp"
#include "tests/support/devices.hpp"

namespace concord::tests {
namespace {

constexpr TimeNs kPeriodNs = 100'000'000;

class DriveBuilder {
 public:
  DriveBuilder() {
    drive_.name = "made up";
    drive_.taxonomy = std::make_shared<const Taxonomy>(Taxonomy::builtin("").value());
    set_.name = "labels";
    car_ = *drive_.taxonomy->find("car");
  }
  void frame(TimeNs time_ns, bool with_pose = true, double ego_x_m = 0) {
    drive_.frames.push_back(
        std::to_string(drive_.frames.size()), time_ns,
        with_pose ? std::optional<SE3>(make_se3(Vec3(ego_x_m, 0, 0), Quat::Identity())) : std::nullopt);
  }
  void label(const std::string& track, double x_m, double y_m = 0) {
    const auto frame = static_cast<std::uint32_t>(drive_.frames.size() - 1);
    set_.push_back(frame, std::to_string(frame) + ":" + track + "#" + std::to_string(set_.size()),
                   set_.tracks.intern(track), car_, "car",
                   {Vec3(x_m, y_m, 0.8), Vec3(4.5, 1.8, 1.5), Quat::Identity()});
  }
  Judgement judged() {
    set_.finish(drive_.frames.size());
    drive_.label_sets.push_back(std::move(set_));
    const auto measured = measurer_on("cpu")->measure(drive_).value();
    Judgement judgement = judge(drive_, measured, Profile(), {}).value();
    for (const StatusRow& status : judgement.statuses) {
      EXPECT_NE(status.state, CheckState::failed) << status.check << ": " << status.reason;
    }
    return judgement;
  }

 private:
  Drive drive_;
  LabelSet set_;
  ClassCode car_ = 0;
};

StatusRow status_of(const Judgement& judgement, const std::string& check) {
  for (const StatusRow& status : judgement.statuses) {
    if (status.check == check) return status;
  }
  return {};
}

std::vector<std::string> temporal_findings(const Judgement& judgement) {
  std::vector<std::string> checks;
  for (const Finding& finding : judgement.findings) {
    if (finding.check.starts_with("temporal.") || finding.check.starts_with("rig.")) checks.push_back(finding.check);
  }
  return checks;
}

TEST(TemporalRobustness, TracksOfOneLabel) {
  DriveBuilder builder;
  for (int f = 0; f < 5; ++f) {
    builder.frame(f * kPeriodNs);
    builder.label("only " + std::to_string(f), 30.0 * f);
  }
  const Judgement judgement = builder.judged();
  for (const char* check : {"temporal.outlier_frame", "temporal.time_lag", "temporal.id_split", "temporal.id_swap"}) {
    EXPECT_EQ(status_of(judgement, check).state, CheckState::completed) << check;
  }
  EXPECT_THAT(temporal_findings(judgement), testing::IsEmpty());
}

TEST(TemporalRobustness, DuplicateTimesAndDuplicateLabels) {
  DriveBuilder builder;
  for (int f = 0; f < 30; ++f) {
    builder.frame(f / 2 * kPeriodNs);
    builder.label("A", 0.4 * f);
    if (f % 3 == 0) builder.label("A", 0.4 * f + 5);
  }
  const Judgement judgement = builder.judged();
  EXPECT_EQ(status_of(judgement, "temporal.outlier_frame").state, CheckState::completed);
  EXPECT_EQ(status_of(judgement, "temporal.speed_implausible").state, CheckState::completed);
  EXPECT_THAT(temporal_findings(judgement), testing::Not(testing::Contains("temporal.speed_implausible")));
}

TEST(TemporalRobustness, TwoFramesAtEachTimeAreNoSpeed) {
  DriveBuilder builder;
  for (int f = 0; f < 40; ++f) {
    builder.frame(f / 2 * kPeriodNs);
    builder.label("A", 0.8 * (f / 2));
  }
  EXPECT_THAT(temporal_findings(builder.judged()), testing::IsEmpty());
}

TEST(TemporalRobustness, ThousandsOfTracksThatAllEndAtOneTime) {
  DriveBuilder builder;
  for (int f = 0; f < 2000; ++f) {
    builder.frame(0);
    for (int i = 0; i < 10; ++i) builder.label(std::to_string(f / 5) + "/" + std::to_string(i), 0.1 * f, 10 * i);
  }
  EXPECT_EQ(status_of(builder.judged(), "temporal.id_split").state, CheckState::completed);
}

TEST(TemporalRobustness, WithoutTimesSpeedsAreNotCheckedAndPlacesAre) {
  DriveBuilder builder;
  for (int f = 0; f < 30; ++f) {
    builder.frame(kNoTime);
    builder.label("A", 0.8 * f, f == 15 ? 0.7 : 0);
  }
  const Judgement judgement = builder.judged();
  EXPECT_EQ(status_of(judgement, "temporal.speed_implausible").state, CheckState::skipped);
  EXPECT_EQ(status_of(judgement, "temporal.speed_implausible").reason, "no timestamps");
  EXPECT_THAT(temporal_findings(judgement), testing::Contains("temporal.outlier_frame"));
}

TEST(TemporalRobustness, TimeThatRunsBackwardsIsStillTime) {
  DriveBuilder builder;
  for (int f = 0; f < 30; ++f) {
    builder.frame((30 - f) * kPeriodNs);
    builder.label("A", 0.8 * f, f == 15 ? 0.7 : 0);
  }
  const auto checks = temporal_findings(builder.judged());
  EXPECT_THAT(checks, testing::Contains("temporal.outlier_frame"));
  EXPECT_THAT(checks, testing::Not(testing::Contains("temporal.speed_implausible")));
}

TEST(TemporalRobustness, AGapOfMinutesSaysNothing) {
  DriveBuilder builder;
  for (int f = 0; f < 40; ++f) {
    builder.frame(f * kPeriodNs + (f < 20 ? 0 : 300'000'000'000));
    builder.label("A", 20 + 0.8 * f + (f < 20 ? 0 : 40));
  }
  const Judgement judgement = builder.judged();
  EXPECT_THAT(temporal_findings(judgement), testing::IsEmpty());
  EXPECT_EQ(status_of(judgement, "temporal.outlier_frame").frames_examined, 40);
}

TEST(TemporalRobustness, WithoutPosesTheWorldIsNotCheckedAndTheRestIs) {
  DriveBuilder builder;
  for (int f = 0; f < 30; ++f) {
    builder.frame(f * kPeriodNs, false);
    builder.label("A", 0.8 * f, f == 15 ? 0.7 : 0);
  }
  const Judgement judgement = builder.judged();
  for (const char* check : {"temporal.time_lag", "temporal.jitter", "temporal.static_object_moves",
                            "temporal.impossible_motion", "temporal.id_merge", "rig.ego_pose_jump"}) {
    const StatusRow status = status_of(judgement, check);
    EXPECT_EQ(status.state, CheckState::skipped) << check;
    EXPECT_EQ(status.reason, "no ego poses") << check;
  }
  EXPECT_THAT(temporal_findings(judgement), testing::Contains("temporal.outlier_frame"));
}

TEST(TemporalRobustness, TheLagOfAWholeTrackIsNotChecked) {
  DriveBuilder builder;
  for (int f = 0; f < 30; ++f) {
    builder.frame(f * kPeriodNs);
    builder.label("A", 0.8 * f);
  }
  const StatusRow status = status_of(builder.judged(), "temporal.time_lag");
  EXPECT_EQ(status.state, CheckState::completed);
  EXPECT_THAT(status.reason, testing::HasSubstr("whole track is not checked"));
}

TEST(TemporalRobustness, ATrackOfAHundredThousandLabels) {
  DriveBuilder builder;
  for (int f = 0; f < 100'000; ++f) {
    builder.frame(f * kPeriodNs, true, 0.8 * f);
    builder.label("A", 10, f % 1000 == 500 ? 1.0 : 0);
  }
  const auto checks = temporal_findings(builder.judged());
  EXPECT_EQ(std::count(checks.begin(), checks.end(), "temporal.outlier_frame"), 100);
}

// As many steps as a track can have: what compares them with each other must not take their square.
TEST(TemporalRobustness, ATrackThatLeapsAllTheTime) {
  DriveBuilder builder;
  for (int f = 0; f < 100'000; ++f) {
    builder.frame(f * kPeriodNs, true, 0.8 * f);
    builder.label("A", 10, f / 9 % 2 == 0 ? 0 : 4);
  }
  const Judgement judgement = builder.judged();
  EXPECT_GT(std::count_if(judgement.findings.begin(), judgement.findings.end(),
                          [](const Finding& finding) { return finding.check == "temporal.position_jump"; }),
            5000);
}

TEST(TemporalRobustness, ThousandsOfLabelsAtOneTime) {
  DriveBuilder builder;
  builder.frame(0);
  for (int i = 0; i < 3000; ++i) builder.label("A", 0.1 * i);
  builder.judged();
}

}  // namespace
}  // namespace concord::tests
