#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "concord/columns.hpp"
#include "concord/geometry.hpp"
#include "concord/taxonomy.hpp"
#include "src/report/types.hpp"

namespace concord::report {

/// What the descriptions of kept drives and measurements call: everything is brought down to columns of numbers or
/// texts. `Derived` has `kReads`, `begin(name, meaning)`, `end()` and `raw(name, vector, unit, meaning)`; a reader
/// fills the vector, the others look at it.
template <class Derived>
class ColumnVisitor {
 public:
  template <class T>
  void column(const std::string& name, std::vector<T>& values, const char* unit, const char* meaning) {
    self().raw(name, values, unit, meaning);
  }

  void column(const std::string& name, StringColumn& texts, const char* unit, const char* meaning) {
    mapped<std::string>(
        name, texts.size(), unit, meaning, [&](std::size_t row) { return std::string(texts[row]); },
        [&](std::size_t /*row*/, const std::string& text) { texts.push_back(text); });
  }

  /// Texts in order of their codes.
  void column(const std::string& name, Dictionary& texts, const char* unit, const char* meaning) {
    mapped<std::string>(
        name, texts.size(), unit, meaning,
        [&](std::size_t code) { return std::string(texts.at(static_cast<std::uint32_t>(code))); },
        [&](std::size_t code, const std::string& text) {
          if (texts.intern(text) != code) throw Hdf5Error(name + " holds a text twice");
        });
  }

  /// Concord classes, as codes of the drive's `classes`.
  void classes(const std::string& name, std::vector<ClassCode>& codes) {
    mapped<std::uint32_t>(
        name, codes.size(), "1", "Concord class, code of `classes`", [&](std::size_t row) { return codes[row]; },
        [&](std::size_t /*row*/, std::uint32_t code) {
          if (code >= class_of_code.size()) throw Hdf5Error(name + " holds a class that the file does not name");
          codes.push_back(class_of_code[code]);
        });
  }

  /// This program's class for each code of the file; a reader sets it.
  std::vector<ClassCode> class_of_code;

  /// A column of `rows` rows, missing where the dataset has no value. Small integers are widened to int32.
  template <class T>
  void column(const std::string& name, OptionalColumn<T>& values, std::size_t rows, const char* unit,
              const char* meaning) {
    using Stored = std::conditional_t<std::is_same_v<T, std::int8_t>, std::int32_t, T>;
    mapped<Stored>(
        name, rows, unit, meaning,
        [&](std::size_t row) {
          const std::optional<T> value = values.get(row);
          return value ? static_cast<Stored>(*value) : NumberType<Stored>::kMissing;
        },
        [&](std::size_t row, Stored value) {
          if (!is_missing(value)) values.set(row, static_cast<T>(value));
        });
  }

  /// A column that `get(row)` yields and `set(row, value)` takes back. When reading, `rows` is not looked at.
  template <class T, class Get, class Set>
  void mapped(const std::string& name, std::size_t rows, const char* unit, const char* meaning, const Get& get,
              const Set& set) {
    std::vector<T> values;
    if constexpr (!Derived::kReads) {
      values.reserve(rows);
      for (std::size_t row = 0; row < rows; ++row) values.push_back(get(row));
    }
    self().raw(name, values, unit, meaning);
    if constexpr (Derived::kReads) {
      for (std::size_t row = 0; row < values.size(); ++row) set(row, values[row]);
    }
  }

  /// Transforms as thirteen columns: whether there is one, and its matrix. No quaternion, so that they come back to the
  /// bit.
  template <class Get, class Set>
  void transforms(const std::string& name, std::size_t rows, const char* meaning, const Get& get, const Set& set) {
    constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
    static constexpr std::array<const char*, 12> kParts{"r00", "r01", "r02", "x_m", "r10", "r11",
                                                        "r12", "y_m", "r20", "r21", "r22", "z_m"};
    std::vector<std::uint8_t> present;
    std::array<std::vector<double>, 12> parts;
    if constexpr (!Derived::kReads) {
      for (std::size_t row = 0; row < rows; ++row) {
        const std::optional<SE3> transform = get(row);
        present.push_back(transform ? 1 : 0);
        for (int i = 0; i < 12; ++i) {
          parts[static_cast<std::size_t>(i)].push_back(transform ? transform->matrix()(i / 4, i % 4) : kNaN);
        }
      }
    }
    self().raw("has_" + name, present, "1", "1 where the transform is known");
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const bool is_translation = i % 4 == 3;
      self().raw(name + "_" + kParts[i], parts[i], is_translation ? "m" : "1", meaning);
    }
    if constexpr (Derived::kReads) {
      for (std::size_t row = 0; row < present.size(); ++row) {
        if (present[row] == 0) {
          set(row, std::nullopt);
          continue;
        }
        SE3 transform = SE3::Identity();
        for (int i = 0; i < 12; ++i) transform.matrix()(i / 4, i % 4) = parts[static_cast<std::size_t>(i)][row];
        set(row, std::optional<SE3>(transform));
      }
    }
  }

 private:
  Derived& self() { return static_cast<Derived&>(*this); }
};

}  // namespace concord::report
