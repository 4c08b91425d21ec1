#include "src/odd/openodc.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <system_error>

#include "concord/text.hpp"

namespace concord::odd {
namespace fs = std::filesystem;

namespace {

constexpr int kMaxFoldersUp = 4;
constexpr std::size_t kMaxRegistryFiles = 1000;
constexpr std::array<std::string_view, 2> kRequirements{"permitted", "not_permitted"};
constexpr std::array<std::string_view, 3> kExits{"suppress_activation", "trigger_exit", "suppress_and_exit"};

std::string text_of(const YamlNode& node, std::string_view key) {
  const YamlNode* value = node.find(key);
  return value != nullptr && value->is_scalar() ? value->scalar : "";
}

struct Element {
  std::string parent;
  Place place;
};

/// The elements that declarations may name.
class Registry {
 public:
  std::map<std::string, Element, std::less<>> elements;

  void add(const YamlNode& root, const std::string& file, Faults* faults) {
    const std::string category = text_of(root, "category_id");
    if (!category.empty()) elements.try_emplace(category, Element{text_of(root, "parent_id"), {file, root.line}});
    const YamlNode* list = root.find("elements");
    if (list == nullptr) return;
    for (const YamlNode& item : list->items) {
      const Place place{file, item.line};
      const std::string id = text_of(item, "id");
      if (id.empty()) {
        if (faults != nullptr) faults->add("empty_value", Severity::error, place, "an element without an id");
        continue;
      }
      const auto [known, is_new] = elements.try_emplace(id, Element{text_of(item, "parent_id"), place});
      if (!is_new && faults != nullptr) {
        faults->add("duplicate_value", Severity::error, place,
                    fmt::format("'{}' is defined already ({})", printable(id), known->second.place.text()));
      }
    }
  }

  /// Parents of the elements of `file` that nothing defines, each once.
  void check_parents(const std::string& file, Faults& faults) const {
    std::map<std::string_view, std::vector<Place>> missing;
    for (const auto& [id, element] : elements) {
      if (element.place.file != file || element.parent.empty() || elements.contains(element.parent)) continue;
      // The root of a category lies above the registry.
      if (element.parent.find('.') != std::string::npos) missing[element.parent].push_back(element.place);
    }
    for (const auto& [parent, places] : missing) {
      const Place& first = *std::min_element(places.begin(), places.end(),
                                             [](const Place& a, const Place& b) { return a.line < b.line; });
      faults.add("undefined_value", Severity::warning, first,
                 fmt::format("{} element{} below '{}', which is not defined", places.size(),
                             places.size() == 1 ? " lies" : "s lie", printable(parent)));
    }
  }
};

/// The `schema/categories` folder that a document belongs to.
std::optional<fs::path> registry_folder(const fs::path& path) {
  std::error_code failure;
  fs::path folder = fs::absolute(path, failure).parent_path();
  if (failure) return std::nullopt;
  for (int up = 0; up <= kMaxFoldersUp; ++up, folder = folder.parent_path()) {
    if (folder.filename() == "categories") return folder;
    std::error_code missing;
    if (fs::is_directory(folder / "schema/categories", missing)) return folder / "schema/categories";
  }
  return std::nullopt;
}

Result<Registry> read_registry(const fs::path& folder, const std::string& own, std::set<fs::path>& read) {
  std::vector<fs::path> files;
  std::error_code failure;
  for (fs::directory_iterator entry(folder, failure); !failure && entry != fs::directory_iterator();
       entry.increment(failure)) {
    if (entry->path().extension() == ".json") files.push_back(entry->path());
    if (files.size() > kMaxRegistryFiles) break;
  }
  std::sort(files.begin(), files.end());
  Registry registry;
  for (const fs::path& file : files) {
    if (file.lexically_normal().string() == own) continue;  // read by the caller, with its faults
    CONCORD_ASSIGN_OR_RETURN(const std::string text, read_definition(file));
    Faults ignored;  // told when the file itself is looked at
    CONCORD_ASSIGN_OR_RETURN(const YamlNode root, parse_yaml(text, file.string(), ignored));
    registry.add(root, file.lexically_normal().string(), nullptr);
    read.insert(file);
  }
  return registry;
}

class Declaration {
 public:
  Declaration(const Registry& registry, std::string file, Faults& faults)
      : registry_(registry), file_(std::move(file)), faults_(faults) {
    for (const auto& [id, element] : registry_.elements) known_.push_back(id);
  }

