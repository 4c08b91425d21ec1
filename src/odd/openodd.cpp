#include "src/odd/openodd.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <system_error>

#include "concord/embedded.hpp"
#include "concord/near_names.hpp"
#include "concord/text.hpp"
#include "src/odd/units_file.hpp"

namespace concord::odd {
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxFiles = 1000;
constexpr std::string_view kBuiltinTaxonomy = "odd/taxonomy.yaml";

constexpr std::array<std::string_view, 4> kOpenOddKeys{"IMPORT", "TAXONOMY", "ODD", "MODULES"};
constexpr std::array<std::string_view, 8> kCompactKeys{"odd",     "title",   "description", "taxonomy",
                                                       "include", "exclude", "rules",       "coverage"};

template <class Keys>
std::string joined(const Keys& keys) {
  return fmt::format("{}", fmt::join(keys, ", "));
}

class Loader {
 public:
  explicit Loader(Faults& faults) : faults_(faults) {}

  Result<Loaded> load(const fs::path& path) {
    CONCORD_RETURN_IF_ERROR(open(path));
    // Attributes first, wherever they are defined: conditions are read against all of them.
    for (const auto& [file, root] : documents_) {
      if (const YamlNode* taxonomy = root.find("TAXONOMY")) add_taxonomy(*taxonomy, file);
    }
    loaded_.taxonomy.check(faults_);
    for (const auto& [file, root] : documents_) {
      if (is_compact(root)) {
        read_compact(root, file);
      } else {
        read_open_odd(root, file);
      }
    }
    if (loaded_.has_definition) check_definition(loaded_.definition, loaded_.taxonomy, faults_);
    return std::move(loaded_);
  }

 private:
  static bool is_compact(const YamlNode& root) { return root.find("odd") != nullptr; }

  /// Reads `path` after what it imports, so that later files add to earlier ones.
  Result<void> open(const fs::path& path) {
    std::error_code failure;
    const fs::path canonical = fs::weakly_canonical(path, failure);
    if (failure) return Error{ErrorCode::io, "cannot be found: " + failure.message(), path.string(), "a file"};
    if (!loaded_.files.insert(canonical).second) return {};
    if (loaded_.files.size() > kMaxFiles) {
      return Error{ErrorCode::limit_exceeded, "imports more than " + std::to_string(kMaxFiles) + " files",
                   path.string(), ""};
    }
    CONCORD_ASSIGN_OR_RETURN(const std::string text, read_definition(path));
    const std::string file = path.lexically_normal().string();
    CONCORD_ASSIGN_OR_RETURN(YamlNode root, parse_yaml(text, file, faults_));
    if (!root.is_map()) {
      return Error{ErrorCode::malformed, "holds " + describe(root), file + ":" + std::to_string(root.line),
                   "a map with " + joined(kOpenOddKeys)};
    }
    open_.push_back(canonical);
    if (const YamlNode* imports = root.find("IMPORT")) CONCORD_RETURN_IF_ERROR(import_all(*imports, path, file));
    if (const YamlNode* taxonomy = is_compact(root) ? root.find("taxonomy") : nullptr) {
      CONCORD_RETURN_IF_ERROR(import_taxonomy(*taxonomy, path, file));
    }
    open_.pop_back();
    documents_.emplace_back(file, std::move(root));
    return {};
  }

  Result<void> import_all(const YamlNode& imports, const fs::path& path, const std::string& file) {
    if (!imports.is_sequence()) {
      faults_.add("wrong_value", Severity::error, {file, imports.line},
                  "IMPORT is " + describe(imports) + ", not a list of files");
      return {};
    }
    for (const YamlNode& item : imports.items) CONCORD_RETURN_IF_ERROR(import_one(item, path, file));
    return {};
  }

  Result<void> import_one(const YamlNode& item, const fs::path& path, const std::string& file) {
    const Place place{file, item.line};
    if (!item.is_scalar() || item.scalar.empty()) {
      faults_.add("wrong_value", Severity::error, place, "imports " + describe(item) + ", not a file");
      return {};
    }
    const fs::path target = path.parent_path() / item.scalar;
    std::error_code failure;
    if (!fs::is_regular_file(target, failure)) {
      faults_.add("missing_import", Severity::error, place, "imports " + describe(item) + ", which is no file");
      return {};
    }
    const fs::path canonical = fs::weakly_canonical(target, failure);
    if (std::find(open_.begin(), open_.end(), canonical) != open_.end()) {
      faults_.add("cyclic_import", Severity::error, place, "imports " + describe(item) + ", which imports this file");
      return {};
    }
    return open(target);
  }

  /// `taxonomy: builtin` or a file.
  Result<void> import_taxonomy(const YamlNode& node, const fs::path& path, const std::string& file) {
    if (!node.is_scalar() || node.scalar != "builtin") return import_one(node, path, file);
    CONCORD_RETURN_IF_ERROR(add_builtin());
    return {};
  }

