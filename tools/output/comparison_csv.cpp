#include <fmt/format.h>
#include <cmath>

#include "concord/text.hpp"
#include "src/core/csv_text.hpp"
#include "tools/output/comparison.hpp"

namespace concord::tools {
namespace {

std::string field(const std::string& raw) { return csv_field(to_utf8(raw)); }

std::string number(double value) { return std::isfinite(value) ? fmt::format("{}", value) : ""; }

/// Where a number belongs.
struct Place {
  std::string candidate, part, dimension, value, class_name, variable;
};

class Csv {
 public:
  void row(const Place& place, const std::string& measure, const Bounded& bounded) {
    text_ += fmt::format("{},{},{},{},{},{},{},{},{},{}\n", field(place.candidate), place.part, place.dimension,
                         field(place.value), field(place.class_name), field(place.variable), measure,
                         number(bounded.value), number(bounded.low), number(bounded.high));
  }
  void row(const Place& place, const std::string& measure, double value) { row(place, measure, Bounded{value}); }
  void row(const Place& place, const std::string& measure, std::int64_t count) {
    row(place, measure, Bounded{static_cast<double>(count)});
  }
  void errors(Place place, const std::vector<ErrorSummary>& errors) {
    for (const ErrorSummary& error : errors) {
      place.variable = error.error;
      row(place, "pairs", error.pairs);
      row(place, "bias", error.bias);
      row(place, "deviation", error.deviation);
      row(place, "median", error.median);
      row(place, "p90", error.p90);
      row(place, "p99", error.p99);
      row(place, "largest", error.largest);
    }
  }
  void agreement(const std::string& candidate, const std::vector<AgreementScore>& scores) {
    for (const AgreementScore& score : scores) {
      const Place place{candidate, "agreement", "", score.category, "", score.variable};
      row(place, "units", score.units);
      row(place, "unmatched_share", score.unmatched_share);
      row(place, "prevalence", score.prevalence);
      row(place, "kappa", score.kappa);
      row(place, "fleiss_kappa", score.fleiss_kappa);
      row(place, "alpha", score.alpha);
      row(place, "ac1", score.ac1);
    }
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_ = "candidate,part,dimension,value,class,variable,measure,number,low,high\n";
};

void append_tracking(const PairComparison& pair, Csv& csv) {
  for (const TrackingScore& s : pair.tracking) {
    const Place place{pair.candidate, "tracking", "", "", s.class_name, ""};
    csv.row(place, "hota", s.hota);
    csv.row(place, "deta", s.deta);
    csv.row(place, "assa", s.assa);
    csv.row(place, "loca", s.loca);
    csv.row(place, "idf1", s.idf1);
    csv.row(place, "mota", s.mota);
    csv.row(place, "motp", s.motp);
    csv.row(place, "identity_switches", s.identity_switches);
    csv.row(place, "fragmentations", s.fragmentations);
  }
}

template <class Score>
void append_true_positive_errors(const Place& place, const Score& score, Csv& csv) {
  csv.row(place, "translation_m", score.translation_m);
  csv.row(place, "scale", score.scale);
  csv.row(place, "orientation_rad", score.orientation_rad);
  csv.row(place, "velocity_mps", score.velocity_mps);
  csv.row(place, "attribute", score.attribute);
}

void append_nuscenes(const PairComparison& pair, Csv& csv) {
  if (!pair.nuscenes) return;
  const Place all{pair.candidate, "nuscenes", "", "", "", ""};
  csv.row(all, "map", pair.nuscenes->mean_average_precision);
  csv.row(all, "nds", pair.nuscenes->detection_score);
  append_true_positive_errors(all, *pair.nuscenes, csv);
  for (const NuscenesClassScore& s : pair.nuscenes->classes) {
    const Place place{pair.candidate, "nuscenes", "", "", s.class_name, ""};
    csv.row(place, "ap", s.average_precision);
    append_true_positive_errors(place, s, csv);
  }
}

}  // namespace

std::string comparison_csv(const Comparison& comparison) {
  Csv csv;
  for (const PairComparison& pair : comparison.candidates) {
    for (const SliceScore& slice : pair.slices) {
      const Place place{pair.candidate, "detection", slice.dimension, slice.value, slice.class_name, ""};
      csv.row(place, "reference", slice.reference);
      csv.row(place, "candidate", slice.candidate);
      csv.row(place, "precision", slice.precision());
      csv.row(place, "recall", slice.recall());
      csv.row(place, "f1", slice.f1());
      csv.errors(place, slice.errors);
    }
    csv.errors({pair.candidate, "tracks", "", "", "", ""}, pair.track_errors);
    for (const ConfusionCell& cell : pair.confusion) {
      csv.row({pair.candidate, "confusion", "", cell.candidate, cell.reference, ""}, "labels", cell.labels);
    }
    csv.agreement(pair.candidate, pair.agreement);
    append_tracking(pair, csv);
    append_nuscenes(pair, csv);
  }
  csv.agreement("", comparison.agreement);
  for (const SpreadScore& spread : comparison.spread) {
    const Place place{"", "spread", "", "", spread.class_name, "iou"};
    csv.row(place, "pairs", spread.pairs);
    csv.row(place, "mean", spread.iou_mean);
    csv.row(place, "variance", spread.iou_variance);
  }
  return csv.take();
}

}  // namespace concord::tools
