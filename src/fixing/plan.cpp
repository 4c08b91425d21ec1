#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

#include "concord/fixing.hpp"
#include "concord/ranking.hpp"
#include "src/fixing/change_rows.hpp"
#include "src/fixing/label_rows.hpp"
#include "src/fixing/label_state.hpp"
#include "src/fixing/track_exchanges.hpp"
#include "src/model/check_names.hpp"

namespace concord {
namespace fixing {
namespace {

constexpr double kLeastSize_m = 0.01;

bool is_sound(const Cuboid& box) {
  return box.center_m.allFinite() && box.size_m.allFinite() && box.rotation.coeffs().allFinite() &&
         box.rotation.norm() > 0.5 && box.size_m.minCoeff() >= kLeastSize_m;
}

/// A finding with its proposals.
struct Proposed {
  const Finding* finding = nullptr;
  std::vector<Proposal> proposals;

  [[nodiscard]] bool has(std::string_view field) const {
    return std::any_of(proposals.begin(), proposals.end(), [&](const Proposal& p) { return p.field == field; });
  }
};

class Planner {
 public:
  Planner(const Drive& drive, const FixOptions& options)
      : rows_(drive), options_(options), log_(drive), owner_(rows_.set().size()) {}

  DriveCorrections run(std::span<const Finding> findings, std::span<const Proposal> proposals) {
    std::vector<Proposed> all = collect(findings, proposals);
    for (const Proposed& each : all) {
      if (const FixOutcome outcome = sorted_out(each); outcome != FixOutcome::applied) {
        count(outcome);
        if (!each.proposals.empty()) log_.add_whole(*each.finding, each.proposals, outcome);
        continue;
      }
      apply(each);
    }
    exchange();
    write_edits();
    result_.log = log_.take();
    return std::move(result_);
  }

 private:
  using Parts = std::array<const Finding*, kParts>;

  /// The findings of this drive in the order in which they are applied: deletions, then by rank.
  std::vector<Proposed> collect(std::span<const Finding> findings, std::span<const Proposal> proposals) const {
    std::unordered_map<std::string_view, std::vector<Proposal>> by_finding;
    for (const Proposal& proposal : proposals) by_finding[proposal.finding].push_back(proposal);
    std::vector<Proposed> all;
    const std::string drive = rows_.drive().name;
    for (const Finding& finding : findings) {
      if (finding.drive != drive) continue;
      Proposed& each = all.emplace_back();
      each.finding = &finding;
      if (const auto found = by_finding.find(finding.id); found != by_finding.end()) each.proposals = found->second;
    }
    std::sort(all.begin(), all.end(), [](const Proposed& a, const Proposed& b) {
      const bool a_deletes = a.has("delete"), b_deletes = b.has("delete");
      if (a_deletes != b_deletes) return a_deletes;
      const double rank_a = rank_of(*a.finding), rank_b = rank_of(*b.finding);
      return rank_a != rank_b ? rank_a > rank_b : a.finding->id < b.finding->id;
    });
    return all;
  }

  /// Why a finding is not looked at further; `applied` where it is.
  [[nodiscard]] FixOutcome sorted_out(const Proposed& each) const {
    const Finding& finding = *each.finding;
    if (finding.label_set != rows_.set().name) return FixOutcome::other_label_set;
    const bool selected =
        (options_.only.empty() || is_named(finding.check, options_.only)) && !is_named(finding.check, options_.skip);
    if (!selected) return FixOutcome::not_selected;
    if (each.proposals.empty()) return FixOutcome::no_proposal;
    if (finding.fault == Fault::missing) return FixOutcome::missing_label;
    if (!finding.root_cause.empty()) return FixOutcome::explained;
    if (!(finding.score >= options_.min_score)) return FixOutcome::below_min_score;
    if (each.has("delete") && !options_.deletes) return FixOutcome::deletion_not_asked;
    return FixOutcome::applied;
  }

  void count(FixOutcome outcome) { ++result_.findings[static_cast<std::size_t>(outcome)]; }

  void apply(const Proposed& each) {
    if (each.has("track")) {
      count(add_exchange(each));
      return;
    }
    FixOutcome worst = FixOutcome::not_possible;
    bool applied = false;
    const std::map<std::uint32_t, Correction> corrections = corrections_of(each);
    if (corrections.empty() && is_of_whole_object(each)) worst = FixOutcome::part_of_track;
    if (corrections.empty()) log_.add_whole(*each.finding, each.proposals, worst);
    for (const auto& [row, correction] : corrections) {
      const FixOutcome outcome = apply_to(row, correction, *each.finding);
      applied |= outcome == FixOutcome::applied;
      worst = outcome;
    }
    count(applied ? FixOutcome::applied : worst);
  }