  Result<void> add_builtin() {
    const auto text = embedded_file(kBuiltinTaxonomy);
    if (!text) return Error{ErrorCode::not_found, "is not built in", std::string(kBuiltinTaxonomy), ""};
    const std::string file = "builtin:" + std::string(kBuiltinTaxonomy);
    CONCORD_ASSIGN_OR_RETURN(YamlNode root, parse_yaml(*text, file, faults_));
    documents_.emplace_back(file, std::move(root));
    return {};
  }

  void add_taxonomy(const YamlNode& node, const std::string& file) {
    loaded_.has_taxonomy = true;
    if (!node.is_map()) {
      faults_.add("wrong_value", Severity::error, {file, node.line},
                  "TAXONOMY is " + describe(node) + ", not a map of attributes");
      return;
    }
    loaded_.taxonomy.add(node, file, faults_);
    check_units(node, file, faults_);
  }

  void read_open_odd(const YamlNode& root, const std::string& file) {
    for (const auto& [key, node] : root.members) {
      if (std::find(kOpenOddKeys.begin(), kOpenOddKeys.end(), key) == kOpenOddKeys.end()) {
        faults_.add("unknown_key", Severity::error, {file, node.line},
                    "'" + printable(key) + "' is none of " + joined(kOpenOddKeys));
      }
    }
    for (const auto& [key, modules] :
         {std::pair{"ODD", &loaded_.definition.roots}, std::pair{"MODULES", &loaded_.definition.modules}}) {
      const YamlNode* node = root.find(key);
      if (node == nullptr) continue;
      loaded_.has_definition = true;
      read_modules(*node, file, loaded_.taxonomy, *modules, faults_);
    }
    if (root.find("MODULES") != nullptr && root.find("ODD") == nullptr && documents_.back().first == file) {
      faults_.add("no_odd", Severity::warning, {file, root.line},
                  "defines modules but no ODD: which of them the ODD is cannot be told");
    }
  }

  void read_compact(const YamlNode& root, const std::string& file) {
    loaded_.has_definition = true;
    const YamlNode& name = *root.find("odd");
    if (!name.is_scalar() || name.scalar.empty()) {
      faults_.add("wrong_value", Severity::error, {file, name.line}, "odd is " + describe(name) + ", not a name");
    }
    Module module{.name = name.scalar, .label = {}, .clauses = {}, .place = {file, name.line}};
    for (const auto& [key, node] : root.members) {
      const Place place{file, node.line};
      if (std::find(kCompactKeys.begin(), kCompactKeys.end(), key) == kCompactKeys.end()) {
        const std::string hint = did_you_mean(key, {kCompactKeys.begin(), kCompactKeys.end()}, joined(kCompactKeys));
        faults_.add("unknown_key", Severity::error, place, "'" + printable(key) + "' means nothing here; " + hint);
      }
      if (key != "include" && key != "exclude") continue;
      Clause clause{.kind = key == "include" ? ClauseKind::include_and : ClauseKind::exclude_or,
                    .conditions = {},
                    .references = {},
                    .place = place};
      read_conditions(node, file, loaded_.taxonomy, clause, faults_);
      module.clauses.push_back(std::move(clause));
    }
    loaded_.definition.roots.push_back(std::move(module));
    if (const YamlNode* rules = root.find("rules")) read_rules(*rules, file);
    if (const YamlNode* coverage = root.find("coverage")) {
      loaded_.coverage = read_coverage(*coverage, file, loaded_.taxonomy, faults_);
    }
  }

  void read_rules(const YamlNode& rules, const std::string& file) {
    if (!rules.is_sequence()) {
      faults_.add("wrong_value", Severity::error, {file, rules.line}, "rules is " + describe(rules) + ", not a list");
      return;
    }
    for (const YamlNode& item : rules.items) {
      const YamlNode* when = item.find("when");
      const YamlNode* require = item.find("require");
      if (when == nullptr || require == nullptr || item.members.size() != 2) {
        faults_.add("wrong_value", Severity::error, {file, item.line}, "a rule has `when` and `require`, nothing else");
        continue;
      }
      Rule rule{.when = {}, .require = {}, .place = {file, item.line}};
      read_conditions(*when, file, loaded_.taxonomy, rule.when, faults_);
      read_conditions(*require, file, loaded_.taxonomy, rule.require, faults_);
      loaded_.definition.rules.push_back(std::move(rule));
    }
  }

  Faults& faults_;
  Loaded loaded_;
  std::vector<fs::path> open_;  ///< files whose imports are being read
  std::vector<std::pair<std::string, YamlNode>> documents_;
};

}  // namespace

Result<Loaded> load_yaml(const fs::path& path, Faults& faults) { return Loader(faults).load(path); }

}  // namespace concord::odd
