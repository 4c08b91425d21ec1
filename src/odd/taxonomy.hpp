#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "src/odd/faults.hpp"
#include "src/odd/quantity.hpp"
#include "src/odd/yaml_tree.hpp"

namespace concord::odd {

enum class AttributeKind : std::uint8_t {
  group,     ///< holds other attributes and no value of its own
  category,  ///< one of `values`
  number,    ///< real, of `quantity`
  integer,   ///< whole, of `quantity`
  boolean,
  text,  ///< anything, such as the name of a shapefile
};

/// A value that a category may take. A bin also says which numbers of another attribute it stands for.
struct CategoryValue {
  std::string name;
  std::string measured;  ///< the attribute whose numbers the bin stands for, or empty
  Interval interval;
  std::string unit;  ///< that its limit is written in
  Place place;
};

struct Attribute {
  std::string name;
  std::string parent;  ///< the attribute (or group) that holds it, or empty
  AttributeKind kind = AttributeKind::group;
  std::string quantity;  ///< of numbers and integers: "length"; empty for bare numbers
  std::vector<CategoryValue> values;
  std::vector<std::string> children;
  Place place;

  /// Adds a value; false where one of that name is there.
  bool add_value(CategoryValue value);
  [[nodiscard]] const CategoryValue* find_value(std::string_view value) const;

 private:
  std::map<std::string, std::size_t, std::less<>> index_;  ///< of values by name
};

/// The attributes that ODDs may speak of. Built file after file: a later file adds children and values to what earlier
/// ones defined.
class Taxonomy {
 public:
  /// Adds the content of a `TAXONOMY:` map (nested groups; sequences of values; `float QUANTITY`, `integer QUANTITY`,
  /// `boolean`, `shapefile`; named bins that hold limits on numbers).
  void add(const YamlNode& map, const std::string& file, Faults& faults);

  /// Holds the whole against itself, once everything is added: bins against the attributes they measure, bins that
  /// overlap or leave gaps, quantities that nothing measures.
  void check(Faults& faults) const;

  [[nodiscard]] const Attribute* find(std::string_view name) const;
  /// The attribute below `name`, however deep, that has this value; nullptr if none.
  [[nodiscard]] const Attribute* owner_below(std::string_view name, std::string_view value) const;
  /// The bin of that name that stands for numbers of `measured`; nullptr if none.
  [[nodiscard]] const CategoryValue* bin_of(std::string_view measured, std::string_view bin) const;
  [[nodiscard]] const std::map<std::string, Attribute, std::less<>>& attributes() const { return attributes_; }
  /// Names of attributes, for hints.
  [[nodiscard]] std::vector<std::string> names() const;

 private:
  void add_node(const std::string& name, const YamlNode& node, const std::string& parent, const std::string& file,
                Faults& faults);
  Attribute& declare(const std::string& name, AttributeKind kind, const std::string& parent, const Place& place,
                     Faults& faults);
  void add_values(Attribute& attribute, const YamlNode& sequence, const std::string& file, Faults& faults);
  void add_type(const std::string& name, const YamlNode& scalar, const std::string& parent, const std::string& file,
                Faults& faults);
  void add_bin(Attribute& attribute, const std::string& bin, const YamlNode& limits, const std::string& file,
               Faults& faults);

  std::map<std::string, Attribute, std::less<>> attributes_;
};

[[nodiscard]] std::string_view to_string(AttributeKind kind);
/// "a length", "a bare number": what a number holds, for messages.
[[nodiscard]] std::string describe_quantity(const Attribute& attribute);

}  // namespace concord::odd
