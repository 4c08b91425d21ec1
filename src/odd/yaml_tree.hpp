#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "src/odd/faults.hpp"

namespace concord::odd {

struct YamlMember;

/// A YAML (or JSON) value with the line it stands on. Aliases are refused, so that a tree is finite.
struct YamlNode {
  enum class Kind : std::uint8_t { null, scalar, sequence, map };

  Kind kind = Kind::null;
  std::size_t line = 0;  ///< from 1
  std::string scalar;
  std::vector<YamlNode> items;      ///< of a sequence
  std::vector<YamlMember> members;  ///< of a map, as written; keys may come twice

  [[nodiscard]] bool is_map() const { return kind == Kind::map; }
  [[nodiscard]] bool is_sequence() const { return kind == Kind::sequence; }
  [[nodiscard]] bool is_scalar() const { return kind == Kind::scalar; }
  /// The first member of that name, or nullptr.
  [[nodiscard]] const YamlNode* find(std::string_view key) const;
};

/// A key of a map with its value.
struct YamlMember {
  std::string first;
  YamlNode second;
};

/// What a node is, for messages: "a map", "a sequence", "'text'", "nothing".
[[nodiscard]] std::string describe(const YamlNode& node);

/// The one document of `text`. Keys that a map has twice are faults. Errors name `file` and the line: no YAML, an
/// alias, several documents, keys that are no text, over a million nodes.
[[nodiscard]] Result<YamlNode> parse_yaml(std::string_view text, const std::string& file, Faults& faults);

/// The text of a definition file: a regular file of at most 64 MB.
[[nodiscard]] Result<std::string> read_definition(const std::filesystem::path& path);

}  // namespace concord::odd
