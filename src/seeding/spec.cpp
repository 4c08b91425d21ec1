#include <fmt/format.h>
#include <fstream>
#include <sstream>

#include "concord/embedded.hpp"
#include "concord/seeding.hpp"
#include "src/seeding/spec_parser.hpp"

namespace concord {
namespace {

constexpr std::uintmax_t kMaxSpecBytes = 1U << 20U;  // specs are written by people
constexpr std::string_view kFolder = "seeding/";
constexpr std::string_view kExtension = ".yaml";

}  // namespace

Result<SeedingSpec> SeedingSpec::parse(std::string_view yaml, std::string_view where) {
  return seeding::SpecParser(where).parse(yaml);
}

Result<SeedingSpec> SeedingSpec::builtin(std::string_view name) {
  const std::string path = std::string(kFolder) + std::string(name) + std::string(kExtension);
  if (const auto text = embedded_file(path)) return parse(*text, path);
  std::string names;
  for (const EmbeddedFile& file : embedded_files()) {
    if (!file.name.starts_with(kFolder) || !file.name.ends_with(kExtension)) continue;
    names += (names.empty() ? "" : ", ") +
             std::string(file.name.substr(kFolder.size(), file.name.size() - kFolder.size() - kExtension.size()));
  }
  return Error{ErrorCode::not_found, "no built-in spec is called '" + std::string(name) + "'", "--spec", names};
}

Result<SeedingSpec> SeedingSpec::from_file(const std::filesystem::path& path) {
  std::error_code failed;
  const std::uintmax_t bytes = std::filesystem::file_size(path, failed);
  std::ifstream file(path, std::ios::binary);
  if (failed || !file) return Error{ErrorCode::io, "the spec cannot be read", path.string(), "a YAML file"};
  if (bytes > kMaxSpecBytes) {
    return Error{ErrorCode::limit_exceeded, fmt::format("{} bytes are no spec", bytes), path.string(),
                 fmt::format("at most {} bytes", kMaxSpecBytes)};
  }
  std::ostringstream text;
  text << file.rdbuf();
  return parse(text.str(), path.string());
}

}  // namespace concord
