#include "tests/support/damaged_report.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <algorithm>
#include <csignal>
#include <random>
#include <stdexcept>

#include "concord/judge.hpp"
#include "concord/measure.hpp"
#include "concord/pipeline.hpp"
#include "concord/report.hpp"
#include "tests/support/files.hpp"
#include "tests/support/scene.hpp"

namespace concord::tests {

std::string damaged(const std::string& original, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::string bytes = original;
  const auto below = [&](std::size_t limit) { return limit == 0 ? 0 : static_cast<std::size_t>(random() % limit); };
  // Half of the damages hit the first kilobytes or the places between the data, where the file's structure is.
  const auto place = [&] {
    return random() % 2 == 0 ? below(std::min<std::size_t>(bytes.size(), 4096)) : below(bytes.size());
  };
  const std::size_t rounds = 1 + below(4);
  for (std::size_t i = 0; i < rounds && !bytes.empty(); ++i) {
    const std::size_t at = place();
    const std::size_t length = std::min<std::size_t>(1 + below(64), bytes.size() - at);
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    const auto end = begin + static_cast<std::ptrdiff_t>(length);
    switch (random() % 8) {
      case 0:
      case 1:
      case 2:
        bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(1U << below(8)));
        break;
      case 3:
        bytes[at] = static_cast<char>(random());
        break;
      case 4:
        std::fill(begin, end, random() % 2 == 0 ? '\0' : '\xFF');
        break;
      case 5:
        std::reverse(begin, end);
        break;
      case 6:
        bytes.insert(at, bytes.substr(below(bytes.size()), length));
        break;
      default:
        if (random() % 4 == 0) bytes.resize(at);
    }
  }
  return bytes;
}

Reading read_apart(const std::filesystem::path& path, int limit_s) {
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) {
    rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::alarm(static_cast<unsigned>(limit_s));
    auto report = read_report(path);
    if (!report) ::_exit(10);
    for (const Finding& finding : report->findings) {
      if (render_message(finding).empty()) ::_exit(11);
    }
    if (const auto again = rejudge(std::move(report).value(), Profile(), {}, "test"); !again) ::_exit(10);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return WTERMSIG(status) == SIGALRM ? Reading::hung : Reading::crashed;
  if (WEXITSTATUS(status) == 10) return Reading::refused;
  return WEXITSTATUS(status) == 0 ? Reading::read : Reading::crashed;
}

std::string whole_report(const std::filesystem::path& folder) {
  auto scenes = parse_scenes(find_check("temporal.heading_flip")->documentation, "temporal.heading_flip", "page");
  DeviceOptions options;
  options.device = "cpu";
  const auto measurer = Measurer::create(options).value();
  Report report;
  for (Scene& scene : *scenes) {
    scene.drive.name = "drive " + std::to_string(report.drives.size());
    auto measured = measurer->measure(scene.drive).value();
    report.drives.push_back({.name = scene.drive.name, .format = "scene", .notes = {"a note"}});
    report.measurements.push_back({std::move(scene.drive), std::move(measured)});
    if (report.drives.size() == 2) break;
  }
  report = rejudge(std::move(report), Profile(), {}, "test").value();
  const std::filesystem::path path = folder / "whole.h5";
  if (!write_report(path, report)) throw std::runtime_error("the report cannot be written");
  return read_bytes(path);
}

}  // namespace concord::tests
