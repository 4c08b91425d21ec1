#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace concord {

/// Code for "no entry" in every column of dictionary codes or row numbers.
inline constexpr std::uint32_t kNone = 0xFFFFFFFFU;

/// Interned strings: each distinct text has one code, 0, 1, 2 ... in order of first use.
class Dictionary {
 public:
  /// The code of `text`, given to it now if it is new. Texts are any bytes, the empty one too.
  std::uint32_t intern(std::string_view text);
  /// The code of `text`, or kNone.
  [[nodiscard]] std::uint32_t find(std::string_view text) const;
  /// The text of `code`; empty for kNone or a code out of range.
  [[nodiscard]] std::string_view at(std::uint32_t code) const;
  [[nodiscard]] std::size_t size() const { return texts_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
  };
  std::vector<std::string> texts_;
  std::unordered_map<std::string, std::uint32_t, Hash, std::equal_to<>> codes_;
};

/// A column of (mostly distinct) strings in one allocation: offsets and bytes.
class StringColumn {
 public:
  void push_back(std::string_view text);
  /// The text of `row`, which must be below size(); valid until the next push_back.
  [[nodiscard]] std::string_view operator[](std::size_t row) const;
  [[nodiscard]] std::size_t size() const { return offset_.size() - 1; }
  /// Room for so many rows and bytes in all.
  void reserve(std::size_t rows, std::size_t bytes);

 private:
  std::vector<std::uint64_t> offset_{0};
  std::string bytes_;
};

/// A column that a dataset may lack altogether or leave empty for single rows. Missing is never 0.
template <class T>
class OptionalColumn {
 public:
  /// Some row has been set: the dataset has the column.
  [[nodiscard]] bool present() const { return !values_.empty(); }
  /// The value of `row`; nothing for rows without one and for any row beyond the last that has one.
  [[nodiscard]] std::optional<T> get(std::size_t row) const {
    if (row >= values_.size() || valid_[row] == 0) return std::nullopt;
    return values_[row];
  }
  void set(std::size_t row, T value) {
    if (row >= values_.size()) {
      values_.resize(row + 1);
      valid_.resize(row + 1, 0);
    }
    values_[row] = value;
    valid_[row] = 1;
  }

 private:
  std::vector<T> values_;
  std::vector<std::uint8_t> valid_;
};

}  // namespace concord
