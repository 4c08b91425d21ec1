#include <fmt/format.h>
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <memory>

#include "concord/measure.hpp"
#include "src/core/input_file.hpp"
#include "tools/commands/command.hpp"

namespace concord::tools {
namespace {

constexpr std::uint64_t kMaxBytes = std::uint64_t{4} << 30U;
constexpr std::string_view kExpected = "x y z length width height yaw [roll pitch] in m and rad";

/// `x y z length width height yaw [roll pitch]`: the column order of this command.
Result<Cuboid> parse_box(std::string_view line, const std::string& where) {
  std::array<double, 9> v{};
  std::size_t count = 0;
  while (!line.empty()) {
    const std::size_t begin = line.find_first_not_of(" \t,;\r");
    if (begin == std::string_view::npos) break;
    line.remove_prefix(begin);
    const std::string_view field = line.substr(0, line.find_first_of(" \t,;\r"));
    if (count == v.size()) return Error{ErrorCode::malformed, "more than 9 values", where, std::string(kExpected)};
    const auto [end, failure] = std::from_chars(field.data(), field.data() + field.size(), v[count]);
    if (failure != std::errc() || end != field.data() + field.size()) {
      return Error{ErrorCode::malformed, "'" + std::string(field.substr(0, 40)) + "' is no number", where,
                   std::string(kExpected)};
    }
    ++count;
    line.remove_prefix(field.size());
  }
  if (count != 7 && count != 9) {
    return Error{ErrorCode::malformed, std::to_string(count) + " values", where,
                 "7 or 9: x y z length width height yaw [roll pitch]"};
  }
  return Cuboid{Vec3(v[0], v[1], v[2]), Vec3(v[3], v[4], v[5]), quat_from_ypr(v[6], v[8], v[7])};
}

Result<CuboidColumns> read_boxes(const std::string& path) {
  CONCORD_ASSIGN_OR_RETURN(const std::string text, read_file(path, kMaxBytes, "a CSV file of boxes"));
  CuboidColumns boxes;
  std::string_view rest = text;
  for (std::size_t number = 1; !rest.empty(); ++number) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    // A first line whose first field is the column's name is a header.
    if (const std::size_t begin = line.find_first_not_of(" \t\""); number == 1 && begin != std::string_view::npos) {
      if (line.substr(begin, line.find_first_of(" \t\",;", begin) - begin) == "x") continue;
    }
    CONCORD_ASSIGN_OR_RETURN(const Cuboid box, parse_box(line, path + ":" + std::to_string(number)));
    boxes.push_back(box);
  }
  return boxes;
}

struct IouArguments {
  std::string a, b;
  bool pairwise = false;
  DeviceOptions device;
};

Result<void> run(const IouArguments& arguments) {
  CONCORD_ASSIGN_OR_RETURN(const CuboidColumns a, read_boxes(arguments.a));
  CONCORD_ASSIGN_OR_RETURN(const CuboidColumns b, read_boxes(arguments.b));
  CONCORD_ASSIGN_OR_RETURN(const std::unique_ptr<Measurer> measurer, Measurer::create(arguments.device));
  if (arguments.pairwise) {
    CONCORD_ASSIGN_OR_RETURN(const std::vector<double> iou, measurer->iou_pairwise(a, b));
    for (const double value : iou) fmt::print("{}\n", std::isnan(value) ? "nan" : fmt::format("{:.17g}", value));
  } else {
    CONCORD_ASSIGN_OR_RETURN(const auto pairs, measurer->iou_all(a, b));
    for (const auto& pair : pairs) fmt::print("{},{},{:.17g}\n", pair.row_a, pair.row_b, pair.iou);
  }
  return {};
}

void add(CLI::App& app, int& exit_code) {
  auto arguments = std::make_shared<IouArguments>();
  CLI::App* command = app.add_subcommand("iou", "Exact 3D IoU of boxes in two CSV files");
  command->add_option("A", arguments->a, "x y z length width height yaw [roll pitch], m and rad; header optional")
      ->required();
  command->add_option("B", arguments->b, "As A")->required();
  command->add_flag("--pairwise", arguments->pairwise,
                    "Row i of A with row i of B, one IoU a line; else i,j,iou above 0");
  command->add_option("--device", arguments->device.device, "auto, cpu, cuda or cuda:N")->capture_default_str();
  command->footer("Example: concord iou a.csv b.csv --pairwise");
  command->callback([arguments, &exit_code] {
    if (const auto done = run(*arguments); !done) {
      print_error(done.error().text());
      exit_code = kCouldNotRun;
    }
  });
}

const RegisterCommand kRegistered{60, add};

}  // namespace
}  // namespace concord::tools
