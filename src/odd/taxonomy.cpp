#include "src/odd/taxonomy.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>

#include "concord/text.hpp"

namespace concord::odd {
namespace {

/// A map that holds nothing but limits on numbers: a bin.
bool is_bin(const YamlNode& node) {
  return node.is_map() && !node.members.empty() &&
         std::all_of(node.members.begin(), node.members.end(), [](const auto& member) {
           return member.second.is_scalar() && looks_like_limit(member.second.scalar);
         });
}

/// "float length" -> kind and quantity; nothing for other texts.
std::optional<std::pair<AttributeKind, std::string>> type_of(const std::string& text) {
  const std::size_t space = text.find(' ');
  const std::string word = text.substr(0, space);
  const std::string rest = space == std::string::npos ? "" : text.substr(space + 1);
  if (word == "float") return std::pair{AttributeKind::number, rest};
  if (word == "integer") return std::pair{AttributeKind::integer, rest};
  if (word == "boolean" && rest.empty()) return std::pair{AttributeKind::boolean, rest};
  if ((word == "shapefile" || word == "string") && rest.empty()) return std::pair{AttributeKind::text, rest};
  return std::nullopt;
}

/// How many whole numbers lie strictly between two ends; what a gap or an overlap of integer bins amounts to.
bool holds_whole_number(const Interval& interval) {
  if (interval.is_empty()) return false;
  double first = std::ceil(interval.low);
  if (interval.low_open && first == interval.low) ++first;
  return interval.contains(first);
}

}  // namespace

std::string describe_quantity(const Attribute& attribute) {
  return attribute.quantity.empty() ? "a bare number" : "a " + printable(attribute.quantity);
}

std::string_view to_string(AttributeKind kind) {
  switch (kind) {
    case AttributeKind::group:
      return "group";
    case AttributeKind::category:
      return "category";
    case AttributeKind::number:
      return "number";
    case AttributeKind::integer:
      return "integer";
    case AttributeKind::boolean:
      return "boolean";
    case AttributeKind::text:
      return "text";
  }
  return "group";
}

bool Attribute::add_value(CategoryValue value) {
  if (!index_.try_emplace(value.name, values.size()).second) return false;
  values.push_back(std::move(value));
  return true;
}

const CategoryValue* Attribute::find_value(std::string_view value) const {
  const auto found = index_.find(value);
  return found == index_.end() ? nullptr : &values[found->second];
}

const Attribute* Taxonomy::find(std::string_view name) const {
  const auto found = attributes_.find(name);
  return found == attributes_.end() ? nullptr : &found->second;
}

const Attribute* Taxonomy::owner_below(std::string_view name, std::string_view value) const {
  std::vector<std::string_view> open{name};
  while (!open.empty()) {
    const Attribute* attribute = find(open.back());
    open.pop_back();
    if (attribute == nullptr) continue;
    if (attribute->find_value(value) != nullptr) return attribute;
    open.insert(open.end(), attribute->children.begin(), attribute->children.end());
  }
  return nullptr;
}

const CategoryValue* Taxonomy::bin_of(std::string_view measured, std::string_view bin) const {
  for (const auto& [name, attribute] : attributes_) {
    const CategoryValue* value = attribute.find_value(bin);
    if (value != nullptr && value->measured == measured) return value;
  }
  return nullptr;
}

std::vector<std::string> Taxonomy::names() const {
  std::vector<std::string> names;
  for (const auto& [name, attribute] : attributes_) names.push_back(name);
  return names;
}

Attribute& Taxonomy::declare(const std::string& name, AttributeKind kind, const std::string& parent, const Place& place,
                             Faults& faults) {
  const auto [entry, is_new] = attributes_.try_emplace(name);
  Attribute& attribute = entry->second;
  if (is_new) {
    attribute.name = name;
    attribute.kind = kind;
    attribute.parent = parent;
    attribute.place = place;
    if (const auto holder = attributes_.find(parent); holder != attributes_.end()) {
      holder->second.children.push_back(name);
    }
    return attribute;
  }
  if (attribute.parent != parent) {
    faults.add("ambiguous_attribute", Severity::error, place,
               fmt::format("'{}' lies below '{}' here and below '{}' in {}: which one an ODD means cannot be told",
                           printable(name), printable(parent), printable(attribute.parent), attribute.place.text()));
  }
  // A group takes on a kind when a file gives it one; nothing else may change.
  if (attribute.kind == kind || kind == AttributeKind::group) return attribute;
  if (attribute.kind == AttributeKind::group) {
    attribute.kind = kind;
  } else {
    faults.add("type_conflict", Severity::error, place,
               fmt::format("'{}' is a {} here and a {} in {}", printable(name), to_string(kind),
                           to_string(attribute.kind), attribute.place.text()));
  }
  return attribute;
}

void Taxonomy::add_values(Attribute& attribute, const YamlNode& sequence, const std::string& file, Faults& faults) {
  for (const YamlNode& item : sequence.items) {
    const Place place{file, item.line};
    if (!item.is_scalar() || item.scalar.empty()) {
      faults.add("empty_value", Severity::error, place,
                 fmt::format("a value of '{}' is {}, not a name", printable(attribute.name), describe(item)));
      continue;
    }
    if (const CategoryValue* before = attribute.find_value(item.scalar)) {
      faults.add("duplicate_value", Severity::warning, place,
                 fmt::format("'{}' has the value '{}' already ({})", printable(attribute.name), printable(item.scalar),
                             before->place.text()));
      continue;
    }
    if (item.scalar.find(' ') != std::string::npos) {
      faults.add("name_with_space", Severity::info, place,
                 fmt::format("the value '{}' has a space in it, which is easily mistyped", printable(item.scalar)));
    }
    attribute.add_value({item.scalar, "", {}, "", place});
  }
}

void Taxonomy::add_type(const std::string& name, const YamlNode& scalar, const std::string& parent,
                        const std::string& file, Faults& faults) {
  const Place place{file, scalar.line};
  const auto type = type_of(scalar.scalar);
  if (!type) {
    faults.add(
        "unknown_type", Severity::error, place,
        fmt::format("'{}' has the type {}; known are float QUANTITY, integer QUANTITY, boolean, string and shapefile",
                    printable(name), describe(scalar)));
    return;
  }
  Attribute& attribute = declare(name, type->first, parent, place, faults);
  if (attribute.quantity.empty()) attribute.quantity = type->second;
  if (attribute.quantity != type->second) {
    faults.add("type_conflict", Severity::error, place,
               fmt::format("'{}' measures {} here and {} in {}", printable(name), printable(type->second),
                           printable(attribute.quantity), attribute.place.text()));
  }
}

void Taxonomy::add_bin(Attribute& attribute, const std::string& bin, const YamlNode& limits, const std::string& file,
                       Faults& faults) {
  for (const auto& [measured, node] : limits.members) {
    const Place place{file, node.line};
    NoLimit no_limit;
    const auto limit = parse_limit(node.scalar, no_limit);
    if (!limit || !limit->bin.empty()) {
      faults.add(no_limit.is_unit ? "unknown_unit" : "malformed_limit", Severity::error, place,
                 fmt::format("'{}' of the bin '{}': {} {}", printable(measured), printable(bin), describe(node),
                             limit ? "names another bin" : "is wrong: " + no_limit.reason));
      continue;
    }
    if (limit->interval.is_empty()) {
      faults.add("empty_interval", Severity::error, place,
                 fmt::format("no number satisfies {} of the bin '{}'", describe(node), printable(bin)));
    }
    attribute.add_value({bin, measured, limit->interval, limit->unit, place});
  }
}

void Taxonomy::add_node(const std::string& name, const YamlNode& node, const std::string& parent,
                        const std::string& file, Faults& faults) {
  const Place place{file, node.line};
  if (node.is_scalar()) return add_type(name, node, parent, file, faults);
  if (node.is_sequence()) {
    return add_values(declare(name, AttributeKind::category, parent, place, faults), node, file, faults);
  }
  if (!node.is_map()) {
    faults.add("empty_value", Severity::error, place,
               fmt::format("'{}' is defined as {}: a type, values or attributes belong here", printable(name),
                           describe(node)));
    return;
  }
  const bool has_bins =
      std::any_of(node.members.begin(), node.members.end(), [](const auto& member) { return is_bin(member.second); });
  declare(name, has_bins ? AttributeKind::category : AttributeKind::group, parent, place, faults);
  for (const auto& [key, child] : node.members) {
    if (has_bins && is_bin(child)) {
      Attribute& attribute = attributes_.find(name)->second;
      if (const CategoryValue* before = attribute.find_value(key)) {
        faults.add(
            "duplicate_value", Severity::warning, {file, child.line},
            fmt::format("'{}' has the bin '{}' already ({})", printable(name), printable(key), before->place.text()));
        continue;
      }
      add_bin(attribute, key, child, file, faults);
    } else {
      add_node(key, child, name, file, faults);
    }
  }
}

void Taxonomy::add(const YamlNode& map, const std::string& file, Faults& faults) {
  for (const auto& [name, node] : map.members) {
    if (name == "unit_types" || name == "conversion") continue;  // units.cpp looks at these
    add_node(name, node, "", file, faults);
  }
}

namespace {

/// Bins of one category over one measured attribute.
class BinCheck {
 public:
  BinCheck(const Attribute& category, const Attribute& measured, Faults& faults)
      : category_(category), measured_(measured), faults_(faults) {}

