#include "src/odd/faults.hpp"

#include "concord/near_names.hpp"

namespace concord::odd {

std::string hint_for(std::string_view text, const std::vector<std::string>& known, const Faults& faults) {
  return faults.gives_hints() ? near_names_hint(text, known) : "";
}

}  // namespace concord::odd
