#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "concord/result.hpp"

namespace concord {

/// Incremental SHA-256.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  void update(const void* data, std::size_t bytes);
  void update(std::string_view text) { update(text.data(), text.size()); }
  /// 64 hex digits; the object cannot be used afterwards.
  [[nodiscard]] std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// SHA-256 of a file's bytes, streamed, as 64 hex digits. A file that cannot be read is an error.
[[nodiscard]] Result<std::string> sha256_file(const std::filesystem::path& path);

/// First 16 hex digits of the SHA-256 of `text`.
[[nodiscard]] std::string short_hash(std::string_view text);

}  // namespace concord
