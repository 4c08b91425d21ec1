// Runs every scene of every check's page with all checks enabled: what a scene expects must be found, and what is found
// must be expected.

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "concord/judge.hpp"
#include "concord/measure.hpp"
#include "src/measure/registration/icp.hpp"
#include "tests/support/scene.hpp"

namespace concord::tests {
namespace {

Judgement judge_scene(const Scene& scene) {
  static const std::unique_ptr<Measurer> kMeasurer = [] {
    DeviceOptions options;
    options.device = "cpu";
    return Measurer::create(options).value();
  }();
  auto measured = kMeasurer->measure(scene.drive).value();
  if (scene.clouds) EXPECT_TRUE(kMeasurer->measure_points(scene.drive, *scene.clouds, true, measured).ok());
  return judge(scene.drive, measured, Profile(), {}).value();
}

bool proposes(const Judgement& judgement, const Finding& finding, const std::pair<std::string, std::string>& wanted) {
  return std::any_of(judgement.proposals.begin(), judgement.proposals.end(), [&](const Proposal& proposal) {
    if (proposal.finding != finding.id || proposal.field != wanted.first) return false;
    if (!proposal.text.empty()) return proposal.text == wanted.second;
    return std::abs(proposal.value - std::stod(wanted.second)) < 0.02;
  });
}

bool matches(const Judgement& judgement, const Finding& f, const Expectation& e) {
  const auto same = [](const std::string& wanted, const std::string& text) { return wanted.empty() || wanted == text; };
  return f.check == e.check && same(e.track, f.track) && same(e.other_track, f.other_track) && same(e.label, f.label) &&
         same(e.class_name, f.class_name) && same(e.frame, f.frame) && same(e.frame_end, f.frame_end) &&
         (!e.frame_within || (e.frame_within->first <= f.frame_index && f.frame_index <= e.frame_within->second)) &&
         (!e.value || std::abs(*e.value - f.value) <= 0.01 * std::max(1.0, std::abs(*e.value))) &&
         std::all_of(e.proposals.begin(), e.proposals.end(),
                     [&](const auto& wanted) { return proposes(judgement, f, wanted); });
}

std::string describe(const Finding& f) {
  return f.check + " track '" + f.track + "' other '" + f.other_track + "' class " + f.class_name + " frames " +
         f.frame + " to " + f.frame_end + " value " + std::to_string(f.value) + " limit " + std::to_string(f.limit) +
         ": " + render_message(f);
}

/// What one fault causes in several checks is one thing to claim: a claim spreads along the root causes.
void spread_claims(const std::vector<Finding>& findings, std::vector<bool>& claimed) {
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = 0; i < findings.size(); ++i) {
      for (std::size_t j = 0; j < findings.size(); ++j) {
        const bool same_fault = !findings[i].root_cause.empty() && (findings[i].root_cause == findings[j].id ||
                                                                    findings[i].root_cause == findings[j].root_cause);
        if (!same_fault || claimed[i] == claimed[j]) continue;
        claimed[i] = claimed[j] = true;
        changed = true;
      }
    }
  }
}

class Scenes : public testing::TestWithParam<std::string> {};

TEST_P(Scenes, FindWhatTheyExpectAndNothingElse) {
  const CheckInfo& check = *find_check(GetParam());
  if (check.id == "points.motion_mismatch" && !measure::can_register()) GTEST_SKIP() << "built without Open3D";
  const auto scenes = parse_scenes(check.documentation, check.id, check.id);
  ASSERT_TRUE(scenes.ok()) << scenes.error().text();
  bool must_fire = false;
  bool must_stay_silent = false;
  for (const Scene& scene : *scenes) {
    SCOPED_TRACE(std::string(check.id) + ".md:" + std::to_string(scene.line) + " " + scene.title);
    const Judgement judgement = judge_scene(scene);
    std::vector<bool> claimed(judgement.findings.size(), false);
    bool fires = false;
    for (const Expectation& expected : scene.expectations) {
      fires = fires || (expected.check == check.id && !expected.optional);
      int matching = 0;
      for (std::size_t i = 0; i < judgement.findings.size(); ++i) {
        if (!matches(judgement, judgement.findings[i], expected)) continue;
        EXPECT_FALSE(claimed[i]) << "line " << expected.line << " claims what another line claims already";
        claimed[i] = true;
        ++matching;
      }
      if (!expected.optional) {
        EXPECT_EQ(matching, 1) << "line " << expected.line << " must match one finding";
      }
    }
    spread_claims(judgement.findings, claimed);
    must_fire = must_fire || fires;
    must_stay_silent = must_stay_silent || !fires;
    for (std::size_t i = 0; i < claimed.size(); ++i) {
      EXPECT_TRUE(claimed[i]) << "no line claims " << describe(judgement.findings[i]);
    }
    for (const StatusRow& status : judgement.statuses) {
      EXPECT_NE(status.state, CheckState::failed) << status.check << ": " << status.reason;
      if (status.check == check.id) {
        EXPECT_EQ(status.state, CheckState::completed) << "a scene must not be skipped: " << status.reason;
      }
    }
  }
  EXPECT_TRUE(must_fire) << "no scene of " << check.id << " must make it fire";
  EXPECT_TRUE(must_stay_silent) << "no scene of " << check.id << " must leave it silent";
}

std::vector<std::string> ids() {
  std::vector<std::string> all;
  for (const CheckInfo& check : checks()) all.emplace_back(check.id);
  return all;
}

INSTANTIATE_TEST_SUITE_P(EveryCheck, Scenes, testing::ValuesIn(ids()), [](const auto& instance) {
  std::string name = instance.param;
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
});

TEST(SceneParser, RejectsUnknownKeysAndScenesWithoutExpectation) {
  const auto misspelt = parse_scenes("text\n```yaml\nscene: s\nframes: 3\nexpcet: []\nexpect: []\n```\n", "x", "page");
  ASSERT_FALSE(misspelt.ok());
  EXPECT_EQ(misspelt.error().where, "page:5");
  EXPECT_FALSE(parse_scenes("```yaml\nscene: s\nframes: 3\n```\n", "x", "page").ok());
  EXPECT_FALSE(parse_scenes("```yaml\nscene: s\nframes: 3\nexpect: []\n", "x", "page").ok());
}

}  // namespace
}  // namespace concord::tests
