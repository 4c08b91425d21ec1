#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "concord/attributes.hpp"
#include "src/odd/quantity.hpp"

namespace concord::odd {

/// What a source says of one attribute over some frames: a word or closed numbers.
struct Claim {
  std::string word;  ///< empty: a number
  double low = 0, high = 0;
  ValueSource source = ValueSource::unknown;
  std::uint32_t begin = 0, end = 0;  ///< frames from `begin` to before `end`
};

/// The claims on each attribute of a drive.
class Claims {
 public:
  explicit Claims(std::uint32_t frames) : frames_(frames) {}

  [[nodiscard]] std::uint32_t frames() const { return frames_; }
  /// Adds a claim; frames beyond the drive are cut off, and what is left without frames is dropped.
  void add(std::string_view attribute, Claim claim);
  void add_word(std::string_view attribute, std::string_view word, ValueSource source, std::uint32_t begin,
                std::uint32_t end);
  /// One derived claim for each run of frames whose values lie between the same two of the ascending `edges`, from the
  /// smallest to the largest of them; none where values are NaN. `open_above`: each value is a lower bound.
  void add_runs(std::string_view attribute, const std::vector<double>& values, const std::vector<double>& edges,
                bool open_above = false);
  /// One derived claim for each run of frames with the same word; none for empty ones.
  void add_word_runs(std::string_view attribute, const std::vector<std::string_view>& words);

  /// All of them as rows that hold together: known where the sources agree, conflicting where they do not. Numbers
  /// agree where they overlap; what remains is what both allow. Two ego speeds that miss each other by at most 2 m/s
  /// agree too, and the derived one counts. `several(attribute)`: any words go together.
  template <class Several>
  [[nodiscard]] std::vector<AttributeSpan> settle(const std::string& drive, const Several& several) const {
    std::vector<AttributeSpan> rows;
    for (const auto& [attribute, claims] : claims_) {
      if (several(attribute)) {
        unite(drive, attribute, claims, rows);
      } else {
        resolve(drive, attribute, claims, rows);
      }
    }
    return rows;
  }

 private:
  static void unite(const std::string& drive, const std::string& attribute, const std::vector<Claim>& claims,
                    std::vector<AttributeSpan>& rows);
  static void resolve(const std::string& drive, const std::string& attribute, const std::vector<Claim>& claims,
                      std::vector<AttributeSpan>& rows);

  std::uint32_t frames_;
  std::map<std::string, std::vector<Claim>, std::less<>> claims_;
};

/// The closed interval of the same doubles.
[[nodiscard]] Interval closed(Interval interval);

}  // namespace concord::odd
