#include "src/checks/context.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <utility>

#include "src/checks/score.hpp"

namespace concord::judging {
namespace {

// One distance inside each band of range_band(), in its order.
constexpr std::array<double, 3> kBandSamples{0.0, 30.0, 50.0};

std::size_t band_of(double range_m) {
  if (range_m < kBandSamples[1]) return 0;
  return range_m < kBandSamples[2] ? 1 : 2;
}

}  // namespace

void Draft::propose(std::string_view field, double value, std::string_view unit) {
  Proposal proposal;
  proposal.field = field;
  proposal.value = value;
  proposal.unit = unit;
  proposals.push_back(std::move(proposal));
}

void Draft::propose_text(std::string_view field, std::string_view text) {
  Proposal proposal;
  proposal.field = field;
  proposal.text = text;
  proposals.push_back(std::move(proposal));
}

void Draft::propose_center(const Cuboid& box) {
  propose("x_m", box.center_m.x(), "m");
  propose("y_m", box.center_m.y(), "m");
  propose("z_m", box.center_m.z(), "m");
}

void Draft::only_for(std::string_view label, std::size_t first) {
  for (std::size_t i = first; i < proposals.size(); ++i) proposals[i].label = label;
}

CheckContext::CheckContext(const Drive& drive, const LabelSet& labels, const LabelSetMeasurements& measured,
                           const CheckInfo& check, Severity severity, const LearnedPriors* priors, Priors* observed)
    : drive_(drive),
      labels_(labels),
      measured_(measured),
      check_(check),
      severity_(severity),
      priors_(priors),
      observed_(observed),
      ignored_(drive.taxonomy->size()),
      exposure_(drive.taxonomy->size() * kBandSamples.size()) {
  for (std::size_t code = 0; code < ignored_.size(); ++code) {
    ignored_[code] = drive.taxonomy->at(static_cast<ClassCode>(code)).ignore ? 1 : 0;
  }
}

std::vector<std::uint8_t> CheckContext::classes_below(std::string_view name) const {
  std::vector<std::uint8_t> below(taxonomy().size(), 0);
  const auto ancestor = taxonomy().find(name);
  for (std::size_t code = 0; ancestor && code < below.size(); ++code) {
    below[code] = taxonomy().is_a(static_cast<ClassCode>(code), *ancestor) ? 1 : 0;
  }
  return below;
}

void CheckContext::observe(std::uint32_t row, std::string_view quantity, double value) {
  if (observed_ != nullptr && std::isfinite(value))
    observed_->observe(quantity, taxonomy().at(class_of(row)).name, value);
}

double CheckContext::surprise_of(const Draft& draft) const {
  if (priors_ == nullptr) return std::numeric_limits<double>::quiet_NaN();
  const Finding& finding = draft.finding;
  if (!draft.quantity.empty()) {
    const double probability = priors_->tail_probability(draft.quantity, finding.class_name, draft.side, finding.value);
    if (!std::isnan(probability)) return probability;
  }
  return priors_->finding_rate(finding.check, finding.class_name, finding.score);
}

void CheckContext::examine(std::uint32_t row) {
  ++exposure_[labels_.class_code[row] * kBandSamples.size() + band_of(measured_.cuboids.range_m[row])];
}

Draft& CheckContext::add(Scope scope, double value, double limit) {
  Finding& finding = drafts_.emplace_back().finding;
  finding.drive = drive_.name;
  finding.label_set = labels_.name;
  finding.check = check_.id;
  finding.fault = check_.fault;
  finding.scope = scope;
  finding.severity = severity_;
  finding.value = value;
  finding.limit = limit;
  finding.unit = check_.unit;
  finding.score = score_of(value, limit);
  return drafts_.back();
}

void CheckContext::fill_label(Finding& finding, std::uint32_t row) const {
  finding.label = labels_.label_id[row];
  finding.track = labels_.tracks.at(labels_.track[row]);
  finding.class_name = taxonomy().at(labels_.class_code[row]).name;
  if (measured_.cuboids.finite[row] == 0) return;
  const std::uint32_t frame = labels_.frame[row];
  Vec3 place_m(labels_.cuboid.x_m[row], labels_.cuboid.y_m[row], labels_.cuboid.z_m[row]);
  if (drive_.frames.has_pose(frame)) place_m = drive_.frames.T_world_ego[frame] * place_m;
  finding.x_m = place_m.x();
  finding.y_m = place_m.y();
  finding.z_m = place_m.z();
}

void CheckContext::set_frames(Draft& draft, std::uint32_t first_frame, std::uint32_t last_frame) const {
  Finding& finding = draft.finding;
  finding.frame = drive_.frames.name[first_frame];
  finding.frame_end = drive_.frames.name[last_frame];
  finding.frame_index = first_frame;
  finding.frame_index_end = last_frame;
  finding.time_ns = drive_.frames.time_ns[first_frame];
}

Draft& CheckContext::add_label(std::uint32_t row, double value, double limit) {
  Draft& draft = add(Scope::label, value, limit);
  fill_label(draft.finding, row);
  set_frames(draft, labels_.frame[row], labels_.frame[row]);
  return draft;
}

Draft& CheckContext::add_span(std::uint32_t first_row, std::uint32_t last_row, double value, double limit) {
  Draft& draft = add(first_row == last_row ? Scope::label : Scope::span, value, limit);
  fill_label(draft.finding, first_row);
  set_frames(draft, labels_.frame[first_row], labels_.frame[last_row]);
  return draft;
}

Draft& CheckContext::add_pair(std::uint32_t row, std::uint32_t other_row, std::uint32_t last_row, double value,
                              double limit) {
  Draft& draft = add(Scope::pair, value, limit);
  fill_label(draft.finding, row);
  draft.finding.other_label = labels_.label_id[other_row];
  draft.finding.other_track = labels_.tracks.at(labels_.track[other_row]);
  set_frames(draft, labels_.frame[row], labels_.frame[last_row]);
  return draft;
}

Draft& CheckContext::add_frame(std::uint32_t frame, double value, double limit) {
  Draft& draft = add(Scope::frame, value, limit);
  set_frames(draft, frame, frame);
  return draft;
}

void CheckContext::collect_into(Judgement& judgement) {
  std::unordered_map<std::string, std::size_t> kept;  // id -> index in drafts_
  for (std::size_t i = 0; i < drafts_.size(); ++i) {
    Finding& finding = drafts_[i].finding;
    finding.id = finding_id(finding);
    finding.fingerprint = finding_fingerprint(finding);
    finding.surprise = surprise_of(drafts_[i]);
    const auto [entry, is_new] = kept.try_emplace(finding.id, i);
    if (!is_new && drafts_[entry->second].finding.score < finding.score) entry->second = i;
  }
  for (std::size_t i = 0; i < drafts_.size(); ++i) {
    Draft& draft = drafts_[i];
    if (kept.at(draft.finding.id) != i) continue;
    for (Proposal& proposal : draft.proposals) {
      proposal.finding = draft.finding.id;
      judgement.proposals.push_back(std::move(proposal));
    }
    judgement.findings.push_back(std::move(draft.finding));
  }
  collect_exposure(judgement.exposure);
  drafts_.clear();
}

void CheckContext::collect_exposure(std::vector<ExposureRow>& rows) const {
  for (std::size_t i = 0; i < exposure_.size(); ++i) {
    if (exposure_[i] == 0) continue;
    const auto code = static_cast<ClassCode>(i / kBandSamples.size());
    rows.push_back({.drive = drive_.name,
                    .label_set = labels_.name,
                    .check = std::string(check_.id),
                    .class_name = taxonomy().at(code).name,
                    .range_band = std::string(range_band(kBandSamples[i % kBandSamples.size()])),
                    .labels = exposure_[i]});
  }
}

}  // namespace concord::judging
