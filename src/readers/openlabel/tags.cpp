#include "src/readers/openlabel/tags.hpp"

#include <fmt/format.h>
#include <limits>
#include <map>
#include <tuple>
#include <unordered_map>

namespace concord::readers::openlabel {
namespace {

/// Beyond this many tags (values times intervals) a file is refused.
constexpr std::size_t kMaxTags = 1'000'000;
constexpr std::size_t kMaxListShown = 64;

Result<Node> value_of(const Node& element) {
  if (!element.is_object()) return element.type_error("an object with val");
  const auto value = element.find("val");
  if (!value) return element.error("has no val", "a value");
  return *value;
}

/// `2, 3`: the items of a vec.
Result<std::string> list_text(const Node& list) {
  std::string text;
  CONCORD_RETURN_IF_ERROR(list.for_each_element([&](std::size_t index, const Node& item) -> Result<void> {
    if (index >= kMaxListShown) return {};
    if (index > 0) text += ", ";
    if (item.value().is_number()) {
      CONCORD_ASSIGN_OR_RETURN(const double number, item.number());
      text += number_text(number);
    } else {
      CONCORD_ASSIGN_OR_RETURN(const std::string_view word, item.text());
      text += word;
    }
    return {};
  }));
  return text;
}

/// How the data of an element becomes tags.
enum class Naming : std::uint8_t {
  by_type,   ///< a tag has its type's name; a text and a number together are one tag
  by_datum,  ///< a datum with a name is a tag "type.name", beside the bare tag of the type
};

/// Values of an element's data, as tags without frames.
Result<std::vector<Tag>> read_values(std::string_view type, const std::optional<Node>& data, Naming naming) {
  std::vector<Tag> tags;
  if (data && data->value().is_string()) {
    Tag tag{.type = std::string(type)};
    CONCORD_ASSIGN_OR_RETURN(tag.value, data->text());
    tags.push_back(std::move(tag));
  } else if (data) {
    CONCORD_RETURN_IF_ERROR(data->require_object("an object with text, num, boolean or vec"));
    const auto for_each_value = [&](const char* list, const auto& set_value) {
      return data->for_each_element_of(list, [&](std::size_t, const Node& element) -> Result<void> {
        CONCORD_ASSIGN_OR_RETURN(const Node value, value_of(element));
        Tag tag{.type = std::string(type)};
        if (naming == Naming::by_datum) {
          CONCORD_ASSIGN_OR_RETURN(const std::string_view name, element.text_of("name", ""));
          if (!name.empty()) tag.type += "." + std::string(name);
        }
        CONCORD_RETURN_IF_ERROR(set_value(value, tag));
        tags.push_back(std::move(tag));
        return {};
      });
    };
    CONCORD_RETURN_IF_ERROR(for_each_value("text", [](const Node& value, Tag& tag) -> Result<void> {
      CONCORD_ASSIGN_OR_RETURN(tag.value, value.text());
      return {};
    }));
    const std::size_t texts = tags.size();
    CONCORD_RETURN_IF_ERROR(for_each_value("num", [](const Node& value, Tag& tag) -> Result<void> {
      CONCORD_ASSIGN_OR_RETURN(tag.number, value.number());
      tag.value = number_text(*tag.number);
      return {};
    }));
    if (naming == Naming::by_type && texts == 1 && tags.size() == 2) {
      tags[0].number = tags[1].number;
      tags.pop_back();
    }
    CONCORD_RETURN_IF_ERROR(for_each_value("boolean", [](const Node& value, Tag& tag) -> Result<void> {
      CONCORD_ASSIGN_OR_RETURN(const bool truth, value.boolean());
      tag.value = truth ? "true" : "false";
      return {};
    }));
    CONCORD_RETURN_IF_ERROR(for_each_value("vec", [](const Node& value, Tag& tag) -> Result<void> {
      CONCORD_ASSIGN_OR_RETURN(tag.value, list_text(value));
      return {};
    }));
  }
  return tags;
}

/// Type of a tag or context; a context may have a name only.
Result<std::string_view> type_of(const Node& node) {
  CONCORD_ASSIGN_OR_RETURN(const std::string_view type, node.text_of("type", ""));
  return type.empty() ? node.text_of("name", "") : Result<std::string_view>(type);
}

Result<void> append_list(const Node& openlabel, std::string_view list, std::string_view data_key, Naming naming,
                         const FrameList& frames, std::vector<Tag>& tags) {
  return openlabel.for_each_member_of(list, [&](std::string_view, const Node& node) -> Result<void> {
    CONCORD_RETURN_IF_ERROR(node.require_object("an object with type"));
    CONCORD_ASSIGN_OR_RETURN(const std::string_view type, type_of(node));
    CONCORD_ASSIGN_OR_RETURN(std::vector<Tag> values, read_values(type, node.find(data_key), naming));
    if (values.empty() || naming == Naming::by_datum) values.insert(values.begin(), Tag{.type = std::string(type)});
    CONCORD_ASSIGN_OR_RETURN(std::vector<FrameInterval> intervals, read_intervals(node));
    if (tags.size() + values.size() * std::max<std::size_t>(intervals.size(), 1) > kMaxTags) {
      return node.error("too many tags", "at most " + std::to_string(kMaxTags), ErrorCode::limit_exceeded);
    }
    if (intervals.empty()) {
      tags.insert(tags.end(), values.begin(), values.end());
      return {};
    }
    for (const FrameInterval& interval : intervals) {
      const auto range = frames.range(interval.begin, interval.end);
      if (!range) continue;
      const bool open = interval.end == std::numeric_limits<std::int64_t>::max();
      for (Tag tag : values) {
        tag.frame_begin = range->first;
        tag.frame_end = open ? kNone : range->second;
        tags.push_back(std::move(tag));
      }
    }
    return {};
  });
}

/// What frames say of contexts: equal statements of consecutive frames are one tag.
Result<void> append_frame_contexts(const Node& openlabel, const FrameList& frames, std::vector<Tag>& tags) {
  std::unordered_map<std::string_view, std::string_view> type_of_uid;
  CONCORD_RETURN_IF_ERROR(
      openlabel.for_each_member_of("contexts", [&](std::string_view uid, const Node& node) -> Result<void> {
        CONCORD_ASSIGN_OR_RETURN(const std::string_view type, type_of(node));
        if (!type_of_uid.emplace(uid, type).second) return node.error("is defined twice", "unique uids");
        return {};
      }));
  std::map<std::tuple<std::string_view, std::string, std::string>, std::size_t> last;  // uid, type, value -> tag
  for (std::uint32_t frame = 0; frame < frames.entries.size(); ++frame) {
    if (!frames.entries[frame].node) continue;
    CONCORD_RETURN_IF_ERROR(frames.entries[frame].node->for_each_member_of(
        "contexts", [&](std::string_view uid, const Node& node) -> Result<void> {
          const auto known = type_of_uid.find(uid);
          if (known == type_of_uid.end()) return node.error("is no context", "a uid defined in openlabel/contexts");
          CONCORD_ASSIGN_OR_RETURN(std::vector<Tag> values,
                                   read_values(known->second, node.find("context_data"), Naming::by_datum));
          for (Tag& tag : values) {
            const auto [run, is_new] = last.try_emplace({uid, tag.type, tag.value}, tags.size());
            if (!is_new && tags[run->second].frame_end + 1 >= frame) {
              tags[run->second].frame_end = frame;
              continue;
            }
            if (tags.size() == kMaxTags) {
              return node.error("too many tags", "at most " + std::to_string(kMaxTags), ErrorCode::limit_exceeded);
            }
            run->second = tags.size();
            tag.frame_begin = tag.frame_end = frame;
            tags.push_back(std::move(tag));
          }
          return {};
        }));
  }
  return {};
}

}  // namespace

std::string number_text(double value) { return fmt::format("{}", value); }

Result<void> append_tags(const Node& openlabel, const FrameList& frames, std::vector<Tag>& tags) {
  CONCORD_RETURN_IF_ERROR(append_list(openlabel, "tags", "tag_data", Naming::by_type, frames, tags));
  CONCORD_RETURN_IF_ERROR(append_list(openlabel, "contexts", "context_data", Naming::by_datum, frames, tags));
  return append_frame_contexts(openlabel, frames, tags);
}

}  // namespace concord::readers::openlabel
