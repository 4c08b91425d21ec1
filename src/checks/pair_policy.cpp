#include "src/checks/pair_policy.hpp"

namespace concord::judging {
namespace {

void add_classes(std::vector<std::uint8_t>& to, const std::vector<std::uint8_t>& more) {
  for (std::size_t code = 0; code < to.size(); ++code) to[code] |= more[code];
}

}  // namespace

PairPolicy::PairPolicy(const CheckContext& context)
    : taxonomy_(context.taxonomy()),
      person_(context.classes_below("person")),
      mount_(context.classes_below("two_wheeler")),
      rack_(context.classes_below("bicycle_rack")),
      cycle_(context.classes_below("two_wheeler")),
      carrier_(context.classes_below("vehicle")) {
  add_classes(mount_, context.classes_below("wheelchair"));
  add_classes(mount_, context.classes_below("stroller"));
}

bool PairPolicy::is_same_kind(ClassCode a, ClassCode b) const {
  if (a == kUnknownClass || b == kUnknownClass) return a == b;
  return taxonomy_.is_a(a, b) || taxonomy_.is_a(b, a);
}

bool PairPolicy::belong_together(ClassCode a, ClassCode b) const {
  const auto either = [a, b](const std::vector<std::uint8_t>& first, const std::vector<std::uint8_t>& second) {
    return (first[a] != 0 && second[b] != 0) || (first[b] != 0 && second[a] != 0);
  };
  // Two mounts of the same class are two labels of one object, and so are two persons.
  if (is_same_kind(a, b)) return false;
  return either(person_, mount_) || either(person_, carrier_) || either(cycle_, carrier_) || either(cycle_, rack_);
}

}  // namespace concord::judging
