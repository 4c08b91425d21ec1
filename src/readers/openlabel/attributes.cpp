#include "src/readers/openlabel/attributes.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <limits>

#include "src/readers/openlabel/extension.hpp"

namespace concord::readers::openlabel {
namespace {

constexpr std::size_t kMaxVectorShown = 16;
constexpr std::size_t kMaxElements = 1024;

Result<std::string_view> name_of(const Node& element) {
  if (!element.is_object()) return element.type_error("an object with name and val");
  return element.text_of("name", "");
}

Result<Node> value_of(const Node& element) {
  const auto value = element.find("val");
  if (!value) return element.error("has no val", "a value");
  return *value;
}

template <class T>
Result<void> set_integer(OptionalColumn<T>& column, std::size_t row, double value, double least, double most,
                         const Node& where) {
  if (value == -1) return {};  // KITTI's "not given"
  if (!(value >= least && value <= most) || value != std::floor(value)) {
    return where.error("is out of range", fmt::format("an integer from {} to {}", least, most));
  }
  column.set(row, static_cast<T>(value));
  return {};
}

}  // namespace

Result<std::optional<std::string_view>> find_text(const Node& data, std::string_view name) {
  std::optional<std::string_view> result;
  CONCORD_RETURN_IF_ERROR(data.for_each_element_of("text", [&](std::size_t, const Node& element) -> Result<void> {
    CONCORD_ASSIGN_OR_RETURN(const std::string_view element_name, name_of(element));
    if (element_name != name) return {};
    CONCORD_ASSIGN_OR_RETURN(result, element.text_of("val", ""));
    return {};
  }));
  return result;
}

Result<void> AttributeReader::declare(std::string_view name, std::vector<std::string> allowed, const Node& where) {
  if (columns_.contains(std::string(name))) return {};
  if (columns_.size() == kMaxAttributeNames) {
    return where.error("too many attribute names", "at most " + std::to_string(kMaxAttributeNames),
                       ErrorCode::limit_exceeded);
  }
  columns_.emplace(name, set_->attributes.size());
  set_->attributes.push_back({.name = std::string(name), .values = {}, .code = {}, .allowed = std::move(allowed)});
  return {};
}

Result<void> AttributeReader::set_attribute(std::string_view name, std::string_view value, std::uint32_t row,
                                            const Node& where) {
  if (name.starts_with(kAttributePrefix)) name.remove_prefix(kAttributePrefix.size());
  if (name.empty()) return {};
  CONCORD_RETURN_IF_ERROR(declare(name, {}, where));
  AttributeColumn& column = set_->attributes[columns_.at(std::string(name))];
  column.code.resize(std::max<std::size_t>(column.code.size(), row + std::size_t{1}), kNone);
  column.code[row] = column.values.intern(value);
  return {};
}

Result<void> AttributeReader::apply_number(std::string_view name, const Node& element, std::uint32_t row) {
  CONCORD_ASSIGN_OR_RETURN(const Node node, value_of(element));
  CONCORD_ASSIGN_OR_RETURN(const double value, node.number());
  constexpr double kMaxCount = std::numeric_limits<std::int32_t>::max();
  if (name == kOcclusionLevel) return set_integer(set_->occlusion_level, row, value, 0, 3, node);
  if (name == kLidarPoints) return set_integer(set_->lidar_points, row, value, 0, kMaxCount, node);
  if (name == kRadarPoints) return set_integer(set_->radar_points, row, value, 0, kMaxCount, node);
  if (name == kTruncation) {
    set_->truncation.set(row, value);
  } else if (name == kVisibility) {
    set_->visibility.set(row, value);
  } else if (name == kVelocityX) {
    set_->velocity_x_mps.set(row, value);
  } else if (name == kVelocityY) {
    set_->velocity_y_mps.set(row, value);
  } else if (name == kScore) {
    set_->score.set(row, value);
  } else if (name == kLabelledAt) {
    CONCORD_ASSIGN_OR_RETURN(const std::int64_t time_ns, node.integer());
    set_->labelled_at_ns.set(row, time_ns);
  } else if (value == std::floor(value) && std::abs(value) < 1e15) {
    // KITTI's converters call the level "occluded"; "truncated" has another scale in each of KITTI's benchmarks.
    if (name == "occluded" && value >= 0 && value <= 3) set_->occlusion_level.set(row, static_cast<std::int8_t>(value));
    return set_attribute(name, fmt::format("{:.0f}", value), row, element);
  } else if (left_out_.size() < kMaxAttributeNames) {
    left_out_.emplace(name.substr(0, 80));
  }
  return {};
}

Result<void> AttributeReader::apply_text(std::string_view name, const Node& element, std::uint32_t row) {
  CONCORD_ASSIGN_OR_RETURN(const Node node, value_of(element));
  CONCORD_ASSIGN_OR_RETURN(const std::string_view value, node.text());
  if (name == kLabelId || name == kTrackId) return {};
  if (name == kMovingState) {
    const auto known = std::find(kMovingStates.begin(), kMovingStates.end(), value);
    if (known == kMovingStates.end()) return set_attribute(name, value, row, element);
    set_->moving_state.set(row, static_cast<MovingState>(known - kMovingStates.begin()));
    return {};
  }
  struct TextColumn {
    std::string_view name;
    OptionalColumn<std::uint32_t>* column;
  };
  for (const TextColumn& text :
       {TextColumn{kAnnotator, &set_->annotator}, TextColumn{kVendor, &set_->vendor}, TextColumn{kBatch, &set_->batch},
        TextColumn{kGuidelineVersion, &set_->guideline_version}, TextColumn{kReviewStage, &set_->review_stage}}) {
    if (name != text.name) continue;
    text.column->set(row, set_->provenance.intern(value));
    return {};
  }
  return set_attribute(name, value, row, element);
}

Result<void> AttributeReader::apply(const Node& data, std::uint32_t row) {
  // Data of an object is applied to each of its labels: an endless list would take endless time.
  for (const char* kind : {"num", "text", "boolean", "vec"}) {
    const auto list = data.find(kind);
    if (list && list->value().is_array() && simdjson::dom::array(list->value()).size() > kMaxElements) {
      return list->error("is too long", "at most " + std::to_string(kMaxElements) + " elements",
                         ErrorCode::limit_exceeded);
    }
  }
  CONCORD_RETURN_IF_ERROR(data.for_each_element_of("num", [&](std::size_t, const Node& element) -> Result<void> {
    CONCORD_ASSIGN_OR_RETURN(const std::string_view name, name_of(element));
    return apply_number(name, element, row);
  }));
  CONCORD_RETURN_IF_ERROR(data.for_each_element_of("text", [&](std::size_t, const Node& element) -> Result<void> {
    CONCORD_ASSIGN_OR_RETURN(const std::string_view name, name_of(element));
    return apply_text(name, element, row);
  }));
  CONCORD_RETURN_IF_ERROR(data.for_each_element_of("boolean", [&](std::size_t, const Node& element) -> Result<void> {
    CONCORD_ASSIGN_OR_RETURN(const std::string_view name, name_of(element));
    CONCORD_ASSIGN_OR_RETURN(const Node node, value_of(element));
    CONCORD_ASSIGN_OR_RETURN(const bool value, node.boolean());
    return set_attribute(name, value ? "true" : "false", row, element);
  }));
  return data.for_each_element_of("vec", [&](std::size_t, const Node& element) -> Result<void> {
    CONCORD_ASSIGN_OR_RETURN(const std::string_view name, name_of(element));
    CONCORD_ASSIGN_OR_RETURN(const Node node, value_of(element));
    std::string text;
    std::size_t numbers = 0;
    std::size_t size = 0;
    CONCORD_RETURN_IF_ERROR(node.for_each_element([&](std::size_t index, const Node& item) -> Result<void> {
      size = index + 1;
      if (item.value().is_number()) {
        ++numbers;
      } else {
        CONCORD_ASSIGN_OR_RETURN(const std::string_view value, item.text());
        if (index < kMaxVectorShown) text += (index == 0 ? "" : ", ") + std::string(value);
      }
      return {};
    }));
    // Lists of words are an attribute; vectors of numbers are measurements that no column holds.
    if (numbers == 0 && size <= kMaxVectorShown) return set_attribute(name, text, row, element);
    if (left_out_.size() < kMaxAttributeNames) left_out_.emplace(name.substr(0, 80));
    return {};
  });
}

Result<void> AttributeReader::apply_to_box(const Node& data, Box2dTable& boxes, std::size_t row) {
  return data.for_each_element_of("num", [&](std::size_t, const Node& element) -> Result<void> {
    CONCORD_ASSIGN_OR_RETURN(const std::string_view name, name_of(element));
    CONCORD_ASSIGN_OR_RETURN(const Node node, value_of(element));
    CONCORD_ASSIGN_OR_RETURN(const double value, node.number());
    if (name == kScore) boxes.score.set(row, value);
    if (name == kTruncation) boxes.truncation.set(row, value);
    if (name == kOcclusionLevel) return set_integer(boxes.occlusion_level, row, value, 0, 3, node);
    return {};
  });
}

}  // namespace concord::readers::openlabel
