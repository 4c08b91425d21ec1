#include "src/checks/registry.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace concord {
namespace judging {
namespace {

std::vector<Check> make_all() {
  std::vector<Check> all;
  for (const CheckSource& source : check_sources()) {
    Check check = source.make();
    if (check.info.id != source.id) {
      throw std::logic_error("the check in " + std::string(source.id) + " calls itself " + std::string(check.info.id));
    }
    check.info.documentation = source.documentation;
    all.push_back(std::move(check));
  }
  std::sort(all.begin(), all.end(), [](const Check& a, const Check& b) { return a.info.id < b.info.id; });
  return all;
}

}  // namespace

std::span<const Check> all_checks() {
  static const std::vector<Check> kAll = make_all();
  return kAll;
}

}  // namespace judging

std::span<const CheckInfo> checks() {
  static const std::vector<CheckInfo> kInfos = [] {
    std::vector<CheckInfo> infos;
    for (const judging::Check& check : judging::all_checks()) infos.push_back(check.info);
    return infos;
  }();
  return kInfos;
}

const CheckInfo* find_check(std::string_view id) {
  const auto all = checks();
  const auto found = std::lower_bound(all.begin(), all.end(), id,
                                      [](const CheckInfo& check, std::string_view text) { return check.id < text; });
  return found != all.end() && found->id == id ? &*found : nullptr;
}

}  // namespace concord
