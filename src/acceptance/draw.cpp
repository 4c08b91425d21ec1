#include "src/acceptance/draw.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <tuple>

#include "concord/near_names.hpp"
#include "concord/taxonomy.hpp"
#include "src/stats/clustered_rate.hpp"

namespace concord::acceptance {
namespace {

/// Units that are drawn together: all have the same chance.
struct Stratum {
  std::vector<std::size_t> units;
  double wanted = 0;
  std::uint64_t size = 0;
};
using Strata = std::map<std::tuple<std::string, std::string, std::string, bool>, Stratum>;

constexpr int kLevels = 4;

class Drawing {
 public:
  Drawing(std::span<const DrawUnit> units, const SampleOptions& options, std::vector<SampledCategory>& categories)
      : units_(units), options_(options), categories_(categories), taken_(units.size(), 0) {}

  Result<std::vector<Drawn>> run() {
    for (SampledCategory& category : categories_) category.drawn = 0;
    // Without a budget the suspicious units come on top, so that they are their share of the whole.
    double wanted = 0;
    for (const SampledCategory& category : categories_) wanted += static_cast<double>(category.wanted);
    const double risk = options_.budget > 0 ? static_cast<double>(options_.budget) * options_.risk_share
                                            : wanted * options_.risk_share / (1 - options_.risk_share);
    take_risk(static_cast<std::size_t>(risk));
    CONCORD_ASSIGN_OR_RETURN(Strata strata, choose_strata());
    for (auto& [key, stratum] : strata) take_random(stratum);
    return std::move(drawn_);
  }

 private:
  void take(std::size_t unit, Arm arm, double probability) {
    drawn_.push_back({unit, arm, probability});
    taken_[unit] = 1;
    ++categories_[units_[unit].category].drawn;
  }

  void take_risk(std::size_t most) {
    std::vector<std::size_t> suspicious;
    for (std::size_t i = 0; i < units_.size(); ++i) {
      if (units_[i].risk > 0) suspicious.push_back(i);
    }
    std::sort(suspicious.begin(), suspicious.end(), [&](std::size_t a, std::size_t b) {
      return std::tie(units_[b].risk, units_[a].number) < std::tie(units_[a].risk, units_[b].number);
    });
    for (std::size_t i = 0; i < std::min(most, suspicious.size()); ++i) take(suspicious[i], Arm::risk, 1);
  }

  [[nodiscard]] Strata strata_of(int level) const {
    Strata strata;
    for (std::size_t i = 0; i < units_.size(); ++i) {
      if (taken_[i] != 0) continue;
      const SampledCategory& category = categories_[units_[i].category];
      Stratum& stratum = strata[{category.class_name, level < 2 ? category.range_band : "",
                                 level < 1 ? category.occlusion : "", level < 3 && units_[i].flagged}];
      stratum.units.push_back(i);
      const double left = static_cast<double>(category.wanted) - static_cast<double>(category.drawn);
      const double of = static_cast<double>(category.units) - static_cast<double>(category.drawn);
      stratum.wanted += std::max(left, 0.0) / of;
    }
    for (auto& [key, stratum] : strata) {
      stratum.size = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(std::ceil(stratum.wanted - 1e-9)), 1,
                                               stratum.units.size());
    }
    return strata;
  }

  Result<Strata> choose_strata() {
    Strata strata = strata_of(0);
    if (options_.budget == 0) return strata;
    const std::uint64_t budget = options_.budget - drawn_.size();
    std::uint64_t wanted = 0;
    for (const auto& [key, stratum] : strata) wanted += stratum.size;
    if (wanted <= budget) {
      share_out(budget - wanted, strata, [](const Stratum& s) { return s.units.size() - s.size; });
      return strata;
    }
    for (int level = 0; level < kLevels; ++level) {
      if (level > 0) strata = strata_of(level);
      if (strata.size() > budget) continue;
      std::map<const Stratum*, std::uint64_t> more;
      for (auto& [key, stratum] : strata) {
        more[&stratum] = stratum.size - 1;
        stratum.size = 1;
      }
      share_out(budget - strata.size(), strata, [&](const Stratum& s) { return more.at(&s); });
      return strata;
    }
    return Error{ErrorCode::invalid_argument, fmt::format("a budget of {}", options_.budget), "--budget",
                 fmt::format("at least {}: one unit of each class beside the most suspicious ones",
                             strata.size() + drawn_.size())};
  }

  /// Adds `units` to the sizes in proportion to what each stratum can take; largest remainders first.
  template <class Room>
  static void share_out(std::uint64_t units, Strata& strata, const Room& room_of) {
    struct Part {
      Stratum* stratum;
      std::uint64_t room;
      double remainder;
    };
    std::vector<Part> parts;
    std::uint64_t room = 0;
    for (auto& [key, stratum] : strata) {
      parts.push_back({&stratum, room_of(stratum), 0});
      room += parts.back().room;
    }
    if (room == 0) return;
    const double share = std::min(1.0, static_cast<double>(units) / static_cast<double>(room));
    std::uint64_t given = 0;
    for (Part& part : parts) {
      const double exact = share * static_cast<double>(part.room);
      const auto whole = std::min(static_cast<std::uint64_t>(exact), part.room);
      part.remainder = exact - static_cast<double>(whole);
      part.stratum->size += whole;
      part.room -= whole;
      given += whole;
    }
    std::stable_sort(parts.begin(), parts.end(),
                     [](const Part& a, const Part& b) { return a.remainder > b.remainder; });
    for (Part& part : parts) {
      if (given >= std::min(units, room)) return;
      if (part.room == 0) continue;
      ++part.stratum->size;
      ++given;
    }
  }

