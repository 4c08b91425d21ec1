#include "src/fixing/change_rows.hpp"

#include <fmt/format.h>
#include <array>
#include <cmath>

namespace concord::fixing {
namespace {

std::string number(double value) { return std::isfinite(value) ? fmt::format("{:.6g}", value) : std::string(); }

struct Field {
  std::string_view name, unit;
  double before, after;
};

std::array<Field, 7> fields_of(const Cuboid& before, const Cuboid& after) {
  return {{{"x_m", "m", before.center_m.x(), after.center_m.x()},
           {"y_m", "m", before.center_m.y(), after.center_m.y()},
           {"z_m", "m", before.center_m.z(), after.center_m.z()},
           {"length_m", "m", before.size_m.x(), after.size_m.x()},
           {"width_m", "m", before.size_m.y(), after.size_m.y()},
           {"height_m", "m", before.size_m.z(), after.size_m.z()},
           {"yaw_rad", "rad", yaw_of(before.rotation), yaw_of(after.rotation)}}};
}

}  // namespace

LabelChange ChangeRows::line(std::uint32_t row, const Finding& finding) const {
  const LabelSet& set = drive_.label_sets.front();
  LabelChange change;
  change.drive = drive_.name;
  change.label_set = set.name;
  change.frame = drive_.frames.name[set.frame[row]];
  change.track = set.tracks.at(set.track[row]);
  change.label = set.label_id[row];
  change.check = finding.check;
  change.finding = finding.id;
  change.score = finding.score;
  return change;
}

void ChangeRows::add(std::uint32_t row, const Finding& finding, const Correction& correction, FixOutcome outcome,
                     const Finding* instead) {
  const LabelSet& set = drive_.label_sets.front();
  const auto put = [&](LabelChange change) {
    change.outcome = outcome;
    if (instead != nullptr) change.conflict = instead->id;
    if (outcome == FixOutcome::applied) {
      applied_.emplace(row, std::move(change));
    } else {
      others_.push_back(std::move(change));
    }
  };
  LabelChange change = line(row, finding);
  if (correction.deletes) {
    change.field = "delete";
    put(change);
    return;
  }
  if (correction.raw_class) {
    change.field = "class";
    change.before = set.raw_classes.at(set.raw_class[row]);
    change.after = *correction.raw_class;
    put(change);
  }
  const Cuboid before = set.cuboid.at(row);
  for (const Field& field : fields_of(before, correction.applied_to(before))) {
    constexpr double kRounding = 1e-9;
    if (std::abs(field.after - field.before) <= kRounding) continue;
    change.field = field.name;
    change.unit = field.unit;
    change.before = number(field.before);
    change.after = number(field.after);
    put(change);
  }
}

void ChangeRows::add_track(std::uint32_t row, const Finding& finding, const std::string& track) {
  LabelChange change = line(row, finding);
  change.field = "track";
  change.before = change.track;
  change.after = track;
  applied_.emplace(row, std::move(change));
}

void ChangeRows::add_whole(const Finding& finding, std::span<const Proposal> proposals, FixOutcome outcome,
                           const Finding* instead) {
  for (const Proposal& proposal : proposals) {
    LabelChange change;
    change.drive = finding.drive;
    change.label_set = finding.label_set;
    change.frame = finding.frame;
    change.track = finding.track;
    change.label = proposal.label.empty() ? finding.label : proposal.label;
    change.check = finding.check;
    change.finding = finding.id;
    change.score = finding.score;
    change.field = proposal.field;
    change.unit = proposal.unit;
    if (proposal.field != "delete") change.after = proposal.text.empty() ? number(proposal.value) : proposal.text;
    change.outcome = outcome;
    if (outcome == FixOutcome::explained) change.conflict = finding.root_cause;
    if (instead != nullptr) change.conflict = instead->id;
    others_.push_back(std::move(change));
  }
}

std::vector<LabelChange> ChangeRows::take() {
  std::vector<LabelChange> log;
  log.reserve(applied_.size() + others_.size());
  for (auto& [row, change] : applied_) log.push_back(std::move(change));
  for (LabelChange& change : others_) log.push_back(std::move(change));
  return log;
}

}  // namespace concord::fixing
