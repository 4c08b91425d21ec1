// `concord judge REPORT`: findings anew from kept measurements, under another profile, without the dataset.

#include <fmt/format.h>
#include <algorithm>
#include <filesystem>
#include <memory>
#include <set>
#include <system_error>

#include "concord/pipeline.hpp"
#include "concord/text.hpp"
#include "tools/commands/command.hpp"
#include "tools/output/judging.hpp"
#include "tools/output/reports.hpp"

namespace concord::tools {
namespace {
namespace fs = std::filesystem;

struct JudgeArguments {
  std::vector<std::string> reports;
  std::string out;
  JudgingArguments judging;
};

/// Where the new report of each file goes.
Result<std::vector<fs::path>> targets_of(const std::vector<fs::path>& files, const fs::path& out) {
  std::error_code failure;
  std::vector<fs::path> targets;
  if (out.extension() == ".h5" && !fs::is_directory(out, failure)) {
    if (files.size() != 1) {
      return Error{ErrorCode::invalid_argument, std::to_string(files.size()) + " reports do not fit one file",
                   out.string(), "a folder as --out"};
    }
    if (out.has_parent_path()) fs::create_directories(out.parent_path(), failure);
    targets.push_back(out);
  } else {
    fs::create_directories(out, failure);
    std::set<fs::path> names;
    for (const fs::path& file : files) {
      if (!names.insert(file.filename()).second) {
        return Error{ErrorCode::invalid_argument, "two reports are called " + file.filename().string(), out.string(),
                     "reports of one folder, or names that differ"};
      }
      targets.push_back(out / file.filename());
    }
  }
  if (failure) {
    return Error{ErrorCode::io, "cannot be created: " + failure.message(), out.string(), "a writable folder"};
  }
  return targets;
}

Result<bool> judge_file(const fs::path& file, const fs::path& target, const Profile& profile,
                        const JudgeOptions& judging, const JudgeArguments& arguments) {
  CONCORD_ASSIGN_OR_RETURN(Report report, read_report(file));
  auto judged = rejudge(std::move(report), profile, judging, command_line());
  if (!judged) {
    Error error = judged.error();
    if (error.where.empty()) error.where = file.string();
    return error;
  }
  CONCORD_ASSIGN_OR_RETURN([[maybe_unused]] const std::string digest, write_report(target, *judged));
  const auto count = [&](Severity severity) {
    return static_cast<std::uint64_t>(std::count_if(judged->findings.begin(), judged->findings.end(),
                                                    [&](const Finding& f) { return f.severity == severity; }));
  };
  const std::uint64_t infos = count(Severity::info);
  const std::uint64_t warnings = count(Severity::warning);
  const std::uint64_t errors = count(Severity::error);
  fmt::print("{}: {} errors, {} warnings, {} infos -> {}\n", printable(file.string()), errors, warnings, infos,
             printable(target.string()));
  return arguments.judging.fails(infos, warnings, errors);
}

int run(const JudgeArguments& arguments) {
  const auto fail = [](const Error& error) {
    print_error(error.text());
    return kCouldNotRun;
  };
  const auto profile = arguments.judging.load_profile();
  if (!profile) return fail(profile.error());
  const auto judging = arguments.judging.load_judging();
  if (!judging) return fail(judging.error());
  const auto files = find_reports(arguments.reports);
  if (!files) return fail(files.error());
  const auto targets = targets_of(*files, arguments.out);
  if (!targets) return fail(targets.error());
  int exit_code = kClean;
  for (std::size_t i = 0; i < files->size(); ++i) {
    const auto found = judge_file((*files)[i], (*targets)[i], *profile, *judging, arguments);
    if (!found) {
      exit_code = fail(found.error());
    } else if (*found) {
      exit_code = std::max(exit_code, kFindings);
    }
  }
  return exit_code;
}

void add(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<JudgeArguments>();
  CLI::App* command = app.add_subcommand("judge", "Find anew in kept measurements, under another profile");
  command->add_option("REPORT", arguments->reports, "Reports of validate --keep-measurements, or folders of them")
      ->required();
  command->add_option("--out", arguments->out, "Folder for the new reports, or one file ending in .h5")->required();
  arguments->judging.add_to(*command);
  command->footer(
      "Neither the dataset nor a GPU is needed. Example:\n"
      "  concord judge reports --profile strict --out reports_strict");
  command->callback([arguments, &exit_code] { exit_code = run(*arguments); });
}

const RegisterCommand kRegistered{25, add};

}  // namespace
}  // namespace concord::tools
