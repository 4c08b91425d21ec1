#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "src/odd/definition.hpp"
#include "src/odd/faults.hpp"
#include "src/odd/taxonomy.hpp"
#include "src/odd/yaml_tree.hpp"

namespace concord::odd {

/// One value of an attribute that is to be seen: a word, or numbers.
struct WantedValue {
  std::string name;
  Interval interval;  ///< of numbers, closed
};

struct WantedAttribute {
  std::string name;
  bool is_number = false;
  std::vector<WantedValue> values;
  std::vector<double> target;  ///< shares of the values, sum 1; empty: none
};

/// Values that are not to be seen together, by attribute.
using Impossible = std::map<std::string, Condition, std::less<>>;

/// What is to be covered, and how much of it: the section `coverage` of a definition.
struct CoverageSpec {
  std::vector<WantedAttribute> attributes;
  std::vector<Impossible> impossible;
  double least_frames = 1, least_seconds = 0, least_kilometres = 0, least_drives = 1, least_objects = 0;
};

/// Reads `coverage: {attributes, minimum, impossible, target}`.
[[nodiscard]] CoverageSpec read_coverage(const YamlNode& map, const std::string& file, const Taxonomy& taxonomy,
                                         Faults& faults);

/// Without such a section: every category and boolean that the definition includes by a list of values, with these.
[[nodiscard]] CoverageSpec coverage_of_includes(const Definition& definition, const Taxonomy& taxonomy);

}  // namespace concord::odd
