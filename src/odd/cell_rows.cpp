#include "src/odd/cell_rows.hpp"

#include <algorithm>
#include <numeric>
#include <string>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace concord::odd {
namespace {

using Codes = std::vector<std::uint8_t>;  ///< one an attribute

constexpr std::size_t kMostAtOnce = 64;

std::uint8_t code_of(const WantedAttribute& wanted, const KnownValue& value) {
  for (std::size_t i = 0; i < wanted.values.size(); ++i) {
    const WantedValue& candidate = wanted.values[i];
    const bool fits = wanted.is_number ? value.word.empty() && candidate.interval.low <= value.numbers.low &&
                                             value.numbers.high <= candidate.interval.high
                                       : candidate.name == value.word;
    if (fits) return static_cast<std::uint8_t>(i);
  }
  return kNoValue;
}

/// Frames from `begin` to before `end` with the combinations of values that hold in them.
struct Segment {
  std::uint32_t begin = 0, end = 0;
  std::vector<Codes> combinations;
};

/// A value of an attribute over some frames.
struct Spell {
  std::uint32_t attribute = 0;
  std::uint8_t code = kNoValue;
  std::uint32_t begin = 0, end = 0;
};

class Segments {
 public:
  Segments(const CoverageSpec& spec, const Verdicts& verdicts) : spec_(spec), verdicts_(verdicts) {}

  Result<std::vector<Segment>> of(const DriveView& drive, const Taxonomy& taxonomy) {
    std::vector<Spell> spells;
    const auto frames = static_cast<std::uint32_t>(verdicts_.size());
    std::vector<std::uint32_t> cuts{0, frames};
    for (std::uint32_t a = 0; a < spec_.attributes.size(); ++a) {
      for (const KnownValue& value : known_values(drive, taxonomy, spec_.attributes[a].name)) {
        const std::uint8_t code = code_of(spec_.attributes[a], value);
        if (code == kNoValue) continue;
        spells.push_back({a, code, value.begin, value.end});
        cuts.push_back(value.begin);
        cuts.push_back(value.end);
      }
    }
    for (std::uint32_t f = 1; f < frames; ++f) {
      if ((verdicts_[f] < 0) != (verdicts_[f - 1] < 0)) cuts.push_back(f);
    }
    std::sort(cuts.begin(), cuts.end());
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    std::sort(spells.begin(), spells.end(), [](const Spell& x, const Spell& y) { return x.begin < y.begin; });
    std::vector<Segment> segments;
    std::vector<Spell> active;
    std::size_t next = 0;
    for (std::size_t i = 0; i + 1 < cuts.size(); ++i) {
      const std::uint32_t begin = cuts[i];
      std::erase_if(active, [&](const Spell& spell) { return spell.end <= begin; });
      for (; next < spells.size() && spells[next].begin == begin; ++next) active.push_back(spells[next]);
      if (verdicts_[begin] < 0) continue;
      Segment segment{.begin = begin, .end = cuts[i + 1], .combinations = {Codes(spec_.attributes.size(), kNoValue)}};
      if (!combine(active, segment.combinations)) {
        return Error{ErrorCode::limit_exceeded, "a drive has over 64 combinations of values at once", "",
                     "fewer values at a time"};
      }
      segments.push_back(std::move(segment));
    }
    return segments;
  }

 private:
  static bool combine(const std::vector<Spell>& active, std::vector<Codes>& combinations) {
    std::vector<std::pair<std::uint32_t, std::uint8_t>> values;
    for (const Spell& spell : active) values.emplace_back(spell.attribute, spell.code);
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    for (std::size_t i = 0; i < values.size();) {
      const std::size_t first = i;
      const std::size_t count = combinations.size();
      for (; i < values.size() && values[i].first == values[first].first; ++i) {
        if (i > first && combinations.size() + count > kMostAtOnce) return false;
        for (std::size_t k = 0; k < count; ++k) {
          Codes codes = combinations[k];
          codes[values[i].first] = values[i].second;
          i == first ? void(combinations[k] = std::move(codes)) : combinations.push_back(std::move(codes));
        }
      }
    }
    return true;
  }

  const CoverageSpec& spec_;
  const Verdicts& verdicts_;
};

void push_row(CellRows& rows, std::uint32_t begin, std::uint32_t end, std::uint32_t drive_begin, std::uint32_t drive,
              const Codes& codes) {
  rows.begin.push_back(drive_begin + begin);
  rows.end.push_back(drive_begin + end);
  rows.drive_begin.push_back(drive_begin);
  rows.drive.push_back(drive);
  for (std::size_t a = 0; a < codes.size(); ++a) rows.code[a].push_back(codes[a]);
}

/// Where findings on labels lie: by object, their frames in order.
class FindingFrames {
 public:
  explicit FindingFrames(const DriveFindings& findings) {
    for (const Finding* finding : findings) {
      frames_[finding->track.empty() ? finding->label : finding->track].push_back(finding->frame_index);
    }
    for (auto& [object, frames] : frames_) std::sort(frames.begin(), frames.end());
  }
  [[nodiscard]] std::uint32_t count(const std::string& object, std::uint32_t begin, std::uint32_t end) const {
    const auto found = frames_.find(object);
    if (found == frames_.end()) return 0;
    const auto& frames = found->second;
    return static_cast<std::uint32_t>(std::lower_bound(frames.begin(), frames.end(), end) -
                                      std::lower_bound(frames.begin(), frames.end(), begin));
  }

