#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>
#include <variant>

namespace concord {

/// Why an operation that depends on user data could not be carried out.
enum class ErrorCode : std::uint8_t {
  invalid_argument,  ///< an option or parameter is outside its documented range
  not_found,         ///< a file, folder, token or name that was asked for does not exist
  io,                ///< the operating system refused to read or write
  malformed,         ///< the content does not follow its format
  unsupported,       ///< valid, but not handled by this build or version
  limit_exceeded,    ///< a count, size or memory bound was exceeded
  device,            ///< a compute device was asked for and cannot be used
  cancelled,         ///< the user interrupted the run
};

/// One line for a person: what is wrong, where, and what was expected there.
///
/// `where` is `file:line`, `file#/json/pointer` or `table.json token abc...`; empty when no place applies.
struct Error {
  ErrorCode code = ErrorCode::malformed;
  std::string message;
  std::string where;
  std::string expected;

  /// `where: message (expected ...)`, without a line break.
  [[nodiscard]] std::string text() const;
};

/// Either a value or the Error that prevented it. Used for everything that input data can cause; exceptions are kept
/// for programming errors and lost devices.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  /// The value; throws std::logic_error when there is none, since asking without looking is a bug.
  [[nodiscard]] T& value() & {
    require();
    return std::get<0>(state_);
  }
  [[nodiscard]] const T& value() const& {
    require();
    return std::get<0>(state_);
  }
  [[nodiscard]] T&& value() && {
    require();
    return std::get<0>(std::move(state_));
  }
  [[nodiscard]] const Error& error() const { return std::get<1>(state_); }

  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  void require() const {
    if (!ok()) throw std::logic_error("Result without a value: " + error().text());
  }
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)), failed_(true) {}  // NOLINT(google-explicit-constructor)

  [[nodiscard]] bool ok() const { return !failed_; }
  explicit operator bool() const { return ok(); }
  [[nodiscard]] const Error& error() const { return error_; }

 private:
  Error error_;
  bool failed_ = false;
};

}  // namespace concord

#define CONCORD_CONCAT_(a, b) a##b
#define CONCORD_CONCAT(a, b) CONCORD_CONCAT_(a, b)

// __COUNTER__, not __LINE__: an expression may hold a lambda that uses these macros too, on the same line to the
// compiler. Names and declarations take no parentheses.
//
// NOLINTBEGIN(bugprone-macro-parentheses)

/// Returns the error of `expression` (a Result) from the enclosing function, if it has one.
#define CONCORD_RETURN_IF_ERROR(expression) \
  CONCORD_RETURN_IF_ERROR_(CONCORD_CONCAT(concord_result_, __COUNTER__), expression)
#define CONCORD_RETURN_IF_ERROR_(result, expression)                         \
  do {                                                                       \
    if (auto result = (expression); !(result).ok()) return (result).error(); \
  } while (false)

/// `CONCORD_ASSIGN_OR_RETURN(auto drive, read(path));`: the value, or return the error.
#define CONCORD_ASSIGN_OR_RETURN(declaration, expression) \
  CONCORD_ASSIGN_OR_RETURN_(CONCORD_CONCAT(concord_result_, __COUNTER__), declaration, expression)
#define CONCORD_ASSIGN_OR_RETURN_(result, declaration, expression) \
  auto result = (expression);                                      \
  if (!(result).ok()) return (result).error();                     \
  declaration = std::move(result).value()

// NOLINTEND(bugprone-macro-parentheses)
