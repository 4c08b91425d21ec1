#include "src/stats/ratings.hpp"

#include <algorithm>
#include <functional>

#include "src/stats/detection_tally.hpp"

namespace concord::stats {
namespace {

constexpr const char* kClass = "class";
constexpr const char* kMovingState = "moving_state";
constexpr const char* kOcclusion = "occlusion";

using Rate = std::function<std::string(std::size_t set, std::uint32_t row)>;

std::string moving_state_text(const LabelSet& set, std::uint32_t row) {
  switch (set.moving_state.get(row).value_or(MovingState::unknown)) {
    case MovingState::moving:
      return "moving";
    case MovingState::stopped:
      return "stopped";
    case MovingState::parked:
      return "parked";
    case MovingState::unknown:
      break;
  }
  return "";
}

const AttributeColumn* attribute(const LabelSet& set, std::string_view name) {
  const auto found = std::find_if(set.attributes.begin(), set.attributes.end(),
                                  [&](const AttributeColumn& column) { return column.name == name; });
  return found == set.attributes.end() ? nullptr : &*found;
}

std::string attribute_text(const LabelSet& set, std::string_view name, std::uint32_t row) {
  const AttributeColumn* column = attribute(set, name);
  return column != nullptr && row < column->code.size() ? std::string(column->values.at(column->code[row])) : "";
}

/// Attributes, and the other optional statements, that at least two of the sets make.
std::vector<std::string> shared_variables(std::span<const LabelSet* const> sets) {
  std::map<std::string, int> sets_with;
  for (const LabelSet* set : sets) {
    std::set<std::string> names;
    if (set->moving_state.present()) names.insert(kMovingState);
    if (set->occlusion_level.present() || set->visibility.present()) names.insert(kOcclusion);
    for (const AttributeColumn& column : set->attributes) {
      if (column.values.size() > 0 && column.name != kClass) names.insert(column.name);
    }
    for (const std::string& name : names) ++sets_with[name];
  }
  std::vector<std::string> shared;
  for (const auto& [name, count] : sets_with) {
    if (count >= 2) shared.push_back(name);
  }
  return shared;
}

/// Assigns the labels of one further set to the objects of one frame.
class Joiner {
 public:
  Joiner(std::span<const LabelSet* const> sets, std::span<const ScopedLabels> scoped, std::span<const SetPairs> pairs,
         const MatchRule& rule)
      : sets_(sets), scoped_(scoped), pairs_(pairs), rule_(rule), next_(pairs.size(), 0) {}

  void join_frame(std::uint32_t frame, std::vector<ObjectRows>& objects) {
    const std::size_t first_object = objects.size();
    for (std::size_t set = 0; set < sets_.size(); ++set) {
      partner_of_.assign(sets_[set]->frame_offset[frame + 1] - sets_[set]->frame_offset[frame], kNone);
      for (const bool one_class : {true, false}) assign(frame, set, one_class, first_object, objects);
      for (std::uint32_t row = sets_[set]->frame_offset[frame]; row < sets_[set]->frame_offset[frame + 1]; ++row) {
        if (partner_of_[row - sets_[set]->frame_offset[frame]] != kNone) continue;
        if (scoped_[set].standing[row] != Standing::checked) continue;
        objects.emplace_back(sets_.size(), kNone)[set] = row;
      }
    }
  }

 private:
  void assign(std::uint32_t frame, std::size_t set, bool one_class, std::size_t first_object,
              std::vector<ObjectRows>& objects) {
    edges_.clear();
    for (std::size_t p = 0; p < pairs_.size(); ++p) {
      if (pairs_[p].second == set) list_edges(frame, pairs_[p], p, one_class, first_object, objects);
    }
    std::sort(edges_.begin(), edges_.end(),
              [](const Edge& x, const Edge& y) { return std::pair(x.a, x.b) < std::pair(y.a, y.b); });
    for (const std::uint32_t edge : rule_.greedy ? assigner_.greedy(edges_) : assigner_.optimal(edges_)) {
      objects[first_object + edges_[edge].a][set] = sets_[set]->frame_offset[frame] + edges_[edge].b;
      partner_of_[edges_[edge].b] = edges_[edge].a;
    }
  }

