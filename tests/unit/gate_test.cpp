#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <fstream>
#include <nlohmann/json.hpp>

#include "concord/acceptance.hpp"
#include "tools/output/gate.hpp"

namespace concord {
namespace {

using testing::HasSubstr;

constexpr const char* kHead =
    "sampling:\n  review: {kind: stratified}\n  gold: {kind: gold}\ntiers:\n  t:\n    functions:\n      f:\n"
    "        integrity: ASIL_B\n        categories:\n          - classes: [car]\n            limits:\n";

AcceptanceSpec spec_of(const std::string& limits, const std::string& head = kHead) {
  std::string yaml = head;
  yaml += limits;
  auto spec = AcceptanceSpec::parse(yaml, "spec.yaml", {"temporal.gap", "box.duplicate"});
  EXPECT_TRUE(spec.ok()) << spec.error().text();
  return std::move(spec).value();
}

std::string limit(const std::string& rest) {
  return "              - {metric: defect_rate, unit: label, stage: final, sampling: review, " + rest + "}\n";
}

/// `drives` drives with `labels` cars each, of which `flagged` have a finding of temporal.gap.
class Delivery {
 public:
  Delivery(int drives, int labels, int flagged = 0) {
    for (int drive = 0; drive < drives; ++drive) {
      Report report;
      const std::string name = "d" + std::to_string(drive);
      report.drives.push_back({.name = name, .label_sets = {{.name = "own", .tracks = 3}}});
      report.exposure.push_back({name, "own", "temporal.gap", "car", "0-30", static_cast<std::uint64_t>(labels)});
      report.exposure.push_back({name, "own", "box.duplicate", "car", "0-30", static_cast<std::uint64_t>(labels)});
      report.exposure.push_back({name, "vendor", "box.duplicate", "car", "0-30", 10'000});
      for (int label = 0; label < labels; ++label) {
        ReviewItem item{.drive = name,
                        .label_set = "own",
                        .label = std::to_string(label),
                        .track = std::to_string(label),
                        .class_name = "car",
                        .range_band = "0-30",
                        .sampling = "review",
                        .verdict = Verdict::clean};
        if (label < flagged) {
          const std::string id = name + "-" + std::to_string(label);
          report.findings.push_back({.id = id,
                                     .drive = name,
                                     .label_set = "own",
                                     .check = "temporal.gap",
                                     .fault = Fault::missing,
                                     .class_name = "car"});
          item.findings = {id};
        }
        items.push_back(item);
      }
      EXPECT_TRUE(facts.add(report).ok());
    }
  }
  /// Of each drive only the first `labels` are in the queue, each for all of the drive.
  void draw(int labels, int of) {
    std::erase_if(items, [&](const ReviewItem& item) { return std::stoi(item.label) >= labels; });
    for (ReviewItem& item : items) item.probability = static_cast<double>(labels) / of;
  }
  void spoil(std::size_t every, Fault fault) {
    for (std::size_t i = 0; i < items.size(); i += every) {
      items[i].verdict = Verdict::defect;
      items[i].faults = {fault};
    }
  }
  [[nodiscard]] GateResult judge(const AcceptanceSpec& spec, const std::vector<GoldComparison>& gold = {}) const {
    auto result = judge_delivery(spec, facts, items, gold);
    EXPECT_TRUE(result.ok()) << result.error().text();
    return std::move(result).value();
  }

  DeliveryFacts facts;
  std::vector<ReviewItem> items;
};

TEST(Gate, FindingsAreNoDefects) {
  Delivery delivery(30, 40, 10);
  delivery.items.clear();
  const GateResult result = delivery.judge(spec_of(limit("max: 0.5")));
  ASSERT_EQ(result.lines.size(), 1U);
  EXPECT_EQ(result.lines[0].outcome, Outcome::undecided);
  EXPECT_NEAR(result.lines[0].finding_rate, 0.25, 1e-12);
  EXPECT_TRUE(std::isnan(result.lines[0].value));
  EXPECT_THAT(result.lines[0].reason, HasSubstr("no defect rate"));
  EXPECT_EQ(result.lines[0].units, 1200U) << "another label set counted";
  EXPECT_FALSE(result.accepted());
}

TEST(Gate, PassesFailsAndStaysUndecided) {
  Delivery clean(300, 10);
  clean.draw(1, 10);
  const GateLine pass = clean.judge(spec_of(limit("max: 0.01"))).lines[0];
  EXPECT_EQ(pass.outcome, Outcome::pass) << pass.reason;
  EXPECT_NEAR(pass.upper, 0.009936, 1e-5);
  EXPECT_EQ(pass.needed_sample, 299U);

  const GateLine tighter = clean.judge(spec_of(limit("max: 0.005"))).lines[0];
  EXPECT_EQ(tighter.outcome, Outcome::undecided);
  EXPECT_EQ(tighter.more, 298U);  // of 598
  EXPECT_THAT(tighter.reason, HasSubstr("298 more labels"));

  clean.spoil(10, Fault::size);
  const GateLine fail = clean.judge(spec_of(limit("max: 0.01"))).lines[0];
  EXPECT_EQ(fail.outcome, Outcome::fail) << fail.reason;
  EXPECT_NEAR(fail.value, 0.1, 1e-12);
  EXPECT_GT(fail.lower, 0.05);

  const GateLine straddles = clean.judge(spec_of(limit("max: 0.11"))).lines[0];
  EXPECT_EQ(straddles.outcome, Outcome::undecided);
  EXPECT_GT(straddles.more, 0U);
  EXPECT_THAT(straddles.reason, HasSubstr("must be reviewed"));
}

TEST(Gate, CountsDefectsOfTheFaultOrCheck) {
  Delivery delivery(300, 10, 1);
  delivery.draw(1, 10);
  for (ReviewItem& item : delivery.items) item.probability = 0.1;
  delivery.spoil(10, Fault::size);
  const GateResult result =
      delivery.judge(spec_of(limit("max: 0.01, fault: size") + limit("max: 0.01, fault: heading") +
                             limit("max: 0.01, check: temporal.gap") + limit("max: 0.01, check: box.duplicate")));
  EXPECT_EQ(result.lines[0].outcome, Outcome::fail);
  EXPECT_EQ(result.lines[1].outcome, Outcome::pass);
  EXPECT_EQ(result.lines[2].defects, 0U) << "the reviewer confirmed another fault than the check's";
  EXPECT_EQ(result.lines[2].outcome, Outcome::pass);
  EXPECT_EQ(result.lines[3].outcome, Outcome::pass);
  for (std::size_t i = 0; i < delivery.items.size(); i += 10) delivery.items[i].faults.push_back(Fault::missing);
  EXPECT_EQ(delivery.judge(spec_of(limit("max: 0.01, check: temporal.gap"))).lines[0].outcome, Outcome::fail);
  EXPECT_EQ(delivery.judge(spec_of(limit("max: 0.01, check: box.duplicate"))).lines[0].outcome, Outcome::pass);
}

TEST(Gate, KnowsWhatWasNeverToBeDrawn) {
  Delivery delivery(300, 10, 2);
  // Only what has findings is reviewed, as if nothing else were there.
  std::erase_if(delivery.items, [](const ReviewItem& item) { return item.findings.empty(); });
  const GateLine line = delivery.judge(spec_of(limit("max: 0.01"))).lines[0];
  EXPECT_EQ(line.outcome, Outcome::undecided);
  EXPECT_THAT(line.reason, HasSubstr("stands for 600 of 3000"));
  EXPECT_THAT(line.reason, HasSubstr("without findings is missing"));
}

TEST(Gate, NeedsIndependentDrives) {
  Delivery delivery(19, 400);
  delivery.draw(100, 400);
  const GateLine line = delivery.judge(spec_of(limit("max: 0.3"))).lines[0];
  EXPECT_EQ(line.outcome, Outcome::undecided);
  EXPECT_THAT(line.reason, HasSubstr("only 19 drives"));
}

TEST(Gate, ACensusIsExactWhereFewExist) {
  Delivery delivery(3, 20);
  EXPECT_EQ(delivery.judge(spec_of(limit("max: 0.01"))).lines[0].outcome, Outcome::pass);
  delivery.items[5].verdict = Verdict::unsure;
  const GateLine open = delivery.judge(spec_of(limit("max: 0.01"))).lines[0];
  EXPECT_EQ(open.outcome, Outcome::undecided);
  EXPECT_EQ(open.more, 1U);
  EXPECT_EQ(delivery.judge(spec_of(limit("max: 0.02"))).lines[0].outcome, Outcome::pass) << "1 of 60 at most";
  delivery.spoil(20, Fault::class_);
  const GateLine fail = delivery.judge(spec_of(limit("max: 0.02"))).lines[0];
  EXPECT_EQ(fail.outcome, Outcome::fail);
  EXPECT_NEAR(fail.value, 3.0 / 59, 1e-12) << "of those with a clear verdict";
}

TEST(Gate, OpenVerdictsCountEitherWay) {
  Delivery delivery(300, 10);
  delivery.draw(1, 10);
  delivery.items[0].verdict = Verdict::pending;
  const GateLine line = delivery.judge(spec_of(limit("max: 0.012"))).lines[0];
  EXPECT_EQ(line.outcome, Outcome::undecided);
  EXPECT_EQ(line.open, 1U);
  EXPECT_THAT(line.reason, HasSubstr("no clear verdict"));
  EXPECT_EQ(delivery.judge(spec_of(limit("max: 0.02"))).lines[0].outcome, Outcome::pass);
}

TEST(Gate, AQueueThatNobodyReviewedHasNoRate) {
  Delivery delivery(300, 10);
  delivery.draw(1, 10);
  for (ReviewItem& item : delivery.items) item.verdict = Verdict::pending;
  const GateLine line = delivery.judge(spec_of(limit("max: 0.5"))).lines[0];
  EXPECT_EQ(line.outcome, Outcome::undecided);
  EXPECT_TRUE(std::isnan(line.value));
  EXPECT_EQ(line.more, 300U);
  EXPECT_THAT(line.reason, HasSubstr("300 queued labels are not reviewed yet"));
}

TEST(Gate, OtherStagesPlansAndUnitsDoNotCount) {
  Delivery delivery(300, 10);
  delivery.draw(1, 10);
  const AcceptanceSpec spec = spec_of(limit("max: 0.02"));
  ASSERT_EQ(delivery.judge(spec).lines[0].outcome, Outcome::pass);
  Delivery other = delivery;
  for (ReviewItem& item : other.items) item.stage = ReviewStage::first_pass;
  EXPECT_EQ(other.judge(spec).lines[0].outcome, Outcome::undecided);
  other = delivery;
  for (ReviewItem& item : other.items) item.sampling = "else";
  EXPECT_EQ(other.judge(spec).lines[0].outcome, Outcome::undecided);
  other = delivery;
  for (ReviewItem& item : other.items) item.unit = ReviewUnit::track;
  EXPECT_EQ(other.judge(spec).lines[0].outcome, Outcome::undecided);
}

TEST(Gate, ObjectSecondsWeighByTime) {
  Delivery delivery(300, 2);
  for (ReviewItem& item : delivery.items) item.seconds = item.label == "0" ? 0.1 : 0.9;
  for (ReviewItem& item : delivery.items) {
    if (item.label != "0" || item.drive.back() != '0') continue;
    item.verdict = Verdict::defect;
    item.faults = {Fault::position};
  }
  std::string text = limit("max: 0.02");
  text.replace(text.find("unit: label"), 11, "unit: object_second");
  const GateLine line = delivery.judge(spec_of(text)).lines[0];
  EXPECT_NEAR(line.value, 0.01, 1e-9);  // of the labels 5 %
  EXPECT_EQ(line.outcome, Outcome::pass);
}

TEST(Gate, SkippedChecksAreUndecidedAndListed) {
  Delivery delivery(300, 10);
  delivery.draw(1, 10);
  Report report;
  report.drives.push_back({.name = "more", .label_sets = {{.name = "own"}}});
  report.statuses.push_back({.drive = "more",
                             .label_set = "own",
                             .check = "temporal.gap",
                             .state = CheckState::skipped,
                             .reason = "no tracks"});
  ASSERT_TRUE(delivery.facts.add(report).ok());
  const GateResult result =
      delivery.judge(spec_of(limit("max: 0.02, check: temporal.gap") + limit("max: 0.02, check: box.duplicate")));
  EXPECT_EQ(result.lines[0].outcome, Outcome::undecided);
  EXPECT_THAT(result.lines[0].reason, HasSubstr("skipped: no tracks"));
  EXPECT_EQ(result.lines[1].outcome, Outcome::pass);
  ASSERT_EQ(result.not_checked.size(), 1U);
  EXPECT_THAT(tools::gate_table(result), HasSubstr("temporal.gap skipped on 1 label set: no tracks"));
  EXPECT_THAT(tools::gate_junit(result), HasSubstr("<skipped message=\"temporal.gap skipped"));
}

TEST(Gate, OddCellsAreNoPretence) {
  const Delivery delivery(300, 10);
  std::string head = kHead;
  head.replace(head.find("            limits"), 0, "            odd_cells: [night, rain]\n");
  const GateResult result = delivery.judge(spec_of(limit("max: 0.9"), head));
  ASSERT_EQ(result.lines.size(), 2U);
  for (const GateLine& line : result.lines) {
    EXPECT_EQ(line.outcome, Outcome::undecided);
    EXPECT_EQ(line.reason, "no ODD cells in these reports");
  }
}

TEST(Gate, ErrorsOfWhatDoesNotBelongTogether) {
  Delivery delivery(2, 3);
  Report again;
  again.drives.push_back({.name = "d0"});
  EXPECT_FALSE(delivery.facts.add(again).ok());
  Delivery other(2, 3);
  other.items[0].drive = "elsewhere";
  EXPECT_FALSE(judge_delivery(spec_of(limit("max: 0.1")), other.facts, other.items, {}).ok());
  other.items[0].drive = "d0";
  other.items[0].label_set = "vendor";
  EXPECT_FALSE(judge_delivery(spec_of(limit("max: 0.1")), other.facts, other.items, {}).ok());
  const std::vector<GoldComparison> twice(2);
  EXPECT_FALSE(judge_delivery(spec_of(limit("max: 0.1")), delivery.facts, delivery.items, twice).ok());
}

/// `drives` drives with 100 gold cars of which `found` are found, `far` of them 0.5 m off and the rest 0.1 m.
GoldComparison gold_of(int drives, std::uint64_t found, std::uint64_t far) {
  GoldComparison gold;
  for (int drive = 0; drive < drives; ++drive) {
    gold.classes["car"].push_back({"d" + std::to_string(drive), 100, found, {{0.1, found - far}, {0.5, far}}});
  }
  gold.kappas["car"] = {.value = 0.9, .low = 0.85, .high = 0.95, .labels = 1000};
  return gold;
}

TEST(Gate, HoldsAgainstGold) {
  const Delivery delivery(1, 1);
  const auto line_of = [](const std::string& metric) {
    return "              - {metric: " + metric + ", unit: label, stage: final, sampling: gold}\n";
  };
  const AcceptanceSpec spec =
      spec_of(line_of("recall, min: 0.95") + line_of("recall, min: 0.995") + line_of("kappa, min: 0.8") +
              line_of("kappa, min: 0.97") + line_of("kappa, min: 0.88") + line_of("p95_centre, max: 0.2") +
              line_of("p95_centre, max: 0.05"));
  const auto outcomes = [&](const std::vector<GoldComparison>& gold) {
    std::vector<Outcome> all;
    for (const GateLine& line : delivery.judge(spec, gold).lines) all.push_back(line.outcome);
    return all;
  };
  const Outcome p = Outcome::pass, f = Outcome::fail, u = Outcome::undecided;
  EXPECT_EQ(outcomes({gold_of(60, 98, 2)}), (std::vector{p, f, p, f, u, p, f}));
  EXPECT_EQ(outcomes({gold_of(19, 98, 2)}), (std::vector{u, u, u, u, u, u, u})) << "too few drives";
  EXPECT_EQ(outcomes({}), (std::vector{u, u, u, u, u, u, u}));
  const GateResult result = delivery.judge(spec, {gold_of(60, 98, 2)});
  EXPECT_NEAR(result.lines[0].value, 0.98, 1e-12);
  EXPECT_LT(result.lines[0].lower, 0.98);
  EXPECT_NEAR(result.lines[5].value, 0.1, 1e-12);
  EXPECT_NEAR(result.lines[5].upper, 0.1, 1e-12);
  GoldComparison first = gold_of(60, 98, 2);
  first.stage = ReviewStage::first_pass;
  EXPECT_EQ(outcomes({first}), (std::vector{u, u, u, u, u, u, u}));
}

TEST(Gate, JsonAndJunitTellTheSame) {
  Delivery delivery(300, 10);
  delivery.draw(1, 10);
  const GateResult result = delivery.judge(spec_of(limit("max: 0.01") + limit("max: 0.001")));
  const auto json = nlohmann::json::parse(tools::gate_json(result));
  EXPECT_FALSE(json["accepted"].get<bool>());
  EXPECT_EQ(json["lines"][0]["outcome"], "pass");
  EXPECT_EQ(json["lines"][0]["integrity"], "ASIL_B");
  EXPECT_EQ(json["lines"][1]["more"], 2995 - 300);
  const std::string xml = tools::gate_junit(result);
  EXPECT_THAT(xml, HasSubstr("tests=\"2\" failures=\"1\""));
  EXPECT_THAT(xml, HasSubstr("<failure type=\"undecided\""));
}

TEST(ReviewFile, ComesBackAsItWentOut) {
  std::vector<ReviewItem> items = Delivery(2, 3, 1).items;
  items[0].drive = "a,\"b\"\n";
  items[1].label = "=1+1";
  items[2].verdict = Verdict::defect;
  items[2].faults = {Fault::size, Fault::heading};
  items[2].reviewer = "-me";
  items[2].reason = "'quoted";
  items[3].suppress = true;
  items[3].reviewer = "x";
  items[3].reason = "reflection";
  items[4].probability = 0.1;
  const auto path = std::filesystem::path(testing::TempDir()) / "concord_gate_queue.csv";
  std::ofstream(path) << review_csv(items);
  const std::vector<std::filesystem::path> paths{path};
  const auto read = read_review(paths);
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_EQ(review_csv(*read), review_csv(items));
  EXPECT_EQ((*read)[1].label, "=1+1");
  EXPECT_EQ((*read)[2].faults, items[2].faults);
}

TEST(ReviewFile, NamesTheLineOfWhatIsWrong) {
  const auto path = std::filesystem::path(testing::TempDir()) / "concord_gate_verdicts.csv";
  const std::vector<std::filesystem::path> paths{path};
  const std::string good = "label,d,own,0,1,t,car,0-30,,risk,0.5,0.1,final,review,";
  const auto error_of = [&](const std::string& rows) {
    std::ofstream(path) << review_columns() << "\n" << rows;
    const auto read = read_review(paths);
    return read.ok() ? std::string() : read.error().text();
  };
  EXPECT_EQ(error_of(good + ",clean,,,,\n"), "");
  EXPECT_EQ(error_of("\n\n" + good + ",,,,,\n"), "");
  EXPECT_THAT(error_of(good + ",clean,,,,\n" + good + ",clean,,,,\n"),
              HasSubstr("concord_gate_verdicts.csv:3: is about the label"));
  EXPECT_THAT(error_of(good + ",fine,,,,\n"), HasSubstr("concord_gate_verdicts.csv:2: verdict 'fine'"));
  EXPECT_THAT(error_of(good + ",defect,,,,\n"), HasSubstr("a defect without faults"));
  EXPECT_THAT(error_of(good + ",clean,size,,,\n"), HasSubstr("faults of what is no defect"));
  EXPECT_THAT(error_of(good + ",defect,sise,,,\n"), HasSubstr("fault 'sise'"));
  EXPECT_THAT(error_of(good + ",clean,,,,yes\n"), HasSubstr("suppresses without"));
  EXPECT_THAT(error_of(good + ",clean,,me,seen,maybe\n"), HasSubstr("suppress 'maybe'"));
  EXPECT_THAT(error_of("label,d\n"), HasSubstr("2 columns"));
  EXPECT_THAT(error_of("label,d,\"own\n"), HasSubstr("a broken quote"));
  for (const char* probability : {"0", "1.1", "-1", "nan", "x", ""}) {
    EXPECT_THAT(error_of(std::string("label,d,own,0,1,t,car,0-30,,risk,") + probability + ",0,final,review,,,,,,\n"),
                HasSubstr("concord_gate_verdicts.csv:2"))
        << probability;
  }
  EXPECT_THAT(error_of("object_second,d,own,0,1,t,car,0-30,,risk,1,0,final,review,,,,,,\n"), HasSubstr("unit"));
  EXPECT_THAT(error_of("label,d,own,0,,t,car,0-30,,risk,1,0,final,review,,,,,,\n"), HasSubstr("no drive, or no label"));
  std::ofstream(path) << "a,b\n";
  EXPECT_FALSE(read_review(paths).ok());
  std::ofstream(path, std::ios::trunc).close();
  EXPECT_FALSE(read_review(paths).ok());
}

TEST(ComparisonFile, RefusesWhatIsNone) {
  const auto path = std::filesystem::path(testing::TempDir()) / "concord_gate_gold.json";
  const auto error_of = [&](const std::string& text) {
    std::ofstream(path) << text;
    const auto read = read_comparison("first_pass=" + path.string());
    if (read.ok()) {
      EXPECT_EQ(read->stage, ReviewStage::first_pass);
    }
    return read.ok() ? std::string() : read.error().text();
  };
  const std::string drive = R"({"drive": "d", "class": "car", "reference": 3, "reference_matched": 2, )";
  const auto with = [&](const std::string& rest) {
    return R"({"candidates": [{"by_drive": [)" + drive + rest + R"(}], "agreement": []}]})";
  };
  EXPECT_EQ(error_of(with(R"("distances_m": [[0.1, 2]])")), "");
  EXPECT_THAT(error_of(with(R"("distances_m": [[0.1, 3]])")), HasSubstr("distances_m"));
  EXPECT_THAT(error_of(with(R"("distances_m": [[0.1, -3]])")), HasSubstr("distances_m"));
  EXPECT_THAT(error_of(with(R"("distances_m": [1])")), HasSubstr("distances_m"));
  EXPECT_THAT(error_of(with(R"("distances": [])")), HasSubstr("distances_m"));
  EXPECT_THAT(error_of("{}"), HasSubstr("candidates"));
  EXPECT_THAT(error_of("[1]"), HasSubstr("candidates"));
  EXPECT_THAT(error_of("{"), HasSubstr("no JSON"));
  EXPECT_THAT(error_of(R"({"candidates": []})"), HasSubstr("compares 0"));
  EXPECT_THAT(error_of(R"({"candidates": [1, 2]})"), HasSubstr("compares 2"));
  EXPECT_THAT(error_of(R"({"candidates": [1]})"), HasSubstr("by_drive"));
}

}  // namespace
}  // namespace concord
