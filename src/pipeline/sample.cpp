#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "concord/openlabel.hpp"
#include "concord/pipeline.hpp"
#include "concord/ranking.hpp"
#include "concord/sampling.hpp"
#include "concord/text.hpp"
#include "src/acceptance/draw.hpp"
#include "src/pipeline/attach_labels.hpp"
#include "src/stats/detection_tally.hpp"
#include "src/stats/replicates.hpp"

namespace concord {
namespace {

using acceptance::Arm;
using acceptance::Drawn;
using acceptance::DrawUnit;

/// A drive of a report with its labels.
struct SampledDrive {
  std::string name;  ///< as the report has it
  Drive drive;
  std::vector<Finding> findings;  ///< of the own label set

  [[nodiscard]] const LabelSet& set() const { return drive.label_sets.front(); }
};

/// A label, or the labels of a track.
struct Unit {
  std::string id;
  std::vector<std::uint32_t> rows;
  std::vector<std::size_t> findings;
  double risk = 0;
};

Result<Drive> labels_of(Report& report, const DriveSummary& summary) {
  for (KeptMeasurements& kept : report.measurements) {
    if (to_utf8(kept.drive.name) == summary.name) return std::move(kept.drive);
  }
  CONCORD_ASSIGN_OR_RETURN(ReopenedDrive reopened, reopen_drive(summary));
  if (!reopened.unchanged) {
    return Error{ErrorCode::malformed, "drive '" + summary.name + "' has changed since its report was made",
                 summary.source, "the dataset as it was; validate it again"};
  }
  return std::move(reopened.drive);
}

/// Time to the next frame, or, of the last one, from the frame before; 0 without times.
double seconds_of(const Frames& frames, std::uint32_t frame) {
  const std::size_t from = frame + 1 < frames.size() ? frame : frame == 0 ? 0 : frame - 1;
  if (from + 1 >= frames.size()) return 0;
  const TimeNs begin = frames.time_ns[from];
  const TimeNs end = frames.time_ns[from + 1];
  if (begin == kNoTime || end == kNoTime || end <= begin) return 0;
  const auto ns = static_cast<std::uint64_t>(end) - static_cast<std::uint64_t>(begin);
  return static_cast<double>(ns) * 1e-9;
}

std::string range_band_of(const LabelSet& set, std::uint32_t row) {
  const double x_m = set.cuboid.x_m[row];
  const double y_m = set.cuboid.y_m[row];
  return std::string(range_band(std::sqrt(x_m * x_m + y_m * y_m)));
}

class Sampling {
 public:
  explicit Sampling(const SampleOptions& options) : options_(options) {}

  Result<ReviewSample> run() {
    CONCORD_ASSIGN_OR_RETURN(const SamplingPlan plan, acceptance::plan_of(options_));
    plan_ = plan;
    CONCORD_RETURN_IF_ERROR(each_drive([this](SampledDrive& drive) { return gather(drive); }));
    std::vector<SampledCategory> categories;
    renumber(categories);
    if (units_.empty()) {
      return Error{ErrorCode::not_found, "the reports' drives have nothing to review", "", "labels, or tracks"};
    }
    acceptance::set_wanted(options_, plan_, categories);
    CONCORD_ASSIGN_OR_RETURN(drawn_, acceptance::draw(units_, options_, categories));
    std::sort(drawn_.begin(), drawn_.end(), [&](const Drawn& a, const Drawn& b) {
      return std::tie(units_[a.unit].drive, units_[a.unit].row) < std::tie(units_[b.unit].drive, units_[b.unit].row);
    });
    CONCORD_RETURN_IF_ERROR(each_drive([this](SampledDrive& drive) { return list(drive); }));
    sample_.categories = std::move(categories);
    for (const Drawn& drawn : drawn_) sample_.risk += drawn.arm == Arm::risk ? 1 : 0;
    if (unplaced_ > 0) {
      sample_.notes.push_back(
          fmt::format("{} findings are about no label (missing objects and the like): `concord "
                      "findings` lists them; recall against gold counts what is missing",
                      unplaced_));
    }
    std::stable_sort(sample_.items.begin(), sample_.items.end(),
                     [](const ReviewItem& a, const ReviewItem& b) { return a.drive < b.drive; });
    return std::move(sample_);
  }

 private:
  /// Reads drive after drive; `visit` numbers them by drive_.
  template <class Visit>
  Result<void> each_drive(const Visit& visit) {
    drive_ = 0;
    for (const std::filesystem::path& path : options_.reports) {
      CONCORD_ASSIGN_OR_RETURN(Report report, read_report(path));
      for (const DriveSummary& summary : report.drives) {
        if (listing() && !is_drawn_from(drive_)) {
          ++drive_;
          continue;
        }
        CONCORD_ASSIGN_OR_RETURN(Drive drive, labels_of(report, summary));
        if (drive.label_sets.empty()) {
          ++drive_;
          continue;
        }
        SampledDrive sampled{summary.name, std::move(drive), {}};
        for (const Finding& finding : report.findings) {
          if (finding.drive == summary.name && finding.label_set == to_utf8(sampled.set().name)) {
            sampled.findings.push_back(finding);
          }
        }
        CONCORD_RETURN_IF_ERROR(visit(sampled));
        ++drive_;
      }
    }
    return {};
  }

