#include <array>

#include "concord/acceptance.hpp"
#include "src/acceptance/names.hpp"

namespace concord {

std::string_view to_string(ReviewUnit unit) { return acceptance::kUnits[static_cast<std::size_t>(unit)]; }
std::string_view to_string(ReviewStage stage) { return acceptance::kStages[static_cast<std::size_t>(stage)]; }
std::string_view to_string(Integrity integrity) {
  return acceptance::kIntegrities[static_cast<std::size_t>(integrity)];
}
std::string_view to_string(Outcome outcome) {
  constexpr std::array<std::string_view, 3> kOutcomes{"pass", "fail", "undecided"};
  return kOutcomes[static_cast<std::size_t>(outcome)];
}

}  // namespace concord
