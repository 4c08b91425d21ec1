// Recall, precision and false alarms of the checks that look at point clouds, on errors seeded into synthetic drives
// and into real labelled clouds. Writes tests/bench/POINT_CHECKS.md (tools/bench.sh --point-checks).

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <set>

#include "concord/dataset.hpp"
#include "concord/judge.hpp"
#include "concord/measure.hpp"
#include "concord/synth.hpp"
#include "src/pipeline/clouds.hpp"
#include "tests/bench/point_checks/seeded.hpp"

namespace concord::bench {
namespace {

constexpr std::size_t kMemory = std::size_t{2} << 30U;
constexpr std::array<const char*, 3> kBands{"0-30", "30-50", "50+"};

/// Checks that need clouds: only these are this page's subject; what all checks find together stands beside it.
bool needs_clouds(std::string_view check) {
  const CheckInfo* info = find_check(check);
  return info != nullptr && std::find(info->inputs.begin(), info->inputs.end(), "point clouds") != info->inputs.end();
}

struct Count {
  std::uint64_t hits = 0, of = 0;
  [[nodiscard]] std::string text() const {
    return of == 0 ? "-" : fmt::format("{:.2f} {}/{}", static_cast<double>(hits) / static_cast<double>(of), hits, of);
  }
};

struct Tally {
  struct Recall {
    Count by_points, by_any;
  };
  std::map<std::size_t, Recall> kinds;
  std::map<std::pair<std::size_t, std::string>, Recall> groups, bands;
  std::map<std::string, Count> precision;  ///< check -> hits of new findings
  std::map<std::string, std::array<Count, 3>> precision_by_band;
  std::map<std::string, std::array<std::uint64_t, 3>> alarms, examined;  ///< on the untouched drive, by range band
  std::map<std::string, std::map<std::string, std::uint64_t>> which;     ///< kind -> check -> errors hit
  std::uint64_t labels = 0, point_alarms = 0, boxes_with_points = 0;
};

std::size_t band_of(double range_m) { return range_m < 30 ? 0 : (range_m < 50 ? 1 : 2); }

class Bench {
 public:
  explicit Bench(std::unique_ptr<Measurer> measurer) : measurer_(std::move(measurer)) {}

  Judgement judged(const Drive& drive, std::vector<LabelSetMeasurements>* kept = nullptr) {
    auto measured = measurer_->measure(drive).value();
    const std::atomic<bool> cancel{false};
    (void)pipeline::measure_clouds(drive, *measurer_, {kMemory, true}, cancel, measured).value();
    Judgement judgement = judge(drive, measured, Profile(), {}).value();
    if (kept != nullptr) *kept = std::move(measured);
    return judgement;
  }

  void add(const Drive& drive, std::uint64_t seed, int copies, Tally& tally, bool only_frames_with_clouds) {
    std::vector<LabelSetMeasurements> measured;
    const Judgement untouched = judged(drive, &measured);
    const LabelSet& set = drive.label_sets[0];
    std::vector<std::uint8_t> only;
    if (only_frames_with_clouds) {
      only.assign(drive.frames.size(), 0);
      for (std::uint32_t f = 0; f < only.size(); ++f) only[f] = measured[0].clouds.measured(f) ? 1 : 0;
    }
    for (std::uint32_t row = 0; row < set.size(); ++row) {
      const bool counts =
          measured[0].clouds.measured(set.frame[row]) && !drive.taxonomy->at(set.class_code[row]).ignore;
      tally.labels += counts ? 1 : 0;
      tally.boxes_with_points += counts && measured[0].points.inside[row] > 0 ? 1 : 0;
    }
    for (const ExposureRow& row : untouched.exposure) {
      const auto band = std::find(kBands.begin(), kBands.end(), row.range_band) - kBands.begin();
      tally.examined[row.check][static_cast<std::size_t>(band)] += row.labels;
    }
    for (const Finding& finding : untouched.findings) {
      ++tally.alarms[finding.check][band_of(range_of(drive, finding))];
      tally.point_alarms += needs_clouds(finding.check) ? 1 : 0;
    }
    std::mt19937_64 random(seed);
    for (int copy = 0; copy < copies; ++copy) {
      const SeededDrive seeded = seed_errors(drive, only, random);
      count(seeded, untouched, judged(seeded.drive), tally);
    }
  }

