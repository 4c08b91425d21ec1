// What findings and their proposals make of a drive's labels: spans, conflicts, order, tracks, and what is left alone.

#include "concord/fixing.hpp"

#include <gmock/gmock.h>

#include <fmt/format.h>
#include <algorithm>
#include <fstream>
#include <limits>
#include <numbers>
#include <sstream>

#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr std::uint32_t kFrames = 10;

/// Two cars, A and B, in ten frames; A turns by 0.1 rad a frame and stands on a slope.
Drive two_cars() {
  Drive drive;
  drive.name = "d";
  drive.taxonomy = std::make_shared<const Taxonomy>(Taxonomy::builtin("synthetic").value());
  LabelSet set;
  set.name = "labels";
  const ClassCode car = *drive.taxonomy->find("car");
  const std::uint32_t a = set.tracks.intern("A"), b = set.tracks.intern("B");
  for (std::uint32_t f = 0; f < kFrames; ++f) {
    drive.frames.push_back(std::to_string(f), f * 100'000'000LL, std::nullopt);
    const Quat turned = quat_from_ypr(0.1 * f, 0.05, 0);
    set.push_back(f, fmt::format("{}:A", f), a, car, "car", {Vec3(10 + f, 3, 1), Vec3(4, 2, 1.5), turned});
    set.push_back(f, fmt::format("{}:B", f), b, car, "car", {Vec3(10 + f, -3, 1), Vec3(4, 2, 1.5), Quat::Identity()});
  }
  set.finish(kFrames);
  drive.label_sets.push_back(std::move(set));
  return drive;
}

Finding finding_of(const std::string& id, const std::string& track, std::uint32_t first, std::uint32_t last,
                   const std::string& check = "temporal.outlier_frame", double score = 0.5) {
  Finding f;
  f.id = id;
  f.drive = "d";
  f.label_set = "labels";
  f.check = check;
  f.fault = Fault::position;
  f.scope = first == last ? Scope::label : Scope::span;
  f.frame = std::to_string(first);
  f.frame_end = std::to_string(last);
  f.frame_index = first;
  f.frame_index_end = last;
  f.track = track;
  f.label = f.frame + ":" + track;
  f.severity = Severity::warning;
  f.score = score;
  return f;
}

Proposal number(const std::string& finding, const std::string& field, double value, const std::string& label = "") {
  return {.finding = finding, .field = field, .value = value, .text = "", .unit = "", .label = label};
}
Proposal text(const std::string& finding, const std::string& field, const std::string& value,
              const std::string& label = "") {
  return {.finding = finding, .field = field, .text = value, .unit = "", .label = label};
}

std::uint64_t count(const DriveCorrections& made, FixOutcome outcome) {
  return made.findings[static_cast<std::size_t>(outcome)];
}

const LabelEdit* edit_of(const DriveCorrections& made, const std::string& label) {
  const auto found =
      std::find_if(made.edits.begin(), made.edits.end(), [&](const LabelEdit& edit) { return edit.label == label; });
  return found == made.edits.end() ? nullptr : &*found;
}

Cuboid box_of(const Drive& drive, std::uint32_t row) { return drive.label_sets.front().cuboid.at(row); }

TEST(Fixing, ASharedShiftMovesEachLabelOfTheSpanInItsOwnAxes) {
  const Drive drive = two_cars();
  const Cuboid first = box_of(drive, 4);
  const Vec3 moved = first.center_m + first.rotation * Vec3(0.5, 0, 0);
  const std::vector<Finding> findings{finding_of("f", "A", 2, 5)};
  const std::vector<Proposal> proposals{number("f", "x_m", moved.x()), number("f", "y_m", moved.y()),
                                        number("f", "z_m", moved.z())};
  const DriveCorrections made = plan_corrections(drive, findings, proposals, {});
  EXPECT_EQ(made.changed, 4U);
  ASSERT_THAT(made.edits, SizeIs(4));
  for (std::uint32_t f = 2; f <= 5; ++f) {
    const Cuboid was = box_of(drive, 2 * f), now = *edit_of(made, fmt::format("{}:A", f))->cuboid;
    const Vec3 own = was.rotation.conjugate() * (now.center_m - was.center_m);
    EXPECT_LT((own - Vec3(0.5, 0, 0)).norm(), 1e-12) << f;
    EXPECT_EQ(now.size_m, was.size_m);
  }
  EXPECT_TRUE(std::all_of(made.log.begin(), made.log.end(), [](const LabelChange& change) {
    return change.outcome == FixOutcome::applied && change.finding == "f" && change.unit == "m";
  }));
}

