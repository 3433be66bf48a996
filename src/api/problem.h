// Errors as answers: application/problem+json (RFC 9457) with a stable code.
#pragma once

#include "base/result.h"
#include "http/message.h"

#include <functional>
#include <string_view>

namespace darkroom::api {

// Status and title come from the table in domain/error_codes.h; the message is for the client.
http::Response problem(const Error& error);
http::Response problem(std::string_view code, std::string_view message);

// Runs a handler's work; a full disk becomes 507 and a store that cannot be used 503, both with what to do: as the answer, or as the error of a Result, where
// a request has more than one verdict. Anything else that is thrown goes on to the HTTP session, which answers 500.
template <class Answer>
Answer with_world_errors(const std::function<Answer()>& work);

}  // namespace darkroom::api
