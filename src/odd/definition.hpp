#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "src/odd/faults.hpp"
#include "src/odd/taxonomy.hpp"
#include "src/odd/yaml_tree.hpp"

namespace concord::odd {

/// What one line of a definition asks of one attribute: one of some values, a number within a limit, or true or false.
struct Condition {
  std::string attribute;
  std::vector<std::string> values;  ///< of a category; any of them satisfies
  std::vector<Place> value_places;  ///< of each
  Interval interval;                ///< of a number, in base units
  bool is_interval = false;
  bool flag = true;  ///< of a boolean attribute
  Place place;
};

/// A module that another one takes in by its name or label.
struct Reference {
  std::string name;
  Place place;
};

/// How the conditions and references of a clause are joined.
enum class ClauseKind : std::uint8_t { include_and, include_or, exclude_and, exclude_or };

struct Clause {
  ClauseKind kind = ClauseKind::include_and;
  std::vector<Condition> conditions;
  std::vector<Reference> references;
  Place place;
};

/// A named set of clauses: all of them must hold (an exclude clause holds where its content does not).
struct Module {
  std::string name;
  std::string label;  ///< another name to refer to it by, or empty
  std::vector<Clause> clauses;
  Place place;
};

/// "When these hold, those must hold too."
struct Rule {
  Clause when, require;
  Place place;
};

/// One ODD with the modules that it is made of.
struct Definition {
  std::vector<Module> roots;    ///< entries of `ODD:`
  std::vector<Module> modules;  ///< entries of `MODULES:`
  std::vector<Rule> rules;

  [[nodiscard]] std::size_t conditions() const;
};

/// Reads conditions (attribute: values, limit or boolean) and references (module: true) into `clause`.
void read_conditions(const YamlNode& map, const std::string& file, const Taxonomy& taxonomy, Clause& clause,
                     Faults& faults);

/// Adds the modules of an OpenODD `ODD:` or `MODULES:` map to `modules`.
void read_modules(const YamlNode& map, const std::string& file, const Taxonomy& taxonomy, std::vector<Module>& modules,
                  Faults& faults);

/// Holds a definition against itself: references, labels, cycles, modules that nothing uses, constraints that leave
/// nothing over.
void check_definition(const Definition& definition, const Taxonomy& taxonomy, Faults& faults);

}  // namespace concord::odd
