// Entity tags (RFC 9110, 8.8.3): a client that has an answer already is told so, and a change may demand that nothing was changed meanwhile.
#pragma once

#include "http/message.h"
#include "store/records.h"

#include <string>
#include <string_view>

namespace darkroom::api {

// Strong: changes with whatever an image's answer shows.
std::string tag_of(const store::ImageRecord& image);

// Whether a list of tags, or *, names this one.
bool names_tag(std::string_view list, std::string_view tag);

// The answer with its ETag; 304 without a body when the request has it already (If-None-Match). The tag is made of the body where none is given.
http::Response with_tag(const http::Request& request, http::Response response, std::string tag = "");

}  // namespace darkroom::api
