#include "concord/embedded.hpp"
#include "concord/seeding.hpp"
#include "src/core/input_file.hpp"
#include "src/seeding/spec_parser.hpp"

namespace concord {
namespace {

constexpr std::uint64_t kMaxSpecBytes = 1U << 20U;  // specs are written by people
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
  CONCORD_ASSIGN_OR_RETURN(const std::string text, read_file(path, kMaxSpecBytes, "a spec, YAML"));
  return parse(text, path.string());
}

}  // namespace concord