 private:
  std::unordered_map<std::string, std::vector<std::uint32_t>> frames_;
};

void append_objects(const DriveView& drive, std::uint32_t drive_begin, std::uint32_t drive_number,
                    const CoverageSpec& spec, const std::vector<Segment>& segments, const DriveFindings& findings,
                    CellBlock& block) {
  std::vector<std::uint32_t> attributes;
  for (std::uint32_t a = 0; a < spec.attributes.size(); ++a) {
    if (is_of_objects(spec.attributes[a].name)) attributes.push_back(a);
  }
  if (attributes.empty()) return;
  CellRows& rows = block.objects;
  const FindingFrames finding_frames(findings);
  std::unordered_map<std::string_view, std::uint32_t> number_of_object;
  struct Row {
    std::uint32_t begin, end, object, findings;
    Codes codes;
  };
  std::vector<Row> drive_rows;
  for (const ObjectSpan* object : drive.objects) {
    const std::uint32_t number =
        number_of_object
            .try_emplace(object->object, block.object_count + static_cast<std::uint32_t>(number_of_object.size()))
            .first->second;
    const std::uint32_t span_end = object->frame_index_end + 1;
    auto segment = std::partition_point(segments.begin(), segments.end(),
                                        [&](const Segment& s) { return s.end <= object->frame_index; });
    for (; segment != segments.end() && segment->begin < span_end; ++segment) {
      const std::uint32_t begin = std::max(segment->begin, object->frame_index), end = std::min(segment->end, span_end);
      const std::uint32_t found = finding_frames.count(object->object, begin, end);
      for (Codes codes : segment->combinations) {
        for (const std::uint32_t a : attributes) {
          const auto value = value_of(*object, spec.attributes[a].name);
          codes[a] = value ? code_of(spec.attributes[a], *value) : kNoValue;
        }
        drive_rows.push_back({begin, end, number, found, std::move(codes)});
      }
    }
  }
  block.object_count += static_cast<std::uint32_t>(number_of_object.size());
  std::sort(drive_rows.begin(), drive_rows.end(), [](const Row& x, const Row& y) {
    return std::tie(x.begin, x.object, x.end, x.codes) < std::tie(y.begin, y.object, y.end, y.codes);
  });
  const auto first = static_cast<std::uint32_t>(rows.size());
  for (const Row& row : drive_rows) {
    push_row(rows, row.begin, row.end, drive_begin, drive_number, row.codes);
    rows.object.push_back(row.object);
    rows.findings.push_back(row.findings);
  }
  const auto order = static_cast<std::ptrdiff_t>(block.by_object.size());
  block.by_object.resize(rows.size());
  std::iota(block.by_object.begin() + order, block.by_object.end(), first);
  std::sort(block.by_object.begin() + order, block.by_object.end(), [&](std::uint32_t x, std::uint32_t y) {
    return std::tie(rows.object[x], x) < std::tie(rows.object[y], y);  // x: by begin
  });
}

}  // namespace

Result<void> append_rows(const DriveView& drive, std::uint32_t drive_number, const CoverageSpec& spec,
                         const Taxonomy& taxonomy, const Verdicts& verdicts, const DriveFindings& findings,
                         CellBlock& block) {
  if (verdicts.empty()) return {};
  CONCORD_ASSIGN_OR_RETURN(const std::vector<Segment> segments, Segments(spec, verdicts).of(drive, taxonomy));
  const auto drive_begin = static_cast<std::uint32_t>(block.duration_ns.size() - 1);
  const std::size_t frames = drive.frames.size();
  std::vector<std::int64_t> labels(frames + 1, 0);
  for (const ObjectSpan* object : drive.objects) {
    ++labels[object->frame_index];
    --labels[object->frame_index_end + 1];
  }
  std::vector<std::uint64_t> found(frames, 0);
  for (const Finding* finding : findings) ++found[finding->frame_index];
  std::int64_t now = 0;
  for (std::size_t f = 0; f < frames; ++f) {
    const FrameExposure& frame = *drive.frames[f];
    block.duration_ns.push_back(block.duration_ns.back() + (frame.duration_ns == kNoTime ? 0 : frame.duration_ns));
    block.distance_mm.push_back(block.distance_mm.back() + (frame.distance_mm == kNoTime ? 0 : frame.distance_mm));
    now += labels[f];
    block.labels.push_back(block.labels.back() + static_cast<std::uint64_t>(now));
    block.findings.push_back(block.findings.back() + found[f]);
  }
  for (const Segment& segment : segments) {
    for (const Codes& codes : segment.combinations) {
      push_row(block.scene, segment.begin, segment.end, drive_begin, drive_number, codes);
    }
  }
  append_objects(drive, drive_begin, drive_number, spec, segments, findings, block);
  return {};
}

}  // namespace concord::odd