  std::size_t check(const YamlNode& root) {
    const YamlNode* list = root.find("elements");
    if (list == nullptr || !list->is_sequence() || list->items.empty()) {
      faults_.add("empty_value", Severity::error, {file_, root.line}, "declares no elements");
      return 0;
    }
    for (const YamlNode& item : list->items) check_element(item);
    for (const auto& [id, stated] : stated_) check_parents(id, stated);
    if (const YamlNode* rules = root.find("associations")) {
      for (const YamlNode& rule : rules->items) {
        for (const char* key : {"primary_id", "dependent_id"}) require_known(text_of(rule, key), {file_, rule.line});
      }
    }
    return list->items.size();
  }

 private:
  struct Stated {
    bool permitted = false;
    Place place;
  };

  void require_known(const std::string& id, const Place& place) {
    if (registry_.elements.empty() || registry_.elements.contains(id)) return;
    faults_.add("undefined_attribute", Severity::error, place,
                "no element is called '" + printable(id) + "'" + hint_for(id, known_, faults_));
  }

  void check_element(const YamlNode& item) {
    const Place place{file_, item.line};
    const std::string id = text_of(item, "element_id"), requirement = text_of(item, "requirement");
    if (id.empty()) {
      faults_.add("empty_value", Severity::error, place, "an element without an element_id");
      return;
    }
    require_known(id, place);
    if (std::find(kRequirements.begin(), kRequirements.end(), requirement) == kRequirements.end()) {
      faults_.add("wrong_value", Severity::error, place,
                  fmt::format("the requirement of '{}' is '{}', not permitted or not_permitted", printable(id),
                              printable(requirement)));
    }
    const std::string exit = text_of(item, "exit_behavior");
    if (!exit.empty() && std::find(kExits.begin(), kExits.end(), exit) == kExits.end()) {
      faults_.add("wrong_value", Severity::error, place,
                  fmt::format("the exit_behavior of '{}' is '{}', none of {}", printable(id), printable(exit),
                              fmt::join(kExits, ", ")));
    }
    if (requirement == "not_permitted" && exit.empty()) {
      faults_.add("missing_exit", Severity::warning, place,
                  fmt::format("'{}' is not permitted, but no exit_behavior says what follows", printable(id)));
    }
    const auto [before, is_new] = stated_.try_emplace(id, Stated{requirement == "permitted", place});
    if (!is_new) {
      const bool same = before->second.permitted == (requirement == "permitted");
      faults_.add(same ? "duplicate_value" : "contradiction", same ? Severity::warning : Severity::error, place,
                  fmt::format("'{}' is stated already{} ({})", printable(id), same ? "" : ", the other way round",
                              before->second.place.text()));
    }
  }

  void check_parents(const std::string& id, const Stated& stated) {
    if (!stated.permitted) return;
    std::set<std::string> seen{id};
    auto element = registry_.elements.find(id);
    while (element != registry_.elements.end() && seen.insert(element->second.parent).second) {
      const auto parent = stated_.find(element->second.parent);
      if (parent != stated_.end() && !parent->second.permitted) {
        faults_.add("contradiction", Severity::error, stated.place,
                    fmt::format("'{}' is permitted, but '{}' above it is not ({})", printable(id),
                                printable(parent->first), parent->second.place.text()));
        return;
      }
      element = registry_.elements.find(element->second.parent);
    }
  }

  const Registry& registry_;
  std::string file_;
  Faults& faults_;
  std::vector<std::string> known_;
  std::map<std::string, Stated> stated_;
};

}  // namespace

bool is_odc(const YamlNode& root) {
  if (root.find("category_id") != nullptr) return true;
  const YamlNode* list = root.find("elements");
  return list != nullptr && root.find("ads_level") != nullptr;
}

Result<OdcCounts> check_odc(const YamlNode& root, const fs::path& path, std::set<fs::path>& read, Faults& faults) {
  const std::string file = path.lexically_normal().string();
  const auto folder = registry_folder(path);
  Registry registry;
  if (folder) {
    CONCORD_ASSIGN_OR_RETURN(registry, read_registry(*folder, fs::absolute(path).lexically_normal().string(), read));
  }
  if (root.find("category_id") != nullptr) {
    const std::size_t before = registry.elements.size();
    registry.add(root, file, &faults);
    registry.check_parents(file, faults);
    return OdcCounts{registry.elements.size() - before, 0};
  }
  if (!folder) {
    faults.add("missing_import", Severity::warning, {file, root.line},
               "no schema/categories folder lies beside or above the file: element ids are not checked");
  }
  return OdcCounts{registry.elements.size(), Declaration(registry, file, faults).check(root)};
}

}  // namespace concord::odd
