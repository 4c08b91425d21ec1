#pragma once

#include <filesystem>
#include <set>

#include "concord/odd.hpp"
#include "src/odd/faults.hpp"
#include "src/odd/yaml_tree.hpp"

namespace concord::odd {

/// Counts of what was looked at.
struct OdcCounts {
  std::size_t elements_defined = 0, elements_asked = 0;
};

/// Whether a JSON document is one of OpenODC's element registries (`category_id`) or declarations (`element_id`s).
[[nodiscard]] bool is_odc(const YamlNode& root);

/// Holds an OpenODC document (GB/T 45312 elements as JSON) against its registry, the `schema/categories` folder beside
/// or above it: elements that are not registered, words outside their enumeration, what is not permitted without an
/// exit behaviour (clause 5.5), elements stated twice, permitted parts of what is not permitted; in a registry, ids
/// defined twice and parents that are not defined. `read` gets the files that were read.
[[nodiscard]] Result<OdcCounts> check_odc(const YamlNode& root, const std::filesystem::path& path,
                                          std::set<std::filesystem::path>& read, Faults& faults);

}  // namespace concord::odd
