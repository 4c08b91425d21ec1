#include "src/acceptance/spec_parser.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>
#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

#include "concord/near_names.hpp"
#include "concord/text.hpp"
#include "src/acceptance/names.hpp"
#include "src/core/input_file.hpp"

namespace concord::acceptance {
namespace {

constexpr std::uint64_t kMaxSpecBytes = 1U << 20U;  // specs are written by people
constexpr std::size_t kMaxEntries = 10'000;
constexpr std::size_t kMaxLimits = 100'000;  // with all that anchors repeat
constexpr double kMaxCount = 1e12;

Taxonomy concord_tree() {
  auto tree = Taxonomy::builtin("");
  if (!tree.ok()) throw std::logic_error(tree.error().text());
  return std::move(tree).value();
}

std::string shown(const std::string& text) { return printable(text.size() <= 60 ? text : text.substr(0, 57) + "..."); }

}  // namespace

SpecParser::SpecParser(std::string_view where, std::vector<std::string> check_ids)
    : where_(where),
      check_ids_(std::move(check_ids)),
      taxonomy_(concord_tree()),
      make_error_([this](const YAML::Node& n, std::string m, std::string e) {
        return error_at(n, std::move(m), std::move(e));
      }) {}

Error SpecParser::error_at(const YAML::Node& node, std::string message, std::string expected) const {
  const int line = node.Mark().line;
  return {ErrorCode::malformed, std::move(message), line < 0 ? where_ : fmt::format("{}:{}", where_, line + 1),
          std::move(expected)};
}

Error SpecParser::unknown_key(const YAML::Node& node, const std::string& key,
                              const std::vector<std::string>& keys) const {
  return error_at(node, "unknown key '" + shown(key) + "'",
                  did_you_mean(key, keys, fmt::format("one of {}", fmt::join(keys, ", "))));
}

Result<AcceptanceSpec> SpecParser::parse(std::string_view yaml) {
  try {
    CONCORD_RETURN_IF_ERROR(read_root(YAML::Load(std::string(yaml))));
    return std::move(spec_);
  } catch (const YAML::Exception& e) {
    return Error{ErrorCode::malformed, printable(e.msg), fmt::format("{}:{}", where_, e.mark.line + 1), "YAML"};
  }
}

Result<void> SpecParser::read_root(const YAML::Node& root) {
  YAML::Node tiers;
  const auto visit = [&](const std::string& key, const YAML::Node& node, const YAML::Node& value) -> Result<void> {
    if (key == "description") return {};
    if (key == "confidence") {
      CONCORD_ASSIGN_OR_RETURN(spec_.confidence, number(key, node, value, 0.8, 0.9999));
    } else if (key == "max_icc") {
      CONCORD_ASSIGN_OR_RETURN(spec_.max_icc, number(key, node, value, 0, 1));
    } else if (key == "min_drives") {
      CONCORD_ASSIGN_OR_RETURN(spec_.min_drives, count(key, node, value));
      if (spec_.min_drives < 2) return error_at(node, "min_drives is below 2", "2 or more; 20 is the default");
    } else if (key == "sampling") {
      return for_each_yaml_entry(value, "sampling", make_error_,
                                 [&](const std::string& name, const YAML::Node& at, const YAML::Node& body) {
                                   return read_plan(name, at, body);
                                 });
    } else if (key == "tiers") {
      tiers.reset(value);
    } else {
      return unknown_key(node, key, {"description", "confidence", "max_icc", "min_drives", "sampling", "tiers"});
    }
    return {};
  };
  CONCORD_RETURN_IF_ERROR(for_each_yaml_entry(root, "the spec", make_error_, visit));
  // After the sampling plans, which the limits name.
  CONCORD_RETURN_IF_ERROR(for_each_yaml_entry(
      tiers, "tiers", make_error_, [&](const std::string& name, const YAML::Node& at, const YAML::Node& body) {
        return read_tier(name, at, body);
      }));
  if (spec_.tiers.empty()) return Error{ErrorCode::malformed, "no tiers", where_, "tiers: with at least one limit"};
  return {};
}

Result<void> SpecParser::read_plan(const std::string& name, const YAML::Node& node, const YAML::Node& body) {
  SamplingPlan plan{.name = name};
  if (name.empty() || name != printable(name)) return error_at(node, "a plan's name is no plain text", "a name");
  bool has_kind = false;
  const auto visit = [&](const std::string& key, const YAML::Node& at, const YAML::Node& value) -> Result<void> {
    if (key == "kind") {
      has_kind = true;
      CONCORD_ASSIGN_OR_RETURN(plan.kind, word<SamplingPlan::Kind>(key, at, value, kPlanKinds));
    } else if (key == "minimum_share") {
      CONCORD_ASSIGN_OR_RETURN(plan.minimum_share, number(key, at, value, 0, 1));
    } else {
      return unknown_key(at, key, {"kind", "minimum_share"});
    }
    return {};
  };
  CONCORD_RETURN_IF_ERROR(for_each_yaml_entry(body, "sampling." + shown(name), make_error_, visit));
  if (!has_kind) return error_at(node, "plan '" + shown(name) + "' has no kind", any_of(kPlanKinds));
  if (plan.kind == SamplingPlan::Kind::census) plan.minimum_share = 1;
  spec_.sampling.push_back(std::move(plan));
  return {};
}

Result<void> SpecParser::read_tier(const std::string& name, const YAML::Node& node, const YAML::Node& body) {
  AcceptanceTier tier{.name = name};
  const auto visit = [&](const std::string& key, const YAML::Node& at, const YAML::Node& value) -> Result<void> {
    if (key == "oversampling") {
      CONCORD_ASSIGN_OR_RETURN(tier.oversampling, number(key, at, value, 1, 1000));
      return {};
    }
    if (key != "functions") return unknown_key(at, key, {"oversampling", "functions"});
    return for_each_yaml_entry(
        value, "functions", make_error_,
        [&](const std::string& function, const YAML::Node& function_node, const YAML::Node& rest) -> Result<void> {
          CONCORD_ASSIGN_OR_RETURN(AcceptanceFunction read, read_function(function, function_node, rest));
          tier.functions.push_back(std::move(read));
          return {};
        });
  };
  CONCORD_RETURN_IF_ERROR(for_each_yaml_entry(body, "tier " + shown(name), make_error_, visit));
  if (tier.functions.empty()) return error_at(node, "tier '" + shown(name) + "' has no functions", "functions:");
  spec_.tiers.push_back(std::move(tier));
  return {};
}

Result<AcceptanceFunction> SpecParser::read_function(const std::string& name, const YAML::Node& node,
                                                     const YAML::Node& body) {
  AcceptanceFunction function{.name = name, .categories = {}};
  bool has_integrity = false;
  const auto visit = [&](const std::string& key, const YAML::Node& at, const YAML::Node& value) -> Result<void> {
    if (key == "integrity") {
      has_integrity = true;
      CONCORD_ASSIGN_OR_RETURN(function.integrity, word<Integrity>(key, at, value, kIntegrities));
      return {};
    }
    if (key != "categories") return unknown_key(at, key, {"integrity", "categories"});
    if (!value.IsSequence() || value.size() == 0 || value.size() > kMaxEntries) {
      return error_at(at, "categories is no list", "- classes: [...] lines");
    }
    for (const YAML::Node& entry : value) {
      CONCORD_ASSIGN_OR_RETURN(AcceptanceCategory category, read_category(entry));
      function.categories.push_back(std::move(category));
    }
    return {};
  };
  CONCORD_RETURN_IF_ERROR(for_each_yaml_entry(body, "function " + shown(name), make_error_, visit));
  if (!has_integrity) return error_at(node, "function '" + shown(name) + "' has no integrity", any_of(kIntegrities));
  if (function.categories.empty()) {
    return error_at(node, "function '" + shown(name) + "' has no categories", "categories: with classes and limits");
  }
  return function;
}

Result<AcceptanceCategory> SpecParser::read_category(const YAML::Node& body) {
  AcceptanceCategory category;
  if (!body.IsMap()) return error_at(body, "a category is no mapping", "classes: and limits:");
  const auto visit = [&](const std::string& key, const YAML::Node& at, const YAML::Node& value) -> Result<void> {
    if (key == "limits") {
      if (!value.IsSequence() || value.size() == 0 || value.size() > kMaxEntries) {
        return error_at(at, "limits is no list", "- {metric: defect_rate, max: 0.01, ...} lines");
      }
      for (const YAML::Node& entry : value) {
        CONCORD_ASSIGN_OR_RETURN(AcceptanceLimit limit, read_limit(entry));
        category.limits.push_back(std::move(limit));
      }
      return {};
    }
    std::vector<std::string>* list = key == "classes"       ? &category.classes
                                     : key == "range_bands" ? &category.range_bands
                                     : key == "odd_cells"   ? &category.odd_cells
                                                            : nullptr;
    if (list == nullptr) return unknown_key(at, key, {"classes", "range_bands", "odd_cells", "limits"});
    CONCORD_ASSIGN_OR_RETURN(*list, texts(key, at, value));
    for (std::size_t i = 0; i < list->size(); ++i) {
      const std::string& name = (*list)[i];
      const auto code = taxonomy_.find(name);
      if (key == "classes" && (!code || *code == kUnknownClass || taxonomy_.at(*code).ignore)) {
        return error_at(value[i], "unknown class '" + shown(name) + "'",
                        did_you_mean(name, class_names(taxonomy_), "a class of data/taxonomies/concord.yaml"));
      }
      if (key == "range_bands" && std::find(kRangeBands.begin(), kRangeBands.end(), name) == kRangeBands.end()) {
        return error_at(value[i], "unknown range band '" + shown(name) + "'", any_of(kRangeBands));
      }
    }
    return {};
  };
  CONCORD_RETURN_IF_ERROR(for_each_yaml_entry(body, "a category", make_error_, visit));
  CONCORD_RETURN_IF_ERROR(check_category(category, body));
  return category;
}

Result<void> SpecParser::check_category(const AcceptanceCategory& category, const YAML::Node& body) const {
  if (category.classes.empty()) return error_at(body, "a category has no classes", "classes: [car, ...]");
  if (category.limits.empty()) return error_at(body, "a category has no limits", "limits: [...]");
  if (category.range_bands.empty()) return {};
  for (const AcceptanceLimit& limit : category.limits) {
    if (limit.unit == ReviewUnit::track || limit.metric != LimitMetric::defect_rate) {
      return error_at(body, "range bands with a limit on tracks, recall, kappa or p95_centre, which have none",
                      "defect rates of labels or object seconds only, beside range_bands");
    }
  }
  return {};
}

Result<AcceptanceLimit> SpecParser::read_limit(const YAML::Node& body) {
  AcceptanceLimit limit;
  if (!body.IsMap()) return error_at(body, "a limit is no mapping", "{metric: defect_rate, max: 0.01, ...}");
  if (++limits_ > kMaxLimits) return error_at(body, "more than 100000 limits", "fewer");
  std::set<std::string> given;
  const auto visit = [&](const std::string& key, const YAML::Node& at, const YAML::Node& value) -> Result<void> {
    given.insert(key);
    if (key == "metric") {
      CONCORD_ASSIGN_OR_RETURN(limit.metric, word<LimitMetric>(key, at, value, kMetrics));
    } else if (key == "max" || key == "min") {
      CONCORD_ASSIGN_OR_RETURN(limit.limit, number(key, at, value, 0, 1000));
    } else if (key == "fault") {
      limit.fault = value.IsScalar() ? find_fault(value.Scalar()) : Fault::unknown;
      if (limit.fault == Fault::unknown && !(value.IsScalar() && value.Scalar() == "any")) {
        return error_at(at, "unknown fault", "any, " + fault_names());
      }
    } else if (key == "check") {
      limit.check = value.IsScalar() ? value.Scalar() : "";
      if (std::find(check_ids_.begin(), check_ids_.end(), limit.check) == check_ids_.end()) {
        return error_at(at, "unknown check '" + shown(limit.check) + "'",
                        did_you_mean(limit.check, check_ids_, "an id that `concord checks` lists"));
      }
    } else if (key == "unit") {
      CONCORD_ASSIGN_OR_RETURN(limit.unit, word<ReviewUnit>(key, at, value, kUnits));
    } else if (key == "stage") {
      CONCORD_ASSIGN_OR_RETURN(limit.stage, word<ReviewStage>(key, at, value, kStages));
    } else if (key == "sampling") {
      const std::string name = value.IsScalar() ? value.Scalar() : "";
      std::vector<std::string> names;
      for (const SamplingPlan& plan : spec_.sampling) names.push_back(plan.name);
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        return error_at(at, "no sampling plan is called '" + shown(name) + "'",
                        did_you_mean(name, names, "a plan of sampling:"));
      }
      limit.sampling = name;
    } else if (key == "minimum_sample") {
      CONCORD_ASSIGN_OR_RETURN(limit.minimum_sample, count(key, at, value));
    } else {
      return unknown_key(at, key,
                         {"metric", "max", "min", "fault", "check", "unit", "stage", "sampling", "minimum_sample"});
    }
    return {};
  };
  CONCORD_RETURN_IF_ERROR(for_each_yaml_entry(body, "a limit", make_error_, visit));
  const bool least = limit.metric == LimitMetric::recall || limit.metric == LimitMetric::kappa;
  for (const char* key : {"metric", least ? "min" : "max", "stage", "sampling", "unit"}) {
    if (!given.contains(key)) return error_at(body, std::string("a limit has no ") + key, std::string(key) + ": ...");
  }
  if (given.contains(least ? "max" : "min")) {
    return error_at(body,
                    std::string("a ") + std::string(kMetrics[static_cast<std::size_t>(limit.metric)]) +
                        (least ? " has a max" : " has a min"),
                    least ? "min" : "max");
  }
  if (limit.metric != LimitMetric::defect_rate && (given.contains("fault") || given.contains("check"))) {
    return error_at(body, "only a defect_rate has a fault or check", "no fault and no check");
  }
  CONCORD_RETURN_IF_ERROR(check_limit(limit, body));
  return limit;
}

