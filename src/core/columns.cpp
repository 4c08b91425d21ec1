#include "concord/columns.hpp"

namespace concord {

std::uint32_t Dictionary::intern(std::string_view text) {
  if (const auto found = codes_.find(text); found != codes_.end()) return found->second;
  const auto code = static_cast<std::uint32_t>(texts_.size());
  texts_.emplace_back(text);
  codes_.emplace(texts_.back(), code);
  return code;
}

std::uint32_t Dictionary::find(std::string_view text) const {
  const auto found = codes_.find(text);
  return found == codes_.end() ? kNone : found->second;
}

std::string_view Dictionary::at(std::uint32_t code) const {
  return code < texts_.size() ? std::string_view(texts_[code]) : std::string_view();
}

void StringColumn::push_back(std::string_view text) {
  bytes_.append(text);
  offset_.push_back(bytes_.size());
}

std::string_view StringColumn::operator[](std::size_t row) const {
  return std::string_view(bytes_).substr(offset_[row], offset_[row + 1] - offset_[row]);
}

void StringColumn::reserve(std::size_t rows, std::size_t bytes) {
  offset_.reserve(rows + 1);
  bytes_.reserve(bytes);
}

}  // namespace concord
