#include <system_error>

#include "src/core/input_file.hpp"
#include "src/readers/common/files.hpp"
#include "src/readers/csv/dataset.hpp"
#include "src/readers/csv/layout.hpp"
#include "src/readers/registry.hpp"

namespace concord::readers {
namespace fs = std::filesystem;

namespace {

/// Whether the first line of a .csv file names the default columns.
bool has_default_columns(const fs::path& file) {
  constexpr std::size_t kMaxHeaderBytes = 4096;
  std::string header = first_bytes(file, kMaxHeaderBytes);
  header = header.substr(0, header.find('\n'));
  const csv::Mapping mapping = csv::default_mapping();
  const auto table = csv::Table::open(header, mapping.delimiter, file);
  return table && csv::Layout::resolve(mapping.columns, false, false, *table).ok();
}

class CsvFormat final : public Format {
 public:
  [[nodiscard]] std::string_view name() const override { return "csv"; }
  [[nodiscard]] std::string_view title() const override { return "CSV with a mapping"; }
  [[nodiscard]] bool recognises(const fs::path& input) const override {
    std::error_code failure;
    if (fs::is_directory(input, failure)) return is_present(input / csv::kMappingName);
    return fs::is_regular_file(input, failure) && input.extension() == ".csv" &&
           (is_present(input.parent_path() / csv::kMappingName) || has_default_columns(input));
  }
  [[nodiscard]] Result<std::unique_ptr<Dataset>> open(const fs::path& input,
                                                      const OpenOptions& options) const override {
    std::error_code failure;
    if (!fs::exists(input, failure)) {
      return Error{ErrorCode::not_found, "does not exist", input.string(), "a CSV file or a folder"};
    }
    fs::path path = options.mapping.value_or(csv::folder_of(input) / csv::kMappingName);
    if (!options.mapping && !is_present(path)) return csv::open_csv(input, csv::default_mapping(), options);
    CONCORD_ASSIGN_OR_RETURN(csv::Mapping mapping, csv::read_mapping(path));
    return csv::open_csv(input, std::move(mapping), options);
  }
};

}  // namespace

const Format& csv_format() {
  static const CsvFormat format;
  return format;
}

}  // namespace concord::readers
