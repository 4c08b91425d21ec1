#include <atomic>
#include <iostream>

#include "concord/pipeline.hpp"
#include "concord/version.hpp"

/// Validates argv[1] into the folder argv[2] and prints what became of each drive.
int main(int argc, char** argv) {
  if (argc != 3) return 2;
  concord::ValidateOptions options;
  options.inputs = {argv[1]};
  options.out = argv[2];
  options.device.device = "cpu";
  const std::atomic<bool> cancel = false;
  const auto summary = concord::validate(options, {}, cancel);
  if (!summary) {
    std::cerr << summary.error().text() << '\n';
    return 2;
  }
  std::cout << "concord " << concord::version() << ", " << concord::checks().size() << " checks\n";
  for (const concord::DriveOutcome& drive : summary->drives) {
    std::cout << drive.drive << ' ' << drive.frames << " frames " << drive.labels << " labels " << drive.errors
              << " errors\n";
  }
  return 0;
}
