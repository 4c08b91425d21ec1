// Coverage against a plain count, frame by frame and object by object, on random drives.

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <algorithm>
#include <map>
#include <set>

#include "concord/coverage.hpp"
#include "tests/support/files.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {

constexpr const char* kOdd = R"(odd: o
taxonomy: builtin
exclude:
  zone: [work_zone]
coverage:
  attributes:
    rain: [no_rain, light_rain]
    illumination: [day, night]
    particulates: [fog, smoke]
    ego_speed: ["[0 .. 10) m/s", "[10 .. 20) m/s"]
    agent_type: [car, pedestrian]
    agent_distance: ["[0 .. 20) m", "[20 .. 50) m"]
)";

/// Values of each attribute that a cell can have, as the rows say them.
struct Wanted {
  std::string attribute;
  std::vector<std::string> words;
  std::vector<std::pair<double, double>> numbers;  ///< from, to before
};
const std::vector<Wanted>& wanted() {
  static const std::vector<Wanted> kWanted{
      {"rain", {"no_rain", "light_rain"}, {}},   {"illumination", {"day", "night"}, {}},
      {"particulates", {"fog", "smoke"}, {}},    {"ego_speed", {}, {{0, 10}, {10, 20}}},
      {"agent_type", {"car", "pedestrian"}, {}}, {"agent_distance", {}, {{0, 20}, {20, 50}}}};
  return kWanted;
}

bool is_value(const Wanted& attribute, std::uint32_t value, const std::string& word, double low, double high) {
  if (!attribute.words.empty()) return word == attribute.words[value];
  const auto& [from, to] = attribute.numbers[value];
  return word.empty() && low >= from && high < to;
}

bool frame_has(const DriveAttributes& all, const std::string& drive, std::uint32_t frame, std::uint32_t attribute,
               std::uint32_t value) {
  return std::any_of(all.attributes.begin(), all.attributes.end(), [&](const AttributeSpan& row) {
    return row.drive == drive && row.attribute == wanted()[attribute].attribute && row.state == ValueState::known &&
           row.frame_index <= frame && frame <= row.frame_index_end &&
           is_value(wanted()[attribute], value, row.value, row.low, row.high);
  });
}

bool is_outside(const DriveAttributes& all, const std::string& drive, std::uint32_t frame) {
  return std::any_of(all.attributes.begin(), all.attributes.end(), [&](const AttributeSpan& row) {
    return row.drive == drive && row.attribute == "zone" && row.value == "work_zone" && row.frame_index <= frame &&
           frame <= row.frame_index_end;
  });
}

bool object_has(const ObjectSpan& span, std::uint32_t attribute, std::uint32_t value) {
  if (wanted()[attribute].attribute == "agent_type") return is_value(wanted()[attribute], value, span.agent_type, 0, 0);
  return is_value(wanted()[attribute], value, "", span.distance_low_m, span.distance_high_m);
}

odd::Exposure plain_count(const Report& report, const odd::CoverageCell& cell) {
  odd::Exposure exposure;
  const bool of_objects =
      std::any_of(cell.attributes.begin(), cell.attributes.end(), [](std::uint32_t a) { return a >= 4; });
  for (const DriveSummary& drive : report.drives) {
    std::set<std::string> objects;
    bool seen = false;
    std::uint32_t frame = 0;
    for (const FrameExposure& share : report.odd.frames) {
      if (share.drive != drive.name) continue;
      const std::uint32_t f = frame++;
      if (is_outside(report.odd, drive.name, f)) continue;
      bool holds = true;
      for (std::size_t i = 0; i < cell.attributes.size(); ++i) {
        holds = holds &&
                (cell.attributes[i] >= 4 || frame_has(report.odd, drive.name, f, cell.attributes[i], cell.values[i]));
      }
      if (!holds) continue;
      std::uint64_t labels = 0;
      std::set<std::string> here;
      for (const ObjectSpan& span : report.odd.objects) {
        if (span.drive != drive.name || f < span.frame_index || f > span.frame_index_end) continue;
        bool fits = true;
        for (std::size_t i = 0; i < cell.attributes.size(); ++i) {
          fits = fits && (cell.attributes[i] < 4 || object_has(span, cell.attributes[i], cell.values[i]));
        }
        if (!fits) continue;
        ++labels;
        here.insert(span.object);
      }
      if (of_objects && here.empty()) continue;
      objects.insert(here.begin(), here.end());
      for (const Finding& finding : report.findings) {
        if (finding.drive != drive.name || finding.frame_index != f) continue;
        if (!of_objects || here.contains(finding.track)) ++exposure.findings;
      }
      seen = true;
      ++exposure.frames;
      exposure.labels += labels;
      exposure.duration_ns += share.duration_ns == kNoTime ? 0 : share.duration_ns;
      exposure.distance_mm += share.distance_mm == kNoTime ? 0 : share.distance_mm;
    }
    if (seen) ++exposure.drives;
    if (of_objects) exposure.objects += objects.size();
  }
  return exposure;
}

std::uint32_t below(std::uint32_t count) { return *rc::gen::inRange<std::uint32_t>(0, count); }