TEST(Fixing, AHeightAloneIsVerticalWhateverTheTilt) {
  const Drive drive = two_cars();
  const std::vector<Finding> findings{finding_of("f", "A", 0, 3)};
  const std::vector<Proposal> proposals{number("f", "z_m", 1.4)};
  const DriveCorrections made = plan_corrections(drive, findings, proposals, {});
  ASSERT_THAT(made.edits, SizeIs(4));
  for (std::uint32_t f = 0; f <= 3; ++f) {
    const Vec3 way = edit_of(made, fmt::format("{}:A", f))->cuboid->center_m - box_of(drive, 2 * f).center_m;
    EXPECT_LT((way - Vec3(0, 0, 0.4)).norm(), 1e-12);
  }
}

TEST(Fixing, AFlippedBoxKeepsTheGroundThatItStandsOn) {
  const Drive drive = two_cars();
  const std::vector<Finding> findings{finding_of("f", "A", 3, 4)};
  const double yaw = yaw_of(box_of(drive, 6).rotation);
  const std::vector<Proposal> proposals{number("f", "yaw_rad", wrap_angle(yaw + std::numbers::pi))};
  const DriveCorrections made = plan_corrections(drive, findings, proposals, {});
  for (std::uint32_t f = 3; f <= 4; ++f) {
    const Quat was = box_of(drive, 2 * f).rotation, now = edit_of(made, fmt::format("{}:A", f))->cuboid->rotation;
    EXPECT_LT((now * Vec3::UnitX() + was * Vec3::UnitX()).norm(), 1e-9);
    EXPECT_LT((now * Vec3::UnitZ() - was * Vec3::UnitZ()).norm(), 1e-9);
  }
}

TEST(Fixing, ASizeAloneIsOneForAllAndWithACentreItGrowsTheSeenFace) {
  Drive drive = two_cars();
  Cuboid odd = box_of(drive, 6);
  odd.size_m.x() = 3;
  drive.label_sets.front().cuboid.set(6, odd);
  const std::vector<Finding> alone{finding_of("f", "A", 2, 3)};
  DriveCorrections made = plan_corrections(drive, alone, std::vector<Proposal>{number("f", "length_m", 4.5)}, {});
  EXPECT_NEAR(edit_of(made, "2:A")->cuboid->size_m.x(), 4.5, 1e-12);
  EXPECT_NEAR(edit_of(made, "3:A")->cuboid->size_m.x(), 4.5, 1e-12);

  const Cuboid first = box_of(drive, 4);
  const Vec3 centre = first.center_m + first.rotation * Vec3(0.25, 0, 0);
  const std::vector<Proposal> grown{number("f", "length_m", 4.5), number("f", "x_m", centre.x()),
                                    number("f", "y_m", centre.y()), number("f", "z_m", centre.z())};
  made = plan_corrections(drive, alone, grown, {});
  for (const std::uint32_t row : {4U, 6U}) {
    const Cuboid was = box_of(drive, row), now = *edit_of(made, fmt::format("{}:A", row / 2))->cuboid;
    const auto rear = [](const Cuboid& box) -> Vec3 {
      return box.center_m - box.rotation * Vec3(box.size_m.x() / 2, 0, 0);
    };
    EXPECT_NEAR(now.size_m.x(), was.size_m.x() + 0.5, 1e-12);
    EXPECT_LT((rear(now) - rear(was)).norm(), 1e-12);  // the other face stays
  }
}

TEST(Fixing, ProposalsForALabelAreForThatLabelOnly) {
  const Drive drive = two_cars();
  const std::vector<Finding> findings{finding_of("f", "A", 2, 4)};
  const std::vector<Proposal> proposals{number("f", "x_m", 20, "2:A"), number("f", "x_m", 30, "4:A")};
  const DriveCorrections made = plan_corrections(drive, findings, proposals, {});
  ASSERT_THAT(made.edits, SizeIs(2));
  EXPECT_NEAR(edit_of(made, "2:A")->cuboid->center_m.x(), 20, 1e-9);
  EXPECT_NEAR(edit_of(made, "4:A")->cuboid->center_m.x(), 30, 1e-9);
}

