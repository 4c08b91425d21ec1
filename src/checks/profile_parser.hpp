#pragma once

#include <string>
#include <string_view>

#include "concord/judge.hpp"

namespace YAML {
class Node;
}

namespace concord {

/// Lays the values of one profile file over a profile.
class ProfileParser {
 public:
  /// `where` names the file in errors.
  ProfileParser(Profile& profile, std::string_view where);
  [[nodiscard]] Result<void> apply(std::string_view yaml);

 private:
  using Settings = Profile::CheckSettings;
  [[nodiscard]] Result<void> apply_check(const YAML::Node& id_node, const YAML::Node& body);
  [[nodiscard]] Result<void> apply_classes(const CheckInfo& check, const YAML::Node& classes, Settings& settings);
  [[nodiscard]] Result<double> number_for(const CheckInfo& check, const std::string& name, const YAML::Node& key,
                                          const YAML::Node& value) const;
  [[nodiscard]] Error error_at(const YAML::Node& node, std::string message, std::string expected) const;

  Profile& profile_;
  std::string where_;
  Taxonomy taxonomy_;
};

}  // namespace concord
