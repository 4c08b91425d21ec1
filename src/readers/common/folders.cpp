#include "src/readers/common/folders.hpp"

#include <algorithm>
#include <set>
#include <system_error>

namespace concord::readers {
namespace fs = std::filesystem;
namespace {

constexpr int kLevels = 3;

class Search {
 public:
  explicit Search(const std::function<bool(const fs::path&)>& is_wanted) : is_wanted_(is_wanted) {}

  void below(const fs::path& folder, int levels) {
    std::error_code failure;
    if (!visited_.insert(fs::canonical(folder, failure)).second) return;
    if (is_wanted_(folder)) {
      found_.push_back(folder);
      return;
    }
    if (levels == 0) return;
    for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end; entry.increment(failure)) {
      std::error_code ignored;
      if (entry->is_directory(ignored)) below(entry->path(), levels - 1);
    }
  }
  [[nodiscard]] std::vector<fs::path> sorted() {
    std::sort(found_.begin(), found_.end());
    return std::move(found_);
  }

 private:
  const std::function<bool(const fs::path&)>& is_wanted_;
  std::set<fs::path> visited_;  ///< where the folders really are
  std::vector<fs::path> found_;
};

}  // namespace

std::vector<fs::path> find_folders(const fs::path& input, const std::function<bool(const fs::path&)>& is_wanted) {
  Search search(is_wanted);
  std::error_code failure;
  if (fs::is_directory(input, failure)) search.below(input, kLevels);
  return search.sorted();
}

}  // namespace concord::readers
