#include <algorithm>
#include <array>
#include <cmath>

#include "src/checks/check.hpp"
#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double max_acceleration_mps2 = 12;
  double window_s = 1;
  double uncertainty_factor = 4;
  double max_dt_s = 1.1;

  static std::vector<Field<Parameters>> fields() {
    return {{&Parameters::max_acceleration_mps2,
             "max_acceleration_mps2",
             "m/s^2",
             0,
             1000,
             "largest plausible horizontal acceleration, kept up for the window",
             {quantity::kAcceleration}},
            {&Parameters::window_s, "window_s", "s", 0.1, 10,
             "the median velocities of this time before and after a label are compared"},
            {&Parameters::uncertainty_factor, "uncertainty_factor", "1", 0, 100,
             "standard errors of the two medians, from the scatter of the steps, that are allowed in addition"},
            {&Parameters::max_dt_s, "max_dt_s", "s", 0.01, 10, "labels further apart in time are not compared"}};
  }
};

struct Median {
  double value = 0;
  double standard_error = 0;  ///< from the median absolute deviation, of a normal distribution
};

double median_of(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

Median median_and_error(std::vector<double>& values) {
  Median median{.value = median_of(values)};
  for (double& value : values) value = std::abs(value - median.value);
  // 1.4826 turns a median absolute deviation into a standard deviation, 1.2533 is the median's standard error over
  // sigma.
  median.standard_error = 1.4826 * 1.2533 * median_of(values) / std::sqrt(static_cast<double>(values.size()));
  return median;
}

struct Sample {
  std::size_t label = 0;
  double acceleration_mps2 = 0, limit_mps2 = 0;
  [[nodiscard]] bool is_too_large() const { return acceleration_mps2 > limit_mps2; }
};

/// Median velocities over the steps from label `from` to label `to`, one component.
Median velocity(const Stretch& stretch, std::size_t from, std::size_t to, int axis, std::vector<double>& buffer) {
  buffer.clear();
  for (std::size_t i = from; i < to; ++i) {
    buffer.push_back((stretch.offset_m[i + 1][axis] - stretch.offset_m[i][axis]) /
                     (stretch.time_s[i + 1] - stretch.time_s[i]));
  }
  return median_and_error(buffer);
}

Sample acceleration_at(const Stretch& stretch, std::size_t first, std::size_t i, std::size_t last, const Parameters& p,
                       std::vector<double>& buffer) {
  double squares = 0;
  double error_squares = 0;
  for (const int axis : {0, 1}) {
    const Median before = velocity(stretch, first, i, axis, buffer);
    const Median after = velocity(stretch, i, last, axis, buffer);
    squares += (after.value - before.value) * (after.value - before.value);
    error_squares += before.standard_error * before.standard_error + after.standard_error * after.standard_error;
  }
  const double between_s = (stretch.time_s[last] - stretch.time_s[first]) / 2;
  return {i, std::sqrt(squares) / between_s,
          p.max_acceleration_mps2 + p.uncertainty_factor * std::sqrt(error_squares) / between_s};
}

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  std::vector<Sample> samples;
  std::vector<double> buffer;
  for_each_stretch(context, parameters[kUnknownClass].max_dt_s, [&](const Stretch& stretch) {
    const Parameters& p = parameters[context.class_of(stretch.rows.front())];
    constexpr double kTolerance_s = 1e-3;  // timestamps jitter around their nominal rate
    const double window_s = p.window_s - kTolerance_s;
    samples.clear();
    std::size_t first = 0;
    std::size_t last = 0;
    for (std::size_t i = 1; i + 1 < stretch.size(); ++i) {
      if (stretch.time_s[i] - stretch.time_s[0] < window_s) continue;
      while (stretch.time_s[i] - stretch.time_s[first + 1] >= window_s) ++first;
      last = std::max(last, i + 1);
      while (last < stretch.size() && stretch.time_s[last] - stretch.time_s[i] < window_s) ++last;
      if (last >= stretch.size()) break;
      samples.push_back(acceleration_at(stretch, first, i, last, p, buffer));
      context.examine(stretch.rows[i]);
    }
    for_each_run(
        samples.size(), [&](std::size_t s) { return samples[s].is_too_large(); },
        [&](std::size_t first_sample, std::size_t last_sample) {
          const auto begin = samples.begin();
          const Sample& worst = *std::max_element(
              begin + static_cast<std::ptrdiff_t>(first_sample), begin + static_cast<std::ptrdiff_t>(last_sample) + 1,
              [](const Sample& a, const Sample& b) {
                return a.acceleration_mps2 * b.limit_mps2 < b.acceleration_mps2 * a.limit_mps2;
              });
          context
              .add_span(stretch.rows[samples[first_sample].label], stretch.rows[samples[last_sample].label],
                        worst.acceleration_mps2, worst.limit_mps2)
              .rare_as(quantity::kAcceleration);
        });
  });
}

}  // namespace

Check temporal_acceleration_implausible() {
  return define<Parameters>({.id = "temporal.acceleration_implausible",
                             .title = "An object changes its velocity faster than its class can",
                             .error_type = error_type::kBoundingBox,
                             .severity = Severity::warning,
                             .fault = Fault::position,
                             .scope = Scope::span,
                             .unit = "m/s^2",
                             .message = "{object} accelerates by {value} m/s^2 {frames}, limit {limit} m/s^2",
                             .inputs = {kTracks, kTimestamps, kEgoPoses}},
                            judge_rows);
}

}  // namespace concord::judging