  [[nodiscard]] bool listing() const { return !drawn_.empty(); }
  [[nodiscard]] bool is_drawn_from(std::uint32_t drive) const {
    const auto found = std::lower_bound(drawn_.begin(), drawn_.end(), drive,
                                        [&](const Drawn& d, std::uint32_t of) { return units_[d.unit].drive < of; });
    return found != drawn_.end() && units_[found->unit].drive == drive;
  }

  [[nodiscard]] bool is_reviewed(const SampledDrive& drive, std::uint32_t row) const {
    return !drive.drive.taxonomy->at(drive.set().class_code[row]).ignore;
  }

  /// The units of a drive in the order of their first rows.
  [[nodiscard]] std::vector<Unit> units_of(const SampledDrive& drive) {
    const LabelSet& set = drive.set();
    std::vector<Unit> units;
    std::vector<std::uint32_t> unit_of(set.size(), kNone);
    std::unordered_map<std::uint32_t, std::uint32_t> of_track;
    for (std::uint32_t row = 0; row < set.size(); ++row) {
      if (!is_reviewed(drive, row)) continue;
      if (options_.unit == ReviewUnit::track) {
        if (set.track[row] == kNone) continue;
        const auto [found, is_new] = of_track.emplace(set.track[row], static_cast<std::uint32_t>(units.size()));
        if (is_new) units.push_back({.id = to_utf8(set.tracks.at(set.track[row])), .rows = {}, .findings = {}});
        unit_of[row] = found->second;
      } else {
        unit_of[row] = static_cast<std::uint32_t>(units.size());
        units.push_back({.id = to_utf8(set.label_id[row]), .rows = {}, .findings = {}});
      }
      units[unit_of[row]].rows.push_back(row);
    }
    attach_findings(drive, unit_of, units);
    return units;
  }

  /// A finding is about its labels, and those of its track in its frames.
  void attach_findings(const SampledDrive& drive, const std::vector<std::uint32_t>& unit_of, std::vector<Unit>& units) {
    const LabelSet& set = drive.set();
    std::unordered_map<std::string, std::uint32_t> row_of;
    std::unordered_map<std::string, std::vector<std::uint32_t>> rows_of_track;
    for (std::uint32_t row = 0; row < set.size(); ++row) {
      row_of.emplace(to_utf8(set.label_id[row]), row);
      if (set.track[row] != kNone) rows_of_track[to_utf8(set.tracks.at(set.track[row]))].push_back(row);
    }
    std::vector<std::uint32_t> first_unit(drive.findings.size(), kNone);
    std::uint64_t unplaced = 0;
    for (std::size_t i = 0; i < drive.findings.size(); ++i) {
      const Finding& finding = drive.findings[i];
      std::vector<std::uint32_t> rows;
      for (const std::string* label : {&finding.label, &finding.other_label}) {
        if (const auto row = row_of.find(*label); !label->empty() && row != row_of.end()) rows.push_back(row->second);
      }
      if (const auto track = rows_of_track.find(finding.track);
          !finding.track.empty() && track != rows_of_track.end() && finding.frame_index != kNone) {
        const std::uint32_t last = finding.frame_index_end == kNone ? finding.frame_index : finding.frame_index_end;
        for (const std::uint32_t row : track->second) {
          if (set.frame[row] >= finding.frame_index && set.frame[row] <= last) rows.push_back(row);
        }
      }
      for (const std::uint32_t row : rows) {
        if (unit_of[row] == kNone) continue;
        if (first_unit[i] == kNone) first_unit[i] = unit_of[row];
        std::vector<std::size_t>& of_unit = units[unit_of[row]].findings;
        if (of_unit.empty() || of_unit.back() != i) of_unit.push_back(i);
      }
      unplaced += first_unit[i] == kNone ? 1 : 0;
    }
    if (!listing()) unplaced_ += unplaced;
    // One unit a fault is enough to look at: the finding that describes it best names it.
    for (const RankedFault& fault : rank_faults(drive.findings)) {
      const std::uint32_t unit = first_unit[fault.finding];
      if (unit != kNone) units[unit].risk = std::max(units[unit].risk, fault.rank);
    }
  }

  using CategoryKey = std::tuple<std::string, std::string, std::string>;

