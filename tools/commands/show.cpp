// `concord show REPORT FINDING`: one finding with the labels around it, as text and as a picture.

#include <fmt/format.h>
#include <algorithm>
#include <cmath>
#include <fstream>
#include <memory>
#include <numbers>

#include "concord/judge.hpp"
#include "concord/pipeline.hpp"
#include "tools/commands/command.hpp"
#include "tools/output/finding_svg.hpp"
#include "tools/output/finding_view.hpp"
#include "tools/output/reports.hpp"
#include "tools/output/terminal.hpp"

namespace concord::tools {
namespace {
namespace fs = std::filesystem;

struct ShowArguments {
  std::string report;
  std::string finding;
  std::string svg;
  std::size_t around = 5;
};

/// A finding with the report that holds it.
struct Found {
  fs::path file;
  Report report;
  std::size_t index = 0;

  [[nodiscard]] const Finding& finding() const { return report.findings[index]; }
};

/// The only finding whose id starts with the text.
Result<Found> find_finding(const ShowArguments& arguments) {
  CONCORD_ASSIGN_OR_RETURN(const std::vector<fs::path> files, find_reports({arguments.report}));
  std::vector<std::string> matches;
  Found found;
  for (const fs::path& file : files) {
    CONCORD_ASSIGN_OR_RETURN(Report report, read_report(file));
    bool here = false;
    for (std::size_t i = 0; i < report.findings.size(); ++i) {
      if (!report.findings[i].id.starts_with(arguments.finding)) continue;
      matches.push_back(report.findings[i].id);
      found.index = i;
      here = true;
    }
    if (here) {
      found.file = file;
      found.report = std::move(report);
    }
  }
  if (matches.size() == 1) return found;
  constexpr std::size_t kShown = 5;
  std::string some;
  for (std::size_t i = 0; i < std::min(matches.size(), kShown); ++i) some += (i > 0 ? ", " : "") + matches[i];
  if (matches.size() > kShown) some += ", ...";
  return Error{matches.empty() ? ErrorCode::not_found : ErrorCode::invalid_argument,
               matches.empty() ? "no finding has the id '" + arguments.finding + "'"
                               : std::to_string(matches.size()) + " findings start with '" + arguments.finding + "'",
               arguments.report,
               matches.empty() ? "an id that `concord findings` lists, or its beginning" : "one of " + some};
}

std::string number_text(double value) { return std::isfinite(value) ? fmt::format("{:.4g}", value) : "-"; }

void print_facts(const Found& found) {
  const Finding& f = found.finding();
  fmt::print("{}  {}  score {:.2f}  {}\n  {}\n\n", f.id, to_string(f.severity), f.score, f.check,
             fitted(render_message(f), 0));
  const auto line = [](const char* name, const std::string& text) {
    if (!text.empty()) fmt::print("  {:<11} {}\n", name, fitted(text, 0));
  };
  line("drive", f.drive);
  line("label set", f.label_set);
  line("frame", f.frame_end.empty() || f.frame_end == f.frame ? f.frame : f.frame + " to " + f.frame_end);
  if (f.time_ns != kNoTime) line("time", fmt::format("{:.3f} s", static_cast<double>(f.time_ns) * 1e-9));
  line("track", f.track);
  line("label", f.label);
  line("other track", f.other_track);
  line("other label", f.other_label);
  line("class", f.class_name);
  line("sensor", f.sensor);
  line("fault", std::string(to_string(f.fault)) + ", scope " + std::string(to_string(f.scope)));
  line("measured", number_text(f.value) + " " + f.unit + ", limit " + number_text(f.limit) + " " + f.unit);
  line("root cause", f.root_cause);
  for (const Proposal& p : found.report.proposals) {
    if (p.finding != f.id || !is_for_own_label(p, f)) continue;
    line("proposal", p.field == "delete"
                         ? "delete the label"
                         : p.field + " = " + (p.text.empty() ? number_text(p.value) : p.text) + " " + p.unit);
  }
  for (const StatusRow& s : found.report.statuses) {
    if (s.check != f.check || s.label_set != f.label_set || s.drive != f.drive) continue;
    line("check", fmt::format("{}{}; {} frames examined, {} skipped", to_string(s.state),
                              s.reason.empty() ? "" : " (" + s.reason + ")", s.frames_examined, s.frames_skipped));
  }
  line("report", found.file.string());
}

void print_labels(const FindingView& view) {
  std::vector<const ShownLabel*> rows;
  for (const ShownLabel& label : view.track) rows.push_back(&label);
  for (const ShownLabel& label : view.others) {
    if (label.role == Role::other) rows.push_back(&label);
  }
  if (view.proposed) rows.push_back(&*view.proposed);
  if (rows.empty()) return;
  fmt::print(
      "\n  The label (>), its track around it, the other label (o), the proposal (+); ego frame of each frame\n"
      "    {:<10} {:<12} {:>8} {:>8} {:>7} {:>6} {:>6} {:>6} {:>7} {:>6}\n",
      "FRAME", "TRACK", "X m", "Y m", "Z m", "LENGTH", "WIDTH", "HEIGHT", "YAW deg", "m/s");
  // A finding may span a whole drive.
  constexpr std::size_t kMostRows = 60;
  std::size_t left_out = rows.size() > kMostRows ? rows.size() - kMostRows : 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (left_out > 0 && i == kMostRows / 2) {
      fmt::print("    ... {} more ...\n", left_out);
      i += left_out;
      left_out = 0;
    }
    const ShownLabel& l = *rows[i];
    const char mark = l.role == Role::suspect    ? '>'
                      : l.role == Role::other    ? 'o'
                      : l.role == Role::proposed ? '+'
                                                 : ' ';
    fmt::print("  {} {} {} {:>8.2f} {:>8.2f} {:>7.2f} {:>6.2f} {:>6.2f} {:>6.2f} {:>7.1f} {:>6}\n", mark,
               padded(l.frame_name, 10), padded(l.track, 12), l.box.center_m.x(), l.box.center_m.y(),
               l.box.center_m.z(), l.box.size_m.x(), l.box.size_m.y(), l.box.size_m.z(),
               yaw_of(l.box.rotation) * 180 / std::numbers::pi,
               l.speed_mps ? fmt::format("{:.1f}", *l.speed_mps) : "-");
  }
}

/// The LiDAR points of the shown frame; a note where they cannot be read.
void add_points(const Drive& drive, FindingView& view) {
  const std::uint32_t frame = view.finding.frame_index;
  if (frame >= drive.frames.size() || drive.frames.name[frame] != view.frame_name) return;
  for (const SensorRecord& record : drive.records) {
    if (record.frame != frame || record.sensor >= drive.sensors.size() ||
        drive.sensors[record.sensor].kind != SensorKind::lidar) {
      continue;
    }
    const auto cloud = load_points(drive, record);
    if (!cloud) {
      view.notes.push_back("no points of " + drive.sensors[record.sensor].name + ": " + cloud.error().text());
      continue;
    }
    view.points.x_m.insert(view.points.x_m.end(), cloud->x_m.begin(), cloud->x_m.end());
    view.points.y_m.insert(view.points.y_m.end(), cloud->y_m.begin(), cloud->y_m.end());
    view.points.z_m.insert(view.points.z_m.end(), cloud->z_m.begin(), cloud->z_m.end());
  }
}

/// The drive as it was judged where the report kept it, else read again.
Result<FindingView> view_of(const Found& found, std::size_t around) {
  const Finding& finding = found.finding();
  std::vector<Proposal> proposals;
  for (const Proposal& proposal : found.report.proposals) {
    if (proposal.finding == finding.id && is_for_own_label(proposal, finding)) proposals.push_back(proposal);
  }
  const auto is_drive = [&](const auto& drive) { return drive.name == finding.drive; };
  const auto summary = std::find_if(found.report.drives.begin(), found.report.drives.end(), is_drive);
  if (summary == found.report.drives.end()) {
    return Error{ErrorCode::malformed, "does not describe drive '" + finding.drive + "'", found.file.string(), ""};
  }
  const auto kept = std::find_if(found.report.measurements.begin(), found.report.measurements.end(),
                                 [&](const KeptMeasurements& m) { return is_drive(m.drive); });
  const bool is_kept = kept != found.report.measurements.end();
  auto reopened = reopen_drive(*summary);
  if (!reopened && !is_kept) {
    Error error = reopened.error();
    error.message =
        "the labels cannot be shown: the report keeps no measurements (validate --keep-measurements), and "
        "the dataset cannot be read: " +
        error.message;
    return error;
  }
  CONCORD_ASSIGN_OR_RETURN(
      FindingView view, view_finding(finding, std::move(proposals), is_kept ? kept->drive : reopened->drive, around));
  if (reopened) add_points(reopened->drive, view);
  if (!reopened) {
    view.notes.push_back("the dataset cannot be read: labels as kept in the report, no points");
  } else if (!reopened->unchanged) {
    view.notes.emplace_back(is_kept ? "the dataset has changed since: labels as kept in the report"
                                    : "the dataset has changed since the report was made");
  }
  return view;
}

Result<void> write_picture(const fs::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  if (!file) return Error{ErrorCode::io, "cannot be written", path.string(), "a writable file (--svg FILE)"};
  return {};
}

Result<void> run(const ShowArguments& arguments) {
  CONCORD_ASSIGN_OR_RETURN(const Found found, find_finding(arguments));
  print_facts(found);
  CONCORD_ASSIGN_OR_RETURN(const FindingView view, view_of(found, arguments.around));
  print_labels(view);
  for (const std::string& note : view.notes) fmt::print("\n  note: {}\n", fitted(note, 0));
  if (view.frame_name.empty()) {
    fmt::print("\n  The finding is about no single frame: there is no picture.\n");
    return {};
  }
  const fs::path path =
      arguments.svg.empty() ? found.file.parent_path() / (found.finding().id + ".svg") : fs::path(arguments.svg);
  CONCORD_RETURN_IF_ERROR(write_picture(path, draw_finding(view)));
  fmt::print("\n  picture     {}\n", fitted(path.string(), 0));
  return {};
}

void add(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<ShowArguments>();
  CLI::App* command = app.add_subcommand("show", "Show one finding with the labels around it, and draw it");
  command->add_option("REPORT", arguments->report, "Report file, or a folder of reports")->required();
  command->add_option("FINDING", arguments->finding, "Id of the finding, or a beginning that only it has")->required();
  command->add_option("--svg", arguments->svg, "Picture; default: <id>.svg beside the report");
  command->add_option("--around", arguments->around, "Labels of the track before and after")
      ->check(CLI::Range(0, 1000))
      ->capture_default_str();
  command->footer(
      "Labels are those that the report kept (validate --keep-measurements), else the dataset is read again.\n"
      "Example:\n  concord show reports c4e6");
  command->callback([arguments, &exit_code] {
    if (const auto done = run(*arguments); !done) {
      print_error(done.error().text());
      exit_code = kCouldNotRun;
    }
  });
}

const RegisterCommand kRegistered{35, add};

}  // namespace
}  // namespace concord::tools
