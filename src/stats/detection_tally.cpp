#include "src/stats/detection_tally.hpp"

#include <cmath>
#include <numbers>
#include <string_view>

#include "concord/finding.hpp"

namespace concord::stats {
namespace {

double modulo_half_turn(double heading_rad) {
  const double axis_rad = std::remainder(heading_rad, std::numbers::pi);
  return axis_rad <= -std::numbers::pi / 2 ? axis_rad + std::numbers::pi : axis_rad;
}

std::string provenance_text(const LabelSet& set, const OptionalColumn<std::uint32_t>& column, std::size_t row) {
  const auto code = column.get(row);
  return code ? std::string(set.provenance.at(*code)) : std::string();
}

std::string text_of(Dimension dimension, const LabelSet& set, const ScopedLabels& scoped, std::size_t row) {
  switch (dimension) {
    case Dimension::all:
      return "";
    case Dimension::range:
      return std::isfinite(scoped.range_m[row]) ? std::string(range_band(scoped.range_m[row])) : "";
    case Dimension::occlusion:
      return occlusion_text(set, row);
    case Dimension::annotator:
      return provenance_text(set, set.annotator, row);
    case Dimension::batch:
      return provenance_text(set, set.batch, row);
  }
  return "";
}

}  // namespace

std::string occlusion_text(const LabelSet& set, std::size_t row) {
  if (const auto level = set.occlusion_level.get(row)) {
    constexpr std::array<const char*, 4> kLevels{"visible", "partly", "largely", "unknown"};
    return *level >= 0 && *level < 4 ? kLevels[static_cast<std::size_t>(*level)] : "";
  }
  const auto visible = set.visibility.get(row);
  if (!visible || !std::isfinite(*visible)) return "";
  // nuScenes' bins.
  return *visible < 0.4   ? "0-40 % visible"
         : *visible < 0.6 ? "40-60 % visible"
         : *visible < 0.8 ? "60-80 % visible"
                          : "80-100 % visible";
}

std::vector<PairErrors> pair_errors(const Taxonomy& taxonomy, const ScopedLabels& scoped_reference,
                                    std::span<const RowPair> pairs, const OffsetTable& offsets,
                                    std::span<const double> iou) {
  const auto symmetric = taxonomy.find("static_object");
  std::vector<PairErrors> errors(pairs.size());
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const double along_m = offsets.along_m[i];
    const double across_m = offsets.across_m[i];
    const double up_m = offsets.up_m[i];
    const bool has_front = !symmetric || !taxonomy.is_a(scoped_reference.class_code[pairs[i].row_a], *symmetric);
    errors[i] = {along_m,
                 across_m,
                 up_m,
                 std::sqrt(along_m * along_m + across_m * across_m + up_m * up_m),
                 offsets.length_m[i],
                 offsets.width_m[i],
                 offsets.height_m[i],
                 has_front ? offsets.heading_rad[i] : kUndefined,
                 modulo_half_turn(offsets.heading_rad[i]),
                 1 - iou[i]};
  }
  return errors;
}

/// The slices of one set's labels; a dimension's value is looked up once.
class DetectionTally::Places {
 public:
  Places(DetectionTally& tally, const LabelSet& set, const ScopedLabels& scoped)
      : tally_(tally), set_(set), scoped_(scoped) {
    present_ = {true, true, set.occlusion_level.present() || set.visibility.present(), set.annotator.present(),
                set.batch.present()};
  }

  /// Calls visit(slice, keeps_errors) for each slice of the label, by the dimensions that are `wanted`.
  template <class Visit, class Wanted>
  void each(std::size_t row, const Visit& visit, const Wanted& wanted) {
    for (std::size_t d = 0; d < kDimensionNames.size(); ++d) {
      const auto dimension = static_cast<Dimension>(d);
      if (!present_[d] || !wanted(dimension)) continue;
      const std::string value = text_of(dimension, set_, scoped_, row);
      if (value.empty() && dimension != Dimension::all) continue;
      if (!admits(dimension, value)) continue;
      const ClassCode code = scoped_.class_code[row];
      visit(slice(dimension, value, kAnyClass), true);
      visit(slice(dimension, value, code), dimension == Dimension::all);
    }
  }

