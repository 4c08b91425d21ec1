#pragma once

#include <CLI/CLI.hpp>

namespace concord::tools {

/// Adds `concord odd coverage` to `concord odd`.
void add_odd_coverage(CLI::App& odd, int& exit_code);

}  // namespace concord::tools
