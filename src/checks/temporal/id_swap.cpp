#include <algorithm>
#include <cmath>
#include <map>

#include "src/checks/check.hpp"
#include "src/checks/residuals.hpp"
#include "src/checks/score.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double min_step_m = 0.6;
  double max_mismatch = 0.3;
  double noise_m = 0.3;

  static std::vector<Field<Parameters>> fields() {
    return {{&Parameters::min_step_m, "min_step_m", "m", 0, 100, "smaller exchanges are not told from noise"},
            {&Parameters::max_mismatch, "max_mismatch", "1", 0, 10,
             "largest distance of a track's prediction from the other's label, over the step"},
            {&Parameters::noise_m, "noise_m", "m", 0, 10, "distance that is allowed in addition"}};
  }
};

/// A step of a track, or a single label beside it, where its own motion would have put the label.
struct Jump {
  std::size_t index = 0;
  Vec3 expected_m = Vec3::Zero();
  double size_m = 0;
  bool stays = true;
};

class SwapFinder {
 public:
  SwapFinder(CheckContext& context, const PerClass<Parameters>& parameters)
      : context_(context), parameters_(parameters), residuals_(context) {}

  void run() {
    collect();
    for (const auto& [frame, jumps] : by_frame_) {
      for (std::size_t a = 0; a < jumps.size(); ++a) {
        for (std::size_t b = a + 1; b < jumps.size(); ++b) add_if_swapped(jumps[a], jumps[b]);
      }
    }
    report();
  }

 private:
  struct Swap {
    Jump jump;
    std::size_t other = 0;  ///< residual row of the other track in the same frame
    double mismatch_m = 0;
  };

  [[nodiscard]] std::uint32_t frame_of(std::size_t index) const {
    return context_.labels().frame[residuals_.label(index)];
  }

  void add_jump(const Jump& jump) {
    const Parameters& p = parameters_[context_.class_of(residuals_.label(jump.index))];
    if (jump.size_m >= p.min_step_m) by_frame_[frame_of(jump.index)].push_back(jump);
  }

  void collect() {
    const ResidualTable& table = residuals_.table();
    for (std::size_t track = 0; track < residuals_.tracks(); ++track) {
      for (const Step& step : residuals_.steps_of(track, {})) {
        // Noise may move the strongest step by one label.
        for (std::size_t i = step.index - 1; i <= std::min(step.index + 1, residuals_.last(track) - 1); ++i) {
          if (!std::isfinite(table.step_gain[i])) continue;
          const Vec3 jumped = residuals_.step_m(i);
          add_jump({i, residuals_.position_m(i) - jumped, jumped.head<2>().norm(), true});
        }
      }
      for (std::size_t i = residuals_.first(track); i < residuals_.last(track); ++i) {
        if (!std::isfinite(table.along_m[i]) || !context_.is_valid_object(table.row[i])) continue;
        context_.examine(table.row[i]);
        const Vec3 off = residuals_.residual_m(i);
        const double size_m = off.head<2>().norm();
        // Exchanged in one frame only: the neighbours agree with each other, not with the label.
        if (size_m > 8 * (0.05 + table.fit_rms_m[i])) add_jump({i, residuals_.position_m(i) - off, size_m, false});
      }
    }
  }

  void add_if_swapped(const Jump& a, const Jump& b) {
    if (residuals_.table().track[a.index] == residuals_.table().track[b.index] || a.stays != b.stays) return;
    const Parameters& p = parameters_[context_.class_of(residuals_.label(a.index))];
    const double mismatch_a = (a.expected_m - residuals_.position_m(b.index)).head<2>().norm();
    const double mismatch_b = (b.expected_m - residuals_.position_m(a.index)).head<2>().norm();
    const double mismatch_m = std::max(mismatch_a, mismatch_b);
    if (mismatch_m > p.noise_m + p.max_mismatch * std::min(a.size_m, b.size_m)) return;
    const auto key = std::minmax(residuals_.table().track[a.index], residuals_.table().track[b.index]);
    swaps_[key].push_back(residuals_.table().track[a.index] == key.first ? Swap{a, b.index, mismatch_m}
                                                                         : Swap{b, a.index, mismatch_m});
  }

  /// Swaps of two tracks in frames next to each other are one: the one that fits best.
  void report() {
    for (auto& [tracks, swaps] : swaps_) {
      std::sort(swaps.begin(), swaps.end(), [](const Swap& a, const Swap& b) { return a.jump.index < b.jump.index; });
      for (std::size_t i = 0; i < swaps.size();) {
        std::size_t best = i, next = i + 1;
        for (; next < swaps.size() && swaps[next].jump.index - swaps[next - 1].jump.index <= 3; ++next) {
          if (swaps[next].mismatch_m / swaps[next].jump.size_m < swaps[best].mismatch_m / swaps[best].jump.size_m)
            best = next;
        }
        const Swap& swap = swaps[best];
        const Parameters& p = parameters_[context_.class_of(residuals_.label(swap.jump.index))];
        const std::uint32_t row = residuals_.label(swap.jump.index), other = residuals_.label(swap.other);
        Draft& draft = context_.add_pair(row, other, row, swap.jump.size_m, p.min_step_m);
        // The better the two tracks continue each other, the surer.
        draft.finding.score = 1 / (1 + 2 * swap.mismatch_m / swap.jump.size_m);
        const LabelSet& labels = context_.labels();
        draft.propose_text("track", labels.tracks.at(labels.track[other]));
        if (!swap.jump.stays) {
          // In this frame only: each of the two labels by itself.
          draft.only_for(labels.label_id[row], 0);
          draft.propose_text("track", labels.tracks.at(labels.track[row]));
          draft.only_for(labels.label_id[other], 1);
        }
        i = next;
      }
    }
  }

  CheckContext& context_;
  const PerClass<Parameters>& parameters_;
  Residuals residuals_;
  std::map<std::uint32_t, std::vector<Jump>> by_frame_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::vector<Swap>> swaps_;
};

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  SwapFinder(context, parameters).run();
}

}  // namespace

Check temporal_id_swap() {
  return define<Parameters>(
      {.id = "temporal.id_swap",
       .title = "Two tracks exchange their identities",
       .error_type = error_type::kMisalignedHandOffs,
       .severity = Severity::error,
       .fault = Fault::identity,
       .scope = Scope::pair,
       .unit = "m",
       .message = "{object} continues as {other} and the other way round {frames}, {value} m apart",
       .inputs = {kTracks}},
      judge_rows);
}

}  // namespace concord::judging
