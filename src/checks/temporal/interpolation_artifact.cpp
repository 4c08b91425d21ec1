#include <algorithm>
#include <cmath>

#include "src/checks/check.hpp"
#include "src/checks/residuals.hpp"
#include "src/checks/score.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double same_m = 0.003;
  double min_kink_m = 0.05;
  double min_inner_labels = 2;
  double min_kinks = 2;
  double max_dt_s = 0.35;

  static std::vector<Field<Parameters>> fields() {
    return {
        {&Parameters::same_m, "same_m", "m", 0, 1,
         "a label is on the straight line through its neighbours when it is no further from its place on it"},
        {&Parameters::min_kink_m, "min_kink_m", "m", 0, 10, "least distance from that line that is a kink"},
        {&Parameters::min_inner_labels, "min_inner_labels", "labels", 2, 100, "labels on the line between two kinks"},
        {&Parameters::min_kinks, "min_kinks", "1", 1, 100, "kinks that the lines must have between them"},
        {&Parameters::max_dt_s, "max_dt_s", "s", 0.01, 10, "labels further apart in time are key frames themselves"}};
  }
};

enum class Shape : std::uint8_t { other, straight, kink };

class KinkFinder {
 public:
  KinkFinder(CheckContext& context, const PerClass<Parameters>& parameters)
      : context_(context), parameters_(parameters), residuals_(context) {}

  void run() {
    for (std::size_t track = 0; track < residuals_.tracks(); ++track) {
      const std::size_t begin = residuals_.first(track), end = residuals_.last(track);
      if (end - begin < 7) continue;
      for (std::size_t i = begin; i < end; ++i) {
        if (context_.is_valid_object(residuals_.label(i))) context_.examine(residuals_.label(i));
      }
      // Interpolated in the world or in the sensor's frame, as the tool did.
      if (!judge_track(begin, end, false) && context_.measured().motion.world) judge_track(begin, end, true);
    }
  }

 private:
  [[nodiscard]] Vec3 place(std::size_t i, bool world) const {
    return world ? residuals_.position_m(i) : context_.labels().cuboid.at(residuals_.label(i)).center_m;
  }

  /// Distance of label i from its place between its two neighbours, by time.
  [[nodiscard]] double off_line_m(std::size_t i, bool world) const {
    const std::vector<double>& t = residuals_.table().time_s;
    const double share = (t[i] - t[i - 1]) / (t[i + 1] - t[i - 1]);
    return (place(i, world) - place(i - 1, world) - share * (place(i + 1, world) - place(i - 1, world))).norm();
  }

  bool judge_track(std::size_t begin, std::size_t end, bool world) {
    const std::vector<double>& t = residuals_.table().time_s;
    const Parameters& p = parameters_[context_.class_of(residuals_.label(begin))];
    std::vector<Shape> shape(end - begin, Shape::other);
    std::vector<double> off_m(end - begin, 0.0);
    for (std::size_t i = begin + 1; i + 1 < end; ++i) {
      if (!(t[i] > t[i - 1]) || !(t[i + 1] > t[i]) || t[i + 1] - t[i - 1] > 2 * p.max_dt_s) continue;
      off_m[i - begin] = off_line_m(i, world);
      if (off_m[i - begin] <= p.same_m) shape[i - begin] = Shape::straight;
      if (off_m[i - begin] >= p.min_kink_m) shape[i - begin] = Shape::kink;
    }
    // straight ... straight kink straight ... straight kink ...
    const auto inner = static_cast<std::size_t>(p.min_inner_labels);
    std::size_t kinks = 0, straight = 0, first = 0, last = 0;
    double worst_m = 0;
    bool found = false;
    // One finding a track, from its first to its last such run: the tool did the same all along.
    std::size_t found_first = 0, found_last = 0;
    double found_m = 0;
    const auto close = [&] {
      if (static_cast<double>(kinks) >= p.min_kinks) {
        if (!found) found_first = first;
        found_last = last;
        found_m = std::max(found_m, worst_m);
        found = true;
      }
      kinks = 0;
      worst_m = 0;
    };
    std::size_t pending = 0;  // kink that waits for the line after it, 0 for none
    for (std::size_t k = 0; k < shape.size(); ++k) {
      if (shape[k] == Shape::straight) {
        ++straight;
        if (straight == inner && pending != 0) {
          if (kinks++ == 0) first = pending - inner;
          last = k;
          worst_m = std::max(worst_m, off_m[pending]);
          pending = 0;
        }
        if (kinks > 0) last = k;
        continue;
      }
      if (shape[k] == Shape::kink && straight >= inner && pending == 0) {
        pending = k;
      } else {
        pending = 0;
        close();
      }
      straight = 0;
    }
    close();
    if (found) {
      Draft& draft = context_.add_span(residuals_.label(begin + found_first), residuals_.label(begin + found_last),
                                       found_m, p.min_kink_m);
      constexpr double kGrave_m = 0.5;
      draft.finding.score = score_of_excess(found_m - p.min_kink_m, kGrave_m);
    }
    return found;
  }

  CheckContext& context_;
  const PerClass<Parameters>& parameters_;
  Residuals residuals_;
};

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  KinkFinder(context, parameters).run();
}

}  // namespace

Check temporal_interpolation_artifact() {
  return define<Parameters>(
      {.id = "temporal.interpolation_artifact",
       .title = "Labels lie on straight lines between key frames while the object turns or brakes",
       .error_type = error_type::kGranularity,
       .severity = Severity::info,
       .fault = Fault::position,
       .scope = Scope::span,
       .unit = "m",
       .message = "{object} is interpolated in straight lines {frames}, with kinks of up to {value} m",
       .inputs = {kTracks}},
      judge_rows);
}

}  // namespace concord::judging
