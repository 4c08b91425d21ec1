#include "src/fixing/track_exchanges.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace concord::fixing {

std::map<std::uint32_t, NewTrack> exchange_tracks(const LabelRows& rows, std::vector<TrackExchange> exchanges) {
  const LabelSet& set = rows.set();
  std::stable_sort(exchanges.begin(), exchanges.end(),
                   [](const TrackExchange& a, const TrackExchange& b) { return a.frame < b.frame; });
  // name[code]: the track that labels of the track `code` belong to from the current frame on. Exchanges only permute
  // it, so that two labels of one frame never come to share a track.
  std::vector<std::uint32_t> name(set.tracks.size());
  std::iota(name.begin(), name.end(), 0U);
  std::map<std::uint32_t, NewTrack> changed;
  const auto rename_from = [&](std::uint32_t code, std::uint32_t frame, const Finding* finding) {
    const std::vector<std::uint32_t>& labels = rows.of_track(code);
    const auto first = std::lower_bound(labels.begin(), labels.end(), frame,
                                        [&](std::uint32_t row, std::uint32_t f) { return set.frame[row] < f; });
    for (auto row = first; row != labels.end(); ++row) {
      if (name[code] == code) {
        changed.erase(*row);
      } else {
        changed[*row] = {name[code], finding};
      }
    }
  };
  std::vector<TrackExchange> singles;
  for (const TrackExchange& exchange : exchanges) {
    if (exchange.only_row != kNone) {
      singles.push_back(exchange);
      continue;
    }
    std::swap(name[exchange.track], name[exchange.other]);
    rename_from(exchange.track, exchange.frame, exchange.finding);
    rename_from(exchange.other, exchange.frame, exchange.finding);
  }
  // Labels that change places in one frame take each other's name as it is there by now.
  std::map<std::uint32_t, NewTrack> exchanged;
  for (const TrackExchange& single : singles) {
    for (const std::uint32_t row : rows.of_track(single.other)) {
      if (set.frame[row] != set.frame[single.only_row]) continue;
      const auto renamed = changed.find(row);
      exchanged[single.only_row] = {renamed == changed.end() ? single.other : renamed->second.track, single.finding};
    }
  }
  for (const auto& [row, to] : exchanged) changed[row] = to;
  return changed;
}

}  // namespace concord::fixing