  /// What the finding's proposals mean for each label.
  [[nodiscard]] std::map<std::uint32_t, Correction> corrections_of(const Proposed& each) const {
    std::map<std::uint32_t, Correction> corrections;
    std::map<std::string, std::vector<Proposal>> by_label;
    for (const Proposal& proposal : each.proposals) by_label[proposal.label].push_back(proposal);
    if (const auto shared = by_label.find(""); shared != by_label.end()) {
      const std::vector<std::uint32_t> span = span_of(each);
      if (span.empty()) return {};
      const Correction own = correction_of(span.front(), shared->second);
      const bool sized_alone = own.shift_own_m == Vec3::Zero() && own.rise_m == 0;
      for (const std::uint32_t row : span) {
        Correction correction = own;
        // One object has one size.
        if (sized_alone && row != span.front()) correction.grow_m = correction_of(row, shared->second).grow_m;
        corrections[row] = correction;
      }
    }
    for (const auto& [label, proposals] : by_label) {
      const std::uint32_t row = label.empty() ? kNone : rows_.find(label);
      if (row != kNone) corrections[row] = correction_of(row, proposals);
    }
    return corrections;
  }

  /// The labels that the proposals without a label are about; none where they would tear a track apart.
  [[nodiscard]] std::vector<std::uint32_t> span_of(const Proposed& each) const {
    std::vector<std::uint32_t> span = rows_.span_of(*each.finding);
    if (!is_of_whole_object(each) || span.size() < 2) return span;
    // Points tell only of some labels, but they tell how the object was drawn. Were only these corrected, the track
    // would jump where they begin and end.
    const std::vector<std::uint32_t>& track = rows_.of_track(rows_.set().track[span.front()]);
    // A size is that of the object in all frames; a place may have been drawn well in the others.
    constexpr std::size_t kEnoughForSize = 5;
    const bool sizes = each.has("length_m") || each.has("width_m") || each.has("height_m");
    if (2 * span.size() < track.size() && !(sizes && span.size() >= kEnoughForSize)) return {};
    const std::set<std::uint32_t> seen(span.begin(), span.end());
    std::copy_if(track.begin(), track.end(), std::back_inserter(span),
                 [&](std::uint32_t row) { return !seen.contains(row); });
    return span;
  }

  /// Found in the clouds of several labels of a track, and no deletion.
  [[nodiscard]] static bool is_of_whole_object(const Proposed& each) {
    return each.finding->check.starts_with("points.") && each.finding->scope == Scope::span && !each.has("delete");
  }

  [[nodiscard]] Correction correction_of(std::uint32_t row, const std::vector<Proposal>& proposals) const {
    const auto has = [&](std::string_view field) {
      return std::any_of(proposals.begin(), proposals.end(), [&](const Proposal& p) { return p.field == field; });
    };
    const Cuboid box = rows_.set().cuboid.at(row);
    Correction correction = difference(box, apply_proposals(box, proposals), !has("x_m") && !has("y_m"));
    for (const Proposal& proposal : proposals) {
      if (proposal.field == "class") correction.raw_class = proposal.text;
      if (proposal.field == "delete") correction.deletes = true;
    }
    return correction;
  }

  FixOutcome apply_to(std::uint32_t row, const Correction& correction, const Finding& finding) {
    const Cuboid before = rows_.set().cuboid.at(row);
    const Cuboid alone = correction.applied_to(before);
    const auto parts = correction.parts();
    if (!correction.deletes && !is_sound(alone) && !correction.raw_class) {
      log_.add(row, finding, correction, FixOutcome::not_possible, nullptr);
      return FixOutcome::not_possible;
    }
    Parts& owner = owner_[row];
    for (std::size_t part = 0; part < kParts; ++part) {
      if (!parts[part] || owner[part] == nullptr) continue;
      log_.add(row, finding, correction, FixOutcome::conflict, owner[part]);
      return FixOutcome::conflict;
    }
    Correction both = state_[row];
    both.add(correction);
    if (!correction.deletes && !is_sound(both.applied_to(before)) && !both.raw_class) {
      log_.add(row, finding, correction, FixOutcome::not_possible, nullptr);
      return FixOutcome::not_possible;
    }
    for (std::size_t part = 0; part < kParts; ++part) {
      if (parts[part]) owner[part] = &finding;
    }
    state_[row] = both;
    log_.add(row, finding, correction, FixOutcome::applied, nullptr);
    return FixOutcome::applied;
  }