 private:
  static double range_of(const Drive& drive, const Finding& finding) {
    Vec3 place(finding.x_m, finding.y_m, finding.z_m);
    if (!place.allFinite()) return 0;
    if (finding.frame_index < drive.frames.size() && drive.frames.has_pose(finding.frame_index)) {
      place = drive.frames.T_world_ego[finding.frame_index].inverse() * place;
    }
    return place.head<2>().norm();
  }

  static bool overlap(const Finding& finding, std::uint32_t first, std::uint32_t last) {
    return finding.frame_index <= last + 1 && first <= finding.frame_index_end + 1;
  }

  static bool is_about(const Finding& finding, const SeededError& error) {
    if (!overlap(finding, error.first_frame, error.last_frame)) return false;
    if (!error.track.empty() && (finding.track == error.track || finding.other_track == error.track)) return true;
    if (finding.label == error.label) return true;
    const bool is_drop = seeded_kinds()[error.kind].what >= SeededKind::What::drop_inside &&
                         seeded_kinds()[error.kind].what <= SeededKind::What::drop_end;
    // An object said to be missing has no name: its points do.
    constexpr double kNear_m = 6;
    return is_drop && finding.track.empty() && finding.fault == Fault::missing &&
           (Vec3(finding.x_m, finding.y_m, finding.z_m) - error.place_m).norm() < kNear_m;
  }

  void count(const SeededDrive& seeded, const Judgement& untouched, const Judgement& judgement, Tally& tally) {
    std::vector<std::uint8_t> by_points(seeded.errors.size(), 0), by_any(seeded.errors.size(), 0);
    std::vector<std::set<std::string>> checks(seeded.errors.size());
    for (const Finding& finding : judgement.findings) {
      if (finding.check == "points.stored_count_mismatch") continue;
      const bool known = std::any_of(untouched.findings.begin(), untouched.findings.end(), [&](const Finding& old) {
        return old.check == finding.check && old.track == finding.track &&
               (old.label == finding.label || (old.scope == Scope::span && finding.scope == Scope::span)) &&
               overlap(old, finding.frame_index, finding.frame_index_end);
      });
      if (known) continue;
      bool hit = false;
      for (std::size_t i = 0; i < seeded.errors.size(); ++i) {
        if (!is_about(finding, seeded.errors[i])) continue;
        hit = true;
        by_any[i] = 1;
        if (needs_clouds(finding.check)) by_points[i] = 1;
        checks[i].insert(finding.check);
      }
      if (!needs_clouds(finding.check)) continue;
      if (!hit && verbose()) {
        fmt::print(stderr, "false: {} {} {} frame {} value {:.2f} limit {:.2f}\n", seeded.drive.name, finding.check,
                   finding.track, finding.frame_index, finding.value, finding.limit);
      }
      for (Count* c : {&tally.precision[finding.check],
                       &tally.precision_by_band[finding.check][band_of(range_of(seeded.drive, finding))]}) {
        c->hits += hit ? 1 : 0;
        ++c->of;
      }
    }
    for (std::size_t i = 0; i < seeded.errors.size(); ++i) {
      const SeededError& error = seeded.errors[i];
      for (Tally::Recall* recall : {&tally.kinds[error.kind], &tally.groups[{error.kind, error.class_group}],
                                    &tally.bands[{error.kind, kBands[band_of(error.range_m)]}]}) {
        recall->by_points.hits += by_points[i];
        ++recall->by_points.of;
        recall->by_any.hits += by_any[i];
        ++recall->by_any.of;
      }
      for (const std::string& check : checks[i]) ++tally.which[seeded_kinds()[error.kind].name][check];
    }
  }

