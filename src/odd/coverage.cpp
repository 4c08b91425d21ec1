#include "concord/coverage.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "concord/text.hpp"
#include "src/odd/cell_counts.hpp"
#include "src/odd/cell_rows.hpp"
#include "src/odd/classify.hpp"
#include "src/odd/openodd.hpp"
#include "src/odd/proposals.hpp"

namespace concord::odd {
namespace {

constexpr std::uint32_t kBlockFrames = 1U
                                       << 20U;  ///< rows are counted together, so that a combination's cells stay near
constexpr std::size_t kBlockRows = std::size_t{1} << 17U;

/// Whether an impossible entry speaks of this value.
bool names(const Condition& condition, const WantedValue& value) {
  if (condition.is_interval) {
    return condition.interval.contains(value.interval.low) && condition.interval.contains(value.interval.high);
  }
  if (condition.values.empty()) return value.name == (condition.flag ? "true" : "false");
  return std::find(condition.values.begin(), condition.values.end(), value.name) != condition.values.end();
}

/// Combinations that cannot be, by attribute and value.
class ImpossibleCells {
 public:
  explicit ImpossibleCells(const CoverageSpec& spec) {
    for (const Impossible& impossible : spec.impossible) {
      Entry entry;
      for (std::uint32_t a = 0; a < spec.attributes.size(); ++a) {
        const auto condition = impossible.find(spec.attributes[a].name);
        if (condition == impossible.end()) continue;
        std::vector<bool> named;
        for (const WantedValue& value : spec.attributes[a].values) named.push_back(names(condition->second, value));
        entry.emplace_back(a, std::move(named));
      }
      if (entry.size() == impossible.size()) entries_.push_back(std::move(entry));
    }
  }
  /// `value_of(attribute)`: kNone where it is not chosen.
  template <class ValueOf>
  [[nodiscard]] bool holds(const ValueOf& value_of) const {
    return std::any_of(entries_.begin(), entries_.end(), [&](const Entry& entry) {
      return std::all_of(entry.begin(), entry.end(), [&](const auto& part) {
        const std::uint32_t value = value_of(part.first);
        return value != kNone && part.second[value];
      });
    });
  }

 private:
  using Entry = std::vector<std::pair<std::uint32_t, std::vector<bool>>>;
  std::vector<Entry> entries_;
};

/// The rows of a report by drive. Rows that lie outside their drive, and numbers that cannot be, are errors.
Result<std::map<std::string_view, DriveView>> views_of(const DriveAttributes& odd) {
  const auto wrong = [](const std::string& drive, const char* what) {
    return Error{ErrorCode::malformed, "drive '" + printable(drive) + "': " + what, "", "a report of this program"};
  };
  constexpr std::int64_t kMinute_ns = 60'000'000'000, kFarthest_mm = 10'000'000;
  std::map<std::string_view, DriveView> drives;
  for (const FrameExposure& frame : odd.frames) {
    const bool is_time = frame.duration_ns == kNoTime || (frame.duration_ns >= 0 && frame.duration_ns <= kMinute_ns);
    const bool is_way = frame.distance_mm == kNoTime || (frame.distance_mm >= 0 && frame.distance_mm <= kFarthest_mm);
    if (!is_time || !is_way) return wrong(frame.drive, "a frame lasts or goes too far");
    drives[frame.drive].frames.push_back(&frame);
  }
  const auto lies_in = [&](const auto& row) {
    const auto drive = drives.find(row.drive);
    return drive != drives.end() && row.frame_index <= row.frame_index_end &&
           row.frame_index_end < drive->second.frames.size();
  };
  for (const AttributeSpan& row : odd.attributes) {
    if (!lies_in(row)) return wrong(row.drive, "an attribute lies outside its frames");
    drives[row.drive].attributes[row.attribute].push_back(&row);
  }
  for (const ObjectSpan& row : odd.objects) {
    if (!lies_in(row)) return wrong(row.drive, "an object lies outside its frames");
    drives[row.drive].objects.push_back(&row);
  }
  return drives;
}

void add_frames(const DriveView& drive, const Verdicts& verdicts, CoverageResult& result) {
  std::array<bool, 3> seen{};
  for (std::size_t f = 0; f < verdicts.size(); ++f) {
    Exposure& exposure = verdicts[f] > 0 ? result.inside : verdicts[f] < 0 ? result.outside : result.undetermined;
    const auto which = static_cast<std::size_t>(verdicts[f] + 1);
    if (!seen[which]) ++exposure.drives;
    seen[which] = true;
    ++exposure.frames;
    const FrameExposure& frame = *drive.frames[f];
    if (frame.duration_ns == kNoTime) ++result.frames_without_time;
    if (frame.distance_mm == kNoTime) ++result.frames_without_distance;
    exposure.duration_ns += frame.duration_ns == kNoTime ? 0 : frame.duration_ns;
    exposure.distance_mm += frame.distance_mm == kNoTime ? 0 : frame.distance_mm;
  }
}

void add_to(Exposure& to, const Exposure& from) {
  to.frames += from.frames;
  to.duration_ns += from.duration_ns;
  to.distance_mm += from.distance_mm;
  to.drives += from.drives;
}

}  // namespace

struct Coverage::State {
  Loaded odd;
  CoverageSpec spec;
  std::vector<std::size_t> sizes;
  CellCounts singles, cells;
  CellBlock block;
  std::vector<std::string> drives;
  std::unordered_set<std::string> known_drives;
  std::vector<std::uint64_t> drive_cells, drive_singles;
  CoverageResult totals;  ///< only what is counted a frame

