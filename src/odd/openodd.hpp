#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "src/odd/coverage_spec.hpp"
#include "src/odd/definition.hpp"
#include "src/odd/faults.hpp"
#include "src/odd/taxonomy.hpp"
#include "src/odd/yaml_tree.hpp"

namespace concord::odd {

/// A definition with the taxonomy that it uses.
struct Loaded {
  Taxonomy taxonomy;
  Definition definition;
  std::optional<CoverageSpec> coverage;   ///< what the compact form says of it
  std::set<std::filesystem::path> files;  ///< read
  bool has_taxonomy = false, has_definition = false;
};

/// Reads an OpenODD or compact YAML file and all that it imports. Errors: what cannot be read or is no YAML. Faults:
/// everything else.
[[nodiscard]] Result<Loaded> load_yaml(const std::filesystem::path& path, Faults& faults);

}  // namespace concord::odd