TEST(Fixing, TheFindingOfHigherRankWinsAndTheOtherIsLogged) {
  const Drive drive = two_cars();
  const std::vector<Finding> findings{finding_of("weak", "B", 2, 4, "temporal.frozen_box", 0.4),
                                      finding_of("strong", "B", 3, 3, "temporal.position_jump", 0.6)};
  const std::vector<Proposal> proposals{number("weak", "x_m", 13), number("strong", "x_m", 14.5)};
  std::vector<Finding> turned(findings.rbegin(), findings.rend());
  for (const std::vector<Finding>& order : {findings, turned}) {
    const DriveCorrections made = plan_corrections(drive, order, proposals, {});
    EXPECT_NEAR(edit_of(made, "3:B")->cuboid->center_m.x(), 14.5, 1e-9);
    EXPECT_NEAR(edit_of(made, "2:B")->cuboid->center_m.x(), 13, 1e-9);
    EXPECT_EQ(count(made, FixOutcome::applied), 2U);  // each somewhere
    const auto left = std::find_if(made.log.begin(), made.log.end(),
                                   [](const LabelChange& change) { return change.outcome == FixOutcome::conflict; });
    ASSERT_NE(left, made.log.end());
    EXPECT_EQ(left->label + " " + left->finding + " " + left->conflict, "3:B weak strong");
  }
}

TEST(Fixing, FaultsOfDifferentPartsAreBothApplied) {
  const Drive drive = two_cars();
  std::vector<Finding> findings{finding_of("up", "B", 3, 3),
                                finding_of("turn", "B", 3, 3, "points.wrong_heading", 0.9)};
  const std::vector<Proposal> proposals{number("up", "z_m", 1.5), number("turn", "yaw_rad", 0.3)};
  const DriveCorrections made = plan_corrections(drive, findings, proposals, {});
  ASSERT_THAT(made.edits, SizeIs(1));
  EXPECT_NEAR(made.edits[0].cuboid->center_m.z(), 1.5, 1e-12);
  EXPECT_NEAR(yaw_of(made.edits[0].cuboid->rotation), 0.3, 1e-12);
}

TEST(Fixing, WhatIsNotAppliedIsCountedByItsReason) {
  const Drive drive = two_cars();
  std::vector<Finding> findings;
  std::vector<Proposal> proposals;
  const auto add = [&](Finding finding) {
    proposals.push_back(number(finding.id, "x_m", 15));
    findings.push_back(std::move(finding));
  };
  findings.push_back(finding_of("none", "A", 0, 0));
  Finding caused = finding_of("caused", "A", 1, 1);
  caused.root_cause = "none";
  add(caused);
  Finding other = finding_of("other", "A", 2, 2);
  other.label_set = "vendor";
  add(other);
  Finding missing = finding_of("missing", "A", 3, 3, "temporal.gap");
  missing.fault = Fault::missing;
  add(missing);
  add(finding_of("low", "A", 4, 4, "temporal.outlier_frame", 0.1));
  add(finding_of("unasked", "A", 5, 5, "points.shifted_box"));
  add(finding_of("gone", "C", 6, 6));
  Finding broken = finding_of("broken", "A", 7, 7);
  findings.push_back(broken);
  proposals.push_back(number("broken", "x_m", std::numeric_limits<double>::quiet_NaN()));
  Finding elsewhere = finding_of("elsewhere", "A", 8, 8);
  elsewhere.drive = "another";
  add(elsewhere);
  FixOptions options;
  options.min_score = 0.2;
  options.only = {"temporal"};
  const DriveCorrections made = plan_corrections(drive, findings, proposals, options);
  EXPECT_THAT(made.edits, IsEmpty());
  for (const FixOutcome outcome : {FixOutcome::no_proposal, FixOutcome::explained, FixOutcome::other_label_set,
                                   FixOutcome::missing_label, FixOutcome::below_min_score, FixOutcome::not_selected}) {
    EXPECT_EQ(count(made, outcome), 1U) << to_string(outcome);
  }
  EXPECT_EQ(count(made, FixOutcome::not_possible), 2U);
  EXPECT_EQ(count(made, FixOutcome::applied), 0U);
  for (const LabelChange& change : made.log) EXPECT_NE(change.outcome, FixOutcome::applied);
}

TEST(Fixing, TwoCorrectionsThatTogetherLeaveNoBoxAreLogged) {
  const Drive drive = two_cars();
  const std::vector<Finding> findings{finding_of("first", "B", 3, 3, "points.oversized_box", 0.9),
                                      finding_of("second", "B", 3, 3, "points.oversized_box", 0.2)};
  // Each is sound alone; the second changes the length by less than counts as a change of it.
  const std::vector<Proposal> proposals{number("first", "length_m", 0.0105), number("second", "length_m", 3.9992),
                                        number("second", "width_m", 1.5)};
  const DriveCorrections made = plan_corrections(drive, findings, proposals, {});
  EXPECT_EQ(count(made, FixOutcome::applied), 1U);
  EXPECT_EQ(count(made, FixOutcome::not_possible), 1U);
  EXPECT_TRUE(std::any_of(made.log.begin(), made.log.end(), [](const LabelChange& change) {
    return change.finding == "second" && change.outcome == FixOutcome::not_possible;
  }));
  ASSERT_THAT(made.edits, SizeIs(1));
  EXPECT_NEAR(made.edits.front().cuboid->size_m.y(), 2, 1e-12);
}

