#include <array>
#include <cmath>

#include "src/checks/check.hpp"
#include "src/checks/tracks.hpp"

namespace concord::judging {
namespace {

struct Parameters {
  double min_length_m = 0.05, max_length_m = 60;
  double min_width_m = 0.05, max_width_m = 60;
  double min_height_m = 0.05, max_height_m = 30;

  static std::vector<Field<Parameters>> fields() {
    return {{&Parameters::min_length_m,
             "min_length_m",
             "m",
             0,
             100,
             "shortest plausible object of the class",
             {quantity::kLength, PriorSide::lower}},
            {&Parameters::max_length_m,
             "max_length_m",
             "m",
             0,
             1000,
             "longest plausible object of the class",
             {quantity::kLength}},
            {&Parameters::min_width_m,
             "min_width_m",
             "m",
             0,
             100,
             "narrowest plausible object of the class",
             {quantity::kWidth, PriorSide::lower}},
            {&Parameters::max_width_m,
             "max_width_m",
             "m",
             0,
             1000,
             "widest plausible object of the class",
             {quantity::kWidth}},
            {&Parameters::min_height_m,
             "min_height_m",
             "m",
             0,
             100,
             "lowest plausible object of the class",
             {quantity::kHeight, PriorSide::lower}},
            {&Parameters::max_height_m,
             "max_height_m",
             "m",
             0,
             1000,
             "highest plausible object of the class",
             {quantity::kHeight}}};
  }
};

struct Side {
  double value_m = 0;
  double limit_m = 0;
  double excess = 0;  ///< |log(value / limit)|; 0 when all sides are within their ranges
  std::string_view quantity = {};
  PriorSide side = PriorSide::upper;
};

Side worst_side(const CuboidColumns& cuboid, std::uint32_t row, const Parameters& p) {
  struct Range {
    double value_m, min_m, max_m;
    std::string_view quantity;
  };
  const std::array<Range, 3> sides{{{cuboid.length_m[row], p.min_length_m, p.max_length_m, quantity::kLength},
                                    {cuboid.width_m[row], p.min_width_m, p.max_width_m, quantity::kWidth},
                                    {cuboid.height_m[row], p.min_height_m, p.max_height_m, quantity::kHeight}}};
  Side worst;
  for (const Range& side : sides) {
    if (side.value_m >= side.min_m && side.value_m <= side.max_m) continue;
    const bool is_small = side.value_m < side.min_m;
    const double limit_m = is_small ? side.min_m : side.max_m;
    const double excess = limit_m > 0 ? std::abs(std::log(side.value_m / limit_m)) : HUGE_VAL;
    if (excess > worst.excess) {
      worst = {side.value_m, limit_m, excess, side.quantity, is_small ? PriorSide::lower : PriorSide::upper};
    }
  }
  return worst;
}

void judge_rows(CheckContext& context, const PerClass<Parameters>& parameters) {
  const CuboidColumns& cuboid = context.labels().cuboid;
  const auto worst_of = [&](std::uint32_t row) {
    return context.is_valid_object(row) ? worst_side(cuboid, row, parameters[context.class_of(row)]) : Side{};
  };
  for (std::uint32_t row = 0; row < context.labels().size(); ++row) {
    if (context.is_valid_object(row)) context.examine(row);
  }
  for_each_bad_run(
      TrackRows(context.labels()), [&](std::uint32_t row) { return worst_of(row).excess > 0; },
      [&](std::span<const std::uint32_t> rows) {
        Side worst;
        for (const std::uint32_t row : rows) {
          const Side side = worst_of(row);
          if (side.excess > worst.excess) worst = side;
        }
        context.add_span(rows.front(), rows.back(), worst.value_m, worst.limit_m).rare_as(worst.quantity, worst.side);
      });
}

}  // namespace

Check box_size_implausible() {
  return define<Parameters>(
      {.id = "box.size_implausible",
       .title = "A side of the cuboid is outside the range of its class",
       .error_type = error_type::kBoundingBox,
       .severity = Severity::warning,
       .fault = Fault::size,
       .scope = Scope::span,
       .unit = "m",
       .message = "{object} has a side of {value} m {frames}; the limit of its class is {limit} m"},
      judge_rows);
}

}  // namespace concord::judging
