#include "concord/compare.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <unordered_map>
#include <utility>

#include "concord/near_names.hpp"
#include "src/pipeline/attach_labels.hpp"
#include "src/pipeline/frame_map.hpp"
#include "src/pipeline/label_memory.hpp"
#include "src/readers/registry.hpp"
#include "src/stats/comparison_tally.hpp"

namespace concord {
namespace {

using pipeline::FrameMap;

constexpr double kVehicleIou = 0.5;
constexpr double kOtherIou = 0.25;
constexpr double kDistanceM = 2;
/// What the labels of a drive keep resident with their matching.
constexpr std::uint64_t kBytesPerLabel = 600;

Result<ClassCode> find_class(const Taxonomy& taxonomy, const std::string& name, const char* option) {
  if (const auto code = taxonomy.find(name); code && *code != kUnknownClass) return *code;
  std::vector<std::string> names;
  for (std::size_t code = 1; code < taxonomy.size(); ++code) {
    names.push_back(taxonomy.at(static_cast<ClassCode>(code)).name);
  }
  return Error{ErrorCode::invalid_argument, "unknown class '" + name + "'" + near_names_hint(name, names), option,
               "a class of data/taxonomies/concord.yaml"};
}

Result<void> require_gate(double gate, bool distance) {
  if (gate > 0 && (distance ? gate <= 1000 : gate <= 1)) return {};
  return Error{ErrorCode::invalid_argument, "a gate of " + std::to_string(gate), "--gate",
               distance ? "metres in (0, 1000]" : "an IoU in (0, 1]"};
}

Result<stats::ComparisonRule> make_rule(const CompareOptions& options, const Taxonomy& taxonomy) {
  stats::ComparisonRule rule;
  rule.by = options.match_by;
  rule.seed = options.seed;
  rule.match.distance = options.match_by == MatchBy::distance;
  rule.match.greedy = options.greedy;
  rule.limits.max_range_m = options.max_range_m;
  if (options.max_range_m && !(*options.max_range_m > 0)) {
    return Error{ErrorCode::invalid_argument, "a range of " + std::to_string(*options.max_range_m), "--max-range",
                 "metres above 0"};
  }
  if (options.gate) CONCORD_RETURN_IF_ERROR(require_gate(*options.gate, rule.match.distance));
  const auto vehicle = taxonomy.find("vehicle");
  for (std::size_t i = 0; i < taxonomy.size(); ++i) {
    const auto code = static_cast<ClassCode>(i);
    const double usual = rule.match.distance                        ? kDistanceM
                         : vehicle && taxonomy.is_a(code, *vehicle) ? kVehicleIou
                                                                    : kOtherIou;
    rule.match.gate.push_back(options.gate.value_or(usual));
  }
  // A class's own gate counts before its ancestors': the nearest is applied last.
  std::vector<std::pair<std::size_t, std::pair<ClassCode, double>>> by_depth;
  for (const auto& [name, gate] : options.class_gates) {
    CONCORD_ASSIGN_OR_RETURN(const ClassCode code, find_class(taxonomy, name, "--gate"));
    CONCORD_RETURN_IF_ERROR(require_gate(gate, rule.match.distance));
    by_depth.push_back({taxonomy.lineage(code).size(), {code, gate}});
  }
  std::sort(by_depth.begin(), by_depth.end());
  for (const auto& [depth, of_class] : by_depth) {
    for (std::size_t i = 0; i < taxonomy.size(); ++i) {
      if (taxonomy.is_a(static_cast<ClassCode>(i), of_class.first)) rule.match.gate[i] = of_class.second;
    }
  }
  for (const std::string& name : options.classes) {
    CONCORD_ASSIGN_OR_RETURN(const ClassCode code, find_class(taxonomy, name, "--classes"));
    rule.limits.classes.push_back(code);
  }
  return rule;
}

/// A candidate that is a dataset of its own; result files are read with the reference.
struct CandidateDataset {
  std::size_t set = 0;  ///< 1 + position among the candidates
  std::unique_ptr<Dataset> dataset;
  std::unordered_map<std::string, std::size_t> drive_of;
};

class Comparing {
 public:
  explicit Comparing(const CompareOptions& options) : options_(options) {}

