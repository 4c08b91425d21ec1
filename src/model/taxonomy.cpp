#include "concord/taxonomy.hpp"

#include <yaml-cpp/yaml.h>
#include <algorithm>
#include <cctype>
#include <stdexcept>

#include "concord/embedded.hpp"
#include "src/core/input_file.hpp"

namespace concord {
namespace {

constexpr std::uint64_t kMaxTaxonomyBytes = 1U << 20U;  // mappings are written by people

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

std::string at_line(std::string_view where, const YAML::Node& node) {
  return std::string(where) + ":" + std::to_string(node.Mark().line + 1);
}

}  // namespace

Result<Taxonomy> Taxonomy::parse(std::string_view tree_yaml, std::string_view mapping_yaml, std::string_view where) {
  Taxonomy taxonomy;
  taxonomy.classes_.push_back({.name = "unknown"});
  taxonomy.by_name_["unknown"] = kUnknownClass;
  try {
    // Parents are listed before their children, so that one pass resolves them.
    for (const auto& entry : YAML::Load(std::string(tree_yaml))["classes"]) {
      const auto name = entry.first.as<std::string>();
      const YAML::Node& body = entry.second;
      if (taxonomy.by_name_.contains(name)) {
        return Error{ErrorCode::malformed, "class '" + name + "' is defined twice", at_line("class tree", entry.first),
                     ""};
      }
      ObjectClass object{.name = name};
      if (const auto parent = body["parent"]) {
        const auto found = taxonomy.by_name_.find(parent.as<std::string>());
        if (found == taxonomy.by_name_.end()) {
          return Error{ErrorCode::malformed, "unknown parent class '" + parent.as<std::string>() + "'",
                       at_line("class tree", parent), "a class defined above"};
        }
        object.parent = found->second;
        object.rigid = taxonomy.classes_[found->second].rigid;
        object.vulnerable = taxonomy.classes_[found->second].vulnerable;
      }
      object.rigid = body["rigid"].as<bool>(object.rigid);
      object.vulnerable = body["vulnerable"].as<bool>(object.vulnerable);
      object.ignore = body["ignore"].as<bool>(false);
      taxonomy.by_name_[name] = static_cast<ClassCode>(taxonomy.classes_.size());
      taxonomy.classes_.push_back(std::move(object));
    }
    if (!mapping_yaml.empty()) {
      const YAML::Node mapping = YAML::Load(std::string(mapping_yaml))["classes"];
      if (!mapping || !mapping.IsMap()) {
        return Error{ErrorCode::malformed, "no 'classes' mapping", std::string(where),
                     "classes: {dataset name: concord class}"};
      }
      for (const auto& entry : mapping) {
        const auto target = entry.second.as<std::string>();
        const auto found = taxonomy.by_name_.find(target);
        if (found == taxonomy.by_name_.end()) {
          return Error{ErrorCode::malformed, "unknown Concord class '" + target + "'", at_line(where, entry.second),
                       "a class of data/taxonomies/concord.yaml"};
        }
        const auto name = entry.first.as<std::string>();
        taxonomy.mapping_[name] = found->second;
        taxonomy.mapping_lower_[lower(name)] = found->second;
      }
    }
  } catch (const YAML::Exception& e) {
    return Error{ErrorCode::malformed, e.msg, std::string(where) + ":" + std::to_string(e.mark.line + 1), "YAML"};
  }
  return taxonomy;
}

Result<Taxonomy> Taxonomy::builtin(std::string_view format) {
  const auto tree = embedded_file("taxonomies/concord.yaml");
  if (!tree) throw std::logic_error("the class tree is not compiled in");
  const std::string name = "taxonomies/" + std::string(format) + ".yaml";
  return parse(*tree, embedded_file(name).value_or(""), name);
}

Result<Taxonomy> Taxonomy::from_file(const std::filesystem::path& mapping) {
  CONCORD_ASSIGN_OR_RETURN(const std::string text, read_file(mapping, kMaxTaxonomyBytes, "a YAML file"));
  return parse(embedded_file("taxonomies/concord.yaml").value_or(""), text, mapping.string());
}

ClassCode Taxonomy::classify(std::string_view dataset_name) const {
  const std::string name(dataset_name);
  if (const auto found = mapping_.find(name); found != mapping_.end()) return found->second;
  if (const auto found = mapping_lower_.find(lower(name)); found != mapping_lower_.end()) return found->second;
  if (const auto found = by_name_.find(lower(name)); found != by_name_.end()) return found->second;
  return kUnknownClass;
}

std::optional<ClassCode> Taxonomy::find(std::string_view concord_name) const {
  const auto found = by_name_.find(std::string(concord_name));
  if (found == by_name_.end()) return std::nullopt;
  return found->second;
}

const ObjectClass& Taxonomy::at(ClassCode code) const { return classes_.at(code); }

bool Taxonomy::is_a(ClassCode code, ClassCode ancestor) const {
  while (code != ancestor && code != kUnknownClass) code = classes_.at(code).parent;
  return code == ancestor;
}

std::vector<ClassCode> Taxonomy::lineage(ClassCode code) const {
  std::vector<ClassCode> result{code};
  while (code != kUnknownClass && classes_.at(code).parent != kUnknownClass) {
    code = classes_.at(code).parent;
    result.push_back(code);
  }
  return result;
}

}  // namespace concord
