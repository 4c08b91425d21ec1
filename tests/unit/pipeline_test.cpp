// The pipeline: its stages overlap, drives keep their order, one that fails does not stop the others.

#include "concord/pipeline.hpp"

#include <gmock/gmock.h>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "src/pipeline/queue.hpp"
#include "tests/support/kitti_folder.hpp"
#include "tests/support/test_data.hpp"

namespace concord::tests {
namespace {
namespace fs = std::filesystem;
using testing::HasSubstr;
using namespace std::chrono_literals;

class Pipeline : public testing::Test {
 protected:
  /// `count` equal drives, called 0000 ...
  ValidateOptions drives(int count) {
    for (int i = 0; i < count; ++i) write_kitti_drive(folder_.path() / "input", name(i), 120, busy_street());
    ValidateOptions options;
    options.inputs = {folder_.path() / "input"};
    options.out = folder_.path() / "out";
    options.device.device = "cpu";
    return options;
  }
  static std::string name(int i) {
    std::string text = std::to_string(i);
    return std::string(4 - text.size(), '0') + text;
  }
  [[nodiscard]] fs::path training() const { return folder_.path() / "input/training"; }
  void break_drive(int i) const { std::ofstream(training() / "label_02" / (name(i) + ".txt")) << "broken\n"; }

  Result<ValidateSummary> run(const ValidateOptions& options) {
    return validate(
        options, [this](const DriveOutcome& outcome, std::size_t, std::size_t) { finished_.push_back(outcome.drive); },
        cancel_);
  }

