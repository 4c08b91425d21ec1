#include "tools/output/finding_view.hpp"

#include <gmock/gmock.h>
#include <limits>
#include <numbers>

#include "tests/support/scene.hpp"
#include "tools/output/finding_svg.hpp"
#include "tools/output/svg.hpp"

namespace concord::tools {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// Two cars beside a moving ego; A drives, B is parked.
Drive two_cars(const std::string& extra = "") {
  auto scenes = tests::parse_scenes(
      "```yaml\nscene: s\nframes: 20\nego: {speed_mps: 10}\n" + extra +
          "tracks:\n  - {id: A, class: car, size: [4, 2, 1.5], start: [20, 3, 0.8], velocity: [8, 0, 0]}\n"
          "  - {id: B, class: van, size: [5, 2, 2], start: [25, -4, 0.8]}\nexpect: []\n```\n",
      "", "test");
  if (!scenes.ok()) throw std::logic_error(scenes.error().text());
  return std::move(scenes->at(0).drive);
}

Finding on_label(const Drive& drive, std::uint32_t frame, const std::string& track) {
  Finding f;
  f.id = "0123456789abcdef";
  f.drive = drive.name;
  f.label_set = "labels";
  f.check = "temporal.position_jump";
  f.frame = f.frame_end = drive.frames.name[frame];
  f.frame_index = f.frame_index_end = frame;
  f.track = track;
  f.label = std::to_string(frame) + ":" + track;
  f.class_name = "car";
  f.severity = Severity::error;
  f.value = 1.5;
  f.limit = 0.5;
  f.unit = "m";
  return f;
}

TEST(FindingView, HoldsTheTrackAroundTheLabelAndTheRestOfTheFrame) {
  const Drive drive = two_cars();
  const auto view = view_finding(on_label(drive, 10, "A"), {}, drive, 3);
  ASSERT_TRUE(view.ok()) << view.error().text();
  std::vector<std::pair<std::string, Role>> track;
  for (const ShownLabel& label : view->track) track.emplace_back(label.frame_name, label.role);
  EXPECT_EQ(track, (std::vector<std::pair<std::string, Role>>{{"7", Role::before},
                                                              {"8", Role::before},
                                                              {"9", Role::before},
                                                              {"10", Role::suspect},
                                                              {"11", Role::after},
                                                              {"12", Role::after},
                                                              {"13", Role::after}}));
  EXPECT_EQ(view->suspect, 3U);
  ASSERT_EQ(view->others.size(), 1U);
  EXPECT_EQ(view->others[0].track, "B");
  EXPECT_EQ(view->others[0].role, Role::in_frame);
  EXPECT_FALSE(view->moves_with_ego);
  EXPECT_NEAR(view->track[4].speed_mps.value(), 8.0, 1e-6) << "over ground";
  EXPECT_NEAR(view->track[4].place.center_m.x() - view->track[3].place.center_m.x(), 0.8, 1e-9)
      << "other frames are moved into the shown one";
  EXPECT_NEAR(view->track[4].box.center_m.x() - view->track[3].box.center_m.x(), -0.2, 1e-9) << "the ego is faster";
}

TEST(FindingView, WithoutPosesEverythingIsRelativeToTheEgo) {
  const Drive drive = two_cars("poses: none\n");
  const auto view = view_finding(on_label(drive, 10, "A"), {}, drive, 3);
  ASSERT_TRUE(view.ok());
  EXPECT_TRUE(view->moves_with_ego);
  EXPECT_NEAR(view->track[4].speed_mps.value(), 2.0, 1e-6);
  EXPECT_THAT(draw_finding(*view), HasSubstr("no ego poses"));
}

TEST(FindingView, EdgesOfTheDriveHaveFewerNeighbours) {
  const Drive drive = two_cars();
  EXPECT_EQ(view_finding(on_label(drive, 0, "A"), {}, drive, 3)->track.size(), 4U);
  EXPECT_EQ(view_finding(on_label(drive, 19, "A"), {}, drive, 3)->track.size(), 4U);
  EXPECT_EQ(view_finding(on_label(drive, 10, "A"), {}, drive, 0)->track.size(), 1U);
}

TEST(FindingView, ProposalsMoveTurnAndDelete) {
  const Drive drive = two_cars();
  const Finding f = on_label(drive, 10, "A");
  const auto propose = [&](const char* field, double value) {
    return Proposal{.finding = f.id, .field = field, .value = value, .text = "", .unit = ""};
  };
  auto view = view_finding(f, {propose("x_m", 30), propose("length_m", 5), propose("yaw_rad", 1)}, drive, 2);
  ASSERT_TRUE(view->proposed.has_value());
  EXPECT_EQ(view->proposed->place.center_m.x(), 30);
  EXPECT_EQ(view->proposed->place.center_m.y(), view->track[2].place.center_m.y());
  EXPECT_EQ(view->proposed->place.size_m.x(), 5);
  EXPECT_NEAR(yaw_of(view->proposed->place.rotation), 1, 1e-12);
  EXPECT_THAT(draw_finding(*view), HasSubstr("as proposed"));
  view = view_finding(f, {{.finding = f.id, .field = "delete", .value = kNaN, .text = "", .unit = ""}}, drive, 2);
  EXPECT_TRUE(view->deletes);
  EXPECT_FALSE(view->proposed.has_value());
  EXPECT_THAT(draw_finding(*view), HasSubstr("delete the label"));
  view = view_finding(f, {{.finding = f.id, .field = "class", .value = kNaN, .text = "van", .unit = ""}}, drive, 2);
  EXPECT_FALSE(view->proposed.has_value());
  EXPECT_THAT(draw_finding(*view), HasSubstr("class = van"));
}

TEST(FindingView, AFindingAboutMissingLabelsShowsTheOneBefore) {
  const Drive drive = two_cars();
  Finding f = on_label(drive, 10, "A");
  f.label = "7:A";
  f.frame_index_end = 10;
  const auto view = view_finding(f, {}, drive, 5);
  ASSERT_TRUE(view.ok()) << view.error().text();
  ASSERT_TRUE(view->suspect.has_value());
  EXPECT_EQ(view->track[*view->suspect].frame_name, "7");
  EXPECT_EQ(view->frame_name, "10");
}

TEST(FindingView, PlacesWithoutALabelAreMarked) {
  const Drive drive = two_cars();
  Finding f = on_label(drive, 10, "");
  f.label.clear();
  const SE3& T_world_ego = drive.frames.T_world_ego[10];
  const Vec3 place = T_world_ego * Vec3(12, 3, 1);
  f.x_m = place.x();
  f.y_m = place.y();
  f.z_m = place.z();
  const auto view = view_finding(f, {}, drive, 5);
  ASSERT_TRUE(view->marker.has_value());
  EXPECT_NEAR((*view->marker - Vec3(12, 3, 1)).norm(), 0, 1e-9);
  EXPECT_THAT(draw_finding(*view), HasSubstr("<circle"));
}

TEST(FindingView, WhatTheDriveLacksIsAnError) {
  const Drive drive = two_cars();
  Finding f = on_label(drive, 10, "A");
  f.label_set = "other";
  EXPECT_FALSE(view_finding(f, {}, drive, 5).ok());
  f = on_label(drive, 10, "A");
  f.label = "10:Z";
  EXPECT_FALSE(view_finding(f, {}, drive, 5).ok());
  f = on_label(drive, 10, "A");
  f.frame_index = 99;
  EXPECT_FALSE(view_finding(f, {}, drive, 5).ok());
  f = on_label(drive, 10, "A");
  f.frame = "renamed";
  EXPECT_FALSE(view_finding(f, {}, drive, 5).ok());
  f.frame_index = kNone;
  f.frame.clear();
  EXPECT_TRUE(view_finding(f, {}, drive, 5)->frame_name.empty()) << "about the whole drive";
}

TEST(FindingSvg, DamagedBoxesAreLeftOut) {
  Drive drive = two_cars();
  LabelSet& set = drive.label_sets[0];
  for (std::uint32_t row = 0; row < set.size(); ++row) {
    const double bad[] = {kNaN, std::numeric_limits<double>::infinity(), 1e300, -1e9};
    Cuboid box = set.cuboid.at(row);
    box.center_m.x() = row % 3 == 0 ? bad[row % 4] : box.center_m.x();
    box.size_m.y() = row % 3 == 1 ? bad[row % 4] : box.size_m.y();
    if (row % 5 == 0) box.rotation = Quat(0, 0, 0, 0);
    set.cuboid.set(row, box);
  }
  for (std::uint32_t frame = 0; frame < 20; ++frame) {
    const std::string svg = draw_finding(*view_finding(on_label(drive, frame, "A"), {}, drive, 5));
    for (const char* wrong : {"nan", "inf", "e+"}) EXPECT_THAT(svg, Not(HasSubstr(wrong))) << frame;
    EXPECT_THAT(svg, testing::EndsWith("</svg>\n"));
  }
}

TEST(FindingSvg, HostileTextsStayText) {
  const Drive drive = two_cars();
  auto view = view_finding(on_label(drive, 10, "A"), {}, drive, 5).value();
  const std::string hostile = "</text><script>alert(1)</script>&\"'\x1b[31m\xFF\xEF\xBF\xBF]]>";
  view.finding.track = view.finding.drive = view.finding.frame = view.frame_name = hostile;
  for (ShownLabel& label : view.track) label.track = label.label = label.frame_name = label.class_name = hostile;
  view.notes.push_back(hostile);
  const std::string svg = draw_finding(view);
  EXPECT_THAT(svg, Not(HasSubstr("<script")));
  EXPECT_THAT(svg, HasSubstr("&lt;script"));
  EXPECT_EQ(svg.find('\x1b'), std::string::npos);
  EXPECT_EQ(svg.find('\xFF'), std::string::npos);
  EXPECT_EQ(svg.find("\xEF\xBF\xBF"), std::string::npos);
}

TEST(FindingSvg, ManyPointsAreThinnedOut) {
  const Drive drive = two_cars();
  auto view = view_finding(on_label(drive, 10, "A"), {}, drive, 5).value();
  const std::string without = draw_finding(view);
  for (int i = 0; i < 300'000; ++i) {
    view.points.x_m.push_back(static_cast<float>(10 + i % 1000 * 0.02));
    view.points.y_m.push_back(static_cast<float>(i / 1000 * 0.02));
    view.points.z_m.push_back(0.5F);
  }
  const std::string with = draw_finding(view);
  EXPECT_THAT(with, HasSubstr("points of the frame"));
  EXPECT_THAT(without, Not(HasSubstr("points of the frame")));
  EXPECT_LT(with.size(), 1'000'000U);
  EXPECT_GT(with.size(), without.size() + 100'000U);
}

TEST(Svg, EscapesForXml) {
  EXPECT_EQ(xml_text("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;");
  EXPECT_EQ(xml_text("Größe °"), "Größe °");
  EXPECT_EQ(xml_text("a\nb"), "a\\x0ab");
  EXPECT_EQ(xml_text("\xEF\xBF\xBE."), "?.");
}

}  // namespace
}  // namespace concord::tools