  Result<Comparison> run() {
    CONCORD_RETURN_IF_ERROR(open());
    CONCORD_ASSIGN_OR_RETURN(const Taxonomy taxonomy, Taxonomy::builtin(""));
    CONCORD_ASSIGN_OR_RETURN(const stats::ComparisonRule rule, make_rule(options_, taxonomy));
    CONCORD_ASSIGN_OR_RETURN(measurer_, Measurer::create(options_.device));
    stats::ComparisonTally tally(options_.candidates.size(), rule, &measure_offsets);
    reach_m_ = std::max(stats::kZeroSimilarityM, *std::max_element(rule.match.gate.begin(), rule.match.gate.end()));
    for (std::size_t i = 0; i < reference_->drives().size(); ++i) {
      const std::string& name = reference_->drives()[i].name;
      if (!wanted(name)) continue;
      if (auto added = add_drive(i, tally); !added) {
        notes_.push_back("drive " + name + " was not compared: " + added.error().text());
        failure_ = failure_.value_or(added.error());
      }
    }
    Comparison comparison = tally.finish(taxonomy);
    if (comparison.drives == 0) {
      return failure_.value_or(Error{ErrorCode::not_found, "no candidate has a drive of the reference",
                                     options_.reference.string(), "drives of the same names, or --frames"});
    }
    return named(std::move(comparison), tally.inexact());
  }

 private:
  Result<void> open() {
    if (options_.candidates.empty()) {
      return Error{ErrorCode::invalid_argument, "nothing to compare with", "", "REFERENCE CANDIDATE..."};
    }
    if (options_.frame_map) {
      CONCORD_ASSIGN_OR_RETURN(map_, FrameMap::read(*options_.frame_map));
    }
    OpenOptions of_reference = options_.open;
    of_reference.extra_labels.clear();
    OpenOptions of_candidates = of_reference;
    std::set<std::string> names;
    for (std::size_t i = 0; i < options_.candidates.size(); ++i) {
      const CompareOptions::Candidate& candidate = options_.candidates[i];
      if (!names.insert(candidate.name).second) {
        return Error{ErrorCode::invalid_argument, "two candidates are called '" + candidate.name + "'",
                     candidate.path.string(), "NAME=PATH with names that differ"};
      }
      if (!readers::is_dataset(candidate.path)) {
        of_reference.extra_labels.push_back({candidate.name, candidate.path});
        continue;
      }
      CandidateDataset opened{.set = i + 1, .dataset = nullptr, .drive_of = {}};
      CONCORD_ASSIGN_OR_RETURN(opened.dataset, open_dataset(candidate.path, "", of_candidates));
      for (std::size_t drive = 0; drive < opened.dataset->drives().size(); ++drive) {
        opened.drive_of[opened.dataset->drives()[drive].name] = drive;
      }
      datasets_.push_back(std::move(opened));
    }
    CONCORD_ASSIGN_OR_RETURN(reference_, open_dataset(options_.reference, options_.format, of_reference));
    for (const std::string& name : options_.drives) {
      const auto& drives = reference_->drives();
      if (std::none_of(drives.begin(), drives.end(), [&](const DriveInfo& drive) { return drive.name == name; })) {
        return Error{ErrorCode::not_found, "the reference has no drive '" + name + "'", "--drives", "a drive's name"};
      }
    }
    return {};
  }

  [[nodiscard]] bool wanted(const std::string& drive) const {
    const bool asked = options_.drives.empty() ||
                       std::find(options_.drives.begin(), options_.drives.end(), drive) != options_.drives.end();
    // Without result files, a drive that no candidate dataset shows need not be read.
    return asked && (datasets_.size() < options_.candidates.size() ||
                     std::any_of(datasets_.begin(), datasets_.end(), [&](const CandidateDataset& candidate) {
                       return candidate.drive_of.contains(drive) || map_.by_reference_drive.contains(drive) ||
                              stands_alone(candidate);
                     }));
  }

