#include "tools/commands/memory_size.hpp"

#include <charconv>
#include <cstdint>
#include <string>
#include <system_error>

namespace concord::tools {

Result<std::size_t> parse_memory_size(std::string_view text) {
  constexpr std::uint64_t kLeast = std::uint64_t{16} << 20U;
  constexpr std::uint64_t kMost = std::uint64_t{1} << 50U;
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  auto [rest, failure] = std::from_chars(text.data(), end, number);
  unsigned shift = 0;
  if (rest != end) {
    switch (*rest++) {
      case 'K':
        shift = 10;
        break;
      case 'M':
        shift = 20;
        break;
      case 'G':
        shift = 30;
        break;
      case 'T':
        shift = 40;
        break;
      default:
        rest = nullptr;
    }
  }
  if (failure != std::errc() || rest != end || number > (kMost >> shift) || (number << shift) < kLeast) {
    return Error{ErrorCode::invalid_argument, "'" + std::string(text) + "' is no memory size", "--memory",
                 "16M or more, as 512M or 2G"};
  }
  return static_cast<std::size_t>(number << shift);
}

Result<void> bound_memory(std::string_view text, DeviceOptions& device) {
  constexpr std::size_t kBytesPerPair = 2500;  // measured: a row of the table, its finding and what writing takes
  CONCORD_ASSIGN_OR_RETURN(device.memory_bytes, parse_memory_size(text));
  device.most_pairs = device.memory_bytes / kBytesPerPair;
  return {};
}

}  // namespace concord::tools
