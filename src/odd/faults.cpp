#include "src/odd/faults.hpp"

#include "concord/near_names.hpp"

namespace concord::odd {

std::string hint_for(std::string_view text, const std::vector<std::string>& known, const Faults& faults) {
  if (!faults.gives_hints()) return "";
  const std::string hint = did_you_mean(text, known, "");
  return hint.empty() ? "" : "; " + hint;
}

}  // namespace concord::odd
