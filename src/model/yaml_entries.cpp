#include "src/model/yaml_entries.hpp"

#include <yaml-cpp/yaml.h>
#include <set>

namespace concord {

Result<void> for_each_yaml_entry(const YAML::Node& map, const std::string& what, const YamlError& error_at,
                                 const YamlVisit& visit) {
  if (map.IsNull()) return {};
  if (!map.IsMap()) return error_at(map, what + " is not a mapping", "key: value lines");
  std::set<std::string> seen;
  for (const auto& entry : map) {
    if (!entry.first.IsScalar()) return error_at(entry.first, "a key of " + what + " is not a text", "key: value");
    const std::string& key = entry.first.Scalar();
    if (!seen.insert(key).second) return error_at(entry.first, "'" + key + "' is given twice in " + what, "one value");
    CONCORD_RETURN_IF_ERROR(visit(key, entry.first, entry.second));
  }
  return {};
}

std::vector<std::string> class_names(const Taxonomy& taxonomy) {
  std::vector<std::string> names;
  for (std::size_t code = 0; code < taxonomy.size(); ++code) {
    names.push_back(taxonomy.at(static_cast<ClassCode>(code)).name);
  }
  return names;
}

}  // namespace concord
