#include "src/odd/claims.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace concord::odd {
namespace {

/// Two tagged or derived ego speeds may miss each other by this much: a derived one is a difference of poses.
constexpr double kSpeedTolerance_mps = 2;

/// The claims that hold at one moment of a sweep through the frames. Everything is counted in ordered sets, so that
/// many claims at once cost no more than their logarithm.
class ActiveClaims {
 public:
  explicit ActiveClaims(const std::vector<Claim>& claims) : claims_(claims) {}

  void begin(std::size_t index) {
    const Claim& claim = claims_[index];
    (claim.source == ValueSource::derived ? derived_ : tagged_) += 1;
    if (!claim.word.empty()) {
      words_[claim.word].insert(index);
    } else {
      lows_.insert({claim.low, index});
      highs_.insert({claim.high, index});
      if (claim.source == ValueSource::derived) derived_numbers_.insert(index);
    }
  }
  void end(std::size_t index) {
    const Claim& claim = claims_[index];
    (claim.source == ValueSource::derived ? derived_ : tagged_) -= 1;
    if (!claim.word.empty()) {
      const auto word = words_.find(claim.word);
      word->second.erase(index);
      if (word->second.empty()) words_.erase(word);
    } else {
      lows_.erase({claim.low, index});
      highs_.erase({claim.high, index});
      derived_numbers_.erase(index);
    }
  }

  /// What they come to: nothing, one known value, or two that conflict.
  [[nodiscard]] std::vector<Claim> value(bool tolerates, ValueState& state) const {
    state = ValueState::known;
    const ValueSource source = derived_ > 0 ? ValueSource::derived : ValueSource::tagged;
    if (words_.empty() && lows_.empty()) return {};
    if (!words_.empty() && lows_.empty() && words_.size() == 1) return {with_source(first(words_.begin()), source)};
    if (words_.empty()) {
      const auto& [low, low_index] = *lows_.rbegin();
      const auto& [high, high_index] = *highs_.begin();
      if (low <= high) return {{.word = {}, .low = low, .high = high, .source = source}};
      if (tolerates && low - high <= kSpeedTolerance_mps && !derived_numbers_.empty()) {
        return {claims_[*derived_numbers_.begin()]};
      }
      state = ValueState::conflicting;
      return {claims_[std::min(low_index, high_index)], claims_[std::max(low_index, high_index)]};
    }
    state = ValueState::conflicting;
    if (!lows_.empty()) return {first(words_.begin()), claims_[lows_.begin()->second]};
    return {first(words_.begin()), first(std::prev(words_.end()))};
  }

 private:
  using Words = std::map<std::string_view, std::set<std::size_t>>;

  [[nodiscard]] const Claim& first(Words::const_iterator word) const { return claims_[*word->second.begin()]; }
  static Claim with_source(Claim claim, ValueSource source) {
    claim.source = source;
    return claim;
  }

  const std::vector<Claim>& claims_;
  std::size_t tagged_ = 0, derived_ = 0;
  Words words_;
  std::set<std::pair<double, std::size_t>> lows_, highs_;
  std::set<std::size_t> derived_numbers_;
};

AttributeSpan row_of(const std::string& drive, const std::string& attribute, const Claim& claim, ValueState state,
                     std::uint32_t begin, std::uint32_t end) {
  AttributeSpan row{.drive = drive, .attribute = attribute, .value = claim.word};
  if (claim.word.empty()) {
    row.low = claim.low;
    row.high = claim.high;
  }
  row.state = state;
  row.source = claim.source;
  row.frame_index = begin;
  row.frame_index_end = end - 1;
  return row;
}

bool same_value(const AttributeSpan& a, const AttributeSpan& b) {
  const bool same_numbers = a.is_number() ? a.low == b.low && a.high == b.high : !b.is_number();
  return a.value == b.value && a.state == b.state && a.source == b.source && same_numbers;
}

/// One moment of a sweep: claims end before others begin.
struct Event {
  std::uint32_t frame;
  bool begins;
  std::size_t claim;
};

std::vector<Event> events_of(const std::vector<Claim>& claims) {
  std::vector<Event> events;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    events.push_back({claims[i].begin, true, i});
    events.push_back({claims[i].end, false, i});
  }
  std::sort(events.begin(), events.end(),
            [](const Event& a, const Event& b) { return std::pair(a.frame, a.claim) < std::pair(b.frame, b.claim); });
  return events;
}

}  // namespace

Interval closed(Interval interval) {
  const double infinity = std::numeric_limits<double>::infinity();
  if (interval.low_open) interval.low = std::nextafter(interval.low, infinity);
  if (interval.high_open) interval.high = std::nextafter(interval.high, -infinity);
  interval.low_open = interval.high_open = false;
  return interval;
}

