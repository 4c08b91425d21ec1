#pragma once

#include <string_view>

#include "concord/dataset.hpp"
#include "concord/taxonomy.hpp"

namespace concord::readers {

/// The class mapping that the options name, else the built-in one.
[[nodiscard]] inline Result<Taxonomy> taxonomy_of(const OpenOptions& options, std::string_view builtin) {
  return options.taxonomy ? Taxonomy::from_file(*options.taxonomy) : Taxonomy::builtin(builtin);
}

}  // namespace concord::readers
