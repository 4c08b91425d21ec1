#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <optional>
#include <string_view>

#include "concord/attributes.hpp"
#include "concord/near_names.hpp"
#include "concord/text.hpp"
#include "src/odd/sun.hpp"
#include "src/odd/trimmed.hpp"
#include "src/odd/yaml_tree.hpp"

namespace concord {
namespace {

using odd::describe;
using odd::YamlNode;

constexpr std::size_t kMostTags = 100'000;
constexpr std::size_t kLongest = 200;

class TagsFile {
 public:
  TagsFile(std::string file, const Frames& frames) : file_(std::move(file)), frames_(frames) {}

  Result<std::vector<Tag>> read(const YamlNode& root) {
    if (!root.is_map()) return wrong(root, "holds " + describe(root), "a map with tags, position, start_utc");
    for (const auto& [key, node] : root.members) {
      if (key == "tags") {
        CONCORD_RETURN_IF_ERROR(read_tags(node));
      } else if (key == "position") {
        CONCORD_RETURN_IF_ERROR(read_position(node));
      } else if (key == "start_utc") {
        if (!node.is_scalar() || !odd::parse_utc(node.scalar)) {
          return wrong(node, "start_utc is " + describe(node), "a time such as 2024-05-01T12:00:00Z");
        }
        tags_.push_back({.type = "start_utc", .value = node.scalar});
      } else {
        return wrong(node, "'" + printable(key) + "' means nothing here", "tags, position or start_utc");
      }
    }
    return std::move(tags_);
  }

 private:
  [[nodiscard]] Error wrong(const YamlNode& node, const std::string& what, const std::string& expected) const {
    return {ErrorCode::malformed, what, file_ + ":" + std::to_string(node.line), expected};
  }

  Result<double> number(const YamlNode& node, const std::string& what, double least, double most) const {
    double value = 0;
    const std::string_view text = odd::trimmed(node.scalar);
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (!node.is_scalar() || text.empty() || failure != std::errc() || end != text.data() + text.size() ||
        !std::isfinite(value) || value < least || value > most) {
      return wrong(node, what + " is " + describe(node),
                   "a number from " + std::to_string(least) + " to " + std::to_string(most));
    }
    return value;
  }

  Result<void> read_position(const YamlNode& map) {
    const YamlNode* latitude = map.find("latitude_deg");
    const YamlNode* longitude = map.find("longitude_deg");
    if (latitude == nullptr || longitude == nullptr || map.members.size() != 2) {
      return wrong(map, "position is " + describe(map), "a map with latitude_deg and longitude_deg");
    }
    CONCORD_ASSIGN_OR_RETURN(const double north, number(*latitude, "latitude_deg", -90, 90));
    CONCORD_ASSIGN_OR_RETURN(const double east, number(*longitude, "longitude_deg", -360, 360));
    tags_.push_back({.type = "latitude_deg", .value = {}, .number = north});
    tags_.push_back({.type = "longitude_deg", .value = {}, .number = east});
    return {};
  }

  Result<void> read_tags(const YamlNode& map) {
    if (!map.is_map()) return wrong(map, "tags is " + describe(map), "a map of attributes");
    for (const auto& [attribute, node] : map.members) {
      if (attribute.empty() || attribute.size() > kLongest) {
        return wrong(node, "an attribute's name has " + std::to_string(attribute.size()) + " bytes", "1 to 200");
      }
      if (node.is_scalar()) {
        CONCORD_RETURN_IF_ERROR(add(attribute, node, {.frame_begin = 0, .frame_end = kNone}));
        continue;
      }
      if (!node.is_sequence()) {
        return wrong(node, "'" + printable(attribute) + "' is " + describe(node), "a value, or a list of values");
      }
      for (const YamlNode& item : node.items) CONCORD_RETURN_IF_ERROR(read_item(attribute, item));
    }
    return {};
  }

  /// A value that holds in some frames: {value, from_s, to_s} or {value, from_frame, to_frame}; or in all.
  Result<void> read_item(const std::string& attribute, const YamlNode& item) {
    Tag tag{.frame_begin = 0, .frame_end = kNone};
    if (item.is_scalar()) return add(attribute, item, tag);
    const YamlNode* value = item.find("value");
    if (value == nullptr) {
      return wrong(item, "'" + printable(attribute) + "' lists " + describe(item) + " without a value",
                   "value, and from_s, to_s or from_frame, to_frame");
    }
    const YamlNode *from_s = nullptr, *to_s = nullptr, *from_frame = nullptr, *to_frame = nullptr;
    for (const auto& [key, node] : item.members) {
      if (key == "from_s") from_s = &node;
      if (key == "to_s") to_s = &node;
      if (key == "from_frame") from_frame = &node;
      if (key == "to_frame") to_frame = &node;
      if (key != "value" && key != "from_s" && key != "to_s" && key != "from_frame" && key != "to_frame") {
        return wrong(node, "'" + printable(key) + "' means nothing here",
                     "value, from_s, to_s, from_frame or to_frame");
      }
    }
    if ((from_s != nullptr || to_s != nullptr) && (from_frame != nullptr || to_frame != nullptr)) {
      return wrong(item, "names both seconds and frames", "one of them");
    }
    if (from_frame != nullptr) {
      CONCORD_ASSIGN_OR_RETURN(tag.frame_begin, frame_called(*from_frame));
    }
    if (to_frame != nullptr) {
      CONCORD_ASSIGN_OR_RETURN(tag.frame_end, frame_called(*to_frame));
      if (tag.frame_end < tag.frame_begin) return wrong(*to_frame, "to_frame comes before from_frame", "a later frame");
    }
    if (from_s != nullptr || to_s != nullptr) {
      CONCORD_ASSIGN_OR_RETURN(const bool holds, set_seconds(from_s, to_s, tag));
      if (!holds) return {};
    }
    return add(attribute, *value, tag);
  }

