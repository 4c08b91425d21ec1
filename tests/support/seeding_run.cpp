#include "tests/support/seeding_run.hpp"

#include <gtest/gtest.h>

namespace concord::tests {
namespace fs = std::filesystem;

namespace {

std::vector<Drive> read_all(const fs::path& folder) {
  std::vector<Drive> drives;
  const auto dataset = open_dataset(folder, "", {});
  if (!dataset) {
    ADD_FAILURE() << dataset.error().text();
    return drives;
  }
  for (std::size_t i = 0; i < (*dataset)->drives().size(); ++i) {
    auto drive = (*dataset)->read(i);
    if (drive) drives.push_back(std::move(drive).value());
    EXPECT_TRUE(drive.ok()) << (drive.ok() ? "" : drive.error().text());
  }
  return drives;
}

}  // namespace

SeededCopy seeded_copy(const fs::path& input, const SeedingSpec& spec, const SeedingOptions& options,
                       const fs::path& scratch) {
  SeededCopy copy;
  copy.folder = scratch / "after";
  auto dataset = open_dataset(input, "", {});
  if (!dataset) {
    ADD_FAILURE() << dataset.error().text();
    return copy;
  }
  auto summary = corrupt(**dataset, spec, options, copy.folder);
  if (!summary) {
    ADD_FAILURE() << summary.error().text();
    return copy;
  }
  copy.summary = std::move(summary).value();
  copy.after = read_all(copy.folder);
  auto corrupted = open_dataset(copy.folder, copy.summary.format, {});
  if (!corrupted) {
    ADD_FAILURE() << corrupted.error().text();
    return copy;
  }
  std::vector<KeyRow> key = copy.summary.key;
  const auto named = name_labels(**corrupted, key);
  EXPECT_TRUE(named.ok());
  EXPECT_TRUE(write_key(key_path(copy.folder), key).ok());
  auto read = read_key(key_path(copy.folder));
  EXPECT_TRUE(read.ok() && read.value() == key);
  copy.key = std::move(key);

  if (options.noise_m > 0) {
    SeedingSpec nothing;
    const auto noisy = corrupt(**dataset, nothing, options, scratch / "before");
    EXPECT_TRUE(noisy.ok());
    copy.before = read_all(scratch / "before");
  } else {
    copy.before = read_all(input);
  }
  return copy;
}

}  // namespace concord::tests