  void take_random(Stratum& stratum) {
    const auto end = stratum.units.begin() + static_cast<std::ptrdiff_t>(stratum.size);
    std::partial_sort(stratum.units.begin(), end, stratum.units.end(), [&](std::size_t a, std::size_t b) {
      return std::tie(units_[a].number, units_[a].drive, units_[a].row) <
             std::tie(units_[b].number, units_[b].drive, units_[b].row);
    });
    const double probability = static_cast<double>(stratum.size) / static_cast<double>(stratum.units.size());
    for (auto unit = stratum.units.begin(); unit != end; ++unit) {
      const Arm arm = units_[*unit].flagged ? Arm::random_flagged : Arm::random_clean;
      take(*unit, arm, probability);
    }
  }

  std::span<const DrawUnit> units_;
  const SampleOptions& options_;
  std::vector<SampledCategory>& categories_;
  std::vector<std::uint8_t> taken_;
  std::vector<Drawn> drawn_;
};

}  // namespace

std::string_view to_string(Arm arm) {
  constexpr std::array<std::string_view, 4> kArms{"random_clean", "random_flagged", "risk", "census"};
  return kArms[static_cast<std::size_t>(arm)];
}

Result<std::vector<Drawn>> draw(std::span<const DrawUnit> units, const SampleOptions& options,
                                std::vector<SampledCategory>& categories) {
  return Drawing(units, options, categories).run();
}

Result<SamplingPlan> plan_of(const SampleOptions& options) {
  SamplingPlan plan{.name = options.plan.empty() ? "review" : options.plan};
  if (options.spec) {
    std::vector<std::string> names;
    for (const SamplingPlan& of_spec : options.spec->sampling) {
      if (of_spec.kind == SamplingPlan::Kind::gold) continue;
      names.push_back(of_spec.name);
      if (options.plan == of_spec.name || options.plan.empty()) plan = of_spec;
    }
    if (options.plan.empty()
            ? names.size() != 1
            : plan.name != options.plan || std::find(names.begin(), names.end(), plan.name) == names.end()) {
      return Error{ErrorCode::invalid_argument,
                   options.plan.empty() ? fmt::format("the spec has {} sampling plans to draw by", names.size())
                                        : "the spec has no sampling plan '" + options.plan + "' to draw by",
                   "--plan", did_you_mean(options.plan, names, fmt::format("one of {}", fmt::join(names, ", ")))};
    }
  }
  if (options.minimum_share) plan.minimum_share = *options.minimum_share;
  return plan;
}

void set_wanted(const SampleOptions& options, const SamplingPlan& plan, std::vector<SampledCategory>& categories) {
  const auto ceiling = [](double units) { return static_cast<std::uint64_t>(std::ceil(units - 1e-9)); };
  const bool census = plan.kind == SamplingPlan::Kind::census;
  for (SampledCategory& category : categories) {
    const double share = census ? 1.0 : plan.minimum_share;
    category.wanted = std::max(ceiling(share * static_cast<double>(category.units)), kRareUnits);
  }
  const auto tree = Taxonomy::builtin("");
  const auto is_of = [&](const SampledCategory& category, const std::string& class_name, const std::string& band) {
    const auto code = tree->find(category.class_name);
    const auto above = tree->find(class_name);
    return code && above && tree->is_a(*code, *above) && (band.empty() || band == category.range_band);
  };
  const auto each_category = [&](const AcceptanceCategory& wanted, double oversampling) {
    std::vector<std::string> bands = wanted.range_bands;
    if (bands.empty()) bands.emplace_back();
    for (const std::string& class_name : wanted.classes) {
      for (const std::string& band : bands) {
        std::uint64_t all = 0;
        for (const SampledCategory& category : categories)
          all += is_of(category, class_name, band) ? category.units : 0;
        std::uint64_t needed = 0;
        for (const AcceptanceLimit& limit : wanted.limits) {
          const bool of_tracks = limit.unit == ReviewUnit::track;
          if (limit.metric != LimitMetric::defect_rate || limit.sampling != plan.name || limit.stage != options.stage ||
              of_tracks != (options.unit == ReviewUnit::track)) {
            continue;
          }
          const auto sample = stats::clean_sample(std::clamp(limit.limit, 1e-9, 1 - 1e-9), options.spec->confidence);
          needed = std::max({needed, limit.minimum_sample, sample});
        }
        for (SampledCategory& category : categories) {
          if (all == 0 || !is_of(category, class_name, band)) continue;
          const double share =
              std::max(oversampling * plan.minimum_share, static_cast<double>(needed) / static_cast<double>(all));
          category.wanted =
              std::max(category.wanted, ceiling(std::min(share, 1.0) * static_cast<double>(category.units)));
        }
      }
    }
  };
  if (options.spec) {
    for (const AcceptanceTier& tier : options.spec->tiers) {
      for (const AcceptanceFunction& function : tier.functions) {
        for (const AcceptanceCategory& category : function.categories) each_category(category, tier.oversampling);
      }
    }
  }
  for (SampledCategory& category : categories) category.wanted = std::min(category.wanted, category.units);
}

}  // namespace concord::acceptance

namespace concord {

std::uint64_t ReviewSample::short_categories() const {
  return static_cast<std::uint64_t>(
      std::count_if(categories.begin(), categories.end(), [](const SampledCategory& c) { return c.drawn < c.wanted; }));
}

}  // namespace concord
