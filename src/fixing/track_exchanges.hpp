#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "src/fixing/label_rows.hpp"

namespace concord::fixing {

/// From `frame` on the labels of two tracks exchange their tracks; or one label alone gets another track.
struct TrackExchange {
  const Finding* finding = nullptr;
  std::uint32_t frame = 0;
  std::uint32_t track = kNone, other = kNone;  ///< codes, as in the dataset
  std::uint32_t only_row = kNone;              ///< this label alone gets the track `other`
};

/// A label whose track changes, and the finding that did it last.
struct NewTrack {
  std::uint32_t track = kNone;
  const Finding* finding = nullptr;
};

/// The track of every label that gets another one when the exchanges are made one after the other in time. An exchange
/// is about the tracks of the dataset: what an earlier one has renamed keeps that name until the next.
[[nodiscard]] std::map<std::uint32_t, NewTrack> exchange_tracks(const LabelRows& rows,
                                                                std::vector<TrackExchange> exchanges);

}  // namespace concord::fixing
