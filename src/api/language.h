// Problems in the reader's language, and which field is at fault.
#pragma once

#include "http/message.h"

#include <string_view>

namespace darkroom::api {

// By Accept-Language, quality values included; anything but Korean reads English.
bool prefers_korean(const http::Request& request);

// A problem as this request's sender reads it: title and detail in Korean where that is preferred (the English detail, which has the particulars, follows,
// unless its sentences are known in Korean), and errors[] where one field is at fault. Any answer gets the headers that the guard wants in it.
http::Response as_read_by(const http::Request& request, http::Response response);
http::Reply as_read_by(const http::Request& request, http::Reply reply);

}  // namespace darkroom::api