  [[nodiscard]] bool has(Dimension dimension) const { return present_[static_cast<std::size_t>(dimension)]; }

 private:
  /// False where the dimension has too many values, from now on or before.
  bool admits(Dimension dimension, const std::string& value) {
    Values& values = tally_.values(dimension);
    if (values.size() <= kMaxValues && !known_[static_cast<std::size_t>(dimension)].contains(value) &&
        values.insert(value).second) {
      tally_.drop_if_too_many(dimension);
    }
    return values.size() <= kMaxValues;
  }

  Slice& slice(Dimension dimension, const std::string& value, ClassCode code) {
    auto& known = known_[static_cast<std::size_t>(dimension)][value];
    const auto found = known.find(code);
    if (found != known.end()) return *found->second;
    Slice& made = tally_.slices_[Key(dimension, value, code)];
    known[code] = &made;
    return made;
  }

  DetectionTally& tally_;
  const LabelSet& set_;
  const ScopedLabels& scoped_;
  std::array<bool, kDimensionNames.size()> present_{};
  std::array<std::map<std::string, std::map<ClassCode, Slice*>>, kDimensionNames.size()> known_;
};

void DetectionTally::add(const LabelSet& reference, const ScopedLabels& scoped_reference, const LabelSet& candidate,
                         const ScopedLabels& scoped_candidate, const Matching& matching,
                         std::span<const PairErrors> errors) {
  Places of_reference(*this, reference, scoped_reference);
  Places of_candidate(*this, candidate, scoped_candidate);
  const auto same_class = [&](std::uint32_t row_a, std::uint32_t row_b) {
    return scoped_reference.class_code[row_a] == scoped_candidate.class_code[row_b];
  };
  const auto every = [](Dimension) { return true; };
  for (std::uint32_t row = 0; row < reference.size(); ++row) {
    if (matching.counts_a[row] == 0) {
      ++reference_not_checked_;
      continue;
    }
    const std::uint32_t partner = matching.partner_a[row];
    const bool matched = partner != kNone && same_class(row, partner);
    const auto count = [&](Slice& slice, bool) {
      ++slice.reference;
      slice.reference_matched += matched ? 1 : 0;
    };
    of_reference.each(row, count, every);
    ++confusion_[{scoped_reference.class_code[row],
                  partner == kNone ? kUnknownClass : scoped_candidate.class_code[partner]}];
  }
  for (std::uint32_t row = 0; row < candidate.size(); ++row) {
    if (matching.counts_b[row] == 0) {
      ++candidate_not_checked_;
      continue;
    }
    const std::uint32_t partner = matching.partner_b[row];
    const bool matched = partner != kNone && same_class(partner, row);
    const auto count = [&](Slice& slice, bool) {
      ++slice.candidate;
      slice.candidate_matched += matched ? 1 : 0;
    };
    of_candidate.each(row, count, every);
    if (partner == kNone) ++confusion_[{kUnknownClass, scoped_candidate.class_code[row]}];
  }
  for (std::size_t i = 0; i < matching.pairs.size(); ++i) {
    const auto [row_a, row_b] = matching.pairs[i];
    if (!same_class(row_a, row_b)) continue;
    const auto count = [&](Slice& slice, bool keeps_errors) {
      if (!keeps_errors) return;
      slice.errors.resize(kPairErrors);
      for (std::size_t e = 0; e < kPairErrors; ++e) slice.errors[e].add(errors[i][e]);
    };
    // An error is the candidate's: of its annotator and batch, where it states them.
    const auto of_work = [&](Dimension d) {
      return (d == Dimension::annotator || d == Dimension::batch) && of_candidate.has(d);
    };
    of_reference.each(row_a, count, [&](Dimension d) { return !of_work(d); });
    of_candidate.each(row_b, count, of_work);
  }
}

void DetectionTally::drop_if_too_many(Dimension dimension) {
  if (values(dimension).size() <= kMaxValues) return;
  std::erase_if(slices_, [&](const auto& slice) { return std::get<0>(slice.first) == dimension; });
}

