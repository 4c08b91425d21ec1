#include "tools/output/svg.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cmath>

#include "concord/text.hpp"

namespace concord::tools {
namespace {

std::string points_attribute(const std::vector<ScreenPoint>& points) {
  std::string text;
  for (const ScreenPoint& p : points) text += fmt::format("{}{:.1f},{:.1f}", text.empty() ? "" : " ", p[0], p[1]);
  return text;
}

}  // namespace

std::string xml_text(std::string_view text) {
  std::string result;
  const std::string clean = printable(text);
  for (std::size_t i = 0; i < clean.size(); ++i) {
    // U+FFFE and U+FFFF are valid UTF-8, but no XML.
    if (clean.compare(i, 2, "\xEF\xBF") == 0 && i + 2 < clean.size() &&
        static_cast<unsigned char>(clean[i + 2]) >= 0xBE) {
      result += "?";
      i += 2;
      continue;
    }
    switch (clean[i]) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      case '\'':
        result += "&#39;";
        break;
      default:
        result += clean[i];
    }
  }
  return result;
}

Svg::Svg(double width_px, double height_px) {
  body_ = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" viewBox=\"0 0 {0:.0f} {1:.0f}\" "
      "font-family=\"DejaVu Sans, Helvetica, Arial, sans-serif\">\n"
      "<rect width=\"{0:.0f}\" height=\"{1:.0f}\" fill=\"#fff\"/>\n",
      width_px, height_px);
}

bool Svg::drawable(const std::vector<ScreenPoint>& points) {
  constexpr double kFarthestPx = 1e6;
  return std::all_of(points.begin(), points.end(), [](const ScreenPoint& p) {
    return std::abs(p[0]) < kFarthestPx && std::abs(p[1]) < kFarthestPx;  // false for NaN too
  });
}

std::string Svg::style(const Stroke& stroke) {
  std::string text = stroke.fill.empty() ? " fill=\"none\"" : fmt::format(" fill=\"{}\"", stroke.fill);
  if (!stroke.fill.empty() && stroke.fill_opacity < 1) text += fmt::format(" fill-opacity=\"{}\"", stroke.fill_opacity);
  if (!stroke.color.empty()) text += fmt::format(" stroke=\"{}\" stroke-width=\"{}\"", stroke.color, stroke.width_px);
  if (stroke.dashed) text += " stroke-dasharray=\"7 4\"";
  return text;
}

void Svg::line(ScreenPoint from, ScreenPoint to, const Stroke& stroke) { polyline({from, to}, stroke); }

void Svg::polyline(const std::vector<ScreenPoint>& points, const Stroke& stroke) {
  if (points.size() < 2 || !drawable(points)) return;
  body_ += fmt::format("<polyline points=\"{}\"{}/>\n", points_attribute(points), style(stroke));
}

void Svg::polygon(const std::vector<ScreenPoint>& points, const Stroke& stroke, std::string_view title) {
  if (!drawable(points)) return;
  body_ += fmt::format("<polygon points=\"{}\"{}", points_attribute(points), style(stroke));
  body_ += title.empty() ? "/>\n" : fmt::format("><title>{}</title></polygon>\n", xml_text(title));
}

void Svg::rectangle(ScreenPoint corner, double width_px, double height_px, const Stroke& stroke) {
  if (!drawable({corner}) || !drawable({{width_px, height_px}})) return;
  body_ += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"{}/>\n", corner[0], corner[1],
                       width_px, height_px, style(stroke));
}

void Svg::circle(ScreenPoint center, double radius_px, const Stroke& stroke) {
  if (!drawable({center})) return;
  body_ += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\"{}/>\n", center[0], center[1], radius_px,
                       style(stroke));
}

void Svg::dots(const std::vector<ScreenPoint>& points, double diameter_px, std::string_view color, double opacity) {
  std::string path;
  for (const ScreenPoint& p : points) {
    if (drawable({p})) path += fmt::format("M{:.1f} {:.1f}h.01", p[0], p[1]);
  }
  if (path.empty()) return;
  body_ += fmt::format(
      "<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\" stroke-linecap=\"round\" "
      "stroke-opacity=\"{}\"/>\n",
      path, color, diameter_px, opacity);
}

void Svg::text(ScreenPoint at, std::string_view text, const Font& font) {
  if (text.empty() || !drawable({at})) return;
  static constexpr std::array<std::string_view, 3> kAnchors{"start", "middle", "end"};
  body_ +=
      fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"{}\" fill=\"{}\" text-anchor=\"{}\"{}{}>{}</text>\n",
                  at[0], at[1], font.size_px, font.color, kAnchors[static_cast<std::size_t>(font.anchor)],
                  font.bold ? " font-weight=\"bold\"" : "",
                  font.halo ? " stroke=\"#fff\" stroke-width=\"3\" paint-order=\"stroke\"" : "", xml_text(text));
}

void Svg::open_panel(ScreenPoint corner, double width_px, double height_px) {
  ++panels_;
  body_ += fmt::format(
      "<clipPath id=\"panel{0}\"><rect x=\"{1:.1f}\" y=\"{2:.1f}\" width=\"{3:.1f}\" height=\"{4:.1f}\"/></clipPath>\n"
      "<g clip-path=\"url(#panel{0})\">\n",
      panels_, corner[0], corner[1], width_px, height_px);
}

void Svg::close_panel() { body_ += "</g>\n"; }

std::string Svg::finish() { return body_ + "</svg>\n"; }

}  // namespace concord::tools