  State(Loaded loaded, CoverageSpec wanted, std::vector<std::size_t> value_counts, const std::vector<bool>& of_objects,
        int t)
      : odd(std::move(loaded)),
        spec(std::move(wanted)),
        sizes(std::move(value_counts)),
        singles(sizes, of_objects, 1),
        cells(sizes, of_objects, t),
        block(sizes.size()) {}

  void flush() {
    cells.add(block, drive_cells);
    singles.add(block, drive_singles);
    block = CellBlock(sizes.size());
  }
  [[nodiscard]] bool is_enough(const Exposure& exposure, bool of_objects) const {
    return exposure.frames > 0 && static_cast<double>(exposure.frames) >= spec.least_frames &&
           static_cast<double>(exposure.duration_ns) >= spec.least_seconds * 1e9 &&
           static_cast<double>(exposure.distance_mm) >= spec.least_kilometres * 1e6 &&
           static_cast<double>(exposure.drives) >= spec.least_drives &&
           (!of_objects || static_cast<double>(exposure.objects) >= spec.least_objects);
  }
};

double CoverageResult::share() const {
  return cells.empty() ? std::numeric_limits<double>::quiet_NaN()
                       : static_cast<double>(covered) / static_cast<double>(cells.size());
}

Coverage::Coverage(std::unique_ptr<State> state) : state_(std::move(state)) {}
Coverage::Coverage(Coverage&&) noexcept = default;
Coverage& Coverage::operator=(Coverage&&) noexcept = default;
Coverage::~Coverage() = default;

Result<Coverage> Coverage::create(const std::filesystem::path& path, int t) {
  if (t < 1 || t > 3) return Error{ErrorCode::invalid_argument, "t is " + std::to_string(t), "", "1, 2 or 3"};
  Faults faults;
  CONCORD_ASSIGN_OR_RETURN(Loaded odd, load_yaml(path, faults));
  for (const LintFault& fault : faults.list()) {
    if (fault.severity != Severity::error) continue;
    return Error{ErrorCode::malformed, fault.message, fault.file + ":" + std::to_string(fault.line),
                 "a definition in which `concord odd lint` finds no error"};
  }
  if (!odd.has_definition) return Error{ErrorCode::malformed, "defines no ODD", path.string(), "odd: or ODD:"};
  CoverageSpec spec = odd.coverage ? *odd.coverage : coverage_of_includes(odd.definition, odd.taxonomy);
  if (spec.attributes.size() < static_cast<std::size_t>(t)) {
    return Error{ErrorCode::malformed, "has " + std::to_string(spec.attributes.size()) + " attributes to cover",
                 path.string(), "at least as many as t: coverage: {attributes: ...}"};
  }
  std::vector<std::size_t> sizes;
  std::vector<bool> of_objects;
  for (const WantedAttribute& attribute : spec.attributes) {
    sizes.push_back(attribute.values.size());
    of_objects.push_back(is_of_objects(attribute.name));
  }
  if (CellCounts::count_cells(sizes, t) > CellCounts::kMostCells) {
    return Error{ErrorCode::limit_exceeded, "has over 20 million cells", path.string(),
                 "fewer attributes, or a lower t"};
  }
  return Coverage(std::make_unique<State>(std::move(odd), std::move(spec), std::move(sizes), of_objects, t));
}

Result<void> Coverage::add(const Report& report) {
  State& s = *state_;
  CONCORD_ASSIGN_OR_RETURN(const auto views, views_of(report.odd));
  std::unordered_map<std::string, DriveFindings> findings;
  std::unordered_map<std::string_view, std::string_view> own_set;
  for (const DriveSummary& drive : report.drives) {
    if (!drive.label_sets.empty()) own_set[drive.name] = drive.label_sets.front().name;
  }
  for (const Finding& finding : report.findings) {
    const auto set = own_set.find(finding.drive);
    const auto view = views.find(finding.drive);
    if (set == own_set.end() || finding.label_set != set->second || view == views.end() || finding.label.empty() ||
        finding.frame_index >= view->second.frames.size()) {
      continue;
    }
    findings[finding.drive].push_back(&finding);
  }
  for (const DriveSummary& drive : report.drives) {
    const auto view = views.find(drive.name);
    if (drive.frames > 0 && (view == views.end() || view->second.frames.size() != drive.frames)) {
      return Error{ErrorCode::unsupported, "holds no attributes of drive '" + printable(drive.name) + "'", "",
                   "a report of schema version 1.2 or later"};
    }
    if (!s.known_drives.insert(drive.name).second) {
      return Error{ErrorCode::invalid_argument, "drive '" + printable(drive.name) + "' comes a second time", "",
                   "each drive once"};
    }
    static const DriveView kNoFrames;
    const DriveView& drive_view = view == views.end() ? kNoFrames : view->second;
    const Verdicts verdicts = classify(s.odd.definition, s.odd.taxonomy, drive_view);
    add_frames(drive_view, verdicts, s.totals);
    const auto number = static_cast<std::uint32_t>(s.drives.size());
    s.drives.push_back(drive.name);
    s.drive_cells.push_back(0);
    s.drive_singles.push_back(0);
    CONCORD_RETURN_IF_ERROR(
        append_rows(drive_view, number, s.spec, s.odd.taxonomy, verdicts, findings[drive.name], s.block));
    if (s.block.duration_ns.size() > kBlockFrames || s.block.scene.size() + s.block.objects.size() > kBlockRows)
      s.flush();
  }
  return {};
}

Result<void> Coverage::merge(Coverage other) {
  State& s = *state_;
  State& o = *other.state_;
  if (s.sizes != o.sizes || s.cells.t() != o.cells.t()) {
    return Error{ErrorCode::invalid_argument, "counts other cells", "", "the same definition and t"};
  }
  for (const std::string& drive : o.drives) {
    if (!s.known_drives.insert(drive).second) {
      return Error{ErrorCode::invalid_argument, "drive '" + printable(drive) + "' comes a second time", "",
                   "each drive once"};
    }
  }
  s.flush();
  o.flush();
  s.singles.merge(o.singles);
  s.cells.merge(o.cells);
  s.drives.insert(s.drives.end(), o.drives.begin(), o.drives.end());
  s.drive_cells.insert(s.drive_cells.end(), o.drive_cells.begin(), o.drive_cells.end());
  s.drive_singles.insert(s.drive_singles.end(), o.drive_singles.begin(), o.drive_singles.end());
  add_to(s.totals.inside, o.totals.inside);
  add_to(s.totals.outside, o.totals.outside);
  add_to(s.totals.undetermined, o.totals.undetermined);
  s.totals.frames_without_time += o.totals.frames_without_time;
  s.totals.frames_without_distance += o.totals.frames_without_distance;
  return {};
}

CoverageResult Coverage::result() {
  constexpr std::size_t kMostProposals = 10, kBestDrives = 10;
  State& s = *state_;
  s.flush();
  CoverageResult result = s.totals;
  result.t = s.cells.t();
  result.drives = s.drives.size();
  for (std::size_t a = 0; a < s.spec.attributes.size(); ++a) {
    const WantedAttribute& wanted = s.spec.attributes[a];
    CoverageAttribute attribute{.name = wanted.name, .of_objects = is_of_objects(wanted.name)};
    attribute.target = wanted.target;
    const CellCounts::Combination& single = s.singles.combinations()[a];
    double frames = 0;
    for (std::size_t v = 0; v < wanted.values.size(); ++v) {
      attribute.values.push_back(wanted.values[v].name);
      attribute.exposure.push_back(s.singles.exposure(single.first_cell + v));
      frames += static_cast<double>(attribute.exposure.back().frames);
    }
    attribute.distance = std::numeric_limits<double>::quiet_NaN();
    if (!wanted.target.empty() && frames > 0) {
      attribute.distance = 0;
      for (std::size_t v = 0; v < wanted.values.size(); ++v) {
        attribute.distance +=
            std::abs(static_cast<double>(attribute.exposure[v].frames) / frames - wanted.target[v]) / 2;
      }
    }
    result.attributes.push_back(std::move(attribute));
  }

  const ImpossibleCells impossible(s.spec);
  const auto t = static_cast<std::size_t>(s.cells.t());
  std::vector<bool> open(s.cells.size(), false);
  for (const CellCounts::Combination& combination : s.cells.combinations()) {
    for (std::size_t cell = combination.first_cell; cell < combination.first_cell + s.cells.cells_of(combination);
         ++cell) {
      const auto values = s.cells.values_of(combination, cell);
      const auto value_of = [&](std::uint32_t attribute) {
        for (std::size_t i = 0; i < t; ++i) {
          if (combination.attribute[i] == attribute) return values[i];
        }
        return kNone;
      };
      if (impossible.holds(value_of)) {
        ++result.impossible;
        continue;
      }
      const Exposure& exposure = s.cells.exposure(cell);
      const CellState state = exposure.frames == 0                            ? CellState::missing
                              : s.is_enough(exposure, combination.of_objects) ? CellState::covered
                                                                              : CellState::thin;
      result.covered += state == CellState::covered ? 1 : 0;
      result.thin += state == CellState::thin ? 1 : 0;
      result.missing += state == CellState::missing ? 1 : 0;
      open[cell] = state != CellState::covered;
      result.cells.push_back(
          {.attributes = {combination.attribute.begin(), combination.attribute.begin() + s.cells.t()},
           .values = {values.begin(), values.begin() + s.cells.t()},
           .exposure = exposure,
           .state = state});
    }
  }
  const auto can_be = [&](const std::vector<std::uint32_t>& values) {
    return !impossible.holds([&](std::uint32_t attribute) { return values[attribute]; });
  };
  result.proposals = propose_drives(s.cells, s.sizes, std::move(open), kMostProposals, can_be);
  std::vector<std::size_t> order(s.drives.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const std::size_t best = std::min(kBestDrives, order.size());
  std::partial_sort(
      order.begin(), order.begin() + static_cast<std::ptrdiff_t>(best), order.end(), [&](std::size_t a, std::size_t b) {
        return s.drive_cells[a] != s.drive_cells[b] ? s.drive_cells[a] > s.drive_cells[b] : s.drives[a] < s.drives[b];
      });
  for (std::size_t i = 0; i < best; ++i) result.best_drives.push_back({s.drives[order[i]], s.drive_cells[order[i]]});
  return result;
}

}  // namespace concord::odd
