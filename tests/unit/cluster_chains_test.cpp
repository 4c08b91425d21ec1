// Clusters without labels, followed from frame to frame.

#include "src/checks/cluster_chains.hpp"

#include <gmock/gmock.h>

namespace concord::tests {
namespace {

using judging::follow_clusters;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr double kMaxSpeed_mps = 60;

class ClusterChains : public testing::Test {
 protected:
  ClusterChains() {
    for (int f = 0; f < 12; ++f) frames_.push_back(std::to_string(f), f * TimeNs{100'000'000}, std::nullopt);
  }
  void add(std::uint32_t frame, double x_m, double y_m, double length_m = 4) {
    table_.frame.push_back(frame);
    table_.points.push_back(50);
    table_.x_m.push_back(x_m);
    table_.y_m.push_back(y_m);
    table_.z_m.push_back(1);
    table_.length_m.push_back(length_m);
    table_.width_m.push_back(1.8);
    table_.height_m.push_back(1.5);
    table_.yaw_rad.push_back(0);
    table_.bottom_above_ground_m.push_back(0.3);
  }
  [[nodiscard]] std::vector<std::vector<std::uint32_t>> chains(double max_speed_mps = kMaxSpeed_mps) const {
    std::vector<std::vector<std::uint32_t>> all;
    for (const auto& chain : follow_clusters(table_, frames_, max_speed_mps)) all.push_back(chain.clusters);
    std::sort(all.begin(), all.end());
    return all;
  }

  ClusterTable table_;
  Frames frames_;
};

TEST_F(ClusterChains, OfNoClusterAreNone) { EXPECT_THAT(chains(), IsEmpty()); }

TEST_F(ClusterChains, FollowOneThatMoves) {
  for (std::uint32_t f = 0; f < 5; ++f) add(f, 10 + 1.5 * f, 3);
  EXPECT_THAT(chains(), ElementsAre(ElementsAre(0, 1, 2, 3, 4)));
}

TEST_F(ClusterChains, KeepTwoThatCrossApart) {
  // Both are 0.5 m apart at frame 3, where the nearest cluster is the other one's.
  for (std::uint32_t f = 0; f < 7; ++f) {
    add(f, 10 + 2.0 * f, 0);
    add(f, 22.5 - 2.0 * f, 0.5);
  }
  EXPECT_THAT(chains(), ElementsAre(ElementsAre(0, 2, 4, 6, 8, 10, 12), ElementsAre(1, 3, 5, 7, 9, 11, 13)));
}

TEST_F(ClusterChains, EndWhereAFrameHasNoSuccessor) {
  for (const std::uint32_t f : {0U, 1U, 2U, 4U, 5U}) add(f, 10, 3);
  EXPECT_THAT(chains(), ElementsAre(ElementsAre(0, 1, 2), ElementsAre(3, 4)));
}

TEST_F(ClusterChains, DoNotJoinOtherLengths) {
  add(0, 10, 3, 4);
  add(1, 10, 3, 8.6);
  EXPECT_THAT(chains(), SizeIs(2));
  table_.length_m[1] = 8.4;
  EXPECT_THAT(chains(), SizeIs(1));
}

TEST_F(ClusterChains, DoNotJoinFasterThanAllowed) {
  add(0, 10, 3);
  add(1, 12, 3);
  EXPECT_THAT(chains(21), SizeIs(1));
  EXPECT_THAT(chains(19), SizeIs(2));
  // However fast an object may be, a first step is no longer than 2.5 m.
  table_.x_m[1] = 12.6;
  EXPECT_THAT(chains(200), SizeIs(2));
}

TEST_F(ClusterChains, FollowInTheWorldWhereThereArePoses) {
  Frames moving;
  for (int f = 0; f < 4; ++f) {
    moving.push_back(std::to_string(f), f * TimeNs{100'000'000}, make_se3(Vec3(3.0 * f, 0, 0), Quat::Identity()));
  }
  frames_ = std::move(moving);
  // Stands in the world, passes the ego at 30 m/s.
  for (std::uint32_t f = 0; f < 4; ++f) add(f, 10 - 3.0 * f, 3);
  const auto found = follow_clusters(table_, frames_, kMaxSpeed_mps);
  ASSERT_THAT(found, SizeIs(1));
  for (const Vec3& place : found[0].place_m) EXPECT_NEAR((place - Vec3(10, 3, 1)).norm(), 0, 1e-12);
}

}  // namespace
}  // namespace concord::tests
