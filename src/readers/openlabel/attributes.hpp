#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "concord/drive.hpp"
#include "src/readers/common/json.hpp"

namespace concord::readers::openlabel {

/// More attribute names than this in one file are an error.
inline constexpr std::size_t kMaxAttributeNames = 256;

/// Fills the optional columns and attribute columns of a label set from `num`, `text`, `boolean` and `vec` data.
class AttributeReader {
 public:
  explicit AttributeReader(LabelSet& set) : set_(&set) {}

  /// Adds an attribute column (for the enumerations that a file states ahead).
  Result<void> declare(std::string_view name, std::vector<std::string> allowed, const Node& where);
  /// Applies object_data or a cuboid's attributes to cuboid row `row`; what is applied later wins.
  [[nodiscard]] Result<void> apply(const Node& data, std::uint32_t row);
  /// As `apply` for a 2D box: score, truncation and occlusion level only.
  [[nodiscard]] static Result<void> apply_to_box(const Node& data, Box2dTable& boxes, std::size_t row);

  /// Names of numbers that have no column and are not integers: they were left out.
  [[nodiscard]] const std::set<std::string, std::less<>>& left_out() const { return left_out_; }

 private:
  Result<void> apply_number(std::string_view name, const Node& element, std::uint32_t row);
  Result<void> apply_text(std::string_view name, const Node& element, std::uint32_t row);
  Result<void> set_attribute(std::string_view name, std::string_view value, std::uint32_t row, const Node& where);

  LabelSet* set_;
  std::unordered_map<std::string, std::size_t> columns_;
  std::set<std::string, std::less<>> left_out_;
};

/// The text element called `name` of `data`'s list `text`, if there is one.
[[nodiscard]] Result<std::optional<std::string_view>> find_text(const Node& data, std::string_view name);

}  // namespace concord::readers::openlabel
