// `concord validate` killed at random moments: every report that is there is whole. CONCORD_FUZZ_ROUNDS chooses how
// often.

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <cstdlib>
#include <random>

#include "concord/report.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {
namespace fs = std::filesystem;

pid_t start(const fs::path& input, const fs::path& out) {
  const char* const binary = std::getenv("CONCORD_BINARY");
  const pid_t child = ::fork();
  if (child == 0) {
    const int null = ::open("/dev/null", O_RDWR);
    ::dup2(null, STDOUT_FILENO);
    ::dup2(null, STDERR_FILENO);
    ::execl(binary, binary, "validate", input.c_str(), "--out", out.c_str(), "--keep-measurements", nullptr);
    ::_exit(127);
  }
  return child;
}

TEST(KillCampaign, ReportsAreWholeOrAbsent) {
  if (std::getenv("CONCORD_BINARY") == nullptr) GTEST_SKIP() << "CONCORD_BINARY is not set";
  const TemporaryFolder folder;
  const fs::path input = folder.path() / "input";
  fs::create_directories(input);
  constexpr int kDrives = 40;
  // Files that state one name are told apart by their own.
  for (int drive = 0; drive < kDrives; ++drive) {
    fs::copy_file(source_dir() / "data/sample_drive/synth_28_000.json",
                  input / (std::to_string(1000 + drive) + ".json"));
  }
  const char* const rounds_text = std::getenv("CONCORD_FUZZ_ROUNDS");
  const int rounds = rounds_text != nullptr ? std::atoi(rounds_text) : 200;
  std::mt19937_64 random(7);
  std::size_t whole = 0, killed = 0;
  for (int round = 0; round < rounds; ++round) {
    const fs::path out = folder.path() / ("out" + std::to_string(round));
    const pid_t child = start(input, out);
    ::usleep(static_cast<useconds_t>(20'000 + random() % 800'000));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    killed += WIFSIGNALED(status) ? 1 : 0;
    if (!fs::exists(out)) continue;
    for (const auto& entry : fs::directory_iterator(out)) {
      if (entry.path().extension() != ".h5") {
        EXPECT_NE(entry.path().string().find(".h5.tmp."), std::string::npos) << entry.path();
        continue;
      }
      const auto report = read_report(entry.path(), true);
      ASSERT_TRUE(report.ok()) << report.error().text();
      EXPECT_FALSE(report->findings.empty());
      ++whole;
    }
    fs::remove_all(out);
  }
  std::printf("%zu of %d runs killed, %zu whole reports\n", killed, rounds, whole);
  EXPECT_GT(killed, 0U);
  EXPECT_GT(whole, 0U);
}

}  // namespace
}  // namespace concord::tests
