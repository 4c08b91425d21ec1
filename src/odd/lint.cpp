#include <algorithm>
#include <system_error>
#include <tuple>

#include "concord/odd.hpp"
#include "src/odd/openodc.hpp"
#include "src/odd/openodd.hpp"

namespace concord::odd {
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxFiles = 10'000;

bool is_definition(const fs::path& path) {
  const std::string extension = path.extension().string();
  return extension == ".yaml" || extension == ".yml" || extension == ".json";
}

/// The files that `path` stands for, sorted.
Result<std::vector<fs::path>> files_of(const fs::path& path) {
  std::error_code failure;
  if (!fs::is_directory(path, failure)) return std::vector<fs::path>{path};
  std::vector<fs::path> files;
  for (fs::recursive_directory_iterator entry(path, failure); !failure && entry != fs::recursive_directory_iterator();
       entry.increment(failure)) {
    std::error_code unknown;
    if (is_definition(entry->path()) && !entry->is_directory(unknown)) files.push_back(entry->path());
    if (files.size() > kMaxFiles) {
      return Error{ErrorCode::limit_exceeded, "holds more than " + std::to_string(kMaxFiles) + " definition files",
                   path.string(), ""};
    }
  }
  if (failure) return Error{ErrorCode::io, "cannot be listed: " + failure.message(), path.string(), "a folder"};
  if (files.empty()) {
    return Error{ErrorCode::not_found, "holds no ODD definition", path.string(), ".yaml, .yml or .json files"};
  }
  std::sort(files.begin(), files.end());
  return files;
}

class Linter {
 public:
  Result<void> look_at(const fs::path& path) {
    CONCORD_ASSIGN_OR_RETURN(const std::string text, read_definition(path));
    const std::string file = path.lexically_normal().string();
    if (path.extension() == ".json") {
      Faults faults;
      CONCORD_ASSIGN_OR_RETURN(const YamlNode root, parse_yaml(text, file, faults));
      read_.insert(fs::absolute(path).lexically_normal());
      if (!is_odc(root)) {
        // Schemas and tables of numbers lie beside definitions.
        if (root.find("$schema") == nullptr && root.find("enums") == nullptr) nothing_in(file);
        return {};
      }
      CONCORD_ASSIGN_OR_RETURN(const OdcCounts counts, check_odc(root, path, read_, faults));
      report_.conditions += counts.elements_asked;
      attributes_ = std::max(attributes_, counts.elements_defined);
      take(faults);
      return {};
    }
    Faults faults;
    CONCORD_ASSIGN_OR_RETURN(const Loaded loaded, load_yaml(path, faults));
    if (!loaded.has_taxonomy && !loaded.has_definition) nothing_in(file);
    report_.conditions += loaded.definition.conditions();
    attributes_ = std::max(attributes_, loaded.taxonomy.attributes().size());
    read_.insert(loaded.files.begin(), loaded.files.end());
    take(faults);
    return {};
  }

  void fail(const Error& error) { report_.errors.push_back(error); }

  LintReport report() {
    report_.files = read_.size();
    report_.attributes = attributes_;
    const auto key = [](const LintFault& f) { return std::tie(f.file, f.line, f.rule, f.message); };
    // A file that several import is looked at with each of them.
    auto& faults = report_.faults;
    std::sort(faults.begin(), faults.end(), [&](const LintFault& a, const LintFault& b) { return key(a) < key(b); });
    faults.erase(std::unique(faults.begin(), faults.end(),
                             [&](const LintFault& a, const LintFault& b) { return key(a) == key(b); }),
                 faults.end());
    return std::move(report_);
  }

 private:
  void nothing_in(const std::string& file) {
    report_.faults.push_back({"nothing_defined", Severity::warning, file, 0, "defines neither a taxonomy nor an ODD"});
  }
  void take(Faults& faults) { report_.faults.insert(report_.faults.end(), faults.list().begin(), faults.list().end()); }

  LintReport report_;
  std::size_t attributes_ = 0;
  std::set<fs::path> read_;
};

}  // namespace

LintReport lint(const std::vector<fs::path>& paths) {
  Linter linter;
  for (const fs::path& path : paths) {
    const auto files = files_of(path);
    if (!files) {
      linter.fail(files.error());
      continue;
    }
    for (const fs::path& file : *files) {
      if (auto done = linter.look_at(file); !done) linter.fail(done.error());
    }
  }
  return linter.report();
}

}  // namespace concord::odd
