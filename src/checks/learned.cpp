#include <fmt/format.h>
#include <algorithm>
#include <stdexcept>

#include "src/checks/check.hpp"

namespace concord {
namespace judging {
namespace {

/// The limit that priors give a parameter for a class; nothing where the hand-set one stays.
std::optional<LearnedLimit> learned_limit(const LearnedPriors& priors, const Profile& profile, const Taxonomy& taxonomy,
                                          std::string_view check, const ParameterInfo& parameter, ClassCode code) {
  if (parameter.quantity.empty()) return std::nullopt;
  const double tail = profile.parameter(check, kTail, taxonomy, code);
  if (!(tail > 0)) return std::nullopt;
  auto limit = priors.limit(parameter.quantity, taxonomy.at(code).name, parameter.side, tail);
  if (limit) limit->value = std::clamp(limit->value, parameter.minimum, parameter.maximum);
  return limit;
}

std::string in_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

template <class Names>
std::string yaml_list(const Names& names) {
  std::string text = "[";
  for (const auto& name : names) text += (text.size() > 1 ? ", " : "") + in_quotes(name);
  return text + "]";
}

}  // namespace

double parameter_in_force(const CheckContext& context, const Profile& profile, std::string_view check,
                          const ParameterInfo& parameter, ClassCode code) {
  if (context.priors() != nullptr) {
    const auto limit = learned_limit(*context.priors(), profile, context.taxonomy(), check, parameter, code);
    if (limit) return limit->value;
  }
  return profile.parameter(check, parameter.name, context.taxonomy(), code);
}

}  // namespace judging

std::string describe_priors(const Profile& profile, const JudgeOptions& options) {
  if (options.priors == nullptr) return "";
  const Priors& priors = options.priors->priors();
  std::vector<std::string> drives;
  for (const auto& [name, drive] : priors.drives) drives.push_back(name);
  std::string yaml =
      fmt::format("priors:\n  content_sha256: {}\n  drives: {}\n", priors.content_sha256, judging::yaml_list(drives));
  if (priors.calibration) {
    yaml += fmt::format("  calibration:\n    base_rate: {}\n    drives: {}\n",
                        options.base_rate.value_or(priors.calibration->base_rate),
                        judging::yaml_list(priors.calibration->drives));
  }
  const auto tree = Taxonomy::builtin("");
  if (!tree) throw std::logic_error(tree.error().text());
  std::string limits;
  for (const CheckInfo& check : checks()) {
    std::string of_check;
    for (const ParameterInfo& parameter : check.parameters) {
      std::string of_parameter;
      for (std::size_t code = 0; code < tree->size(); ++code) {
        const auto limit =
            judging::learned_limit(*options.priors, profile, *tree, check.id, parameter, static_cast<ClassCode>(code));
        if (!limit) continue;
        of_parameter +=
            fmt::format("        {}: {{limit: {}, of: {}, samples: {}}}\n", tree->at(static_cast<ClassCode>(code)).name,
                        limit->value, limit->class_name, limit->samples);
      }
      if (!of_parameter.empty()) of_check += fmt::format("      {}:\n{}", parameter.name, of_parameter);
    }
    if (!of_check.empty()) limits += fmt::format("    {}:\n{}", check.id, of_check);
  }
  return yaml + (limits.empty() ? "  limits: {}\n" : "  limits:\n" + limits);
}

}  // namespace concord
