#include "tools/output/judging.hpp"

#include <memory>
#include <utility>

namespace concord::tools {

void JudgingArguments::add_to(CLI::App& command) {
  command.add_option("--profile", profile, "Built-in profile (default, strict) or YAML file")->capture_default_str();
  command.add_option("--only", judge.only, "Only these checks or families: A,B (repeatable)")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--skip", judge.skip, "Leave out these checks or families: A,B (repeatable)")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--priors", priors, "Priors of concord learn: limits, surprise and, where calibrated, scores");
  command
      .add_option("--base-rate", judge.base_rate,
                  "Share of labels that are wrong, for calibrated scores; else that of the calibration")
      ->check([](const std::string& text) {
        double rate = 0;
        const bool is_rate = CLI::detail::lexical_cast(text, rate) && rate > 0 && rate < 1;
        return is_rate ? std::string() : "'" + text + "' is no share between 0 and 1";
      });
  command.add_option("--fail-on", fail_on, "Lowest severity that gives exit code 1")
      ->check(CLI::IsMember({"info", "warning", "error", "never"}))
      ->capture_default_str();
}

Result<Profile> load_profile(const std::string& name) {
  // A name without a dot or slash is one of the built-in profiles.
  return name.find_first_of("./") == std::string::npos ? Profile::builtin(name) : Profile::from_file(name);
}

Result<JudgeOptions> JudgingArguments::load_judging() const {
  JudgeOptions options = judge;
  if (priors.empty()) return options;
  CONCORD_ASSIGN_OR_RETURN(Priors read, read_priors(priors));
  options.priors = std::make_shared<const LearnedPriors>(std::move(read));
  return options;
}

bool JudgingArguments::fails(std::uint64_t infos, std::uint64_t warnings, std::uint64_t errors) const {
  return (errors > 0 && fail_on != "never") || (warnings > 0 && (fail_on == "warning" || fail_on == "info")) ||
         (infos > 0 && fail_on == "info");
}

}  // namespace concord::tools
