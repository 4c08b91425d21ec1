// Random specs: no key row whose labels are unchanged, no change without a key row, no two rows within the guard.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "concord/seeding.hpp"
#include "tests/support/key_check.hpp"
#include "tests/support/kitti_folder.hpp"
#include "tests/support/seeding_run.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {

double number_in(double low, double high) { return low + (high - low) * 0.001 * *rc::gen::inRange(0, 1001); }

ErrorEntry any_entry() {
  const ErrorKindInfo& info = error_kinds()[*rc::gen::inRange<std::size_t>(0, error_kinds().size())];
  ErrorEntry entry;
  entry.kind = info.kind;
  for (const ErrorParameter& parameter : info.parameters) {
    const double low = parameter.minimum;
    const double high = std::min(parameter.maximum, std::max(low + 1, 3 * parameter.default_values.back()));
    double value = number_in(low, high);
    if (parameter.whole) value = std::floor(value);
    if (parameter.name == "factor" && std::abs(value - 1) < 0.01) value = 1.1;
    entry.numbers[std::string(parameter.name)] = {value};
  }
  for (const ErrorChoice& choice : info.choices) {
    entry.choices[std::string(choice.name)] = choice.values[*rc::gen::inRange<std::size_t>(0, choice.values.size())];
  }
  if (*rc::gen::inRange(0, 4) == 0) entry.classes = {"car"};
  if (*rc::gen::inRange(0, 4) == 0) entry.prevalence = number_in(0, 0.5);
  entry.weight = number_in(0, 3);
  return entry;
}

RC_GTEST_PROP(SeedingProperties, KeyTellsTheWholeTruth, ()) {
  const TemporaryFolder folder;
  write_kitti_drive(folder.path() / "kitti", "0000", 120, busy_street(), 8, *rc::gen::inRange(0, 4) > 0);
  SeedingSpec spec;
  spec.prevalence = number_in(0, 0.4);
  spec.track_prevalence = number_in(0, 0.6);
  spec.guard_frames = *rc::gen::inRange(2, 9);
  const int entries = *rc::gen::inRange(1, 8);
  for (int i = 0; i < entries; ++i) spec.errors.push_back(any_entry());
  SeedingOptions options;
  options.seed = *rc::gen::arbitrary<std::uint64_t>();
  if (*rc::gen::inRange(0, 2) == 1) options.noise_m = 0.1;
  const SeededCopy copy = seeded_copy(folder.path() / "kitti", spec, options, folder.path());
  RC_ASSERT(copy.after.size() == 1U && copy.before.size() == 1U);
  const auto problems = key_problems(copy.before[0], copy.after[0], copy.key, spec.guard_frames);
  for (const std::string& problem : problems) RC_LOG() << problem << "\n";
  RC_ASSERT(problems.empty());
  RC_CLASSIFY(copy.key.size() > 5, "more than five errors");
}

}  // namespace
}  // namespace concord::tests