Result<void> SpecParser::check_limit(const AcceptanceLimit& limit, const YAML::Node& body) const {
  if (limit.metric != LimitMetric::p95_centre && limit.limit > 1) {
    return error_at(body, fmt::format("a limit of {} on a share", limit.limit), "a number from 0 to 1");
  }
  if (limit.fault != Fault::unknown && !limit.check.empty()) {
    return error_at(body, "a limit with a fault and a check", "one of the two, or two limits");
  }
  const auto plan = std::find_if(spec_.sampling.begin(), spec_.sampling.end(),
                                 [&](const SamplingPlan& of) { return of.name == limit.sampling; });
  const bool gold = limit.metric != LimitMetric::defect_rate;
  if (gold != (plan->kind == SamplingPlan::Kind::gold)) {
    return error_at(body, gold ? "recall, kappa and p95_centre come of gold labels" : "a defect_rate comes of a review",
                    gold ? "a sampling plan of kind gold" : "a sampling plan of kind stratified or census");
  }
  if (gold && limit.unit != ReviewUnit::label) {
    return error_at(body, "recall, kappa and p95_centre are of labels", "unit: label");
  }
  return {};
}

Result<std::vector<std::string>> SpecParser::texts(const std::string& key, const YAML::Node& key_node,
                                                   const YAML::Node& value) const {
  std::vector<std::string> read;
  if (!value.IsSequence() || value.size() == 0 || value.size() > kMaxEntries) {
    return error_at(key_node, key + " is no list of texts", "[a, b]");
  }
  for (const YAML::Node& entry : value) {
    if (!entry.IsScalar()) return error_at(entry, "an entry of " + key + " is no text", "[a, b]");
    if (std::find(read.begin(), read.end(), entry.Scalar()) != read.end()) {
      return error_at(entry, "'" + shown(entry.Scalar()) + "' is given twice in " + key, "each once");
    }
    read.push_back(entry.Scalar());
  }
  return read;
}

