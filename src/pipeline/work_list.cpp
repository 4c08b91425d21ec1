#include "src/pipeline/work_list.hpp"

#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>
#include <system_error>

#include "concord/hash.hpp"
#include "concord/near_names.hpp"
#include "concord/text.hpp"

namespace concord::pipeline {
namespace fs = std::filesystem;

std::string report_file_name(const std::string& drive_name) {
  constexpr std::size_t kMaxBytes = 200;
  std::string name;
  for (const char c : drive_name) {
    const auto byte = static_cast<unsigned char>(c);
    name += byte < 0x20 || c == '/' || c == '\\' || c == ':' ? '_' : c;
  }
  if (name.empty() || name.front() == '.') name.insert(name.begin(), '_');
  // The hash keeps apart what replacing or cutting made equal.
  if (name.size() > kMaxBytes) name.resize(kMaxBytes);
  if (name != drive_name) name += "-" + short_hash(drive_name).substr(0, 8);
  return name + ".h5";
}

namespace {

void append_input(const ValidateOptions& options, const fs::path& input, std::vector<WorkItem>& items,
                  std::set<std::string>& names, std::set<std::string>& asked, std::vector<std::string>& available) {
  auto opened = open_dataset(input, options.format, options.open);
  if (!opened) {
    items.push_back(
        {.dataset = nullptr, .name = input.string(), .source = input, .report = {}, .error = opened.error()});
    return;
  }
  const std::shared_ptr<Dataset> dataset = std::move(opened).value();
  const auto& drives = dataset->drives();
  if (drives.empty()) {
    items.push_back({.dataset = nullptr,
                     .name = input.string(),
                     .source = input,
                     .report = {},
                     .error = Error{ErrorCode::not_found, "holds no drive", input.string(), "at least one drive"}});
    return;
  }
  for (std::size_t i = 0; i < drives.size(); ++i) {
    const std::string name = to_utf8(drives[i].name);
    available.push_back(name);
    if (!options.drives.empty()) {
      if (std::find(options.drives.begin(), options.drives.end(), name) == options.drives.end()) continue;
      asked.erase(name);
    }
    WorkItem item{.dataset = dataset, .drive_index = i, .name = name, .source = input, .report = {}, .error = {}};
    if (!names.insert(name).second) {
      item.dataset = nullptr;
      item.error = Error{ErrorCode::invalid_argument, "a second drive is called '" + name + "'", input.string(),
                         "drive names that differ"};
    }
    items.push_back(std::move(item));
  }
}

Result<void> assign_reports(const ValidateOptions& options, std::vector<WorkItem>& items) {
  std::error_code failure;
  if (options.out.extension() == ".h5" && !fs::is_directory(options.out, failure)) {
    if (items.size() != 1) {
      return Error{ErrorCode::invalid_argument, std::to_string(items.size()) + " drives do not fit one file",
                   options.out.string(), "a folder as --out, or one drive (--drives)"};
    }
    if (options.out.has_parent_path()) fs::create_directories(options.out.parent_path(), failure);
    items.front().report = options.out;
  } else {
    fs::create_directories(options.out, failure);
    for (WorkItem& item : items) item.report = options.out / report_file_name(item.name);
  }
  if (failure) {
    return Error{ErrorCode::io, "cannot be created: " + failure.message(), options.out.string(), "a writable folder"};
  }
  // Hours of work should not end at a closed door.
  const fs::path folder = items.empty() ? options.out : items.front().report.parent_path();
  if (const fs::path place = folder.empty() ? fs::path(".") : folder; ::access(place.c_str(), W_OK | X_OK) != 0) {
    return Error{ErrorCode::io, std::string("cannot be written: ") + std::strerror(errno), place.string(),
                 "a writable folder"};
  }
  return {};
}

}  // namespace

Result<std::vector<WorkItem>> list_work(const ValidateOptions& options, bool writes_reports) {
  std::vector<WorkItem> items;
  std::set<std::string> names;
  std::set<std::string> asked(options.drives.begin(), options.drives.end());
  std::vector<std::string> available;
  for (const fs::path& input : options.inputs) append_input(options, input, items, names, asked, available);
  // An input that does not open tells more than the drive that is missing for it.
  const bool all_opened =
      std::none_of(items.begin(), items.end(), [](const WorkItem& i) { return i.error.has_value(); });
  if (!asked.empty() && all_opened) {
    return Error{ErrorCode::not_found,
                 "no input has a drive '" + *asked.begin() + "'" + near_names_hint(*asked.begin(), available),
                 "--drives", "a drive's name"};
  }
  if (writes_reports) CONCORD_RETURN_IF_ERROR(assign_reports(options, items));
  return items;
}

}  // namespace concord::pipeline