TEST(Fixing, LabelsAreDeletedOnlyWhenAskedAndThenNotChanged) {
  const Drive drive = two_cars();
  const std::vector<Finding> findings{finding_of("gone", "B", 3, 5, "points.empty_box", 0.2),
                                      finding_of("moved", "B", 4, 4, "temporal.position_jump", 0.9)};
  const std::vector<Proposal> proposals{number("gone", "delete", 1), number("moved", "x_m", 20)};
  DriveCorrections made = plan_corrections(drive, findings, proposals, {});
  EXPECT_EQ(made.deleted, 0U);
  EXPECT_EQ(made.changed, 1U);
  EXPECT_EQ(count(made, FixOutcome::deletion_not_asked), 1U);
  FixOptions options;
  options.deletes = true;
  made = plan_corrections(drive, findings, proposals, options);
  EXPECT_EQ(made.deleted, 3U);
  EXPECT_EQ(made.changed, 0U);
  EXPECT_EQ(count(made, FixOutcome::conflict), 1U);
  for (const LabelEdit& edit : made.edits) EXPECT_EQ(edit.op, LabelEdit::Op::drop);
}

TEST(Fixing, WhatPointsTellOfMostOfATrackHoldsForAllOfItAndOfLessForNone) {
  const Drive drive = two_cars();
  const std::vector<Proposal> proposals{number("f", "z_m", 1.4)};
  const std::vector<Finding> most{finding_of("f", "B", 2, 7, "points.sunk_box")};
  EXPECT_EQ(plan_corrections(drive, most, proposals, {}).changed, kFrames);
  const std::vector<Finding> few{finding_of("f", "B", 2, 5, "points.sunk_box")};
  const DriveCorrections made = plan_corrections(drive, few, proposals, {});
  EXPECT_EQ(made.changed, 0U);
  EXPECT_EQ(count(made, FixOutcome::part_of_track), 1U);
}

std::vector<std::string> tracks_after(const Drive& drive, const DriveCorrections& made, const std::string& of) {
  std::vector<std::string> tracks;
  for (std::uint32_t f = 0; f < kFrames; ++f) {
    const LabelEdit* edit = edit_of(made, fmt::format("{}:{}", f, of));
    tracks.push_back(edit != nullptr && edit->track ? *edit->track : of);
  }
  return tracks;
}

TEST(Fixing, ExchangedTracksAreExchangedUntilTheNextExchange) {
  const Drive drive = two_cars();
  std::vector<Finding> findings{finding_of("s1", "A", 3, 3, "temporal.id_swap"),
                                finding_of("s2", "B", 7, 7, "temporal.id_swap")};
  const std::vector<Proposal> proposals{text("s1", "track", "B"), text("s2", "track", "A")};
  const DriveCorrections made = plan_corrections(drive, findings, proposals, {});
  EXPECT_THAT(tracks_after(drive, made, "A"), ElementsAre("A", "A", "A", "B", "B", "B", "B", "A", "A", "A"));
  EXPECT_THAT(tracks_after(drive, made, "B"), ElementsAre("B", "B", "B", "A", "A", "A", "A", "B", "B", "B"));
}

TEST(Fixing, AnExchangeInOneFrameIsOfThatFrame) {
  const Drive drive = two_cars();
  const std::vector<Finding> findings{finding_of("s", "A", 3, 3, "temporal.id_swap")};
  const std::vector<Proposal> proposals{text("s", "track", "B", "3:A"), text("s", "track", "A", "3:B")};
  const DriveCorrections made = plan_corrections(drive, findings, proposals, {});
  EXPECT_THAT(made.edits, SizeIs(2));
  EXPECT_EQ(tracks_after(drive, made, "A")[3] + tracks_after(drive, made, "B")[3], "BA");
}

TEST(Fixing, TheLogIsCsv) {
  const TemporaryFolder folder;
  LabelChange change;
  change.drive = "a,b";
  change.label = "=1+1";
  change.field = "x_m";
  change.before = "-1";
  change.after = "2";
  change.score = 0.5;
  ASSERT_TRUE(write_change_log(folder.path() / "log.csv", std::vector<LabelChange>{change}).ok());
  std::ostringstream text;
  text << std::ifstream(folder.path() / "log.csv").rdbuf();
  EXPECT_EQ(text.str(),
            "drive,label_set,frame,track,label,check,finding,field,unit,before,after,score,outcome,instead\n"
            "\"a,b\",,,,'=1+1,,,x_m,,-1,2,0.5,applied,\n");
}

}  // namespace
}  // namespace concord::tests
