#include "src/pipeline/odd_tags.hpp"

#include <iterator>
#include <string>
#include <system_error>

#include "concord/attributes.hpp"

namespace concord::pipeline {
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kLongestName = 200;

bool is_file_name(const std::string& name) {
  return !name.empty() && name.size() <= kLongestName && name != "." && name != ".." &&
         name.find_first_of(std::string_view("/\\\0", 3)) == std::string::npos;
}

}  // namespace

Result<void> add_tags_file(const ValidateOptions& options, Drive& drive) {
  if (!is_file_name(drive.name)) return {};
  std::error_code failure;
  fs::path folder = options.odd_tags;
  if (folder.empty()) folder = fs::is_directory(drive.source, failure) ? drive.source : drive.source.parent_path();
  const fs::path path = folder / (drive.name + std::string(kTagsFileEnd));
  if (!fs::exists(fs::symlink_status(path, failure))) return {};
  CONCORD_ASSIGN_OR_RETURN(std::vector<Tag> tags, read_tags_file(path, drive.frames));
  drive.tags.insert(drive.tags.end(), std::make_move_iterator(tags.begin()), std::make_move_iterator(tags.end()));
  drive.input_files.push_back(path);
  return {};
}

}  // namespace concord::pipeline