  void list_edges(std::uint32_t frame, const SetPairs& pairs, std::size_t position, bool one_class,
                  std::size_t first_object, const std::vector<ObjectRows>& objects) {
    // Objects by the row of their first label in the pair's first set.
    object_of_.clear();
    for (std::size_t object = first_object; object < objects.size(); ++object) {
      const ObjectRows& rows = objects[object];
      const auto first = std::find_if(rows.begin(), rows.end(), [](std::uint32_t row) { return row != kNone; });
      if (static_cast<std::size_t>(first - rows.begin()) != pairs.first || rows[pairs.second] != kNone) continue;
      object_of_[*first] = static_cast<std::uint32_t>(object - first_object);
    }
    std::size_t& at = next_[position];
    while (at < pairs.pairs.size() && pairs.pairs.frame[at] < frame) ++at;
    for (std::size_t i = at; i < pairs.pairs.size() && pairs.pairs.frame[i] == frame; ++i) {
      const std::uint32_t row_a = pairs.pairs.row_a[i];
      const std::uint32_t row_b = pairs.pairs.row_b[i];
      const auto object = object_of_.find(row_a);
      const std::uint32_t local = row_b - sets_[pairs.second]->frame_offset[frame];
      const ClassCode code = scoped_[pairs.first].class_code[row_a];
      if (object == object_of_.end() || partner_of_[local] != kNone ||
          scoped_[pairs.second].standing[row_b] == Standing::out ||
          (one_class && code != scoped_[pairs.second].class_code[row_b])) {
        continue;
      }
      if (const double weight = rule_.weight(pairs.pairs.measure[i], code); weight > 0) {
        edges_.push_back({object->second, local, weight});
      }
    }
  }

  std::span<const LabelSet* const> sets_;
  std::span<const ScopedLabels> scoped_;
  std::span<const SetPairs> pairs_;
  const MatchRule& rule_;
  std::vector<std::size_t> next_;  ///< first pair of the frame, per pair of sets
  std::vector<std::uint32_t> partner_of_;
  std::map<std::uint32_t, std::uint32_t> object_of_;
  std::vector<Edge> edges_;
  Assigner assigner_;
};

}  // namespace

std::vector<ObjectRows> group_objects(std::span<const LabelSet* const> sets, std::span<const ScopedLabels> scoped,
                                      std::span<const SetPairs> pairs, const MatchRule& rule) {
  std::vector<ObjectRows> objects;
  Joiner joiner(sets, scoped, pairs, rule);
  const auto frames = static_cast<std::uint32_t>(sets[0]->frame_offset.size() - 1);
  for (std::uint32_t frame = 0; frame < frames; ++frame) joiner.join_frame(frame, objects);
  return objects;
}

void RatingTallies::add(const Drive& drive, std::span<const LabelSet* const> sets, std::span<const ScopedLabels> scoped,
                        std::span<const ObjectRows> objects) {
  std::vector<std::uint64_t> cluster(objects.size());
  for (std::size_t i = 0; i < objects.size(); ++i) {
    const ObjectRows& rows = objects[i];
    const auto first = std::find_if(rows.begin(), rows.end(), [](std::uint32_t row) { return row != kNone; });
    const LabelSet& set = *sets[static_cast<std::size_t>(first - rows.begin())];
    const std::uint32_t track = set.track[*first];
    // A NUL keeps label ids from track ids.
    std::string name = track != kNone ? std::string(set.tracks.at(track)) : '\0' + std::string(set.label_id[*first]);
    if (&set != sets[0]) name = set.name + '\0' + name;
    cluster[i] = cluster_of(drive.name, name);
  }
  const auto tally = [&](const std::string& variable, const Rate& rate) {
    RatingTally& of_variable = tallies_.try_emplace(variable, variable, raters_, seed_).first->second;
    std::vector<std::string> texts(sets.size());
    std::vector<std::string_view> ratings(sets.size());
    for (std::size_t i = 0; i < objects.size(); ++i) {
      for (std::size_t set = 0; set < sets.size(); ++set) {
        texts[set] = objects[i][set] == kNone ? "" : rate(set, objects[i][set]);
        ratings[set] = texts[set];
      }
      of_variable.add(cluster[i], ratings);
    }
    of_variable.finish_drive();
  };
  tally(kClass,
        [&](std::size_t set, std::uint32_t row) { return drive.taxonomy->at(scoped[set].class_code[row]).name; });
  for (const std::string& variable : shared_variables(sets)) {
    tally(variable, [&](std::size_t set, std::uint32_t row) {
      if (variable == kMovingState) return moving_state_text(*sets[set], row);
      if (variable == kOcclusion) return occlusion_text(*sets[set], row);
      return attribute_text(*sets[set], variable, row);
    });
  }
}

void RatingTallies::merge(const RatingTallies& other) {
  for (const auto& [variable, tally] : other.tallies_) {
    tallies_.try_emplace(variable, variable, raters_, seed_).first->second.merge(tally);
  }
}

void RatingTallies::list_left_out(std::set<std::string>& names) const {
  for (const auto& [variable, tally] : tallies_) {
    if (tally.has_too_many_categories()) names.insert(variable);
  }
}

std::vector<AgreementScore> RatingTallies::scores(double unmatched_share) const {
  std::vector<AgreementScore> scores;
  const auto append = [&](const RatingTally& tally) {
    for (AgreementScore& score : tally.scores()) {
      score.unmatched_share = unmatched_share;
      scores.push_back(std::move(score));
    }
  };
  if (const auto of_class = tallies_.find(kClass); of_class != tallies_.end()) append(of_class->second);
  for (const auto& [variable, tally] : tallies_) {
    if (variable != kClass && tally.units() > 0) append(tally);
  }
  return scores;
}

}  // namespace concord::stats
