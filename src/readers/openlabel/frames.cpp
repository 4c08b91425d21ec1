#include "src/readers/openlabel/frames.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "src/readers/common/files.hpp"
#include "src/readers/openlabel/extension.hpp"
#include "src/readers/openlabel/timestamp.hpp"

namespace concord::readers::openlabel {
namespace {

/// The frame's timestamp; where it has none, the first one among its streams' sync.
Result<TimeNs> frame_time(const Node& properties) {
  if (const auto timestamp = properties.find("timestamp")) return read_timestamp(*timestamp);
  TimeNs time = kNoTime;
  CONCORD_RETURN_IF_ERROR(
      properties.for_each_member_of("streams", [&](std::string_view, const Node& stream) -> Result<void> {
        const auto stream_properties = stream.find("stream_properties");
        const auto sync = stream_properties ? stream_properties->find("sync") : std::nullopt;
        const auto timestamp = sync ? sync->find("timestamp") : std::nullopt;
        if (time == kNoTime && timestamp) {
          CONCORD_ASSIGN_OR_RETURN(time, read_timestamp(*timestamp));
        }
        return {};
      }));
  return time;
}

}  // namespace

std::optional<std::pair<std::uint32_t, std::uint32_t>> FrameList::range(std::int64_t begin, std::int64_t end) const {
  const auto by_number = [](const Entry& entry, std::int64_t number) { return entry.number < number; };
  const auto first = std::lower_bound(entries.begin(), entries.end(), begin, by_number);
  auto last = first;
  if (end == std::numeric_limits<std::int64_t>::max()) {
    last = entries.end();
  } else {
    last = std::lower_bound(first, entries.end(), end + 1, by_number);
  }
  if (first == last) return std::nullopt;
  return std::pair(static_cast<std::uint32_t>(first - entries.begin()),
                   static_cast<std::uint32_t>(last - entries.begin() - 1));
}

Result<std::vector<FrameInterval>> read_intervals(const Node& owner) {
  std::vector<FrameInterval> intervals;
  CONCORD_RETURN_IF_ERROR(
      owner.for_each_element_of("frame_intervals", [&](std::size_t, const Node& node) -> Result<void> {
        FrameInterval interval{0, std::numeric_limits<std::int64_t>::max()};
        if (!node.is_object()) return node.type_error("an object with frame_start and frame_end");
        if (const auto begin = node.find("frame_start")) {
          CONCORD_ASSIGN_OR_RETURN(interval.begin, begin->integer());
        }
        if (const auto end = node.find("frame_end")) {
          CONCORD_ASSIGN_OR_RETURN(interval.end, end->integer());
        }
        if (interval.end < interval.begin) return node.error("ends before it begins", "frame_start <= frame_end");
        intervals.push_back(interval);
        return {};
      }));
  return intervals;
}

Result<FrameList> read_frame_list(const Node& openlabel, const CoordinateSystems& systems) {
  FrameList list;
  std::size_t resolved = 0;
  const auto still = std::make_shared<const CoordinateSystems::Resolved>(systems.resolve({}));
  const auto read_frame = [&](std::string_view key, const Node& node) -> Result<void> {
    FrameList::Entry entry;
    if (!parse_int(key, entry.number) || entry.number < 0) return node.error("is no frame", "a frame number as key");
    CONCORD_RETURN_IF_ERROR(node.require_object("an object"));
    entry.key = key;
    entry.node = node;
    entry.properties = node.find("frame_properties");
    entry.transforms = still;
    if (entry.properties) {
      CONCORD_RETURN_IF_ERROR(entry.properties->require_object("an object"));
      CONCORD_ASSIGN_OR_RETURN(const auto edges, systems.read_frame_edges(*entry.properties));
      if (!edges.empty()) {
        resolved += systems.size();
        if (resolved > kMaxFramePoses) {
          return node.error("too many coordinate systems in too many frames",
                            "at most " + std::to_string(kMaxFramePoses) + " poses", ErrorCode::limit_exceeded);
        }
        entry.transforms = std::make_shared<const CoordinateSystems::Resolved>(systems.resolve(edges));
      }
    }
    list.entries.push_back(std::move(entry));
    return {};
  };
  CONCORD_RETURN_IF_ERROR(openlabel.for_each_member_of("frames", read_frame));
  std::stable_sort(list.entries.begin(), list.entries.end(),
                   [](const auto& a, const auto& b) { return a.number < b.number; });
  for (std::size_t i = 1; i < list.entries.size(); ++i) {
    if (list.entries[i].number == list.entries[i - 1].number) {
      return list.entries[i].node->error("is a frame of a number that was used before", "unique frame numbers");
    }
  }
  if (list.entries.empty()) {
    list.single = true;
    list.entries.push_back({0, {}, std::nullopt, std::nullopt, still});
  }
  return list;
}

Result<void> append_frames(const FrameList& list, Frames& frames) {
  for (const FrameList::Entry& entry : list.entries) {
    std::string name = std::to_string(entry.number);
    TimeNs time = kNoTime;
    bool recorded = true;
    if (entry.properties) {
      CONCORD_ASSIGN_OR_RETURN(time, frame_time(*entry.properties));
      if (const auto extension = entry.properties->find(kExtension); extension && extension->is_object()) {
        CONCORD_ASSIGN_OR_RETURN(name, extension->text_of("name", name));
        if (const auto member = extension->find("recorded")) {
          CONCORD_ASSIGN_OR_RETURN(recorded, member->boolean());
        }
      }
    }
    frames.push_back(name, time, entry.transforms->T_scene_ego, recorded);
  }
  return {};
}

}  // namespace concord::readers::openlabel
