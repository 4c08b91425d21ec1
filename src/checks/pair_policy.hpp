#pragma once

#include <cstdint>
#include <vector>

#include "src/checks/context.hpp"

namespace concord::judging {

/// What is known of two classes whose cuboids meet.
class PairPolicy {
 public:
  explicit PairPolicy(const CheckContext& context);

  /// One of the classes is the other or above it (car and vehicle): they can be two labels of one object.
  [[nodiscard]] bool is_same_kind(ClassCode a, ClassCode b) const;
  /// Cuboids of these classes rightly fill the same space: a person on a cycle, wheelchair or stroller, a cycle in its
  /// rack, a person inside a vehicle, a cycle or load carried by one.
  [[nodiscard]] bool belong_together(ClassCode a, ClassCode b) const;

 private:
  const Taxonomy& taxonomy_;
  std::vector<std::uint8_t> person_, mount_, rack_, cycle_, carrier_;  ///< per class code
};

}  // namespace concord::judging
