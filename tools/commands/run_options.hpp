#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "concord/pipeline.hpp"

namespace concord::tools {

/// The options of a run over drives, the same for every command that measures them: what is read, and on what machine.
struct RunArguments {
  std::string memory = "2G";
  std::string taxonomy;
  std::string mapping;

  void add_input_to(CLI::App& command, ValidateOptions& options);
  void add_machine_to(CLI::App& command, ValidateOptions& options);
  /// Moves what is kept here as text into `options`.
  [[nodiscard]] Result<void> complete(ValidateOptions& options) const;
};

}  // namespace concord::tools
