// Problems in the reader's language, and which field is at fault.
#pragma once

#include "http/message.h"

#include <string_view>

namespace darkroom::api {

// By Accept-Language, quality values included; anything but Korean reads English.
bool prefers_korean(const http::Request& request);

// The last word on every answer, whoever gave it. Any gets the headers that the guard wants in it. A problem becomes as this request's sender reads it: title and
// detail in Korean where that is preferred (the English detail, which has the particulars, follows, unless its sentences are known in Korean), errors[] where one
// field is at fault, and the request's id as `trace_id`.
void finish_answer(const http::Request& request, http::Response& response);

}  // namespace darkroom::api