Result<double> SpecParser::number(const std::string& key, const YAML::Node& key_node, const YAML::Node& value,
                                  double minimum, double maximum) const {
  const std::string range = fmt::format("a number from {} to {}", minimum, maximum);
  double read = 0;
  if (!value.IsScalar() || !YAML::convert<double>::decode(value, read)) {
    return error_at(key_node, key + " is no number", range);
  }
  if (!(read >= minimum && read <= maximum)) {
    return error_at(key_node, fmt::format("{} is {}, which is out of range", key, read), range);
  }
  return read;
}

Result<std::uint64_t> SpecParser::count(const std::string& key, const YAML::Node& key_node,
                                        const YAML::Node& value) const {
  CONCORD_ASSIGN_OR_RETURN(const double read, number(key, key_node, value, 0, kMaxCount));
  if (read != std::floor(read)) return error_at(key_node, key + " is no whole number", "0, 1, 2 ...");
  return static_cast<std::uint64_t>(read);
}

template <class Enum, class Names>
Result<Enum> SpecParser::word(const std::string& key, const YAML::Node& key_node, const YAML::Node& value,
                              const Names& names) const {
  const auto found = value.IsScalar() ? find_name<Enum>(names, value.Scalar()) : std::nullopt;
  if (found) return *found;
  return error_at(key_node, "unknown " + key + (value.IsScalar() ? " '" + shown(value.Scalar()) + "'" : ""),
                  any_of(names));
}

}  // namespace concord::acceptance

namespace concord {

Result<AcceptanceSpec> AcceptanceSpec::from_file(const std::filesystem::path& path,
                                                 std::vector<std::string> check_ids) {
  CONCORD_ASSIGN_OR_RETURN(const std::string text,
                           read_file(path, acceptance::kMaxSpecBytes, "an acceptance spec, YAML"));
  return parse(text, path.string(), std::move(check_ids));
}

Result<AcceptanceSpec> AcceptanceSpec::parse(std::string_view yaml, std::string_view where,
                                             std::vector<std::string> check_ids) {
  return acceptance::SpecParser(where, std::move(check_ids)).parse(yaml);
}

}  // namespace concord
