#pragma once

#include <functional>
#include <string>
#include <vector>

#include "concord/result.hpp"
#include "concord/taxonomy.hpp"

namespace YAML {
class Node;
}

namespace concord {

/// Makes the error of a node, which names file and line, from what is wrong and what was expected.
using YamlError = std::function<Error(const YAML::Node&, std::string, std::string)>;
using YamlVisit =
    std::function<Result<void>(const std::string& key, const YAML::Node& key_node, const YAML::Node& value)>;

/// Calls `visit` for each entry of the mapping `map`, called `what` in errors. No mapping, keys that are no text and
/// repeated keys are errors. An empty mapping ("checks:" with nothing below) is allowed.
[[nodiscard]] Result<void> for_each_yaml_entry(const YAML::Node& map, const std::string& what,
                                               const YamlError& error_at, const YamlVisit& visit);

/// All names of the class tree.
[[nodiscard]] std::vector<std::string> class_names(const Taxonomy& taxonomy);

}  // namespace concord
