#include "tools/commands/run_options.hpp"

#include "tools/commands/memory_size.hpp"

namespace concord::tools {

void RunArguments::add_input_to(CLI::App& command, ValidateOptions& options) {
  command.add_option("--drives", options.drives, "Only the drives of these names: A,B (repeatable)")
      ->delimiter(',')
      ->allow_extra_args(false);
  command.add_option("--format", options.format, "Input format; else recognised (concord doctor lists them)");
  command.add_option("--taxonomy", taxonomy, "YAML class mapping instead of the format's own");
  command.add_option("--mapping", mapping, "YAML column mapping of CSV input");
}

void RunArguments::add_machine_to(CLI::App& command, ValidateOptions& options) {
  command.add_option("--device", options.device.device, "auto, cpu, cuda or cuda:N")
      ->capture_default_str()
      ->group("Machine");
  command.add_option("--threads", options.device.threads, "CPU threads that measure; 0: all")
      ->check(CLI::Range(0, 4096))
      ->capture_default_str()
      ->group("Machine");
  command.add_option("--jobs", options.jobs, "Drives under way at once; 0: three")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str()
      ->group("Machine");
  command.add_option("--memory", memory, "Bound for clouds, batches and labels: 512M, 2G")
      ->capture_default_str()
      ->group("Machine");
}

Result<void> RunArguments::complete(ValidateOptions& options) const {
  CONCORD_RETURN_IF_ERROR(bound_memory(memory, options.device));
  if (!taxonomy.empty()) options.open.taxonomy = taxonomy;
  if (!mapping.empty()) options.open.mapping = mapping;
  return {};
}

}  // namespace concord::tools