  FixOutcome add_exchange(const Proposed& each) {
    const Finding& finding = *each.finding;
    const std::uint32_t own = rows_.find(finding.label);
    FixOutcome outcome = FixOutcome::not_possible;
    for (const Proposal& proposal : each.proposals) {
      if (proposal.field != "track") continue;
      const std::uint32_t row = proposal.label.empty() ? own : rows_.find(proposal.label);
      if (row == kNone) continue;
      TrackExchange exchange{&finding, rows_.set().frame[row], rows_.set().track[row], rows_.find_track(proposal.text)};
      if (exchange.track == kNone || exchange.other == kNone || exchange.track == exchange.other) continue;
      if (!proposal.label.empty()) exchange.only_row = row;
      // Two exchanges of one track in one frame cannot both be right.
      const auto clash = std::find_if(exchanges_.begin(), exchanges_.end(), [&](const TrackExchange& earlier) {
        return earlier.finding != &finding && earlier.frame == exchange.frame &&
               (earlier.track == exchange.track || earlier.track == exchange.other || earlier.other == exchange.track ||
                earlier.other == exchange.other);
      });
      if (clash != exchanges_.end()) {
        log_.add_whole(finding, each.proposals, FixOutcome::conflict, clash->finding);
        return FixOutcome::conflict;
      }
      exchanges_.push_back(exchange);
      outcome = FixOutcome::applied;
    }
    if (outcome != FixOutcome::applied) log_.add_whole(finding, each.proposals, outcome);
    return outcome;
  }

  void exchange() {
    for (const auto& [row, to] : exchange_tracks(rows_, exchanges_)) {
      if (const auto state = state_.find(row); state != state_.end() && state->second.deletes) continue;
      tracks_[row] = to.track;
      log_.add_track(row, *to.finding, std::string(rows_.set().tracks.at(to.track)));
    }
  }

  void write_edits() {
    std::set<std::uint32_t> touched;
    for (const auto& [row, state] : state_) touched.insert(row);
    for (const auto& [row, track] : tracks_) touched.insert(row);
    const LabelSet& set = rows_.set();
    for (const std::uint32_t row : touched) {
      const auto found = state_.find(row);
      const Correction state = found == state_.end() ? Correction() : found->second;
      LabelEdit edit;
      edit.frame = rows_.drive().frames.name[set.frame[row]];
      edit.label = set.label_id[row];
      if (state.deletes) {
        edit.op = LabelEdit::Op::drop;
        ++result_.deleted;
      } else {
        const auto parts = state.parts();
        const bool moves = std::any_of(parts.begin(), parts.begin() + static_cast<std::ptrdiff_t>(Part::class_),
                                       [](bool part) { return part; });
        if (moves) edit.cuboid = state.applied_to(set.cuboid.at(row));
        if (const auto track = tracks_.find(row); track != tracks_.end()) edit.track = set.tracks.at(track->second);
        if (state.raw_class) edit.raw_class = state.raw_class;
        if (!edit.cuboid && !edit.track && !edit.raw_class) continue;
        ++result_.changed;
      }
      result_.edits.push_back(std::move(edit));
    }
  }

  LabelRows rows_;
  const FixOptions& options_;
  ChangeRows log_;
  std::vector<Parts> owner_;  ///< by row: the finding that changes each part
  std::map<std::uint32_t, Correction> state_;
  std::vector<TrackExchange> exchanges_;
  std::map<std::uint32_t, std::uint32_t> tracks_;
  DriveCorrections result_;
};

}  // namespace
}  // namespace fixing

Cuboid apply_proposals(Cuboid box, std::span<const Proposal> proposals) {
  for (const Proposal& proposal : proposals) {
    if (proposal.field == "x_m") box.center_m.x() = proposal.value;
    if (proposal.field == "y_m") box.center_m.y() = proposal.value;
    if (proposal.field == "z_m") box.center_m.z() = proposal.value;
    if (proposal.field == "length_m") box.size_m.x() = proposal.value;
    if (proposal.field == "width_m") box.size_m.y() = proposal.value;
    if (proposal.field == "height_m") box.size_m.z() = proposal.value;
    if (proposal.field == "yaw_rad") {
      const double turn_rad = wrap_angle(proposal.value - yaw_of(box.rotation));
      box.rotation = box.rotation * quat_from_ypr(turn_rad, 0, 0);
    }
  }
  return box;
}

DriveCorrections plan_corrections(const Drive& drive, std::span<const Finding> findings,
                                  std::span<const Proposal> proposals, const FixOptions& options) {
  if (drive.label_sets.empty()) return {};
  return fixing::Planner(drive, options).run(findings, proposals);
}

std::string_view to_string(FixOutcome outcome) {
  switch (outcome) {
    case FixOutcome::applied:
      return "applied";
    case FixOutcome::no_proposal:
      return "nothing to apply";
    case FixOutcome::missing_label:
      return "a label would have to be added";
    case FixOutcome::not_selected:
      return "left out by --only or --skip";
    case FixOutcome::other_label_set:
      return "of another label set";
    case FixOutcome::below_min_score:
      return "below --min-score";
    case FixOutcome::explained:
      return "explained by another finding";
    case FixOutcome::deletion_not_asked:
      return "deletions need --delete";
    case FixOutcome::conflict:
      return "in conflict with a finding of higher rank";
    case FixOutcome::part_of_track:
      return "seen in less than half of a track";
    case FixOutcome::not_possible:
      return "not possible";
  }
  return "";
}

}  // namespace concord
