#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "concord/finding.hpp"
#include "concord/result.hpp"

namespace concord::odd {

/// One fault of an ODD definition or of the taxonomy that it uses.
struct LintFault {
  std::string rule;  ///< such as `undefined_value`; src/odd/README.md lists them
  Severity severity = Severity::warning;
  std::string file;
  std::size_t line = 0;  ///< from 1; 0 where a fault has no line
  std::string message;
};

/// What was looked at, so that "no fault" never hides "nothing there", and the faults by file and line.
struct LintReport {
  std::size_t files = 0;       ///< read, imported ones included
  std::size_t attributes = 0;  ///< defined by the taxonomies
  std::size_t conditions = 0;  ///< on attributes, in definitions
  std::vector<LintFault> faults;
  std::vector<Error> errors;  ///< files that could not be looked at
};

/// Looks for faults in ODD definitions and taxonomies: OpenODD YAML, Concord's compact YAML, OpenODC JSON. A folder
/// stands for the .yaml, .yml and .json files below it. What a definition imports is read from the disk, relative to
/// it. A path or file that cannot be read, or is no YAML or JSON, becomes an error of the report, and the others are
/// looked at; a file that is read but defines nothing is a fault.
[[nodiscard]] LintReport lint(const std::vector<std::filesystem::path>& paths);

}  // namespace concord::odd
