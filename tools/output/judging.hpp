#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "concord/judge.hpp"
#include "concord/result.hpp"

namespace concord::tools {

/// The built-in profile of that name, or the YAML file.
[[nodiscard]] Result<Profile> load_profile(const std::string& name);

/// The options that decide what is judged and what counts as failed, the same for every command that judges.
struct JudgingArguments {
  std::string profile = "default";
  std::string fail_on = "error";
  JudgeOptions judge;
  std::string priors;

  void add_to(CLI::App& command);
  [[nodiscard]] Result<Profile> load_profile() const { return tools::load_profile(profile); }
  /// `judge` with the priors read.
  [[nodiscard]] Result<JudgeOptions> load_judging() const;
  /// True when findings of these numbers reach --fail-on.
  [[nodiscard]] bool fails(std::uint64_t infos, std::uint64_t warnings, std::uint64_t errors) const;
};

}  // namespace concord::tools
