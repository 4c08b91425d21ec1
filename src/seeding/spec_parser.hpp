#pragma once

#include <string>
#include <string_view>

#include "concord/seeding.hpp"

namespace YAML {
class Node;
}

namespace concord::seeding {

/// Reads one spec file.
class SpecParser {
 public:
  /// `where` names the file in errors.
  explicit SpecParser(std::string_view where);
  [[nodiscard]] Result<SeedingSpec> parse(std::string_view yaml) const;

 private:
  [[nodiscard]] Result<void> read_root(const YAML::Node& root, SeedingSpec& spec) const;
  [[nodiscard]] Result<ErrorEntry> read_entry(const YAML::Node& node) const;
  [[nodiscard]] Result<void> read_key(const ErrorKindInfo& info, const std::string& key, const YAML::Node& key_node,
                                      const YAML::Node& value, ErrorEntry& entry) const;
  [[nodiscard]] Result<void> read_classes(const YAML::Node& key_node, const YAML::Node& value, ErrorEntry& entry) const;
  [[nodiscard]] Result<void> read_numbers(const ErrorParameter& parameter, const YAML::Node& key_node,
                                          const YAML::Node& value, ErrorEntry& entry) const;
  [[nodiscard]] Result<double> number(const std::string& name, const YAML::Node& key_node, const YAML::Node& value,
                                      double minimum, double maximum, bool whole) const;
  [[nodiscard]] Error error_at(const YAML::Node& node, std::string message, std::string expected) const;

  std::string where_;
  Taxonomy taxonomy_;
};

}  // namespace concord::seeding