  /// One drive of the reference is asked for, and the candidate holds one: they belong together whatever their names.
  [[nodiscard]] bool stands_alone(const CandidateDataset& candidate) const {
    const std::size_t asked = options_.drives.empty() ? reference_->drives().size() : options_.drives.size();
    return !options_.frame_map && asked == 1 && candidate.dataset->drives().size() == 1;
  }

  Result<void> add_drive(std::size_t index, stats::ComparisonTally& tally) {
    CONCORD_ASSIGN_OR_RETURN(Drive drive, reference_->read(index));
    for (const std::string& note : drive.notes) notes_.push_back(drive.name + ": " + note);
    std::vector<std::size_t> set_of(options_.candidates.size() + 1, kAbsent);
    set_of[0] = 0;
    stats::DriveSets sets;
    sets.covered.assign(set_of.size(), std::vector<std::uint8_t>(drive.frames.size(), 1));
    for (std::size_t i = 1; i < drive.label_sets.size(); ++i) {
      for (std::size_t c = 0; c < options_.candidates.size(); ++c) {
        if (options_.candidates[c].name != drive.label_sets[i].name) continue;
        // Result files say which drives they are about by having labels there.
        if (drive.label_sets[i].size() == 0) {
          notes_.push_back(options_.candidates[c].name + ": not checked: no label in drive " + drive.name);
        } else {
          set_of[c + 1] = i;
        }
      }
    }
    for (CandidateDataset& candidate : datasets_) {
      CONCORD_ASSIGN_OR_RETURN(const bool found, attach(candidate, drive, sets.covered[candidate.set]));
      if (found) set_of[candidate.set] = drive.label_sets.size() - 1;
    }
    if (std::all_of(set_of.begin() + 1, set_of.end(), [](std::size_t set) { return set == kAbsent; })) return {};
    CONCORD_RETURN_IF_ERROR(pipeline::count_labels_that_fit(drive, kBytesPerLabel, options_.device.memory_bytes));
    sets.drive = &drive;
    sets.nuscenes = drive.format == "nuscenes";
    for (const std::size_t set : set_of) sets.sets.push_back(set == kAbsent ? nullptr : &drive.label_sets[set]);
    CONCORD_RETURN_IF_ERROR(measure(drive, set_of, sets));
    tally.add(sets);
    return {};
  }

  Result<void> measure(const Drive& drive, const std::vector<std::size_t>& set_of, stats::DriveSets& sets) {
    for (std::size_t second = 1; second < set_of.size(); ++second) {
      for (std::size_t first = 0; first < second; ++first) {
        if (set_of[first] == kAbsent || set_of[second] == kAbsent) continue;
        stats::DriveSets::Measured measured{.first = first, .second = second, .overlaps = {}, .centres = {}};
        CONCORD_ASSIGN_OR_RETURN(measured.overlaps, measurer_->measure_between(drive, set_of[first], set_of[second]));
        if (options_.match_by == MatchBy::distance || (sets.nuscenes && first == 0)) {
          const LabelSet& a = drive.label_sets[set_of[first]];
          const LabelSet& b = drive.label_sets[set_of[second]];
          const double reach_m = sets.nuscenes ? std::max(reach_m_, stats::NuscenesTally::kFarthestM) : reach_m_;
          measured.centres = measure_centre_pairs(a, measure_centres(drive, a), b, measure_centres(drive, b), reach_m);
        }
        sets.measured.push_back(std::move(measured));
      }
    }
    return {};
  }

