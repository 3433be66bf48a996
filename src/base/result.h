// Expected outcomes are values: what a correct caller branches on is returned as Result<T>, a broken world is thrown.
#pragma once

#include <boost/system/result.hpp>

#include <stdexcept>
#include <string>
#include <utility>

namespace darkroom {

// `code` is a stable slug from domain/error_codes.h; `message` may be shown to a client and says what to do.
struct Error {
  std::string code;
  std::string message;

  Error() = default;
  Error(std::string the_code, std::string the_message) : code(std::move(the_code)), message(std::move(the_message)) {}

  bool operator==(const Error&) const = default;
};

template <class T>
using Result = boost::system::result<T, Error>;

// Called by Result::value() when there is none; callers that cannot branch turn the value into an exception this way.
[[noreturn]] inline void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::runtime_error(error.code + ": " + error.message);
}

}  // namespace darkroom
