#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "concord/result.hpp"

namespace concord {

/// Code of a Concord class in its Taxonomy. 0 is always `unknown`.
using ClassCode = std::uint16_t;
inline constexpr ClassCode kUnknownClass = 0;

/// One node of the class tree (vehicle > car ...).
struct ObjectClass {
  std::string name;
  ClassCode parent = kUnknownClass;  ///< kUnknownClass for roots
  bool rigid = true;                 ///< sizes of one physical object cannot change between frames
  bool vulnerable = false;           ///< vulnerable road user
  bool ignore = false;               ///< an ignore region (KITTI DontCare), never judged as an object
};

/// Concord's class tree together with the mapping of one dataset's class names onto it.
///
/// The tree is data/taxonomies/concord.yaml; data/taxonomies/<format>.yaml maps a dataset's names. Both are compiled
/// in.
class Taxonomy {
 public:
  /// The built-in tree with the built-in mapping of `format` ("kitti", "nuscenes", ...); without a mapping of that name
  /// only Concord's own class names are recognised.
  static Result<Taxonomy> builtin(std::string_view format);
  /// As `builtin`, with the mapping (`classes: {dataset name: concord class}`) read from a YAML file.
  static Result<Taxonomy> from_file(const std::filesystem::path& mapping);
  static Result<Taxonomy> parse(std::string_view tree_yaml, std::string_view mapping_yaml, std::string_view where);

  /// The Concord class of a dataset's class name; kUnknownClass when it is not mapped. Case-sensitive, then
  /// insensitive.
  [[nodiscard]] ClassCode classify(std::string_view dataset_name) const;
  /// The class with that Concord name, or nullopt.
  [[nodiscard]] std::optional<ClassCode> find(std::string_view concord_name) const;
  [[nodiscard]] const ObjectClass& at(ClassCode code) const;
  [[nodiscard]] std::size_t size() const { return classes_.size(); }
  /// True when `code` is `ancestor` or below it.
  [[nodiscard]] bool is_a(ClassCode code, ClassCode ancestor) const;
  /// `code`, its parent, its grandparent ... up to a root.
  [[nodiscard]] std::vector<ClassCode> lineage(ClassCode code) const;

 private:
  std::vector<ObjectClass> classes_;
  std::unordered_map<std::string, ClassCode> by_name_;
  std::unordered_map<std::string, ClassCode> mapping_;
  std::unordered_map<std::string, ClassCode> mapping_lower_;
};

}  // namespace concord