  void check(std::vector<const CategoryValue*> bins) {
    take_out_catch_all(bins);
    if (bins.empty()) return;
    std::stable_sort(bins.begin(), bins.end(),
                     [](const CategoryValue* a, const CategoryValue* b) { return a->interval.low < b->interval.low; });
    const CategoryValue* last = bins.front();  // reaches highest so far
    for (std::size_t i = 1; i < bins.size(); ++i) {
      compare(*last, *bins[i]);
      if (bins[i]->interval.high > last->interval.high) last = bins[i];
    }
    if (shared_ends_ == 0) return;
    faults_.add(
        "shared_end", Severity::info, first_shared_->place,
        fmt::format("neighbouring bins of '{}' share their ends ({} times, here {}); write one of them open, as "
                    "in [0 .. 2.5)",
                    printable(category_.name), shared_ends_, first_shared_text_));
  }

 private:
  /// "any": a bin that holds all others says nothing by itself.
  void take_out_catch_all(std::vector<const CategoryValue*>& bins) {
    if (bins.size() < 2) return;
    const auto all = std::find_if(bins.begin(), bins.end(), [&](const CategoryValue* bin) {
      return std::all_of(bins.begin(), bins.end(), [&](const CategoryValue* other) {
        return intersection(bin->interval, possible(other->interval)) == possible(other->interval);
      });
    });
    if (all == bins.end()) return;
    faults_.add(
        "catch_all_bin", Severity::info, (*all)->place,
        fmt::format("the bin '{}' of '{}' holds all the others", printable((*all)->name), printable(category_.name)));
    bins.erase(all);
  }