  TemporaryFolder folder_;
  std::vector<std::string> finished_;
  std::atomic<bool> cancel_ = false;
};

bool overlap(const StageSpan& a, const StageSpan& b) {
  return a.drive != b.drive && a.stage != b.stage && a.begin_s < b.end_s && b.begin_s < a.end_s;
}

std::size_t overlaps(const ValidateSummary& summary) {
  std::size_t count = 0;
  for (const StageSpan& a : summary.spans) {
    for (const StageSpan& b : summary.spans) count += overlap(a, b) ? 1 : 0;
  }
  return count;
}

TEST_F(Pipeline, StagesOfDifferentDrivesOverlap) {
  ValidateOptions options = drives(12);
  const auto summary = run(options);
  ASSERT_TRUE(summary.ok()) << summary.error().text();
  EXPECT_EQ(summary->spans.size(), 12U * 4U);
  EXPECT_GT(overlaps(*summary), 0U);

  options.jobs = 1;
  const auto alone = run(options);
  EXPECT_EQ(overlaps(*alone), 0U) << "one drive at a time was asked for";
}

TEST_F(Pipeline, DrivesFinishInTheirOrder) {
  ValidateOptions options = drives(9);
  options.jobs = 5;
  break_drive(4);
  const auto summary = run(options);
  ASSERT_TRUE(summary.ok());
  ASSERT_EQ(summary->drives.size(), 9U);
  for (int i = 0; i < 9; ++i) {
    const DriveOutcome& outcome = summary->drives[static_cast<std::size_t>(i)];
    EXPECT_EQ(outcome.drive, name(i));
    EXPECT_EQ(finished_.at(static_cast<std::size_t>(i)), name(i));
    EXPECT_EQ(outcome.error.has_value(), i == 4);
    EXPECT_EQ(fs::exists(options.out / (name(i) + ".h5")), i != 4);
  }
  EXPECT_THAT(summary->drives[4].error->where, HasSubstr("0004.txt:1"));
}

TEST_F(Pipeline, CancellingLeavesCompleteReportsOnly) {
  const ValidateOptions options = drives(30);
  const auto summary = validate(
      options, [this](const DriveOutcome&, std::size_t done, std::size_t) { cancel_ = done >= 3; }, cancel_);
  ASSERT_TRUE(summary.ok());
  EXPECT_TRUE(summary->cancelled);
  EXPECT_LT(summary->drives.size(), 30U);
  std::size_t reports = 0;
  for (const auto& entry : fs::directory_iterator(options.out)) {
    EXPECT_TRUE(read_report(entry.path(), true).ok()) << entry.path();
    ++reports;
  }
  EXPECT_GE(reports, 3U);
  EXPECT_LT(reports, 30U);
}

TEST_F(Pipeline, LabelsBeyondTheMemoryAreAnErrorThatSaysHowMuchIsNeeded) {
  ValidateOptions options = drives(2);
  auto summary = run(options);
  const std::uint64_t bytes = 1000 * summary->drives.at(0).labels;  // at most 1000 bytes a label
  ASSERT_GT(bytes, 0U);
  options.device.memory_bytes = bytes - 1;
  summary = run(options);
  ASSERT_TRUE(summary.ok());
  for (const DriveOutcome& outcome : summary->drives) {
    ASSERT_TRUE(outcome.error.has_value());
    EXPECT_EQ(outcome.error->code, ErrorCode::limit_exceeded);
    EXPECT_THAT(outcome.error->text(), HasSubstr("--memory"));
  }
  // Room for one drive, not for two: they take turns.
  options.device.memory_bytes = bytes + bytes / 2;
  summary = run(options);
  for (const DriveOutcome& outcome : summary->drives) EXPECT_FALSE(outcome.error.has_value());
}

TEST_F(Pipeline, TheMemoryBoundDoesNotChangeTheContent) {
  ValidateOptions options = drives(1);
  const auto summary = run(options);
  ASSERT_TRUE(summary.ok());
  const std::string digest = read_report(options.out / "0000.h5")->content_sha256;
  options.device.memory_bytes = 1000 * summary->drives.at(0).labels;
  options.device.threads = 1;
  options.out = folder_.path() / "small";
  ASSERT_TRUE(run(options).ok());
  EXPECT_EQ(read_report(options.out / "0000.h5")->content_sha256, digest);
}

TEST_F(Pipeline, WhatIsWrongFromTheBeginningIsToldBeforeAnythingIsRead) {
  ValidateOptions options = drives(1);
  options.judge.only = {"temporal.haeding_flip"};
  auto summary = run(options);
  ASSERT_FALSE(summary.ok());
  EXPECT_THAT(summary.error().text(), HasSubstr("temporal.heading_flip?"));
  options.judge.only.clear();
  options.drives = {"0007"};
  summary = run(options);
  ASSERT_FALSE(summary.ok());
  EXPECT_THAT(summary.error().text(), HasSubstr("0000"));
  EXPECT_TRUE(finished_.empty());
}

TEST_F(Pipeline, TwoDrivesOfOneNameAreAnError) {
  ValidateOptions options = drives(1);
  write_kitti_drive(folder_.path() / "second", "0000", 10, busy_street());
  options.inputs.push_back(folder_.path() / "second");
  const auto summary = run(options);
  ASSERT_EQ(summary->drives.size(), 2U);
  EXPECT_FALSE(summary->drives[0].error.has_value());
  ASSERT_TRUE(summary->drives[1].error.has_value());
  EXPECT_THAT(summary->drives[1].error->text(), HasSubstr("second drive"));
}

TEST_F(Pipeline, AnExceptionOfTheCallerEndsTheRun) {
  const ValidateOptions options = drives(6);
  EXPECT_THROW(
      static_cast<void>(validate(
          options, [](const DriveOutcome&, std::size_t, std::size_t) { throw std::runtime_error("full"); }, cancel_)),
      std::runtime_error);
}

TEST(Gate, HoldsBackWhatDoesNotFit) {
  pipeline::Gate gate(2, 100);
  gate.enter();
  gate.hold(150);  // alone it may fill more than the bound
  gate.enter();
  std::atomic<bool> inside = false;
  std::jthread second([&] {
    gate.hold(10);
    inside = true;
  });
  std::this_thread::sleep_for(30ms);
  EXPECT_FALSE(inside);
  gate.leave(150);
  second.join();
  EXPECT_TRUE(inside);
  gate.enter();
  std::jthread third([&] { gate.enter(); });
  std::this_thread::sleep_for(10ms);
  gate.open();
  third.join();
}

TEST(Queue, GivesEverythingInOrderUntilItIsClosed) {
  pipeline::Queue<int> queue;
  std::vector<int> taken;
  {
    const std::jthread taker([&] {
      while (const auto value = queue.pop()) taken.push_back(*value);
    });
    for (int i = 0; i < 1000; ++i) queue.push(i);
    queue.close();
  }
  ASSERT_EQ(taken.size(), 1000U);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(taken[static_cast<std::size_t>(i)], i);
}

}  // namespace
}  // namespace concord::tests
