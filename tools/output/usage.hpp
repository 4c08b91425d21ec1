#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace concord::tools {

/// What a person typed wrong, in one line, with the names that are near it and the command that tells more.
[[nodiscard]] std::string usage_error(const CLI::App* app, const CLI::Error& error);

}  // namespace concord::tools
