#pragma once

#include <filesystem>
#include <vector>

#include "concord/seeding.hpp"

namespace concord::tests {

/// A dataset before and after `corrupt`, read back from its files, and the key as read back from `key.csv`.
struct SeededCopy {
  SeedingSummary summary;
  std::vector<KeyRow> key;
  std::vector<Drive> before;  ///< noise only, where noise was added
  std::vector<Drive> after;
  std::filesystem::path folder;
};

/// Corrupts `input` into `scratch/after` (and, with noise, into `scratch/before` without errors) and reads everything
/// back. Failures are test failures; the result is then incomplete.
[[nodiscard]] SeededCopy seeded_copy(const std::filesystem::path& input, const SeedingSpec& spec,
                                     const SeedingOptions& options, const std::filesystem::path& scratch);

}  // namespace concord::tests
