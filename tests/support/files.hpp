#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace concord::tests {

/// Writes a whole file, with its folders.
inline void write_bytes(const std::filesystem::path& path, const std::string& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path, std::ios::binary) << bytes;
}

/// A whole file; empty where there is none.
inline std::string read_bytes(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

}  // namespace concord::tests
