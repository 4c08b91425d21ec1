#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

namespace concord::readers {

/// The n-th label of one frame and track: `frame:track`, from the second on with `#n`.
class LabelIds {
 public:
  [[nodiscard]] std::string next(std::string_view frame, std::string_view track) {
    std::string id = std::string(frame) + ":" + std::string(track);
    const int count = used_[id]++;
    return count == 0 ? id : id + "#" + std::to_string(count);
  }

 private:
  std::unordered_map<std::string, int> used_;
};

}  // namespace concord::readers