  /// Frames from `from_s` on and before `to_s`, counted from the first frame; false where there are none.
  Result<bool> set_seconds(const YamlNode* from_s, const YamlNode* to_s, Tag& tag) {
    constexpr double kDay_s = 86'400;
    const std::vector<TimeNs>& times = frames_.time_ns;
    const YamlNode& node = from_s != nullptr ? *from_s : *to_s;
    if (!times_rise_) {
      times_rise_ = !times.empty() && times.front() != kNoTime && std::is_sorted(times.begin(), times.end());
    }
    if (!*times_rise_) return wrong(node, "the frames have no times that rise", "from_frame and to_frame");
    double first_s = 0, last_s = kDay_s;
    if (from_s != nullptr) {
      CONCORD_ASSIGN_OR_RETURN(first_s, number(*from_s, "from_s", 0, kDay_s));
    }
    if (to_s != nullptr) {
      CONCORD_ASSIGN_OR_RETURN(last_s, number(*to_s, "to_s", 0, kDay_s));
    }
    if (last_s < first_s) return wrong(node, "to_s comes before from_s", "a later time");
    const auto frame_at = [&](double seconds) {
      return std::lower_bound(times.begin(), times.end(), seconds,
                              [&](TimeNs time, double limit) {
                                const auto passed =
                                    static_cast<std::uint64_t>(time) - static_cast<std::uint64_t>(times.front());
                                return static_cast<double>(passed) * 1e-9 < limit;
                              }) -
             times.begin();
    };
    const auto begin = frame_at(first_s), end = to_s != nullptr ? frame_at(last_s) : std::ssize(times);
    if (begin >= end) return false;
    tag.frame_begin = static_cast<std::uint32_t>(begin);
    tag.frame_end = static_cast<std::uint32_t>(end - 1);
    return true;
  }

  Result<std::uint32_t> frame_called(const YamlNode& node) {
    if (frame_of_name_.empty()) {
      for (std::uint32_t frame = 0; frame < frames_.size(); ++frame) frame_of_name_.emplace(frames_.name[frame], frame);
    }
    const auto found = node.is_scalar() ? frame_of_name_.find(node.scalar) : frame_of_name_.end();
    if (found == frame_of_name_.end()) {
      return wrong(node, describe(node) + " is no frame of the drive", "a frame's name");
    }
    return found->second;
  }

  Result<void> add(const std::string& attribute, const YamlNode& value, Tag tag) {
    if (!value.is_scalar() || value.scalar.empty() || value.scalar.size() > kLongest) {
      return wrong(value, "'" + printable(attribute) + "' is " + describe(value), "a text of 1 to 200 bytes");
    }
    if (tags_.size() >= kMostTags) {
      return Error{ErrorCode::limit_exceeded, "holds more than " + std::to_string(kMostTags) + " values",
                   file_ + ":" + std::to_string(value.line), ""};
    }
    tag.type = attribute;
    tag.value = value.scalar;
    tags_.push_back(std::move(tag));
    return {};
  }

  std::string file_;
  const Frames& frames_;
  std::vector<Tag> tags_;
  std::map<std::string_view, std::uint32_t> frame_of_name_;
  std::optional<bool> times_rise_;
};

}  // namespace

Result<std::vector<Tag>> read_tags_file(const std::filesystem::path& path, const Frames& frames) {
  CONCORD_ASSIGN_OR_RETURN(const std::string text, odd::read_definition(path));
  const std::string file = path.lexically_normal().string();
  odd::Faults faults;
  CONCORD_ASSIGN_OR_RETURN(const YamlNode root, odd::parse_yaml(text, file, faults));
  if (!faults.list().empty()) {
    const odd::LintFault& fault = faults.list().front();
    return Error{ErrorCode::malformed, fault.message, fault.file + ":" + std::to_string(fault.line), "each key once"};
  }
  return TagsFile(file, frames).read(root);
}

}  // namespace concord
