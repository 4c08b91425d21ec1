#include "concord/compare.hpp"

#include <gmock/gmock.h>
#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "src/stats/comparison_tally.hpp"
#include "tests/support/test_data.hpp"
#include "tools/output/comparison.hpp"

namespace concord::tests {
namespace {

/// A drive with a reference and two candidates that move, miss, invent and confuse labels at random.
Drive noisy_drive(int number) {
  std::mt19937_64 random(static_cast<std::uint64_t>(number) + 1);
  const auto uniform = [&] { return static_cast<double>(random() >> 11U) * 0x1p-53; };
  Drive drive;
  drive.name = "drive" + std::to_string(number);
  drive.taxonomy = std::make_shared<const Taxonomy>(std::move(Taxonomy::builtin("")).value());
  constexpr std::uint32_t kFrames = 12;
  for (std::uint32_t frame = 0; frame < kFrames; ++frame) {
    drive.frames.push_back(std::to_string(frame), frame * TimeNs{100'000'000}, std::nullopt);
  }
  drive.label_sets.resize(3);
  const std::array<ClassCode, 3> classes{*drive.taxonomy->find("car"), *drive.taxonomy->find("van"),
                                         *drive.taxonomy->find("pedestrian")};
  for (std::size_t s = 0; s < 3; ++s) drive.label_sets[s].name = "set" + std::to_string(s);
  for (std::uint32_t frame = 0; frame < kFrames; ++frame) {
    for (int object = 0; object < 9; ++object) {
      const Vec3 center_m(8.0 * object - 30, 5 + 0.3 * frame, 1);
      for (LabelSet& set : drive.label_sets) {
        const bool is_reference = set.name == "set0";
        if (!is_reference && uniform() < 0.15) continue;
        const double noise = is_reference ? 0 : 0.3;
        Cuboid box{center_m + noise * Vec3(uniform() - 0.5, uniform() - 0.5, uniform() - 0.5), Vec3(4, 1.8, 1.5),
                   quat_from_ypr(0.3 + noise * (uniform() - 0.5), 0, 0)};
        if (!is_reference && uniform() < 0.05) box.center_m.y() += 20;  // an invention
        const std::size_t other = !is_reference && uniform() < 0.1 ? 1 : 0;
        const std::uint32_t row =
            set.push_back(frame, std::to_string(frame) + ":" + std::to_string(object),
                          set.tracks.intern(std::to_string(object)), classes[(object + other) % 3], "", box);
        set.occlusion_level.set(row, static_cast<std::int8_t>(object % 3));
        if (!is_reference) set.score.set(row, uniform());
        set.annotator.set(row, set.provenance.intern(object % 2 == 0 ? "ann" : "ben"));
      }
    }
  }
  for (LabelSet& set : drive.label_sets) set.finish(kFrames);
  return drive;
}

stats::ComparisonRule rule_of(const Taxonomy& taxonomy, MatchBy by) {
  stats::ComparisonRule rule;
  rule.by = by;
  rule.match.distance = by == MatchBy::distance;
  rule.match.gate.assign(taxonomy.size(), by == MatchBy::distance ? 2 : 0.3);
  return rule;
}

void add_drive(const Drive& drive, stats::ComparisonTally& tally) {
  const auto measurer = std::move(Measurer::create({.device = "cpu", .threads = 1})).value();
  stats::DriveSets sets;
  sets.drive = &drive;
  sets.nuscenes = true;
  sets.covered.assign(3, std::vector<std::uint8_t>(drive.frames.size(), 1));
  for (const LabelSet& set : drive.label_sets) sets.sets.push_back(&set);
  for (std::size_t second = 1; second < 3; ++second) {
    for (std::size_t first = 0; first < second; ++first) {
      const LabelSet& a = drive.label_sets[first];
      const LabelSet& b = drive.label_sets[second];
      sets.measured.push_back({first, second, std::move(measurer->measure_between(drive, first, second)).value(),
                               measure_centre_pairs(a, measure_centres(drive, a), b, measure_centres(drive, b), 4)});
    }
  }
  tally.add(sets);
}

void add_drives(int first, int last, stats::ComparisonTally& tally) {
  for (int number = first; number < last; ++number) add_drive(noisy_drive(number), tally);
}

/// Whole numbers are equal, others within 1e-9.
void expect_same(const nlohmann::json& a, const nlohmann::json& b, const std::string& place) {
  ASSERT_EQ(a.type(), b.type()) << place;
  if (a.is_object()) {
    for (const auto& [key, value] : a.items()) expect_same(value, b.at(key), place + "/" + key);
  } else if (a.is_array()) {
    ASSERT_EQ(a.size(), b.size()) << place;
    for (std::size_t i = 0; i < a.size(); ++i) expect_same(a[i], b[i], place + "/" + std::to_string(i));
  } else if (a.is_number_float()) {
    EXPECT_NEAR(a.get<double>(), b.get<double>(), 1e-9) << place;
  } else {
    EXPECT_EQ(a, b) << place;
  }
}

TEST(Compare, AnyPartitionOfTheDrivesMergesToTheSame) {
  const Taxonomy taxonomy = std::move(Taxonomy::builtin("")).value();
  for (const MatchBy by : {MatchBy::iou_3d, MatchBy::distance}) {
    const auto tally = [&] { return stats::ComparisonTally(2, rule_of(taxonomy, by), &measure_offsets); };
    auto whole = tally();
    add_drives(0, 7, whole);
    const auto expected = nlohmann::json::parse(tools::comparison_json(whole.finish(taxonomy)));
    EXPECT_GT(expected["candidates"][0]["recall"], 0.7);
    EXPECT_LT(expected["candidates"][0]["recall"], 0.95);
    EXPECT_LT(expected["candidates"][0]["kappa"], 0.99);
    EXPECT_GT(expected["candidates"][1]["hota"], 0.2);
    EXPECT_GT(expected["agreement"].size(), 3U);
    EXPECT_GT(expected["candidates"][0]["nuscenes"]["map"], 0.1);
    for (const std::vector<int>& cuts : std::vector<std::vector<int>>{{0, 3, 7}, {0, 1, 2, 6, 7}}) {
      auto merged = tally();
      for (std::size_t i = cuts.size() - 1; i > 0; --i) {
        auto part = tally();
        add_drives(cuts[i - 1], cuts[i], part);
        merged.merge(part);
      }
      expect_same(expected, nlohmann::json::parse(tools::comparison_json(merged.finish(taxonomy))), "");
    }
  }
}

TEST(Compare, BrokenLabelsAreMissesAndInventions) {
  const Taxonomy taxonomy = std::move(Taxonomy::builtin("")).value();
  Drive drive = noisy_drive(1);
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  for (LabelSet& set : drive.label_sets) {
    for (std::size_t row = 0; row < set.size(); ++row) {
      Cuboid box = set.cuboid.at(row);
      if (row % 4 == 0) box.center_m.x() = kNan;
      if (row % 4 == 1) box.size_m.y() = -1;
      if (row % 4 == 2) box.rotation = Quat(0, 0, 0, 0);
      if (row % 4 == 3) box.center_m *= 1e300;
      set.cuboid.set(row, box);
    }
  }
  for (const MatchBy by : {MatchBy::iou_3d, MatchBy::distance}) {
    stats::ComparisonTally tally(2, rule_of(taxonomy, by), &measure_offsets);
    add_drive(drive, tally);
    const Comparison comparison = tally.finish(taxonomy);
    const SliceScore& all = comparison.candidates[0].slices.front();
    EXPECT_EQ(all.reference, std::ssize(drive.label_sets[0].frame));
    EXPECT_EQ(all.candidate, std::ssize(drive.label_sets[1].frame));
    if (by == MatchBy::iou_3d) {
      EXPECT_EQ(all.reference_matched, 0);
    }
    EXPECT_TRUE(nlohmann::json::accept(tools::comparison_json(comparison)));
    EXPECT_THAT(tools::comparison_table(comparison), testing::Not(testing::HasSubstr("nan")));
  }
}

TEST(Compare, ADimensionOfTooManyValuesMakesNoSlices) {
  const Taxonomy taxonomy = std::move(Taxonomy::builtin("")).value();
  const auto tally = [&] { return stats::ComparisonTally(2, rule_of(taxonomy, MatchBy::iou_3d), &measure_offsets); };
  auto whole = tally();
  auto merged = tally();
  for (int number = 0; number < 8; ++number) {
    Drive drive = noisy_drive(number);
    for (LabelSet& set : drive.label_sets) {
      for (std::uint32_t row = 0; row < set.size(); ++row) {
        set.annotator.set(row, set.provenance.intern(drive.name + " " + std::to_string(row)));
      }
    }
    auto part = tally();
    add_drive(drive, part);
    add_drive(drive, whole);
    merged.merge(part);
  }
  for (const Comparison& comparison : {whole.finish(taxonomy), merged.finish(taxonomy)}) {
    for (const SliceScore& slice : comparison.candidates[0].slices) EXPECT_NE(slice.dimension, "annotator");
    EXPECT_THAT(comparison.notes, testing::Contains(testing::HasSubstr("annotator")));
  }
}

TEST(Compare, EmptyLabelSetsHaveNoShares) {
  const Taxonomy taxonomy = std::move(Taxonomy::builtin("")).value();
  Drive drive = noisy_drive(1);
  for (LabelSet& set : drive.label_sets) {
    set = LabelSet();
    set.finish(drive.frames.size());
  }
  stats::ComparisonTally tally(2, rule_of(taxonomy, MatchBy::iou_3d), &measure_offsets);
  add_drive(drive, tally);
  const auto json = nlohmann::json::parse(tools::comparison_json(tally.finish(taxonomy)));
  for (const char* key : {"precision", "recall", "f1", "kappa", "hota", "idf1", "mota"}) {
    EXPECT_TRUE(json["candidates"][0][key].is_null()) << key;
  }
}

CompareOptions kitti_options(const std::string& name, const std::filesystem::path& path) {
  CompareOptions options;
  options.reference = test_data_dir() / "kitti_tracking/training";
  options.candidates = {{name, path}};
  options.device.device = "cpu";
  return options;
}

// One annotation in two formats: the object benchmark's files are rounded to centimetres.
TEST(Compare, KittiObjectLabelsAgreeWithTheirTrackingLabels) {
  CONCORD_NEEDS_DATA("kitti_object/of_tracking");
  const TemporaryFolder folder;
  const auto data = test_data_dir() / "kitti_object/of_tracking";
  auto options = kitti_options("object", data);
  options.frame_map = folder.path() / "map.csv";
  std::ifstream frames(data / "frames.csv");
  std::ofstream map(*options.frame_map);
  map << "candidate_drive,candidate_frame,reference_drive,reference_frame\n";
  std::string line;
  std::getline(frames, line);
  std::int64_t boxes = 0;
  while (std::getline(frames, line)) {
    const std::string object = line.substr(0, line.find(','));
    const std::size_t last = line.rfind(',');
    map << object << "," << object << line.substr(object.size(), last - object.size()) << "\n";
    boxes += std::stoll(line.substr(last + 1));
  }
  map.close();
  const auto comparison = compare(options);
  ASSERT_TRUE(comparison) << comparison.error().text();
  const PairComparison& pair = comparison->candidates.at(0);
  const SliceScore& all = pair.slices.front();
  EXPECT_EQ(pair.frames, 33);
  EXPECT_EQ(all.candidate, boxes);
  EXPECT_EQ(all.reference, boxes);
  EXPECT_EQ(all.f1(), 1);
  EXPECT_EQ(pair.candidate_not_checked, 0);
  for (const ConfusionCell& cell : pair.confusion) EXPECT_EQ(cell.reference, cell.candidate);
  EXPECT_EQ(pair.agreement.front().kappa.value, 1);
  for (const ErrorSummary& error : all.errors) {
    if (error.unit == "m") {
      EXPECT_LE(error.largest, 0.011) << error.error;
    }
    if (error.unit == "rad") {
      EXPECT_LE(error.largest, 0.00501) << error.error;
    }
  }
  for (const AgreementScore& score : pair.agreement) {
    if (score.variable == "occlusion") {
      EXPECT_EQ(score.kappa.value, 1);
    }
  }
  EXPECT_TRUE(pair.tracking.empty()) << "object labels have no tracks";
}

TEST(Compare, ADatasetAgreesWithItself) {
  CONCORD_NEEDS_DATA("kitti_tracking");
  auto options = kitti_options("again", test_data_dir() / "kitti_tracking/training");
  options.drives = {"0003"};
  const auto comparison = compare(options);
  ASSERT_TRUE(comparison) << comparison.error().text();
  const PairComparison& pair = comparison->candidates.at(0);
  EXPECT_EQ(pair.slices.front().f1(), 1);
  EXPECT_NEAR(pair.tracking.front().hota, 1, 1e-12);
  EXPECT_EQ(pair.tracking.front().idf1, 1);
  EXPECT_EQ(pair.tracking.front().mota, 1);
  EXPECT_EQ(comparison->spread.front().iou_mean, 1);
  EXPECT_EQ(comparison->spread.front().iou_variance, 0);
}

TEST(Compare, TheNamesOfSingleDrivesAreNoMatter) {
  CONCORD_NEEDS_DATA("kitti_tracking");
  const TemporaryFolder folder;
  auto options = kitti_options("renamed", folder.path());
  for (const char* part : {"label_02", "calib", "oxts"}) {
    std::filesystem::create_directories(folder.path() / part);
    std::filesystem::copy(options.reference / part / "0003.txt", folder.path() / part / "0099.txt");
  }
  EXPECT_FALSE(compare(options)) << "of seven drives none is called 0099";
  options.drives = {"0003"};
  const auto comparison = compare(options);
  ASSERT_TRUE(comparison) << comparison.error().text();
  EXPECT_EQ(comparison->candidates.at(0).slices.front().f1(), 1);
}

TEST(Compare, SaysWhatIsWrongWithItsOptions) {
  CONCORD_NEEDS_DATA("kitti_tracking");
  const auto error_of = [](const CompareOptions& options) {
    const auto comparison = compare(options);
    return comparison ? std::string("no error") : comparison.error().text();
  };
  const auto same = kitti_options("again", test_data_dir() / "kitti_tracking/training");
  auto options = same;
  options.classes = {"kar"};
  EXPECT_THAT(error_of(options), testing::HasSubstr("did you mean car"));
  options = same;
  options.class_gates = {{"car", 1.5}};
  EXPECT_THAT(error_of(options), testing::HasSubstr("--gate"));
  options = same;
  options.candidates.push_back(options.candidates.front());
  EXPECT_THAT(error_of(options), testing::HasSubstr("two candidates are called 'again'"));
  options = same;
  options.candidates = {{"none", test_data_dir() / "nowhere"}};
  EXPECT_NE(error_of(options), "no error");
  options = same;
  options.drives = {"9999"};
  EXPECT_THAT(error_of(options), testing::HasSubstr("9999"));
  const TemporaryFolder folder;
  options = same;
  options.frame_map = folder.path() / "map.csv";
  std::ofstream(*options.frame_map) << "candidate_drive,candidate_frame\na,b\n";
  EXPECT_THAT(error_of(options), testing::HasSubstr("has no column reference_drive"));
}

}  // namespace
}  // namespace concord::tests
