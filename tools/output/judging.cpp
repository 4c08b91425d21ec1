#include "tools/output/judging.hpp"

namespace concord::tools {

void JudgingArguments::add_to(CLI::App& command) {
  command.add_option("--profile", profile, "Built-in profile (default, strict) or YAML file")->capture_default_str();
  command.add_option("--only", judge.only, "Only these checks or families: A,B (repeatable)")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--skip", judge.skip, "Leave out these checks or families: A,B (repeatable)")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--fail-on", fail_on, "Lowest severity that gives exit code 1")
      ->check(CLI::IsMember({"info", "warning", "error", "never"}))
      ->capture_default_str();
}

Result<Profile> JudgingArguments::load_profile() const {
  // A name without a dot or slash is one of the built-in profiles.
  return profile.find_first_of("./") == std::string::npos ? Profile::builtin(profile) : Profile::from_file(profile);
}

bool JudgingArguments::fails(std::uint64_t infos, std::uint64_t warnings, std::uint64_t errors) const {
  return (errors > 0 && fail_on != "never") || (warnings > 0 && (fail_on == "warning" || fail_on == "info")) ||
         (infos > 0 && fail_on == "info");
}

}  // namespace concord::tools
