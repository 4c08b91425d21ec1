#include "tools/output/finding_svg.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>

#include "concord/judge.hpp"
#include "tools/output/finding_panels.hpp"
#include "tools/output/svg.hpp"
#include "tools/output/terminal.hpp"

namespace concord::tools {
namespace {

constexpr double kWidthPx = 1200, kHeightPx = 800;
constexpr double kMarginPx = 20, kTopPx = 112;
constexpr PanelArea kBirdsEye{kMarginPx, kTopPx, 760, 660};
constexpr PanelArea kSide{800, kTopPx, 380, 270};

std::string number_text(double value) { return fmt::format("{:.4g}", value); }

/// `text` in lines of at most `most` bytes, broken at blanks.
std::vector<std::string> wrapped(const std::string& text, std::size_t most, std::size_t lines) {
  std::vector<std::string> result;
  std::size_t begin = 0;
  while (begin < text.size() && result.size() < lines) {
    std::size_t end = std::min(begin + most, text.size());
    if (end < text.size() && result.size() + 1 < lines) {
      const std::size_t blank = text.rfind(' ', end);
      if (blank != std::string::npos && blank > begin) end = blank;
    } else {
      end = text.size();
    }
    result.push_back(fitted(text.substr(begin, end - begin), most));
    begin = end + (end < text.size() ? 1 : 0);
  }
  return result;
}

std::string facts(const Finding& f) {
  std::string text = fmt::format("{} · score {:.2f}", to_string(f.severity), f.score);
  const std::string unit = f.unit == "1" ? "" : " " + f.unit;
  if (std::isfinite(f.value)) text += " · measured " + number_text(f.value) + unit;
  if (std::isfinite(f.limit)) text += ", limit " + number_text(f.limit) + unit;
  text += fmt::format(" · drive {} · label set {}", fitted(f.drive, 30), fitted(f.label_set, 20));
  if (!f.frame.empty()) text += " · frame " + fitted(f.frame, 36);
  return text + " · finding " + f.id;
}

void draw_head(Svg& svg, const FindingView& view) {
  const Finding& f = view.finding;
  double y = 34;
  for (const std::string& line : wrapped(f.check + ": " + render_message(f), 105, 2)) {
    svg.text({kMarginPx, y}, line, {.size_px = 18, .bold = true});
    y += 24;
  }
  svg.text({kMarginPx, y + 2}, facts(f), {.size_px = 13, .color = "#555"});
}

bool any_of_role(const FindingView& view, Role role) {
  const auto has = [role](const ShownLabel& label) { return label.role == role; };
  return std::any_of(view.track.begin(), view.track.end(), has) ||
         std::any_of(view.others.begin(), view.others.end(), has);
}

void draw_legend(Svg& svg, const FindingView& view, double y) {
  const double x = kSide.left;
  const auto entry = [&](Role role, const std::string& text) {
    svg.rectangle({x, y - 10}, 22, 12, look_of(role));
    svg.text({x + 32, y}, text, {.size_px = 13});
    y += 22;
  };
  if (any_of_role(view, Role::suspect)) entry(Role::suspect, "the label in question");
  if (view.proposed) entry(Role::proposed, "as proposed");
  if (any_of_role(view, Role::other)) entry(Role::other, "the other label");
  if (any_of_role(view, Role::before)) entry(Role::before, "its track before");
  if (any_of_role(view, Role::after)) entry(Role::after, "its track after");
  if (any_of_role(view, Role::in_frame)) entry(Role::in_frame, "other labels of the frame");
  if (view.points.size() > 0) {
    svg.dots({{x + 6, y - 4}, {x + 11, y - 6}, {x + 16, y - 3}}, 3, kPointColor, 1);
    svg.text({x + 32, y}, "points of the frame", {.size_px = 13});
    y += 22;
  }
  y += 10;
  std::vector<std::string> lines;
  if (view.deletes) lines.emplace_back("proposal: delete the label");
  for (const Proposal& p : view.proposals) {
    if (p.field == "delete") continue;
    lines.push_back(p.text.empty() ? fmt::format("proposal: {} = {} {}", p.field, number_text(p.value), p.unit)
                                   : fmt::format("proposal: {} = {}", p.field, p.text));
  }
  if (view.moves_with_ego && (any_of_role(view, Role::before) || any_of_role(view, Role::after))) {
    lines.emplace_back("no ego poses: the track is relative to the moving ego");
  }
  lines.insert(lines.end(), view.notes.begin(), view.notes.end());
  for (const std::string& line : lines) {
    for (const std::string& part : wrapped(line, 52, 3)) {
      if (y > kHeightPx - kMarginPx) return;
      svg.text({x, y}, part, {.size_px = 13, .color = "#444"});
      y += 19;
    }
  }
}

}  // namespace

std::string draw_finding(const FindingView& view) {
  Svg svg(kWidthPx, kHeightPx);
  draw_head(svg, view);
  draw_birds_eye(svg, view, kBirdsEye);
  draw_side(svg, view, kSide);
  draw_legend(svg, view, kSide.top + kSide.height + 60);
  return svg.finish();
}

}  // namespace concord::tools
