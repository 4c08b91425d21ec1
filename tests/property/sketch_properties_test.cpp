// Sketches of random values: merging is associative, commutative and equal to adding; quantiles keep their error bound.

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>
#include <algorithm>
#include <cmath>

#include "concord/sketch.hpp"

namespace concord::tests {
namespace {

using Values = std::vector<double>;

/// Many orders of magnitude, with values beyond both ends of the bins and repeated ones.
Values any_values(int least) {
  return *rc::gen::map(rc::gen::container<std::vector<int>>(rc::gen::inRange(-2600, 2600)),
                       [least](std::vector<int> raw) {
                         while (static_cast<int>(raw.size()) < least) raw.push_back(7 * static_cast<int>(raw.size()));
                         Values values;
                         for (const int r : raw) values.push_back((r % 3 == 0 ? -1 : 1) * std::exp2(0.01 * r));
                         return values;
                       });
}

Sketch sketch_of(const Values& values) {
  Sketch sketch;
  for (const double value : values) sketch.add(value);
  return sketch;
}

RC_GTEST_PROP(SketchProperties, MergingIsAddingInAnyOrderAndGrouping, ()) {
  const Values a = any_values(0), b = any_values(0), c = any_values(0);
  Sketch left = sketch_of(a);
  left.merge(sketch_of(b));
  left.merge(sketch_of(c));
  Sketch right = sketch_of(c);
  Sketch inner = sketch_of(b);
  inner.merge(sketch_of(a));
  right.merge(inner);
  Values all = c;
  all.insert(all.end(), a.begin(), a.end());
  all.insert(all.end(), b.begin(), b.end());
  RC_ASSERT(left == right);
  RC_ASSERT(left == sketch_of(all));
}

RC_GTEST_PROP(SketchProperties, QuantilesKeepTheirErrorBound, (std::uint16_t part)) {
  Values values = any_values(1);
  const Sketch sketch = sketch_of(values);
  for (double& value : values) value = std::abs(value);
  std::sort(values.begin(), values.end());
  const double share = part / 65535.0;
  const double exact = values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
  const double found = sketch.quantile(share);
  if (exact < Sketch::kLowest) {
    RC_ASSERT(found == 0);
  } else if (exact < Sketch::kHighest) {
    RC_ASSERT(std::abs(found - exact) <= Sketch::kRelativeError * exact);
  } else {
    RC_ASSERT(found < Sketch::kHighest && found > (1 - 3 * Sketch::kRelativeError) * Sketch::kHighest);
  }
}

RC_GTEST_PROP(SketchProperties, CountsFromBothSidesMeetInOneBin, ()) {
  const Values values = any_values(1);
  const Sketch sketch = sketch_of(values);
  const double value = values[*rc::gen::inRange<std::size_t>(0, values.size())];
  const std::uint32_t bin = Sketch::bin_of(value);
  std::uint64_t in_bin = 0;
  for (const double other : values) in_bin += Sketch::bin_of(other) == bin ? 1 : 0;
  RC_ASSERT(sketch.count_from(value) + sketch.count_to(value) == sketch.count() + in_bin);
}

}  // namespace
}  // namespace concord::tests
