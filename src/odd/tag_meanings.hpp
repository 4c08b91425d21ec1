#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "concord/drive.hpp"
#include "src/odd/claims.hpp"

namespace concord::odd {

/// What tags say of attributes: data/tags/default.yaml.
class TagMeanings {
 public:
  /// The built-in ones.
  [[nodiscard]] static const TagMeanings& builtin();

  /// Whether an attribute may have several values at once.
  [[nodiscard]] bool several(std::string_view attribute) const { return several_.contains(attribute); }
  /// Adds what `tag` says. Texts that are limits ("12 C", "[0 .. 30) km/h") become numbers, bare tags "true".
  void claim(const Tag& tag, Claims& claims) const;
  /// A number that a tag of the drive states, by itself ("latitude_deg") or by its meaning (location).
  [[nodiscard]] std::optional<double> number(const Drive& drive, std::string_view name) const;

 private:
  using Said = std::vector<std::pair<std::string, std::string>>;  ///< attribute, text

  TagMeanings();
  static void claim_text(std::string_view attribute, std::string_view text, std::uint32_t begin, std::uint32_t end,
                         Claims& claims);
  [[nodiscard]] const Said* meaning(const Tag& tag) const;

  std::set<std::string, std::less<>> several_, ignored_;
  std::map<std::pair<std::string, std::string>, Said> said_;  ///< by type and value in lower case
  std::map<std::string, Said> words_;                         ///< of descriptions
};

}  // namespace concord::odd
