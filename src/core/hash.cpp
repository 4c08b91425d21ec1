#include "concord/hash.hpp"

#include <openssl/evp.h>
#include <array>
#include <stdexcept>
#include <vector>

#include "src/core/input_file.hpp"

namespace concord {

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  State() {
    if (context == nullptr || EVP_DigestInit_ex(context, EVP_sha256(), nullptr) != 1) {
      throw std::runtime_error("SHA-256 is not available in this OpenSSL");
    }
  }
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::~Sha256() = default;

void Sha256::update(const void* data, std::size_t bytes) { EVP_DigestUpdate(state_->context, data, bytes); }

std::string Sha256::hex() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int length = 0;
  EVP_DigestFinal_ex(state_->context, digest.data(), &length);
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  text.reserve(2UL * length);
  for (unsigned int i = 0; i < length; ++i) {
    text += kDigits[digest[i] >> 4U];
    text += kDigits[digest[i] & 15U];
  }
  return text;
}

Result<std::string> sha256_file(const std::filesystem::path& path) {
  CONCORD_ASSIGN_OR_RETURN(InputFile file, InputFile::open(path));
  Sha256 hash;
  std::vector<char> buffer(std::size_t{1} << 20U);
  for (std::size_t count = buffer.size(); count == buffer.size();) {
    CONCORD_ASSIGN_OR_RETURN(count, file.read(buffer.data(), buffer.size()));
    hash.update(buffer.data(), count);
  }
  return hash.hex();
}

std::string short_hash(std::string_view text) {
  Sha256 hash;
  hash.update(text);
  return hash.hex().substr(0, 16);
}

}  // namespace concord