  /// Appends the candidate's labels of `drive`; false where it has none of its frames.
  Result<bool> attach(CandidateDataset& candidate, Drive& drive, std::vector<std::uint8_t>& covered) {
    std::unordered_map<std::string, std::uint32_t> frame_named;
    for (std::uint32_t frame = 0; frame < drive.frames.size(); ++frame) {
      frame_named[std::string(drive.frames.name[frame])] = frame;
    }
    // The candidate's drives, each with the reference's frame for its own frame names.
    std::map<std::string, std::map<std::string, std::string>> parts;
    if (const auto mapped = map_.by_reference_drive.find(drive.name); mapped != map_.by_reference_drive.end()) {
      for (const FrameMap::Entry& entry : mapped->second) {
        parts[entry.candidate_drive][entry.candidate_frame] = entry.reference_frame;
      }
    } else if (!options_.frame_map) {
      parts[stands_alone(candidate) ? candidate.dataset->drives().front().name : drive.name];
    }
    pipeline::LabelGatherer gatherer(drive);
    for (const auto& [part, names] : parts) {
      const auto found = candidate.drive_of.find(part);
      if (found == candidate.drive_of.end()) {
        if (options_.frame_map) notes_.push_back(name_of(candidate) + " has no drive " + part);
        continue;
      }
      CONCORD_ASSIGN_OR_RETURN(const Drive other, candidate.dataset->read(found->second));
      std::vector<std::uint32_t> frame_of(other.frames.size(), kNone);
      for (std::size_t frame = 0; frame < frame_of.size(); ++frame) {
        std::string name(other.frames.name[frame]);
        if (options_.frame_map) {
          const auto mapped = names.find(name);
          if (mapped == names.end()) continue;
          name = mapped->second;
        }
        if (const auto place = frame_named.find(name); place != frame_named.end()) frame_of[frame] = place->second;
      }
      gatherer.take(other, other.label_sets.front(), frame_of);
    }
    const auto frames = std::count(gatherer.covered().begin(), gatherer.covered().end(), 1);
    if (frames == 0) {
      notes_.push_back(name_of(candidate) + ": no frame of drive " + drive.name);
      return false;
    }
    if (!options_.frame_map && static_cast<std::size_t>(frames) < drive.frames.size()) {
      notes_.push_back(name_of(candidate) + ": not checked: " +
                       std::to_string(drive.frames.size() - static_cast<std::size_t>(frames)) + " of " +
                       std::to_string(drive.frames.size()) + " frames of drive " + drive.name + ", which it lacks");
    }
    covered = gatherer.covered();
    drive.label_sets.push_back(gatherer.finish(name_of(candidate)));
    return true;
  }

  [[nodiscard]] const std::string& name_of(const CandidateDataset& candidate) const {
    return options_.candidates[candidate.set - 1].name;
  }

  Comparison named(Comparison comparison, std::int64_t inexact) {
    comparison.reference = options_.reference.string();
    for (std::size_t i = 0; i < options_.candidates.size(); ++i) {
      comparison.candidates[i].candidate = options_.candidates[i].name;
      if (comparison.candidates[i].drives == 0) notes_.push_back(options_.candidates[i].name + ": no drive to compare");
    }
    constexpr std::array<const char*, 3> kNames{"iou_3d", "iou_bev", "distance"};
    comparison.match_by = kNames[static_cast<std::size_t>(options_.match_by)];
    if (inexact > 0) {
      notes_.push_back(std::to_string(inexact) + " groups of more than " +
                       std::to_string(stats::Assigner::kExactMembers) +
                       " labels that could be each other were matched greedily");
    }
    comparison.incomplete = failure_.has_value();
    notes_.insert(notes_.end(), comparison.notes.begin(), comparison.notes.end());
    comparison.notes = std::move(notes_);
    return comparison;
  }

  static constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);
  const CompareOptions& options_;
  std::unique_ptr<Dataset> reference_;
  std::vector<CandidateDataset> datasets_;
  std::unique_ptr<Measurer> measurer_;
  FrameMap map_;
  double reach_m_ = 0;
  std::vector<std::string> notes_;
  std::optional<Error> failure_;
};

}  // namespace

Result<Comparison> compare(const CompareOptions& options) { return Comparing(options).run(); }

}  // namespace concord
