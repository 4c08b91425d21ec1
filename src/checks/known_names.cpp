#include "src/checks/known_names.hpp"

#include <set>
#include <string>
#include <vector>

#include "concord/near_names.hpp"
#include "src/model/check_names.hpp"

namespace concord::judging {
namespace {

Result<void> require_known(const std::vector<std::string>& names, std::string_view option) {
  std::set<std::string> known;
  for (const CheckInfo& check : checks()) known.insert({std::string(check.id), std::string(family_of(check.id))});
  for (const std::string& name : names) {
    if (known.contains(name)) continue;
    return Error{ErrorCode::invalid_argument,
                 "no check or family is called '" + name + "'" + near_names_hint(name, {known.begin(), known.end()}),
                 std::string(option), "an id or family that `concord checks` lists"};
  }
  return {};
}

}  // namespace

std::string_view why_left_out(std::string_view check, const Profile& profile, const JudgeOptions& options) {
  if (is_named(check, options.skip)) return "left out by --skip";
  if (!options.only.empty() && !is_named(check, options.only)) return "left out by --only";
  return profile.enabled(check) ? "" : "disabled by profile";
}

Result<void> require_known_names(const JudgeOptions& options) {
  CONCORD_RETURN_IF_ERROR(require_known(options.only, "--only"));
  return require_known(options.skip, "--skip");
}

}  // namespace concord::judging
