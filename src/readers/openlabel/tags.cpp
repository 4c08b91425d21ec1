#include "src/readers/openlabel/tags.hpp"

#include <fmt/format.h>
#include <limits>

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

/// Values of a tag's data, as tags without frames.
Result<std::vector<Tag>> read_values(std::string_view type, const std::optional<Node>& data) {
  std::vector<Tag> tags;
  Tag tag;
  tag.type = type;
  if (data && data->value().is_string()) {
    CONCORD_ASSIGN_OR_RETURN(tag.value, data->text());
  } else if (data) {
    CONCORD_RETURN_IF_ERROR(data->for_each_element_of("text", [&](std::size_t, const Node& element) -> Result<void> {
      CONCORD_ASSIGN_OR_RETURN(const Node value, value_of(element));
      Tag next = tag;
      CONCORD_ASSIGN_OR_RETURN(next.value, value.text());
      tags.push_back(std::move(next));
      return {};
    }));
    const std::size_t texts = tags.size();
    CONCORD_RETURN_IF_ERROR(data->for_each_element_of("num", [&](std::size_t, const Node& element) -> Result<void> {
      CONCORD_ASSIGN_OR_RETURN(const Node value, value_of(element));
      Tag next = tag;
      CONCORD_ASSIGN_OR_RETURN(next.number, value.number());
      next.value = number_text(*next.number);
      tags.push_back(std::move(next));
      return {};
    }));
    if (texts == 1 && tags.size() == 2) {
      tags[0].number = tags[1].number;
      tags.pop_back();
    }
    CONCORD_RETURN_IF_ERROR(data->for_each_element_of("boolean", [&](std::size_t, const Node& element) -> Result<void> {
      CONCORD_ASSIGN_OR_RETURN(const Node value, value_of(element));
      CONCORD_ASSIGN_OR_RETURN(const bool truth, value.boolean());
      Tag next = tag;
      next.value = truth ? "true" : "false";
      tags.push_back(std::move(next));
      return {};
    }));
    CONCORD_RETURN_IF_ERROR(data->for_each_element_of("vec", [&](std::size_t, const Node& element) -> Result<void> {
      CONCORD_ASSIGN_OR_RETURN(const Node value, value_of(element));
      Tag next = tag;
      CONCORD_ASSIGN_OR_RETURN(next.value, list_text(value));
      tags.push_back(std::move(next));
      return {};
    }));
  }
  if (tags.empty()) tags.push_back(std::move(tag));
  return tags;
}

Result<void> append_list(const Node& openlabel, std::string_view list, std::string_view data_key,
                         const FrameList& frames, std::vector<Tag>& tags) {
  return openlabel.for_each_member_of(list, [&](std::string_view, const Node& node) -> Result<void> {
    if (!node.is_object()) return node.type_error("an object with type");
    CONCORD_ASSIGN_OR_RETURN(std::string_view type, node.text_of("type", ""));
    if (type.empty()) {
      CONCORD_ASSIGN_OR_RETURN(type, node.text_of("name", ""));
    }
    CONCORD_ASSIGN_OR_RETURN(const std::vector<Tag> values, read_values(type, node.find(data_key)));
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

}  // namespace

std::string number_text(double value) { return fmt::format("{}", value); }

Result<void> append_tags(const Node& openlabel, const FrameList& frames, std::vector<Tag>& tags) {
  CONCORD_RETURN_IF_ERROR(append_list(openlabel, "tags", "tag_data", frames, tags));
  return append_list(openlabel, "contexts", "context_data", frames, tags);
}

}  // namespace concord::readers::openlabel
