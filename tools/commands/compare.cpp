#include "concord/compare.hpp"

#include <fmt/format.h>
#include <charconv>
#include <cstdio>
#include <map>
#include <memory>

#include "concord/text.hpp"
#include "tools/commands/command.hpp"
#include "tools/commands/memory_size.hpp"
#include "tools/output/comparison.hpp"

namespace concord::tools {
namespace {

struct CompareArguments {
  CompareOptions options;
  std::string reference;
  std::vector<std::string> candidates;
  std::vector<std::string> gates;
  std::string match = "iou3d";
  std::string format = "table";
  std::string memory = "2G";
  std::string taxonomy, mapping, frame_map;
};

/// `NAME=PATH`, or a path, which then gives the name.
CompareOptions::Candidate candidate_of(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals != std::string::npos && equals > 0 && text.find('/') > equals) {
    return {text.substr(0, equals), text.substr(equals + 1)};
  }
  std::filesystem::path path(text);
  if (!path.has_filename()) path = path.parent_path();
  const std::string stem = path.stem().string();
  return {stem.empty() ? text : stem, text};
}

Result<double> parse_gate(const std::string& text) {
  double gate = 0;
  const auto [rest, failure] = std::from_chars(text.data(), text.data() + text.size(), gate);
  if (failure == std::errc() && rest == text.data() + text.size()) return gate;
  return Error{ErrorCode::invalid_argument, "'" + text + "' is no number", "--gate", "NUMBER or CLASS=NUMBER"};
}

Result<void> complete(CompareArguments& arguments) {
  static const std::map<std::string, MatchBy> kMatches{
      {"iou3d", MatchBy::iou_3d}, {"bev", MatchBy::iou_bev}, {"distance", MatchBy::distance}};
  CompareOptions& options = arguments.options;
  options.reference = arguments.reference;
  for (const std::string& candidate : arguments.candidates) options.candidates.push_back(candidate_of(candidate));
  options.match_by = kMatches.at(arguments.match);
  for (const std::string& gate : arguments.gates) {
    const std::size_t equals = gate.find('=');
    if (equals == std::string::npos) {
      CONCORD_ASSIGN_OR_RETURN(options.gate, parse_gate(gate));
    } else {
      CONCORD_ASSIGN_OR_RETURN(options.class_gates[gate.substr(0, equals)], parse_gate(gate.substr(equals + 1)));
    }
  }
  CONCORD_RETURN_IF_ERROR(bound_memory(arguments.memory, options.device));
  if (!arguments.taxonomy.empty()) options.open.taxonomy = arguments.taxonomy;
  if (!arguments.mapping.empty()) options.open.mapping = arguments.mapping;
  if (!arguments.frame_map.empty()) options.frame_map = arguments.frame_map;
  return {};
}

int run(CompareArguments& arguments) {
  if (const auto completed = complete(arguments); !completed) {
    print_error(completed.error().text());
    return kCouldNotRun;
  }
  const auto comparison = compare(arguments.options);
  if (!comparison) {
    print_error(comparison.error().text());
    return kCouldNotRun;
  }
  const std::string text = arguments.format == "json"  ? comparison_json(*comparison)
                           : arguments.format == "csv" ? comparison_csv(*comparison)
                                                       : comparison_table(*comparison);
  fmt::print("{}", text);
  if (arguments.format == "csv") {
    for (const std::string& note : comparison->notes) fmt::print(stderr, "note: {}\n", printable(note));
  }
  return comparison->incomplete ? kCouldNotRun : kClean;
}

void add(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<CompareArguments>();
  CompareOptions& options = arguments->options;
  CLI::App* command = app.add_subcommand("compare", "Hold label sets against a reference: what agrees, and how well");
  command->add_option("REFERENCE", arguments->reference, "Dataset whose labels are the reference")->required();
  command
      ->add_option("CANDIDATE", arguments->candidates,
                   "[NAME=]PATH: datasets with the same drives and frames, or result files of the reference's format")
      ->required();
  command->add_option("--format", arguments->format, "table, csv or json")
      ->check(CLI::IsMember({"table", "csv", "json"}))
      ->capture_default_str();
  command->add_option("--input-format", options.format, "Format of REFERENCE; recognised where not given");
  command->add_option("--drives", options.drives, "Only these drives")->delimiter(',');
  command->add_option("--classes", options.classes, "Only these classes and those below them")->delimiter(',');
  command->add_option("--max-range", options.max_range_m, "Only labels this near, m");
  command
      ->add_option("--match", arguments->match,
                   "What makes two labels one object: iou3d, bev (IoU of footprints) or distance (of centres)")
      ->check(CLI::IsMember({"iou3d", "bev", "distance"}))
      ->capture_default_str();
  command
      ->add_option("--gate", arguments->gates,
                   "Least IoU or largest distance in m, for all or as CLASS=NUMBER (0.5 for vehicles, else 0.25; 2 m)")
      ->delimiter(',');
  command->add_flag("--greedy", options.greedy,
                    "Let each label, by falling score, take its best partner (nuScenes), instead of the best sum");
  command->add_option("--frames", arguments->frame_map,
                      "CSV of candidate_drive,candidate_frame,reference_drive,reference_frame where names differ");
  command->add_option("--taxonomy", arguments->taxonomy, "Class mapping instead of the formats' own");
  command->add_option("--mapping", arguments->mapping, "Column mapping, for CSV datasets");
  command->add_option("--device", options.device.device, "auto, cpu, cuda or cuda:N")->capture_default_str();
  command->add_option("--threads", options.device.threads, "CPU threads; 0: all")->check(CLI::NonNegativeNumber);
  command->add_option("--memory", arguments->memory, "Bound on the buffers of one batch")->capture_default_str();
  command->add_option("--seed", options.seed, "Of the bootstrap of the intervals")->capture_default_str();
  command->footer(
      "Example:\n"
      "  concord compare kitti/training pointrcnn=results/pointrcnn_det tracker=results/tracks --classes car");
  command->callback([arguments, &exit_code] { exit_code = run(*arguments); });
}

const RegisterCommand kRegistered{62, add};

}  // namespace
}  // namespace concord::tools
