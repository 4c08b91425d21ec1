#include <fmt/format.h>
#include <cstdio>
#include <map>
#include <memory>

#include "concord/synth.hpp"
#include "tools/commands/command.hpp"

namespace concord::tools {
namespace {

struct SynthArguments {
  std::string out;
  std::map<std::string, std::string> values;  ///< by key, as typed
  std::string clouds = "pcd";
};

int run(const SynthArguments& arguments) {
  std::string text;
  for (const auto& [key, value] : arguments.values) {
    if (!value.empty()) text += (text.empty() ? "" : ",") + key + "=" + value;
  }
  const auto options = parse_synth_options(text);
  if (!options) {
    print_error(options.error().text());
    return kCouldNotRun;
  }
  const SynthClouds clouds = arguments.clouds == "none" ? SynthClouds::none : SynthClouds::pcd;
  if (const auto written = write_synthetic(*options, clouds, arguments.out); !written) {
    print_error(written.error().text());
    return kCouldNotRun;
  }
  fmt::print(stdout, "{} drives of {} frames -> {}\nin memory: {}\n", options->drives, options->frames, arguments.out,
             to_string(*options));
  return kClean;
}

void add(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<SynthArguments>();
  CLI::App* command = app.add_subcommand("synth", "Simulate drives and write them as OpenLABEL with point clouds");
  command->add_option("OUT", arguments->out, "New or empty folder")->required();
  command->add_option("--clouds", arguments->clouds, "pcd, or none to simulate them again whenever they are read")
      ->check(CLI::IsMember({"pcd", "none"}))
      ->capture_default_str();
  for (const SynthKey& key : synth_keys()) {
    std::string option = "--" + std::string(key.name);
    for (char& c : option) c = c == '_' ? '-' : c;
    const std::string range =
        key.values.empty() ? fmt::format("{:.17g} to {:.17g}", key.minimum, key.maximum) : std::string(key.values);
    command
        ->add_option(option, arguments->values[std::string(key.name)],
                     fmt::format("{} ({}; {})", key.help, range, key.default_value))
        ->type_name("");
  }
  command->footer("Example: concord synth made --seed 7 --drives 2 --frames 50 && concord validate made --out reports");
  command->callback([arguments, &exit_code] { exit_code = run(*arguments); });
}

const RegisterCommand kRegistered{70, add};

}  // namespace
}  // namespace concord::tools