void Claims::add(std::string_view attribute, Claim claim) {
  claim.end = std::min(claim.end, frames_);
  if (claim.begin >= claim.end || attribute.empty()) return;
  const auto found = claims_.find(attribute);
  auto& list = found != claims_.end() ? found->second : claims_[std::string(attribute)];
  list.push_back(std::move(claim));
}

void Claims::add_word(std::string_view attribute, std::string_view word, ValueSource source, std::uint32_t begin,
                      std::uint32_t end) {
  if (word.empty()) return;
  add(attribute, {.word = std::string(word), .low = 0, .high = 0, .source = source, .begin = begin, .end = end});
}

void Claims::add_runs(std::string_view attribute, const std::vector<double>& values, const std::vector<double>& edges,
                      bool open_above) {
  const auto bin_of = [&](double value) { return std::upper_bound(edges.begin(), edges.end(), value) - edges.begin(); };
  for (std::size_t begin = 0; begin < values.size();) {
    if (std::isnan(values[begin])) {
      ++begin;
      continue;
    }
    const auto bin = bin_of(values[begin]);
    Claim claim{.word = {}, .low = values[begin], .high = values[begin], .source = ValueSource::derived};
    std::size_t end = begin;
    for (; end < values.size() && !std::isnan(values[end]) && bin_of(values[end]) == bin; ++end) {
      claim.low = std::min(claim.low, values[end]);
      claim.high = std::max(claim.high, values[end]);
    }
    if (open_above) claim.high = std::numeric_limits<double>::infinity();
    claim.begin = static_cast<std::uint32_t>(begin);
    claim.end = static_cast<std::uint32_t>(end);
    add(attribute, std::move(claim));
    begin = end;
  }
}

void Claims::add_word_runs(std::string_view attribute, const std::vector<std::string_view>& words) {
  for (std::size_t begin = 0; begin < words.size();) {
    std::size_t end = begin + 1;
    while (end < words.size() && words[end] == words[begin]) ++end;
    add_word(attribute, words[begin], ValueSource::derived, static_cast<std::uint32_t>(begin),
             static_cast<std::uint32_t>(end));
    begin = end;
  }
}

void Claims::unite(const std::string& drive, const std::string& attribute, const std::vector<Claim>& claims,
                   std::vector<AttributeSpan>& rows) {
  std::map<std::string_view, std::vector<const Claim*>> by_word;
  for (const Claim& claim : claims) {
    if (!claim.word.empty()) by_word[claim.word].push_back(&claim);
  }
  for (auto& [word, list] : by_word) {
    std::sort(list.begin(), list.end(), [](const Claim* a, const Claim* b) { return a->begin < b->begin; });
    for (std::size_t i = 0; i < list.size();) {
      Claim whole = *list[i];
      for (++i; i < list.size() && list[i]->begin <= whole.end; ++i) {
        whole.end = std::max(whole.end, list[i]->end);
        if (list[i]->source == ValueSource::derived) whole.source = ValueSource::derived;
      }
      rows.push_back(row_of(drive, attribute, whole, ValueState::known, whole.begin, whole.end));
    }
  }
}

void Claims::resolve(const std::string& drive, const std::string& attribute, const std::vector<Claim>& claims,
                     std::vector<AttributeSpan>& rows) {
  const bool tolerates = attribute == "ego_speed";
  const std::vector<Event> events = events_of(claims);
  ActiveClaims active(claims);
  std::vector<AttributeSpan> open;  // rows that end where the sweep stands, to be continued by equal ones
  for (std::size_t i = 0; i < events.size();) {
    const std::uint32_t frame = events[i].frame;
    for (; i < events.size() && events[i].frame == frame; ++i) {
      events[i].begins ? active.begin(events[i].claim) : active.end(events[i].claim);
    }
    ValueState state = ValueState::unknown;
    std::vector<AttributeSpan> next;
    for (const Claim& value : active.value(tolerates, state)) {
      next.push_back(row_of(drive, attribute, value, state, frame, events[i].frame));
    }
    const bool goes_on = open.size() == next.size() && !open.empty() && open.front().frame_index_end + 1 == frame &&
                         std::equal(open.begin(), open.end(), next.begin(), same_value);
    if (goes_on) {
      for (AttributeSpan& row : open) row.frame_index_end = next.front().frame_index_end;
      continue;
    }
    rows.insert(rows.end(), open.begin(), open.end());
    open = std::move(next);
  }
  rows.insert(rows.end(), open.begin(), open.end());
}

}  // namespace concord::odd