void DetectionTally::list_left_out(std::set<std::string>& names) const {
  for (std::size_t d = 0; d < values_.size(); ++d) {
    if (values_[d].size() > kMaxValues) names.insert(kDimensionNames[d]);
  }
}

void DetectionTally::merge(const DetectionTally& other) {
  for (const auto& [key, from] : other.slices_) {
    Slice& to = slices_[key];
    to.reference += from.reference;
    to.reference_matched += from.reference_matched;
    to.candidate += from.candidate;
    to.candidate_matched += from.candidate_matched;
    if (to.errors.size() < from.errors.size()) to.errors.resize(from.errors.size());
    for (std::size_t e = 0; e < from.errors.size(); ++e) to.errors[e].merge(from.errors[e]);
  }
  for (std::size_t d = 0; d < values_.size(); ++d) {
    values_[d].insert(other.values_[d].begin(), other.values_[d].end());
    drop_if_too_many(static_cast<Dimension>(d));
  }
  for (const auto& [key, labels] : other.confusion_) confusion_[key] += labels;
  reference_not_checked_ += other.reference_not_checked_;
  candidate_not_checked_ += other.candidate_not_checked_;
}

std::vector<SliceScore> DetectionTally::slices(const Taxonomy& taxonomy) const {
  std::vector<SliceScore> scores;
  const auto append = [&](const Key& key, const Slice& slice) {
    const auto& [dimension, value, code] = key;
    SliceScore score{.dimension = kDimensionNames[static_cast<std::size_t>(dimension)],
                     .value = value,
                     .class_name = code == kAnyClass ? "" : taxonomy.at(code).name,
                     .reference = slice.reference,
                     .reference_matched = slice.reference_matched,
                     .candidate = slice.candidate,
                     .candidate_matched = slice.candidate_matched,
                     .errors = {}};
    for (std::size_t e = 0; e < slice.errors.size(); ++e) {
      score.errors.push_back(slice.errors[e].summary(kPairErrorNames[e], kPairErrorUnits[e]));
    }
    scores.push_back(std::move(score));
  };
  // kAnyClass sorts last; the sum of a slice's classes stands before them.
  append(Key(Dimension::all, "", kAnyClass), slices_.contains(Key(Dimension::all, "", kAnyClass))
                                                 ? slices_.at(Key(Dimension::all, "", kAnyClass))
                                                 : Slice{});
  for (const auto& [key, slice] : slices_) {
    if (std::get<2>(key) == kAnyClass) continue;
    const auto& [dimension, value, code] = key;
    const bool first =
        scores.back().dimension != kDimensionNames[static_cast<std::size_t>(dimension)] || scores.back().value != value;
    if (first) {
      const Key all(dimension, value, kAnyClass);
      append(all, slices_.at(all));
    }
    append(key, slice);
  }
  return scores;
}

std::vector<ConfusionCell> DetectionTally::confusion(const Taxonomy& taxonomy) const {
  std::vector<ConfusionCell> cells;
  const auto name = [&](ClassCode code) { return code == kUnknownClass ? std::string() : taxonomy.at(code).name; };
  for (const auto& [key, labels] : confusion_) cells.push_back({name(key.first), name(key.second), labels});
  return cells;
}

double DetectionTally::unmatched_share() const {
  std::int64_t alone = 0;
  std::int64_t labels = 0;
  for (const auto& [key, count] : confusion_) {
    const bool paired = key.first != kUnknownClass && key.second != kUnknownClass;
    alone += paired ? 0 : count;
    labels += paired ? 2 * count : count;
  }
  return labels > 0 ? static_cast<double>(alone) / static_cast<double>(labels) : kUndefined;
}

}  // namespace concord::stats

namespace concord {
namespace {

double share(std::int64_t part, std::int64_t whole) {
  return whole > 0 ? static_cast<double>(part) / static_cast<double>(whole) : kUndefined;
}

}  // namespace

double SliceScore::precision() const { return share(candidate_matched, candidate); }
double SliceScore::recall() const { return share(reference_matched, reference); }

double SliceScore::f1() const {
  const double p = precision();
  const double r = recall();
  if (!std::isfinite(p) || !std::isfinite(r)) return kUndefined;
  return p + r > 0 ? 2 * p * r / (p + r) : 0;
}

}  // namespace concord
