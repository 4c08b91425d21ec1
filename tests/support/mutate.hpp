#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>

namespace concord::tests {

/// `bytes` with one to four small changes: other bytes, cuts, insertions, repetitions, 32-bit numbers of any size.
inline std::string mutated(std::string bytes, std::mt19937_64& random) {
  const auto below = [&random](std::size_t count) {
    return static_cast<std::size_t>(random() % std::max<std::size_t>(count, 1));
  };
  for (std::size_t change = 0, changes = 1 + below(4); change < changes && !bytes.empty(); ++change) {
    const std::size_t at = below(bytes.size());
    switch (below(6)) {
      case 0:
        bytes[at] = static_cast<char>(random());
        break;
      case 1:
        bytes.resize(at);
        break;
      case 2:
        bytes.erase(at, below(8));
        break;
      case 3:
        bytes.insert(at, std::string(1 + below(12), static_cast<char>('0' + below(10))));
        break;
      case 4:
        bytes.insert(below(bytes.size()), bytes.substr(at, below(40)));
        break;
      default: {
        const auto number = static_cast<std::uint32_t>(random() >> below(33));
        if (at + sizeof(number) <= bytes.size()) std::memcpy(&bytes[at], &number, sizeof(number));
      }
    }
  }
  return bytes;
}

}  // namespace concord::tests
