#include <cmath>
#include <nlohmann/json.hpp>

#include "concord/text.hpp"
#include "tools/output/comparison.hpp"

namespace concord::tools {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }
Json text(const std::string& value) { return to_utf8(value); }
/// A class, category or value; null for all.
Json name_or_null(const std::string& value) { return value.empty() ? Json(nullptr) : text(value); }

Json json_of(const Bounded& bounded) {
  return {{"value", number(bounded.value)}, {"low", number(bounded.low)}, {"high", number(bounded.high)}};
}

Json json_of(const ErrorSummary& error) {
  return {{"unit", error.unit},
          {"pairs", error.pairs},
          {"bias", number(error.bias)},
          {"deviation", number(error.deviation)},
          {"median", number(error.median)},
          {"p90", number(error.p90)},
          {"p99", number(error.p99)},
          {"largest", number(error.largest)}};
}

Json json_of(const std::vector<ErrorSummary>& errors) {
  Json json = Json::object();
  for (const ErrorSummary& error : errors) json[error.error] = json_of(error);
  return json;
}

Json json_of(const SliceScore& slice) {
  Json json{{"dimension", slice.dimension},
            {"value", name_or_null(slice.value)},
            {"class", name_or_null(slice.class_name)},
            {"reference", slice.reference},
            {"reference_matched", slice.reference_matched},
            {"candidate", slice.candidate},
            {"candidate_matched", slice.candidate_matched},
            {"precision", number(slice.precision())},
            {"recall", number(slice.recall())},
            {"f1", number(slice.f1())}};
  if (!slice.errors.empty()) json["errors"] = json_of(slice.errors);
  return json;
}

Json json_of(const DriveScore& score) {
  return {{"drive", text(score.drive)},
          {"class", score.class_name},
          {"reference", score.reference},
          {"reference_matched", score.reference_matched},
          {"distances_m", score.distances}};
}

Json json_of(const AgreementScore& score) {
  return {{"variable", text(score.variable)},
          {"category", name_or_null(score.category)},
          {"units", score.units},
          {"unmatched_share", number(score.unmatched_share)},
          {"prevalence", number(score.prevalence)},
          {"kappa", json_of(score.kappa)},
          {"fleiss_kappa", json_of(score.fleiss_kappa)},
          {"alpha", json_of(score.alpha)},
          {"ac1", json_of(score.ac1)}};
}

Json json_of(const TrackingScore& score) {
  Json json{{"class", name_or_null(score.class_name)},
            {"reference_labels", score.reference_labels},
            {"candidate_labels", score.candidate_labels},
            {"reference_tracks", score.reference_tracks},
            {"candidate_tracks", score.candidate_tracks},
            {"hota", number(score.hota)},
            {"deta", number(score.deta)},
            {"assa", number(score.assa)},
            {"loca", number(score.loca)},
            {"detre", number(score.detection_recall)},
            {"detpr", number(score.detection_precision)},
            {"assre", number(score.association_recall)},
            {"asspr", number(score.association_precision)}};
  json["hota_at"] = Json::array();
  for (const double value : score.hota_at) json["hota_at"].push_back(number(value));
  json["idf1"] = number(score.idf1);
  json["idp"] = number(score.id_precision);
  json["idr"] = number(score.id_recall);
  json["mota"] = number(score.mota);
  json["motp"] = number(score.motp);
  json["matches"] = score.matches;
  json["misses"] = score.misses;
  json["false_positives"] = score.false_positives;
  json["identity_switches"] = score.identity_switches;
  json["fragmentations"] = score.fragmentations;
  json["mostly_tracked"] = score.mostly_tracked;
  json["partly_tracked"] = score.partly_tracked;
  json["mostly_lost"] = score.mostly_lost;
  return json;
}

/// The five errors of true positives, of a class or their means.
template <class Score>
void add_true_positive_errors(const Score& score, Json& json) {
  json["translation_m"] = number(score.translation_m);
  json["scale"] = number(score.scale);
  json["orientation_rad"] = number(score.orientation_rad);
  json["velocity_mps"] = number(score.velocity_mps);
  json["attribute"] = number(score.attribute);
}

Json json_of(const NuscenesScore& score) {
  Json json{{"map", number(score.mean_average_precision)}, {"nds", number(score.detection_score)}};
  add_true_positive_errors(score, json);
  json["classes"] = Json::array();
  for (const NuscenesClassScore& of_class : score.classes) {
    Json row{{"class", of_class.class_name},
             {"reference", of_class.reference},
             {"candidate", of_class.candidate},
             {"ap", number(of_class.average_precision)}};
    row["ap_at"] = Json::array();
    for (const double value : of_class.average_precision_at) row["ap_at"].push_back(number(value));
    add_true_positive_errors(of_class, row);
    json["classes"].push_back(std::move(row));
  }
  return json;
}

Json json_of(const PairComparison& pair);

template <class Row>
Json list_of(const std::vector<Row>& rows) {
  Json json = Json::array();
  for (const Row& row : rows) json.push_back(json_of(row));
  return json;
}

Json json_of(const PairComparison& pair) {
  const SliceScore& all = pair.slices.front();
  const Bounded kappa = pair.agreement.empty() ? Bounded() : pair.agreement.front().kappa;
  const TrackingScore tracking = pair.tracking.empty() ? TrackingScore() : pair.tracking.front();
  Json json{{"candidate", text(pair.candidate)},
            {"drives", pair.drives},
            {"frames", pair.frames},
            {"reference_not_checked", pair.reference_not_checked},
            {"candidate_not_checked", pair.candidate_not_checked},
            {"precision", number(all.precision())},
            {"recall", number(all.recall())},
            {"f1", number(all.f1())},
            {"kappa", number(kappa.value)},
            {"hota", number(tracking.hota)},
            {"idf1", number(tracking.idf1)},
            {"mota", number(tracking.mota)},
            {"matched_tracks", pair.matched_tracks},
            {"slices", list_of(pair.slices)},
            {"by_drive", list_of(pair.by_drive)},
            {"track_errors", json_of(pair.track_errors)},
            {"agreement", list_of(pair.agreement)},
            {"tracking", list_of(pair.tracking)},
            {"nuscenes", pair.nuscenes ? json_of(*pair.nuscenes) : Json(nullptr)}};
  json["confusion"] = Json::array();
  for (const ConfusionCell& cell : pair.confusion) {
    json["confusion"].push_back({{"reference", name_or_null(cell.reference)},
                                 {"candidate", name_or_null(cell.candidate)},
                                 {"labels", cell.labels}});
  }
  return json;
}

}  // namespace

std::string comparison_json(const Comparison& comparison) {
  Json json{{"reference", text(comparison.reference)},
            {"match_by", comparison.match_by},
            {"drives", comparison.drives},
            {"candidates", list_of(comparison.candidates)},
            {"agreement", list_of(comparison.agreement)}};
  json["spread"] = Json::array();
  for (const SpreadScore& spread : comparison.spread) {
    json["spread"].push_back({{"class", name_or_null(spread.class_name)},
                              {"pairs", spread.pairs},
                              {"iou_mean", number(spread.iou_mean)},
                              {"iou_variance", number(spread.iou_variance)}});
  }
  json["notes"] = Json::array();
  for (const std::string& note : comparison.notes) json["notes"].push_back(text(note));
  return json.dump(2) + "\n";
}

}  // namespace concord::tools