  /// Without the numbers below zero, where the quantity has none.
  [[nodiscard]] Interval possible(const Interval& interval) const {
    const std::string& quantity = measured_.quantity;
    const bool is_signed = quantity.empty() || quantity == "temperature" || quantity == "angle" ||
                           quantity == "curvature" || quantity == "acceleration";
    return is_signed ? interval : intersection(interval, {0, std::numeric_limits<double>::infinity(), false, false});
  }

  void compare(const CategoryValue& below, const CategoryValue& above) {
    const bool whole = measured_.kind == AttributeKind::integer;
    const Interval both = intersection(below.interval, above.interval);
    if (whole ? holds_whole_number(both) : !both.is_empty()) {
      if (both.low == both.high) {
        // That two bins share an end is how the standards' tables are mostly typed; a stretch is an error.
        if (shared_ends_++ == 0) {
          first_shared_ = &above;
          first_shared_text_ = text(both, above);
        }
      } else {
        tell("overlapping_bins", below, above,
             fmt::format("bins '{}' and '{}' of '{}' both hold {}", printable(below.name), printable(above.name),
                         printable(category_.name), text(both, above)));
      }
    }
    const Interval gap{below.interval.high, above.interval.low, !below.interval.high_open, !above.interval.low_open};
    if (whole ? holds_whole_number(gap) : !gap.is_empty()) {
      tell("gap_between_bins", below, above,
           fmt::format("no bin of '{}' holds {}, between '{}' and '{}'", printable(category_.name), text(gap, above),
                       printable(below.name), printable(above.name)));
    }
  }
  void tell(std::string_view rule, const CategoryValue& below, const CategoryValue& above, const std::string& message) {
    faults_.add(rule, Severity::warning, above.place, message + " (" + below.place.text() + ")");
  }
  [[nodiscard]] std::string text(const Interval& interval, const CategoryValue& bin) const {
    return printable(measured_.name) + " " + describe(interval, bin.unit);
  }

  const Attribute& category_;
  const Attribute& measured_;
  Faults& faults_;
  std::size_t shared_ends_ = 0;
  const CategoryValue* first_shared_ = nullptr;
  std::string first_shared_text_;
};

}  // namespace

void Taxonomy::check(Faults& faults) const {
  const std::vector<std::string> known = names();
  for (const auto& [name, attribute] : attributes_) {
    const bool is_number = attribute.kind == AttributeKind::number || attribute.kind == AttributeKind::integer;
    if (is_number && !attribute.quantity.empty() &&
        std::find(quantities().begin(), quantities().end(), attribute.quantity) == quantities().end()) {
      faults.add("unknown_quantity", Severity::warning, attribute.place,
                 fmt::format("'{}' measures '{}', for which no unit is known", printable(name),
                             printable(attribute.quantity)));
    }
    std::map<std::string_view, std::vector<const CategoryValue*>> bins;
    for (const CategoryValue& value : attribute.values) {
      if (value.measured.empty()) continue;
      const Attribute* measured = find(value.measured);
      if (measured == nullptr) {
        faults.add("undefined_attribute", Severity::error, value.place,
                   fmt::format("the bin '{}' of '{}' limits '{}', which is not defined{}", printable(value.name),
                               printable(name), printable(value.measured), hint_for(value.measured, known, faults)));
        continue;
      }
      if (const Unit* unit = find_unit(value.unit); unit != nullptr && !measures(*unit, measured->quantity)) {
        faults.add("wrong_unit", Severity::error, value.place,
                   fmt::format("the bin '{}' limits '{}' in '{}', which does not measure {}", printable(value.name),
                               printable(measured->name), printable(value.unit), describe_quantity(*measured)));
        continue;
      }
      bins[value.measured].push_back(&value);
    }
    for (auto& [measured, list] : bins) BinCheck(attribute, *find(measured), faults).check(std::move(list));
  }
}

}  // namespace concord::odd
