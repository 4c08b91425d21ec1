#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "concord/attributes.hpp"
#include "src/odd/taxonomy.hpp"

namespace concord::odd {

/// The rows of one drive of a report.
struct DriveView {
  std::vector<const FrameExposure*> frames;
  std::map<std::string_view, std::vector<const AttributeSpan*>> attributes;
  std::vector<const ObjectSpan*> objects;
};

/// Words and numbers that an attribute is known to be over frames from `begin` to before `end`.
struct KnownValue {
  std::string_view word;  ///< empty: numbers
  Interval numbers;
  std::uint32_t begin = 0, end = 0;
};

/// What is known of an attribute of a drive. Where nothing is stored under its own name, bins of a category follow from
/// the number that they stand for, and numbers from the bin. Objects' attributes have none here.
[[nodiscard]] std::vector<KnownValue> known_values(const DriveView& drive, const Taxonomy& taxonomy,
                                                   std::string_view attribute);

/// The attributes that objects have, each on its own.
[[nodiscard]] bool is_of_objects(std::string_view attribute);
/// What an object is; nothing where it is not known.
[[nodiscard]] std::optional<KnownValue> value_of(const ObjectSpan& object, std::string_view attribute);

}  // namespace concord::odd
