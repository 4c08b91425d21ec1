#include "src/pipeline/texts.hpp"

#include <string>
#include <string_view>

#include "concord/text.hpp"
#include "src/readers/common/files.hpp"

namespace concord::pipeline {
namespace {

using readers::kLongestId;
constexpr std::size_t kLongestText = std::size_t{1} << 16U;

class Guard {
 public:
  /// Where a drive was read from one file, that is the place.
  explicit Guard(const Drive& drive)
      : place_(drive.input_files.size() == 1 ? drive.input_files.front() : drive.source) {}

  void require(std::string_view text, const char* what, std::size_t longest = kLongestId) {
    if (!result_.ok() || (text.size() <= longest && is_utf8_text(text))) return;
    const bool is_long = text.size() > longest;
    result_ = Error{is_long ? ErrorCode::limit_exceeded : ErrorCode::malformed,
                    std::string(what) + " '" + to_utf8(text.substr(0, 40)) + "' " +
                        (is_long ? "has " + std::to_string(text.size()) + " bytes" : "is not UTF-8"),
                    place_.string(), is_long ? "at most " + std::to_string(longest) : "UTF-8 without NUL"};
  }
  void require(const StringColumn& texts, const char* what) {
    for (std::size_t row = 0; row < texts.size() && result_.ok(); ++row) require(texts[row], what);
  }
  void require(const Dictionary& texts, const char* what, std::size_t longest = kLongestId) {
    for (std::uint32_t code = 0; code < texts.size() && result_.ok(); ++code) require(texts.at(code), what, longest);
  }
  [[nodiscard]] const Result<void>& result() const { return result_; }

 private:
  const std::filesystem::path& place_;
  Result<void> result_;
};

}  // namespace

Result<void> require_report_texts(const Drive& drive) {
  Guard guard(drive);
  guard.require(drive.name, "the drive's name");
  guard.require(drive.frames.name, "frame name");
  for (const Sensor& sensor : drive.sensors) guard.require(sensor.name, "sensor name");
  for (const Tag& tag : drive.tags) {
    guard.require(tag.type, "tag");
    guard.require(tag.value, "value of a tag", kLongestText);
  }
  for (const LabelSet& set : drive.label_sets) {
    guard.require(set.name, "label set");
    guard.require(set.label_id, "label id");
    guard.require(set.tracks, "track id");
    guard.require(set.raw_classes, "class name");
    guard.require(set.provenance, "annotator, vendor, batch, guideline version or review stage");
    guard.require(set.boxes_2d.label_id, "label id");
    for (const AttributeColumn& attribute : set.attributes) {
      guard.require(attribute.name, "attribute");
      guard.require(attribute.values, "value of an attribute", kLongestText);
    }
  }
  return guard.result();
}

}  // namespace concord::pipeline
