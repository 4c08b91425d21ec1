#include "tests/bench/iou_work.hpp"

#include <cmath>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <thread>

#include "tests/bench/boxes.hpp"
#include "tests/bench/peers.hpp"

namespace concord::bench {
namespace {

constexpr std::size_t kBoxes = 200;

void append(CuboidColumns& to, const CuboidColumns& boxes) {
  for (std::size_t i = 0; i < boxes.size(); ++i) to.push_back(boxes.at(i));
}

CuboidColumns first_of(const CuboidColumns& boxes, std::size_t count) {
  CuboidColumns some;
  for (std::size_t i = 0; i < count; ++i) some.push_back(boxes.at(i));
  return some;
}

/// Pairs between two lists of boxes, and the table that they are written to: its memory is the caller's and kept.
struct Pairs {
  std::unique_ptr<kernels::ExecutionContext> context;
  CuboidColumns a, b;
  std::vector<std::uint32_t> offset;
  kernels::PairColumns table;

  void run() {
    table.frame.clear();
    table.row_a.clear();
    table.row_b.clear();
    table.iou_bev.clear();
    table.iou_3d.clear();
    table.overlap_smaller.clear();
    table.overlap_smaller_bev.clear();
    context->box_pairs({.a = view(a),
                        .b = view(b),
                        .offset_a = offset.data(),
                        .offset_b = offset.data(),
                        .frames = static_cast<std::uint32_t>(offset.size() - 1)},
                       table);
  }
};

/// A peer on the first `count` boxes of each list. A ratio of times means something only where both give the same:
/// refuses a peer that does not.
struct PeerPairs {
  CuboidColumns a, b;
  std::unique_ptr<PairPeer> peer;
  double sum = 0;

  PeerPairs(const Pairs& all, std::size_t count) : a(first_of(all.a, count)), b(first_of(all.b, count)) {}

  void check(const std::string& name) {
    Pairs own{kernels::make_cpu_context(1), a, b, {0, static_cast<std::uint32_t>(a.size())}, {}};
    own.run();
    const double ours = std::accumulate(own.table.iou_3d.begin(), own.table.iou_3d.end(), 0.0);
    if (const double theirs = peer->sum_of_iou(); !(std::abs(ours - theirs) <= 1e-9 * (1 + theirs))) {
      throw std::runtime_error(name + " gives " + std::to_string(theirs) + ", Concord " + std::to_string(ours));
    }
  }
};

Peer peer_of(const std::string& name, const std::shared_ptr<PeerPairs>& pairs) {
  pairs->check(name);
  return {name, [pairs] { pairs->sum = pairs->peer->sum_of_iou(); },
          static_cast<double>(pairs->a.size() * pairs->b.size())};
}

/// On a GPU: Concord's own CPU backend on all threads.
Peer cpu_peer(const Pairs& pairs, double items) {
  const auto threads = static_cast<int>(std::thread::hardware_concurrency());
  const auto own =
      std::make_shared<Pairs>(Pairs{kernels::make_cpu_context(threads), pairs.a, pairs.b, pairs.offset, {}});
  return {"cpu", [own] { own->run(); }, items};
}

}  // namespace

Work iou_work(const IouSetting& setting, const Target& target) {
  const auto pairs = std::make_shared<Pairs>();
  pairs->context = make_context(target.device, target.threads);
  pairs->offset = {0};
  for (unsigned f = 0; f < setting.frames; ++f) {
    append(pairs->a, random_boxes(kBoxes, setting.extent_m, setting.tilt_rad, 2 * f));
    append(pairs->b, random_boxes(kBoxes, setting.extent_m, setting.tilt_rad, 2 * f + 1));
    pairs->offset.push_back(static_cast<std::uint32_t>(pairs->a.size()));
  }
  pairs->run();
  const double items = static_cast<double>(setting.frames * kBoxes * kBoxes);
  const auto overlaps = static_cast<double>(pairs->table.frame.size());
  // A pair cannot be rejected by less than three differences, three squares, a sum and a comparison.
  const Floor floor{8 * items + setting.flops_per_overlap * overlaps,
                    10 * sizeof(double) * 2.0 * static_cast<double>(pairs->a.size()) + 44 * overlaps};
  Work work{setting.name, [pairs] { pairs->run(); }, items, floor, {}};
  if (target.device != "cpu") {
    work.peers.push_back(cpu_peer(*pairs, items));
    return work;
  }
  if (setting.geos_boxes > 0) {
    const auto geos = std::make_shared<PeerPairs>(*pairs, setting.geos_boxes);
    geos->peer = geos_pairs(geos->a, geos->b, target.threads);
    if (geos->peer) work.peers.push_back(peer_of("geos", geos));
  }
  if (setting.cgal_boxes > 0 && target.threads == 1) {
    const auto cgal = std::make_shared<PeerPairs>(*pairs, setting.cgal_boxes);
    cgal->peer = cgal_pairs(cgal->a, cgal->b);
    if (cgal->peer) work.peers.push_back(peer_of("cgal", cgal));
  }
  return work;
}

}  // namespace concord::bench
