#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "concord/judge.hpp"
#include "src/checks/context.hpp"
#include "src/checks/error_types.hpp"

// What the .cpp of a check includes. Such a file holds
//   - a struct of `double` parameters with their defaults and a static `fields()` that documents each of them,
//   - the judge function, a predicate over the measurement tables that adds findings to its context,
//   - one function `Check <family>_<name>()`, which joins both with the check's description through define().
namespace concord::judging {

/// A limit that priors can replace: the value of `quantity` that a share of `tail` of a class's values lies beyond.
struct LearnedFrom {
  std::string_view quantity = {};  ///< empty: never
  PriorSide side = PriorSide::upper;
  double tail = 1e-4;  ///< default of the check's parameter of that name
};

/// The parameter that a check with such limits has in addition.
inline constexpr std::string_view kTail = "tail";

/// One member of a parameter struct `P`, as users see it. The default is the member's own initialiser.
template <class P>
struct Field {
  double P::*member;
  std::string_view name;  ///< the member's name; carries its unit
  std::string_view unit;
  double minimum;
  double maximum;
  std::string_view help;
  LearnedFrom learned = {};  ///< what --priors may set it from
};

/// Parameters of a check without any.
struct NoParameters {
  static std::vector<Field<NoParameters>> fields() { return {}; }
};

/// The parameters in force for each class, resolved once before a check looks at rows.
template <class P>
class PerClass {
 public:
  explicit PerClass(std::vector<P> by_class) : by_class_(std::move(by_class)) {}
  [[nodiscard]] const P& operator[](ClassCode code) const { return by_class_[code]; }

 private:
  std::vector<P> by_class_;
};

/// A check as the judge runs it.
struct Check {
  CheckInfo info;
  std::function<void(CheckContext&, const Profile&)> run;
};

/// The value in force for a class: from the priors of the context where they know it, else from the profile.
[[nodiscard]] double parameter_in_force(const CheckContext& context, const Profile& profile, std::string_view check,
                                        const ParameterInfo& parameter, ClassCode code);

/// Joins description, parameters and judge function. `info.parameters` and `info.documentation` are filled for you.
template <class P>
[[nodiscard]] Check define(CheckInfo info, void (*judge_rows)(CheckContext&, const PerClass<P>&)) {
  const P defaults{};
  double tail = 0;
  for (const Field<P>& field : P::fields()) {
    info.parameters.push_back({field.name, field.unit, defaults.*field.member, field.minimum, field.maximum, field.help,
                               field.learned.quantity, field.learned.side});
    if (!field.learned.quantity.empty()) tail = field.learned.tail;
  }
  if (tail > 0) {
    info.parameters.push_back(
        {kTail, "1", tail, 0, 0.5,
         "with --priors, limits lie where this share of the class's labels is beyond; 0: as set"});
  }
  const std::string_view id = info.id;
  const std::vector<ParameterInfo> parameters = info.parameters;
  return {std::move(info), [id, judge_rows, parameters](CheckContext& context, const Profile& profile) {
            const std::vector<Field<P>> fields = P::fields();
            std::vector<P> by_class(context.taxonomy().size());
            for (std::size_t i = 0; i < fields.size(); ++i) {
              for (std::size_t code = 0; code < by_class.size(); ++code) {
                by_class[code].*fields[i].member =
                    parameter_in_force(context, profile, id, parameters[i], static_cast<ClassCode>(code));
              }
            }
            judge_rows(context, PerClass<P>(std::move(by_class)));
          }};
}

}  // namespace concord::judging
