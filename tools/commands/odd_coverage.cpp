// `concord odd coverage REPORT... --odd odd.yaml`: how much of an operational design domain the reports' drives show.

#include "tools/commands/odd_coverage.hpp"

#include <fmt/format.h>
#include <array>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>

#include "concord/coverage.hpp"
#include "concord/text.hpp"
#include "tools/commands/command.hpp"
#include "tools/output/reports.hpp"

namespace concord::tools {
namespace {

using Json = nlohmann::ordered_json;
using odd::CellState;
using odd::CoverageAttribute;
using odd::CoverageCell;
using odd::CoverageResult;
using odd::Exposure;

struct Options {
  std::vector<std::string> reports;
  std::string odd;
  int t = 2;
  std::string format = "table";
  double min_coverage = -1;
};

constexpr std::array<const char*, 3> kStates{"missing", "thin", "covered"};

const char* name_of(CellState state) { return kStates[static_cast<std::size_t>(state)]; }
double seconds(const Exposure& exposure) { return static_cast<double>(exposure.duration_ns) * 1e-9; }
double kilometres(const Exposure& exposure) { return static_cast<double>(exposure.distance_mm) * 1e-6; }
std::string rate_text(const Exposure& exposure) {
  if (exposure.labels == 0) return "-";
  return fmt::format("{:.2f}", 1000.0 * static_cast<double>(exposure.findings) / static_cast<double>(exposure.labels));
}

std::string text_of(const CoverageResult& result, const CoverageCell& cell) {
  std::string text;
  for (std::size_t i = 0; i < cell.attributes.size(); ++i) {
    const CoverageAttribute& attribute = result.attributes[cell.attributes[i]];
    text += (i > 0 ? ", " : "") + attribute.name + "=" + attribute.values[cell.values[i]];
  }
  return printable(text);
}

std::string text_of(const CoverageResult& result, const odd::DriveProposal& proposal) {
  std::string text;
  for (std::size_t a = 0; a < proposal.values.size(); ++a) {
    if (proposal.values[a] == kNone) continue;
    const CoverageAttribute& attribute = result.attributes[a];
    text += (text.empty() ? "" : ", ") + attribute.name + "=" + attribute.values[proposal.values[a]];
  }
  return printable(text);
}

void print_table(const CoverageResult& r) {
  constexpr std::size_t kMostListed = 10;
  const auto part = [](const char* name, const Exposure& e) {
    fmt::print("{:<14} {:>10} frames {:>12.1f} s {:>10.3f} km {:>8} drives\n", name, e.frames, seconds(e),
               kilometres(e), e.drives);
  };
  fmt::print("{} drive{}\n", r.drives, r.drives == 1 ? "" : "s");
  part("inside", r.inside);
  part("outside", r.outside);
  part("undetermined", r.undetermined);
  if (r.frames_without_time > 0) fmt::print("note: {} frames have no time\n", r.frames_without_time);
  if (r.frames_without_distance > 0) fmt::print("note: {} frames have no distance\n", r.frames_without_distance);
  fmt::print("\n{:<44} {:>8} {:>10} {:>9} {:>7} {:>8} {:>9} {:>9} {:>7}\n", "VALUE", "FRAMES", "SECONDS", "KM",
             "DRIVES", "OBJECTS", "LABELS", "PER 1000", "TARGET");
  for (const CoverageAttribute& attribute : r.attributes) {
    for (std::size_t v = 0; v < attribute.values.size(); ++v) {
      const Exposure& e = attribute.exposure[v];
      fmt::print("{:<44} {:>8} {:>10.1f} {:>9.3f} {:>7} {:>8} {:>9} {:>9} {:>7}\n",
                 printable(attribute.name + "=" + attribute.values[v]), e.frames, seconds(e), kilometres(e), e.drives,
                 attribute.of_objects ? std::to_string(e.objects) : "-", e.labels, rate_text(e),
                 attribute.target.empty() ? "-" : fmt::format("{:.3f}", attribute.target[v]));
    }
    if (!std::isnan(attribute.distance)) {
      fmt::print("{:<44} distance from the target {:.3f}\n", printable(attribute.name), attribute.distance);
    }
  }
  for (const CellState state : {CellState::missing, CellState::thin}) {
    std::size_t listed = 0;
    for (const CoverageCell& cell : r.cells) {
      if (cell.state != state || listed == kMostListed) continue;
      if (listed++ == 0) {
        fmt::print("\n{} (the first {}; csv and json have all):\n", state == CellState::missing ? "MISSING" : "THIN",
                   kMostListed);
      }
      fmt::print("  {}", text_of(r, cell));
      if (state == CellState::thin) {
        fmt::print(": {} frames, {:.1f} s, {:.3f} km, {} drives", cell.exposure.frames, seconds(cell.exposure),
                   kilometres(cell.exposure), cell.exposure.drives);
      }
      fmt::print("\n");
    }
  }
  if (!r.proposals.empty()) fmt::print("\nRECORD NEXT (cells it would show):\n");
  for (const auto& proposal : r.proposals) fmt::print("  {:>6}  {}\n", proposal.cells, text_of(r, proposal));
  if (!r.best_drives.empty()) fmt::print("\nDRIVES THAT SHOW MOST CELLS:\n");
  for (const auto& drive : r.best_drives) fmt::print("  {:>6}  {}\n", drive.cells, printable(drive.drive));
  fmt::print("\n{}-way: {} of {} cells covered ({:.2f} %), {} thin, {} missing; {} impossible ones left out\n", r.t,
             r.covered, r.cells.size(), 100 * r.share(), r.thin, r.missing, r.impossible);
}

std::string quoted(const std::string& text) {
  std::string result = "\"";
  for (const char c : printable(text)) result += c == '"' ? std::string("\"\"") : std::string(1, c);
  return result + "\"";
}

void print_csv(const CoverageResult& r) {
  fmt::print(
      "attribute_1,value_1,attribute_2,value_2,attribute_3,value_3,state,frames,seconds,kilometres,drives,objects,"
      "labels,findings\n");
  for (const CoverageCell& cell : r.cells) {
    for (std::size_t i = 0; i < 3; ++i) {
      if (i >= cell.attributes.size()) {
        fmt::print(",,");
        continue;
      }
      const CoverageAttribute& attribute = r.attributes[cell.attributes[i]];
      fmt::print("{},{},", quoted(attribute.name), quoted(attribute.values[cell.values[i]]));
    }
    const Exposure& e = cell.exposure;
    fmt::print("{},{},{:.3f},{:.6f},{},{},{},{}\n", name_of(cell.state), e.frames, seconds(e), kilometres(e), e.drives,
               e.objects, e.labels, e.findings);
  }
}

Json json_of(const Exposure& e) {
  return {{"frames", e.frames},   {"seconds", seconds(e)}, {"kilometres", kilometres(e)}, {"drives", e.drives},
          {"objects", e.objects}, {"labels", e.labels},    {"findings", e.findings}};
}

void print_json(const CoverageResult& r) {
  Json root{{"drives", r.drives},
            {"t", r.t},
            {"cells", r.cells.size()},
            {"covered", r.covered},
            {"thin", r.thin},
            {"missing", r.missing},
            {"impossible", r.impossible},
            {"share", std::isnan(r.share()) ? Json(nullptr) : Json(r.share())},
            {"inside", json_of(r.inside)},
            {"outside", json_of(r.outside)},
            {"undetermined", json_of(r.undetermined)},
            {"frames_without_time", r.frames_without_time},
            {"frames_without_distance", r.frames_without_distance}};
  for (const CoverageAttribute& attribute : r.attributes) {
    Json values = Json::array();
    for (std::size_t v = 0; v < attribute.values.size(); ++v) {
      Json value{{"value", attribute.values[v]}};
      value.update(json_of(attribute.exposure[v]));
      value["target"] = attribute.target.empty() ? Json(nullptr) : Json(attribute.target[v]);
      values.push_back(std::move(value));
    }
    root["attributes"][attribute.name] = {
        {"of_objects", attribute.of_objects},
        {"distance", std::isnan(attribute.distance) ? Json(nullptr) : Json(attribute.distance)},
        {"values", std::move(values)}};
  }
  root["table"] = Json::array();
  for (const CoverageCell& cell : r.cells) {
    Json row{{"state", name_of(cell.state)}};
    for (std::size_t i = 0; i < cell.attributes.size(); ++i) {
      const CoverageAttribute& attribute = r.attributes[cell.attributes[i]];
      row["values"][attribute.name] = attribute.values[cell.values[i]];
    }
    row.update(json_of(cell.exposure));
    root["table"].push_back(std::move(row));
  }
  root["record_next"] = Json::array();
  for (const auto& proposal : r.proposals) {
    Json row{{"cells", proposal.cells}, {"values", Json::object()}};
    for (std::size_t a = 0; a < proposal.values.size(); ++a) {
      if (proposal.values[a] == kNone) continue;
      row["values"][r.attributes[a].name] = r.attributes[a].values[proposal.values[a]];
    }
    root["record_next"].push_back(std::move(row));
  }
  root["best_drives"] = Json::array();
  for (const auto& drive : r.best_drives)
    root["best_drives"].push_back({{"drive", drive.drive}, {"cells", drive.cells}});
  fmt::print("{}\n", root.dump(1, ' ', false, Json::error_handler_t::replace));
}

Result<CoverageResult> count(const Options& options) {
  CONCORD_ASSIGN_OR_RETURN(odd::Coverage coverage, odd::Coverage::create(options.odd, options.t));
  CONCORD_ASSIGN_OR_RETURN(const auto files, find_reports(options.reports));
  // One report at a time: a night does not fit in memory.
  for (const auto& file : files) {
    CONCORD_ASSIGN_OR_RETURN(const Report report, read_report(file));
    if (auto added = coverage.add(report); !added) {
      Error error = added.error();
      error.where = file.string();
      return error;
    }
  }
  return coverage.result();
}

int run(const Options& options) {
  const auto result = count(options);
  if (!result) {
    print_error(result.error().text());
    return kCouldNotRun;
  }
  if (options.format == "json") {
    print_json(*result);
  } else if (options.format == "csv") {
    print_csv(*result);
  } else {
    print_table(*result);
  }
  // Without cells that can be there is no share, which reaches nothing.
  const bool reaches = options.min_coverage < 0 || result->share() >= options.min_coverage;
  return reaches ? kClean : kFindings;
}

}  // namespace

void add_odd_coverage(CLI::App& odd, int& exit_code) {
  auto options = std::make_shared<Options>();
  CLI::App* command = odd.add_subcommand("coverage", "How much of an ODD the drives of reports show, and what lacks");
  command->add_option("REPORT", options->reports, "Report files, or folders of them")->required();
  command->add_option("--odd", options->odd, "Definition: OpenODD YAML, or Concord's form")->required();
  command->add_option("--t", options->t, "Attributes in a cell")->check(CLI::Range(1, 3))->capture_default_str();
  command->add_option("--format", options->format, "table, csv or json")
      ->check(CLI::IsMember({"table", "csv", "json"}))
      ->capture_default_str();
  command->add_option("--min-coverage", options->min_coverage, "Least share of covered cells, else exit code 1")
      ->check(CLI::Range(0.0, 1.0));
  command->footer(
      "Example:\n  concord odd coverage reports --odd data/odd/motorway_assist.yaml --t 2 --min-coverage 0.9\n"
      "Exit codes: 0 done, 1 less than --min-coverage, 2 could not run.");
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace concord::tools
