#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace concord::tools {

using ScreenPoint = std::array<double, 2>;  ///< pixels, x right, y down

/// Text for XML: escaped, and without what XML 1.0 forbids. Ids of datasets are any bytes.
[[nodiscard]] std::string xml_text(std::string_view text);

/// How a shape looks. Empty colours are none.
struct Stroke {
  std::string_view color;
  double width_px = 1;
  std::string_view fill;
  double fill_opacity = 1;
  bool dashed = false;
};

/// Builds one self-contained SVG document. Coordinates that are not finite or far outside leave the shape out.
class Svg {
 public:
  Svg(double width_px, double height_px);

  void line(ScreenPoint from, ScreenPoint to, const Stroke& stroke);
  void polyline(const std::vector<ScreenPoint>& points, const Stroke& stroke);
  /// `title` is shown by viewers that point at the shape; may be empty.
  void polygon(const std::vector<ScreenPoint>& points, const Stroke& stroke, std::string_view title = {});
  void rectangle(ScreenPoint corner, double width_px, double height_px, const Stroke& stroke);
  void circle(ScreenPoint center, double radius_px, const Stroke& stroke);
  /// Round dots, all in one path.
  void dots(const std::vector<ScreenPoint>& points, double diameter_px, std::string_view color, double opacity);

  enum class Anchor { start, middle, end };
  struct Font {
    double size_px = 12;
    std::string_view color = "#222";
    bool bold = false;
    Anchor anchor = Anchor::start;
    bool halo = false;  ///< a white rim, readable upon other shapes
  };
  void text(ScreenPoint at, std::string_view text, const Font& font);

  /// Shapes until close_panel() are cut at the rectangle.
  void open_panel(ScreenPoint corner, double width_px, double height_px);
  void close_panel();

  /// The whole document.
  [[nodiscard]] std::string finish();

 private:
  [[nodiscard]] static bool drawable(const std::vector<ScreenPoint>& points);
  static std::string style(const Stroke& stroke);

  std::string body_;
  int panels_ = 0;
};

}  // namespace concord::tools
