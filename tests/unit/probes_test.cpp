// Where labels are missing: places before, after and in the gaps of tracks.

#include "src/measure/probes.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "concord/taxonomy.hpp"

namespace concord::tests {
namespace {

using measure::make_probes;
using measure::order_by_track;
using testing::Each;
using testing::ElementsAre;
using testing::IsEmpty;

class Probes : public testing::Test {
 protected:
  Probes() {
    drive_.taxonomy = std::make_shared<const Taxonomy>(Taxonomy::builtin("").value());
    drive_.label_sets.resize(1);
  }
  void frames(int count, double ego_mps, double step_s = 0.1) {
    for (int f = 0; f < count; ++f) {
      const double time_s = f * step_s;
      drive_.frames.push_back(std::to_string(f), static_cast<TimeNs>(time_s * 1e9),
                              make_se3(Vec3(ego_mps * time_s, 0, 0), Quat::Identity()));
    }
  }
  /// A car that drives 5 m/s in the world, labelled in these frames.
  void label(const std::vector<std::uint32_t>& at, const char* track = "A", double y_m = 3) {
    LabelSet& set = drive_.label_sets[0];
    for (const std::uint32_t f : at) {
      const double time_s = static_cast<double>(drive_.frames.time_ns[f]) * 1e-9;
      const Cuboid world{Vec3(10 + 5 * time_s, y_m, 0.8), Vec3(4, 1.8, 1.5), Quat::Identity()};
      rows_.push_back({f, track, transformed(drive_.frames.T_world_ego[f].inverse(), world)});
    }
    std::stable_sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) { return a.frame < b.frame; });
    set = {};
    for (const Row& row : rows_) {
      set.push_back(row.frame, std::to_string(set.size()), set.tracks.intern(row.track), kUnknownClass, "car", row.box);
    }
    set.finish(drive_.frames.size());
  }
  [[nodiscard]] ProbeTable probes() const {
    return make_probes(drive_, drive_.label_sets[0], order_by_track(drive_, drive_.label_sets[0]));
  }

  struct Row {
    std::uint32_t frame;
    std::string track;
    Cuboid box;
  };
  std::vector<Row> rows_;
  Drive drive_;
};

TEST_F(Probes, GoOnAtBothEndsOnTheLineOfTheTrack) {
  frames(20, 3);
  label({7, 8, 9, 10, 11, 12});
  const ProbeTable table = probes();
  EXPECT_THAT(table.frame, ElementsAre(2, 3, 4, 5, 6, 13, 14, 15, 16, 17));
  for (std::size_t i = 0; i < table.size(); ++i) {
    const double time_s = 0.1 * table.frame[i];
    EXPECT_NEAR((table.box.at(i).center_m - Vec3(10 + 2 * time_s, 3, 0.8)).norm(), 0, 1e-9);
    EXPECT_EQ(table.row_before[i] == kNone, table.frame[i] < 7);
    EXPECT_EQ(table.row_after[i] == kNone, table.frame[i] > 12);
  }
  EXPECT_THAT(table.labelled, Each(0));
}

TEST_F(Probes, StopAtTheEndsOfTheDriveAndAfterASecond) {
  frames(8, 0);
  label({1, 2, 3, 4, 5, 6});
  EXPECT_THAT(probes().frame, ElementsAre(0, 7));
  drive_.frames = {};
  rows_.clear();
  frames(12, 0, 0.4);
  label({4, 5, 6, 7, 8});
  EXPECT_THAT(probes().frame, ElementsAre(2, 3, 9, 10));
}

TEST_F(Probes, FillGaps) {
  frames(12, 0);
  label({0, 1, 2, 6, 7, 8, 11});
  const ProbeTable table = probes();
  EXPECT_THAT(table.frame, ElementsAre(3, 4, 5, 9, 10));
  EXPECT_THAT(table.row_before, ElementsAre(2, 2, 2, 5, 5));
  EXPECT_THAT(table.row_after, ElementsAre(3, 3, 3, 6, 6));
  EXPECT_NEAR(table.box.x_m[1], 12, 1e-9);
}

TEST_F(Probes, LeaveLongGapsAndShortTracks) {
  frames(60, 0);
  label({0, 1, 2, 40, 41, 59});
  EXPECT_THAT(probes().frame, Each(testing::Gt(41U)));
  rows_.clear();
  label({20, 21, 22, 23});
  EXPECT_THAT(probes().frame, IsEmpty());
}

TEST_F(Probes, TellWhereAnotherTrackIsLabelled) {
  frames(12, 0);
  label({0, 1, 2, 3, 4, 5});
  label({6, 7}, "B");
  const ProbeTable table = probes();
  EXPECT_THAT(table.frame, ElementsAre(6, 7, 8, 9, 10));
  EXPECT_THAT(table.labelled, ElementsAre(1, 1, 0, 0, 0));
}

TEST_F(Probes, AreAtMostTwoPerLabel) {
  frames(140, 0);
  label({20, 50, 80, 110, 139});
  EXPECT_EQ(probes().size(), 10U);
}

TEST_F(Probes, NeedFiniteBoxes) {
  frames(12, 0);
  label({2, 3, 4, 5, 6});
  drive_.label_sets[0].cuboid.x_m[2] = std::nan("");
  EXPECT_THAT(probes().frame, IsEmpty());
}

}  // namespace
}  // namespace concord::tests