  static bool verbose() { return std::getenv("CONCORD_BENCH_VERBOSE") != nullptr; }

  std::unique_ptr<Measurer> measurer_;
};

void write(std::ostream& out, const std::string& title, const Tally& tally) {
  out << fmt::format("\n## {}\n\n{} labels with a cloud, {} of them with a point; {} errors seeded.\n", title,
                     tally.labels, tally.boxes_with_points, [&] {
                       std::uint64_t all = 0;
                       for (const auto& [kind, recall] : tally.kinds) all += recall.by_any.of;
                       return all;
                     }());
  out << "\nRecall, by findings of the checks that need clouds; beside it by any check.\n\n";
  out << "| error | all | any check | 0-30 m | 30-50 m | 50+ m | vehicle | two_wheeler | person | other |\n"
      << "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
  for (const auto& [kind, recall] : tally.kinds) {
    out << "| " << seeded_kinds()[kind].name << " | " << recall.by_points.text() << " | " << recall.by_any.text();
    const auto cell = [&, kind = kind](const auto& table, const std::string& name) {
      const auto found = table.find({kind, name});
      out << " | " << (found == table.end() ? "-" : found->second.by_points.text());
    };
    for (const char* band : kBands) cell(tally.bands, band);
    for (const char* group : {"vehicle", "two_wheeler", "person", "other"}) cell(tally.groups, group);
    out << " |\n";
  }
  out << "\nPrecision: new findings that are about an error, of all new findings. False alarms: findings on the "
         "untouched "
         "drives per 1,000 labels that the check examined (an upper bound on real data).\n\n";
  out << "| check | precision | 0-30 m | 30-50 m | 50+ m | false alarms, all | 0-30 m | 30-50 m | 50+ m |\n"
      << "| --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
  for (const CheckInfo& info : checks()) {
    const std::string check(info.id);
    if (!needs_clouds(check)) continue;
    const auto precision = tally.precision.find(check);
    const auto bands = tally.precision_by_band.find(check);
    out << "| " << check << " | " << (precision == tally.precision.end() ? "-" : precision->second.text());
    for (std::size_t b = 0; b < 3; ++b)
      out << " | " << (bands == tally.precision_by_band.end() ? "-" : bands->second[b].text());
    const auto alarms = tally.alarms.find(check);
    const auto examined = tally.examined.find(check);
    std::array<std::uint64_t, 4> a{}, e{};
    for (std::size_t b = 0; b < 3; ++b) {
      a[b + 1] = alarms == tally.alarms.end() ? 0 : alarms->second[b];
      e[b + 1] = examined == tally.examined.end() ? 0 : examined->second[b];
      a[0] += a[b + 1];
      e[0] += e[b + 1];
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out << " | "
          << (e[i] == 0 ? "-"
                        : fmt::format("{:.1f} ({}/{})", 1000.0 * static_cast<double>(a[i]) / static_cast<double>(e[i]),
                                      a[i], e[i]));
    }
    out << " |\n";
  }
  out << fmt::format(
      "\nAll of them on the untouched drives: {} findings, {:.1f} per 1,000 labels.\n", tally.point_alarms,
      1000.0 * static_cast<double>(tally.point_alarms) / static_cast<double>(std::max<std::uint64_t>(tally.labels, 1)));
  out << "\nWhich check finds which error (errors hit).\n\n| error | checks |\n| --- | --- |\n";
  for (const auto& [kind, counts] : tally.which) {
    std::vector<std::pair<std::uint64_t, std::string>> order;
    for (const auto& [check, hits] : counts) order.emplace_back(hits, check);
    std::sort(order.rbegin(), order.rend());
    out << "| " << kind << " | ";
    for (std::size_t i = 0; i < std::min<std::size_t>(order.size(), 6); ++i) {
      out << (i > 0 ? ", " : "") << order[i].second << " " << order[i].first;
    }
    out << " |\n";
  }
}

std::vector<Drive> drives_of(const std::filesystem::path& input, const std::string& format,
                             const std::vector<std::string>& names = {}) {
  auto dataset = open_dataset(input, format, {});
  if (!dataset) return {};
  std::vector<Drive> drives;
  for (std::size_t i = 0; i < (*dataset)->drives().size(); ++i) {
    if (!names.empty() && std::find(names.begin(), names.end(), (*dataset)->drives()[i].name) == names.end()) continue;
    drives.push_back((*dataset)->read(i).value());
  }
  return drives;
}

struct Arguments {
  std::uint64_t first_seed = 900, seeds = 12;
  int frames = 60, copies = 3, real_copies = 20;
  std::string out = "tests/bench/POINT_CHECKS.md";
};

int run(const Arguments& arguments) {
  Bench bench(Measurer::create({.device = "cpu"}).value());
  Tally synthetic;
  for (std::uint64_t seed = arguments.first_seed; seed < arguments.first_seed + arguments.seeds; ++seed) {
    const auto input = fmt::format("synthetic:seed={},frames={}", seed, arguments.frames);
    for (const Drive& drive : drives_of(input, "synthetic")) bench.add(drive, seed, arguments.copies, synthetic, false);
  }
  std::ofstream file;
  if (arguments.out != "-") file.open(arguments.out);
  std::ostream& out = arguments.out == "-" ? std::cout : file;
  out << "# Checks of labels against the point cloud, on seeded errors\n\n"
      << fmt::format(
             "Made by `tools/bench.sh --point-checks --seed {} --seeds {} --frames {} --copies {} --real-copies {}`. "
             "Seeds\n"
             "from 900 on are kept for this page: choose limits on lower ones, and on none of the real clouds. Of an "
             "error\n"
             "the finding must name the track or label and come within one frame; of a dropped one the points may lie\n"
             "within 6 m. points.stored_count_mismatch counts as no hit. What was looked at by hand:\n"
             "[POINT_FINDINGS.md](POINT_FINDINGS.md).\n",
             arguments.first_seed, arguments.seeds, arguments.frames, arguments.copies, arguments.real_copies);
  write(
      out,
      fmt::format("Synthetic drives, seeds {} to {}", arguments.first_seed, arguments.first_seed + arguments.seeds - 1),
      synthetic);
  const char* folder = std::getenv("CONCORD_TEST_DATA");
  const std::filesystem::path data = folder != nullptr ? folder : "../shared/data";
  if (arguments.real_copies > 0 && std::filesystem::is_directory(data)) {
    const std::vector<std::pair<std::string, std::vector<Drive>>> real{
        {"KITTI object", drives_of(data / "kitti_object", "kitti_object")},
        {"nuScenes, one sample", drives_of(data / "nuscenes", "nuscenes", {"scene-0061-first-sample"})},
        {"Argoverse 2, two sweeps", drives_of(data / "argoverse2", "argoverse2")}};
    for (const auto& [name, drives] : real) {
      Tally tally;
      for (const Drive& drive : drives) bench.add(drive, 7, arguments.real_copies, tally, true);
      write(out, name, tally);
    }
  }
  return 0;
}

}  // namespace
}  // namespace concord::bench

int main(int argc, char** argv) {
  concord::bench::Arguments arguments;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string_view name = argv[i];
    const std::string value = argv[i + 1];
    if (name == "--seed") arguments.first_seed = std::stoull(value);
    if (name == "--seeds") arguments.seeds = std::stoull(value);
    if (name == "--frames") arguments.frames = std::stoi(value);
    if (name == "--copies") arguments.copies = std::stoi(value);
    if (name == "--real-copies") arguments.real_copies = std::stoi(value);
    if (name == "--out") arguments.out = value;
  }
  return concord::bench::run(arguments);
}