/// Drives of random rows: nested, touching, conflicting, of one frame, and drives without frames.
Report random_report() {
  Report report;
  const std::uint32_t drives = 1 + below(4);
  for (std::uint32_t d = 0; d < drives; ++d) {
    const std::string name = "d" + std::to_string(d);
    const std::uint32_t frames = below(12);
    report.drives.push_back({.name = name, .frames = frames, .label_sets = {{"labels", 0, 0, 0}}});
    for (std::uint32_t f = 0; f < frames; ++f) {
      const bool is_known = below(5) > 0;
      report.odd.frames.push_back({name, is_known ? 1 + below(1000) : kNoTime, is_known ? below(50) : kNoTime});
    }
    if (frames == 0) continue;
    const auto add = [&](const char* attribute, const char* word, double low, double high, std::uint32_t begin,
                         std::uint32_t end) {
      const ValueState state = below(6) == 0 ? ValueState::conflicting : ValueState::known;
      report.odd.attributes.push_back({.drive = name,
                                       .attribute = attribute,
                                       .value = word,
                                       .low = low,
                                       .high = high,
                                       .state = state,
                                       .source = ValueSource::tagged,
                                       .frame_index = begin,
                                       .frame_index_end = end});
    };
    constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
    for (const char* attribute : {"rain", "illumination", "ego_speed"}) {
      for (std::uint32_t begin = below(3); begin < frames;) {
        const std::uint32_t end = std::min(frames - 1, begin + below(4));
        if (attribute == std::string("ego_speed")) {
          const double low = below(22);
          add(attribute, "", low, low + below(3), begin, end);
        } else {
          const std::vector<const char*> words = attribute == std::string("rain")
                                                     ? std::vector<const char*>{"no_rain", "light_rain", "cloudburst"}
                                                     : std::vector<const char*>{"day", "night", "low_ambient"};
          add(attribute, words[below(3)], kNaN, kNaN, begin, end);
        }
        begin = end + 1 + below(2);
      }
    }
    for (const char* word : {"fog", "smoke"}) {
      const std::uint32_t begin = below(frames);
      add("particulates", word, kNaN, kNaN, begin, begin + below(frames - begin));
    }
    if (below(3) == 0) {
      const std::uint32_t begin = below(frames);
      add("zone", "work_zone", kNaN, kNaN, begin, begin + below(frames - begin));
      report.odd.attributes.back().state = ValueState::known;
    }
    for (std::uint32_t object = below(5); object-- > 0;) {
      for (std::uint32_t begin = below(frames); begin < frames;) {
        const std::uint32_t end = std::min(frames - 1, begin + below(4));
        const double distance_m = below(55);
        const std::vector<const char*> types{"car", "pedestrian", "animal", ""};
        report.odd.objects.push_back({.drive = name,
                                      .object = "o" + std::to_string(object),
                                      .agent_type = types[below(4)],
                                      .distance_low_m = distance_m,
                                      .distance_high_m = distance_m + below(4),
                                      .frame_index = begin,
                                      .frame_index_end = end});
        begin = end + 1 + below(2);
      }
    }
    for (std::uint32_t i = below(4); i-- > 0;) {
      Finding finding;
      finding.drive = name;
      finding.label_set = "labels";
      finding.label = finding.track = "o" + std::to_string(below(5));
      finding.frame_index = below(frames);
      report.findings.push_back(std::move(finding));
    }
  }
  return report;
}

/// What a report holds of every second drive, from `first` on.
Report some_drives(const Report& report, std::size_t first) {
  Report part;
  std::set<std::string> names;
  for (std::size_t d = first; d < report.drives.size(); d += 2) {
    part.drives.push_back(report.drives[d]);
    names.insert(report.drives[d].name);
  }
  const auto copy = [&](const auto& from, auto& to) {
    for (const auto& row : from) {
      if (names.contains(row.drive)) to.push_back(row);
    }
  };
  copy(report.odd.frames, part.odd.frames);
  copy(report.odd.attributes, part.odd.attributes);
  copy(report.odd.objects, part.odd.objects);
  copy(report.findings, part.findings);
  return part;
}

class CoverageProperties : public testing::TestWithParam<int> {};

TEST_P(CoverageProperties, EveryCellIsWhatAPlainCountSays) {
  const TemporaryFolder folder;
  const auto path = folder.path() / "odd.yaml";
  write_bytes(path, kOdd);
  const int t = GetParam();
  EXPECT_TRUE(rc::check([&] {
    const Report report = random_report();
    auto coverage = odd::Coverage::create(path, t).value();
    RC_ASSERT(coverage.add(report).ok());
    const odd::CoverageResult result = coverage.result();
    RC_ASSERT(result.cells.size() == (t == 1 ? 12U : t == 2 ? 60U : 160U));
    for (const odd::CoverageCell& cell : result.cells) {
      RC_ASSERT(cell.exposure == plain_count(report, cell));
      RC_ASSERT((cell.state == odd::CellState::covered) == (cell.exposure.frames > 0));
    }
    // Counted in parts and merged in either order, it is the same.
    auto odd_drives = odd::Coverage::create(path, t).value(), even_drives = odd::Coverage::create(path, t).value();
    RC_ASSERT(odd_drives.add(some_drives(report, 1)).ok());
    RC_ASSERT(even_drives.add(some_drives(report, 0)).ok());
    RC_ASSERT(odd_drives.merge(std::move(even_drives)).ok());
    const odd::CoverageResult merged = odd_drives.result();
    for (std::size_t i = 0; i < result.cells.size(); ++i)
      RC_ASSERT(merged.cells[i].exposure == result.cells[i].exposure);
    RC_ASSERT(merged.inside.frames == result.inside.frames && merged.outside.frames == result.outside.frames);
  }));
}

INSTANTIATE_TEST_SUITE_P(T, CoverageProperties, testing::Values(1, 2, 3));

}  // namespace
}  // namespace concord::tests
