#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <numbers>

#include "concord/text.hpp"
#include "tools/output/comparison.hpp"
#include "tools/output/terminal.hpp"

namespace concord::tools {
namespace {

std::string share(double value) { return std::isfinite(value) ? fmt::format("{:.4f}", value) : "-"; }

std::string bounded(const Bounded& value) {
  if (!std::isfinite(value.value)) return "-";
  if (!std::isfinite(value.low)) return fmt::format("{:.3f}", value.value);
  return fmt::format("{:.3f} [{:.3f} {:.3f}]", value.value, value.low, value.high);
}

std::string or_all(const std::string& name) { return name.empty() ? "all" : name; }

class Table {
 public:
  template <class... Arguments>
  void print(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Arguments>(arguments)...);
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void append_slices(const PairComparison& pair, Table& table) {
  table.print("{:<10} {:<18} {:<20} {:>9} {:>9} {:>9} {:>9} {:>9}\n", "SLICE", "VALUE", "CLASS", "REFERENCE",
              "CANDIDATE", "PRECISION", "RECALL", "F1");
  for (const SliceScore& slice : pair.slices) {
    table.print("{:<10} {} {} {:>9} {:>9} {:>9} {:>9} {:>9}\n", slice.dimension, padded(slice.value, 18),
                padded(or_all(slice.class_name), 20), slice.reference, slice.candidate, share(slice.precision()),
                share(slice.recall()), share(slice.f1()));
  }
  table.print("\n");
}

void append_error(const std::string& name, const ErrorSummary& error, Table& table) {
  const bool angle = error.unit == "rad";
  const double factor = angle ? 180 / std::numbers::pi : 1;
  const auto number = [&](double value) { return std::isfinite(value) ? fmt::format("{:.3f}", value * factor) : "-"; };
  table.print("{} {:<9} {:<6} {:>8} {:>9} {:>9} {:>9} {:>9} {:>9}\n", padded(name, 20), error.error,
              angle ? "deg" : error.unit, error.pairs, number(error.bias), number(error.median), number(error.p90),
              number(error.p99), number(error.largest));
}

void append_errors(const PairComparison& pair, Table& table) {
  table.print("{:<20} {:<9} {:<6} {:>8} {:>9} {:>9} {:>9} {:>9} {:>9}\n", "CLASS", "ERROR", "UNIT", "PAIRS", "BIAS",
              "MEDIAN", "P90", "P99", "LARGEST");
  for (const SliceScore& slice : pair.slices) {
    if (slice.dimension != "all") continue;
    for (const ErrorSummary& error : slice.errors) {
      if (error.pairs > 0) append_error(or_all(slice.class_name), error, table);
    }
  }
  for (const ErrorSummary& error : pair.track_errors) {
    if (error.pairs > 0) append_error("tracks", error, table);
  }
  table.print("\n");
}

void append_confusion(const PairComparison& pair, Table& table) {
  table.print("OTHER CLASS, MISSED OR INVENTED\n");
  for (const ConfusionCell& cell : pair.confusion) {
    if (cell.reference == cell.candidate) continue;
    table.print("{:>9}  {} -> {}\n", cell.labels, cell.reference.empty() ? "(nothing)" : cell.reference,
                cell.candidate.empty() ? "(nothing)" : cell.candidate);
  }
  table.print("\n");
}

void append_agreement(const std::vector<AgreementScore>& scores, bool several, Table& table) {
  if (scores.empty()) return;
  table.print("{:<14} {:<24} {:>8} {:>9} {:>10}  {:<22} {:<22} {:<22}\n", "AGREEMENT ON", "CATEGORY", "OBJECTS",
              "UNMATCHED", "PREVALENCE", several ? "FLEISS' KAPPA" : "COHEN'S KAPPA", "KRIPPENDORFF'S ALPHA",
              "GWET'S AC1");
  for (const AgreementScore& score : scores) {
    table.print("{} {} {:>8} {:>9} {:>10}  {:<22} {:<22} {:<22}\n", padded(score.variable, 14),
                padded(or_all(score.category), 24), score.units, share(score.unmatched_share), share(score.prevalence),
                bounded(several ? score.fleiss_kappa : score.kappa), bounded(score.alpha), bounded(score.ac1));
  }
  table.print("\n");
}

void append_tracking(const PairComparison& pair, Table& table) {
  if (pair.tracking.empty()) {
    table.print("tracking not checked: a set without tracks\n\n");
    return;
  }
  table.print("{:<20} {:>7} {:>7} {:>7} {:>7} {:>7} {:>8} {:>7} {:>8} {:>5}\n", "TRACKING", "HOTA", "DETA", "ASSA",
              "LOCA", "IDF1", "MOTA", "MOTP", "SWITCHES", "FRAGS");
  for (const TrackingScore& s : pair.tracking) {
    table.print("{} {:>7} {:>7} {:>7} {:>7} {:>7} {:>8} {:>7} {:>8} {:>5}\n", padded(or_all(s.class_name), 20),
                share(s.hota), share(s.deta), share(s.assa), share(s.loca), share(s.idf1), share(s.mota), share(s.motp),
                s.identity_switches, s.fragmentations);
  }
  table.print("\n");
}

void append_nuscenes(const PairComparison& pair, Table& table) {
  if (!pair.nuscenes) return;
  const NuscenesScore& score = *pair.nuscenes;
  table.print("NUSCENES DETECTION: mAP {} NDS {}\n", share(score.mean_average_precision), share(score.detection_score));
  table.print("{:<20} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7}\n", "CLASS", "AP", "AP 0.5", "AP 1",
              "AP 2", "AP 4", "TRANS", "SCALE", "ORIENT", "VEL", "ATTR");
  for (const NuscenesClassScore& s : score.classes) {
    table.print("{:<20} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7}\n", s.class_name,
                share(s.average_precision), share(s.average_precision_at[0]), share(s.average_precision_at[1]),
                share(s.average_precision_at[2]), share(s.average_precision_at[3]), share(s.translation_m),
                share(s.scale), share(s.orientation_rad), share(s.velocity_mps), share(s.attribute));
  }
  table.print("{:<20} {:>7} {:>31} {:>7} {:>7} {:>7} {:>7} {:>7}\n\n", "mean", share(score.mean_average_precision), "",
              share(score.translation_m), share(score.scale), share(score.orientation_rad), share(score.velocity_mps),
              share(score.attribute));
}

}  // namespace

std::string comparison_table(const Comparison& comparison) {
  Table table;
  for (const std::string& note : comparison.notes) table.print("note: {}\n", printable(note));
  for (const PairComparison& pair : comparison.candidates) {
    table.print(
        "\n== {} against {}: {} drives, {} frames, matched by {}; not checked: {} labels of the reference, {} of "
        "the candidate\n\n",
        printable(pair.candidate), printable(comparison.reference), pair.drives, pair.frames, comparison.match_by,
        pair.reference_not_checked, pair.candidate_not_checked);
    if (pair.drives == 0) continue;
    append_slices(pair, table);
    append_errors(pair, table);
    append_confusion(pair, table);
    append_agreement(pair.agreement, false, table);
    append_tracking(pair, table);
    append_nuscenes(pair, table);
  }
  if (!comparison.agreement.empty()) {
    table.print("== all {} label sets\n\n", comparison.candidates.size() + 1);
    append_agreement(comparison.agreement, true, table);
  }
  table.print("{:<20} {:>8} {:>9} {:>12}\n", "IOU BETWEEN SETS", "PAIRS", "MEAN", "VARIANCE");
  for (const SpreadScore& spread : comparison.spread) {
    table.print("{} {:>8} {:>9} {:>12}\n", padded(or_all(spread.class_name), 20), spread.pairs, share(spread.iou_mean),
                share(spread.iou_variance));
  }
  return table.take();
}

}  // namespace concord::tools
