#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "concord/acceptance.hpp"
#include "concord/taxonomy.hpp"
#include "src/model/yaml_entries.hpp"

namespace concord::acceptance {

/// Reads one spec file.
class SpecParser {
 public:
  /// `where` names the file in errors.
  SpecParser(std::string_view where, std::vector<std::string> check_ids);
  [[nodiscard]] Result<AcceptanceSpec> parse(std::string_view yaml);

 private:
  [[nodiscard]] Result<void> read_root(const YAML::Node& root);
  [[nodiscard]] Result<void> read_plan(const std::string& name, const YAML::Node& node, const YAML::Node& body);
  [[nodiscard]] Result<void> read_tier(const std::string& name, const YAML::Node& node, const YAML::Node& body);
  [[nodiscard]] Result<AcceptanceFunction> read_function(const std::string& name, const YAML::Node& node,
                                                         const YAML::Node& body);
  [[nodiscard]] Result<AcceptanceCategory> read_category(const YAML::Node& body);
  [[nodiscard]] Result<AcceptanceLimit> read_limit(const YAML::Node& body);
  [[nodiscard]] Result<void> check_limit(const AcceptanceLimit& limit, const YAML::Node& body) const;
  [[nodiscard]] Result<void> check_category(const AcceptanceCategory& category, const YAML::Node& body) const;
  [[nodiscard]] Result<std::vector<std::string>> texts(const std::string& key, const YAML::Node& key_node,
                                                       const YAML::Node& value) const;
  [[nodiscard]] Result<double> number(const std::string& key, const YAML::Node& key_node, const YAML::Node& value,
                                      double minimum, double maximum) const;
  [[nodiscard]] Result<std::uint64_t> count(const std::string& key, const YAML::Node& key_node,
                                            const YAML::Node& value) const;
  /// The enumerator that `value` names.
  template <class Enum, class Names>
  [[nodiscard]] Result<Enum> word(const std::string& key, const YAML::Node& key_node, const YAML::Node& value,
                                  const Names& names) const;
  [[nodiscard]] Error unknown_key(const YAML::Node& node, const std::string& key,
                                  const std::vector<std::string>& keys) const;
  [[nodiscard]] Error error_at(const YAML::Node& node, std::string message, std::string expected) const;

  std::string where_;
  std::vector<std::string> check_ids_;
  Taxonomy taxonomy_;
  YamlError make_error_;
  AcceptanceSpec spec_;
  std::size_t limits_ = 0;
};

}  // namespace concord::acceptance
