#pragma once

#include <string>

#include "src/odd/faults.hpp"
#include "src/odd/yaml_tree.hpp"

namespace concord::odd {

/// Looks at the `unit_types:` and `conversion:` of a `TAXONOMY:` map, if it has them: quantities made of undefined
/// ones, conversions that differ from the units' definitions. Limits are always read with Concord's own units.
void check_units(const YamlNode& taxonomy, const std::string& file, Faults& faults);

}  // namespace concord::odd
