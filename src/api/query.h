// Query parameters and JSON bodies, read strictly: a name that is not known is an error, since it is most often a misspelt one.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "domain/job.h"
#include "http/message.h"

#include <boost/json.hpp>

#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace darkroom::api {

// Error unknown_field names the first parameter that is not in `known` and lists those that are.
Result<void> allow_query(const http::Request& request, std::initializer_list<std::string_view> known);

// A whole number; `fallback` when the parameter is absent. Error invalid_field with the range.
Result<std::int64_t> whole_number(const http::Request& request, const std::string& name, std::pair<std::int64_t, std::int64_t> range, std::int64_t fallback);

// A time; none when the parameter is absent. Error invalid_field.
Result<std::optional<Time>> time_in(const http::Request& request, const std::string& name);

Result<std::int64_t> parse_whole(std::string_view text, const std::string& name, std::pair<std::int64_t, std::int64_t> range);

// A UUID as the store has it, in small letters, however it is written. None: the text is no UUID.
std::optional<std::string> uuid_of(std::string_view text);

// {id} of the route as an image id. Error not_found, as for an image that does not exist.
Result<domain::ImageId> image_id(const http::Request& request);

// ?wait=SECONDS, 0 to 60.
Result<std::chrono::seconds> wait_seconds(const http::Request& request);

// The body as a JSON object with no other members than `known`, and in no object of it a name twice; an empty body is an empty object.
Result<boost::json::object> json_body(const http::Request& request, std::initializer_list<std::string_view> known);

}  // namespace darkroom::api