  /// A track's class is that of most of its labels; it has no range and no occlusion.
  [[nodiscard]] CategoryKey category_of(const SampledDrive& drive, const Unit& unit) const {
    const LabelSet& set = drive.set();
    if (options_.unit == ReviewUnit::label) {
      const std::uint32_t row = unit.rows.front();
      return {drive.drive.taxonomy->at(set.class_code[row]).name, range_band_of(set, row),
              stats::occlusion_text(set, row)};
    }
    std::map<ClassCode, std::size_t> labels;
    for (const std::uint32_t row : unit.rows) ++labels[set.class_code[row]];
    const auto most = std::max_element(labels.begin(), labels.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    return {drive.drive.taxonomy->at(most->first).name, "", ""};
  }

  Result<void> gather(SampledDrive& drive) {
    if (!names_.insert(drive.name).second) {
      return Error{ErrorCode::invalid_argument, "two reports have the drive '" + drive.name + "'", "",
                   "one report a drive"};
    }
    const std::string cluster = fmt::format("{}\n{}\n{}", options_.seed, drive.name, to_utf8(drive.set().name));
    for (const Unit& unit : units_of(drive)) {
      const auto category = categories_.emplace(category_of(drive, unit), categories_.size()).first;
      units_.push_back({.number = stats::cluster_of(cluster, unit.id),
                        .risk = static_cast<float>(unit.risk),
                        .drive = drive_,
                        .row = unit.rows.front(),
                        .category = static_cast<std::uint32_t>(category->second),
                        .flagged = !unit.findings.empty()});
    }
    return {};
  }

  /// Categories sorted by name, so that the order of the reports is no matter.
  void renumber(std::vector<SampledCategory>& categories) {
    std::vector<std::uint32_t> place(categories_.size());
    for (const auto& [key, number] : categories_) {
      place[number] = static_cast<std::uint32_t>(categories.size());
      const auto& [class_name, band, occlusion] = key;
      categories.push_back({.class_name = class_name, .range_band = band, .occlusion = occlusion});
    }
    for (DrawUnit& unit : units_) {
      unit.category = place[unit.category];
      ++categories[unit.category].units;
    }
  }

  Result<void> list(SampledDrive& drive) {
    std::unordered_map<std::uint32_t, const Drawn*> drawn_at;
    for (const Drawn& drawn : drawn_) {
      if (units_[drawn.unit].drive == drive_) drawn_at[units_[drawn.unit].row] = &drawn;
    }
    std::vector<std::uint32_t> rows;
    for (const Unit& unit : units_of(drive)) {
      const auto found = drawn_at.find(unit.rows.front());
      if (found == drawn_at.end()) continue;
      sample_.items.push_back(item_of(drive, unit, *found->second));
      rows.insert(rows.end(), unit.rows.begin(), unit.rows.end());
    }
    return options_.openlabel ? write_labels(drive, std::move(rows)) : Result<void>();
  }

  [[nodiscard]] ReviewItem item_of(const SampledDrive& drive, const Unit& unit, const Drawn& drawn) const {
    const LabelSet& set = drive.set();
    const std::uint32_t row = unit.rows.front();
    const bool is_label = options_.unit == ReviewUnit::label;
    const auto [class_name, band, occlusion] = category_of(drive, unit);
    const bool census = plan_.kind == SamplingPlan::Kind::census && drawn.probability == 1 && drawn.arm != Arm::risk;
    ReviewItem item{.unit = options_.unit,
                    .drive = drive.name,
                    .label_set = to_utf8(set.name),
                    .frame = is_label ? to_utf8(drive.drive.frames.name[set.frame[row]]) : "",
                    .label = is_label ? unit.id : "",
                    .track = set.track[row] == kNone ? "" : to_utf8(set.tracks.at(set.track[row])),
                    .class_name = class_name,
                    .range_band = band,
                    .occlusion = occlusion,
                    .arm = std::string(to_string(census ? Arm::census : drawn.arm)),
                    .probability = drawn.probability,
                    .stage = options_.stage,
                    .sampling = plan_.name,
                    .findings = {},
                    .faults = {}};
    for (const std::uint32_t of_unit : unit.rows) item.seconds += seconds_of(drive.drive.frames, set.frame[of_unit]);
    for (const std::size_t finding : unit.findings) item.findings.push_back(drive.findings[finding].id);
    return item;
  }

  /// The queue's labels of a drive, with its sensors, as OpenLABEL.
  Result<void> write_labels(SampledDrive& drive, std::vector<std::uint32_t> rows) const {
    std::sort(rows.begin(), rows.end());
    pipeline::LabelGatherer gatherer(drive.drive);
    gatherer.take_rows(drive.set(), rows);
    LabelSet queue = gatherer.finish(drive.set().name);
    std::string name = drive.name;
    std::replace(name.begin(), name.end(), '/', '_');
    drive.drive.label_sets.assign(1, std::move(queue));
    std::error_code failure;
    std::filesystem::create_directories(*options_.openlabel, failure);
    if (failure) {
      return Error{ErrorCode::io, "cannot be made: " + failure.message(), options_.openlabel->string(), "a folder"};
    }
    return write_openlabel(drive.drive, *options_.openlabel / (name + ".json"));
  }

  const SampleOptions& options_;
  SamplingPlan plan_;
  std::uint32_t drive_ = 0;
  std::set<std::string> names_;
  std::map<CategoryKey, std::size_t> categories_;
  std::vector<DrawUnit> units_;
  std::vector<Drawn> drawn_;
  std::uint64_t unplaced_ = 0;
  ReviewSample sample_;
};

}  // namespace

Result<ReviewSample> draw_sample(const SampleOptions& options) { return Sampling(options).run(); }

}  // namespace concord
