#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "concord/judge.hpp"

namespace concord::judging {

// What a check may need, in the words of `CheckInfo::inputs`. A drive or label set without it is skipped, with a
// reason.
inline constexpr std::string_view kTracks = "tracks";
inline constexpr std::string_view kTimestamps = "timestamps";
inline constexpr std::string_view kEgoPoses = "ego poses";
inline constexpr std::string_view kPointClouds = "point clouds";
inline constexpr std::string_view kAttributeValues = "attribute enumerations";

/// A finding while its check still works on it, with the corrections it proposes.
struct Draft {
  Finding finding;
  std::vector<Proposal> proposals;
  std::string_view quantity = {};  ///< learned quantity that the finding's value is one of; empty: none
  PriorSide side = PriorSide::upper;

  /// The finding is as rare as its value is on that side of the quantity; without this, as such findings are.
  Draft& rare_as(std::string_view learned_quantity, PriorSide learned_side = PriorSide::upper) {
    quantity = learned_quantity;
    side = learned_side;
    return *this;
  }

  void propose(std::string_view field, double value, std::string_view unit);
  void propose_text(std::string_view field, std::string_view text);
  /// Proposes the centre of `box` (x_m y_m z_m), ego frame of the finding's frame.
  void propose_center(const Cuboid& box);
  /// The proposals from index `first` on are for the label with that id only.
  void only_for(std::string_view label, std::size_t first);
};

/// What a check's judge function sees of one label set, and where its findings go.
///
/// The functions that add a finding fill every common column (drive, label set, frame names, time, track, label, class,
/// place, severity, score); the check adds only what it alone knows.
class CheckContext {
 public:
  CheckContext(const Drive& drive, const LabelSet& labels, const LabelSetMeasurements& measured, const CheckInfo& check,
               Severity severity, const LearnedPriors* priors = nullptr, Priors* observed = nullptr);

  [[nodiscard]] const Drive& drive() const { return drive_; }
  [[nodiscard]] const LabelSet& labels() const { return labels_; }
  [[nodiscard]] const LabelSetMeasurements& measured() const { return measured_; }
  [[nodiscard]] const Taxonomy& taxonomy() const { return *drive_.taxonomy; }

  /// The label stands for an object: it is no ignore region.
  [[nodiscard]] bool is_object(std::uint32_t row) const { return ignored_[labels_.class_code[row]] == 0; }
  /// The label is an object whose box can be compared: finite and of positive size. The others are for schema.*.
  [[nodiscard]] bool is_valid_object(std::uint32_t row) const {
    return is_object(row) && measured_.cuboids.finite[row] != 0 && measured_.cuboids.min_size_m[row] > 0;
  }
  [[nodiscard]] ClassCode class_of(std::uint32_t row) const { return labels_.class_code[row]; }
  [[nodiscard]] double range_m(std::uint32_t row) const { return measured_.cuboids.range_m[row]; }
  /// Per class code: 1 where it is the Concord class called `name` or below it. Resolve it once, not per row.
  [[nodiscard]] std::vector<std::uint8_t> classes_below(std::string_view name) const;

  /// Distributions that were learned, or nullptr.
  [[nodiscard]] const LearnedPriors* priors() const { return priors_; }
  /// Notes a value of the label for `concord learn`.
  void observe(std::uint32_t row, std::string_view quantity, double value);

  /// Counts the label as examined (exposure per class and range band). Call at most once a label.
  void examine(std::uint32_t row);
  /// The check cannot be made on this label set; findings so far are dropped.
  void skip(std::string reason) { skip_reason_ = std::move(reason); }
  /// What a completed check could not look at; becomes the reason of its status.
  void remark(std::string text) { remark_ = std::move(text); }

  /// A finding on one label.
  Draft& add_label(std::uint32_t row, double value, double limit);
  /// A finding on the labels of one track from `first_row` to `last_row`; on one label when both are the same.
  Draft& add_span(std::uint32_t first_row, std::uint32_t last_row, double value, double limit);
  /// A finding on two labels of one frame, lasting until the frame of `last_row`.
  Draft& add_pair(std::uint32_t row, std::uint32_t other_row, std::uint32_t last_row, double value, double limit);
  /// A finding on a whole frame.
  Draft& add_frame(std::uint32_t frame, double value, double limit);
  /// Moves the finding's first and last frame.
  void set_frames(Draft& draft, std::uint32_t first_frame, std::uint32_t last_frame) const;

  [[nodiscard]] const std::string& skip_reason() const { return skip_reason_; }
  [[nodiscard]] const std::string& remark() const { return remark_; }
  /// Ids, fingerprints and surprise are set here. Findings of equal id are one: the one with the higher score is kept.
  void collect_into(Judgement& judgement);

 private:
  Draft& add(Scope scope, double value, double limit);
  [[nodiscard]] double surprise_of(const Draft& draft) const;
  void fill_label(Finding& finding, std::uint32_t row) const;
  void collect_exposure(std::vector<ExposureRow>& rows) const;

  const Drive& drive_;
  const LabelSet& labels_;
  const LabelSetMeasurements& measured_;
  const CheckInfo& check_;
  Severity severity_;
  const LearnedPriors* priors_;
  Priors* observed_;
  std::vector<std::uint8_t> ignored_;    ///< per class code
  std::vector<std::uint64_t> exposure_;  ///< per class code and range band
  std::deque<Draft> drafts_;             ///< a deque, because references to its elements stay valid
  std::string skip_reason_;
  std::string remark_;
};

}  // namespace concord::judging
