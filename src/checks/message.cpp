#include <fmt/format.h>
#include <numbers>

#include "concord/judge.hpp"

namespace concord {
namespace {

std::string number(double value) { return fmt::format("{:.4g}", value); }

// "car 17": class, then the track, or the label where there is no track.
std::string object_name(std::string_view class_name, std::string_view track, std::string_view label) {
  std::string name(class_name.empty() ? "object" : class_name);
  const std::string_view id = track.empty() ? label : track;
  return id.empty() ? name : name + " " + std::string(id);
}

std::string placeholder(std::string_view name, const Finding& f) {
  constexpr double kDegrees = 180.0 / std::numbers::pi;
  if (name == "value") return number(f.value);
  if (name == "limit") return number(f.limit);
  if (name == "value_deg") return number(f.value * kDegrees) + "°";
  if (name == "limit_deg") return number(f.limit * kDegrees) + "°";
  if (name == "unit") return f.unit;
  if (name == "object") return object_name(f.class_name, f.track, f.label);
  if (name == "other") return f.other_track.empty() ? f.other_label : f.other_track;
  if (name == "track") return f.track;
  if (name == "label") return f.label;
  if (name == "other_track") return f.other_track;
  if (name == "other_label") return f.other_label;
  if (name == "class") return f.class_name;
  if (name == "frame") return f.frame;
  if (name == "frame_end") return f.frame_end;
  if (name == "sensor") return f.sensor;
  if (name == "frames") {
    return f.frame == f.frame_end || f.frame_end.empty() ? "in frame " + f.frame
                                                         : "in frames " + f.frame + " to " + f.frame_end;
  }
  return "{" + std::string(name) + "}";
}

}  // namespace

std::string render_message(const Finding& finding) {
  const CheckInfo* check = find_check(finding.check);
  if (check == nullptr) {
    return finding.check + ": " + object_name(finding.class_name, finding.track, finding.label) + ", " +
           number(finding.value) + " " + finding.unit + " (limit " + number(finding.limit) + ")";
  }
  // One pass over the template: braces inside the dataset's own ids are text, not placeholders.
  std::string text;
  std::string_view rest = check->message;
  while (!rest.empty()) {
    const std::size_t open = rest.find('{');
    const std::size_t close = open == std::string_view::npos ? open : rest.find('}', open);
    if (close == std::string_view::npos) {
      text += rest;
      break;
    }
    text += rest.substr(0, open);
    text += placeholder(rest.substr(open + 1, close - open - 1), finding);
    rest.remove_prefix(close + 1);
  }
  return text;
}

}  // namespace concord
