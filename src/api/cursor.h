// Cursors of lists: where a page ended, as opaque text that fits only the conditions it was made for.
#pragma once

#include "base/result.h"
#include "http/message.h"

#include <string>
#include <string_view>
#include <vector>

namespace darkroom::api {

// Of everything that makes a list what it is, but the place and the size of a page.
std::string list_hash(const std::vector<std::string>& conditions);

// base64url of the hash and the place.
std::string make_cursor(std::string_view hash, std::string_view place);

// The place. Errors: invalid_field for a text that is no cursor, and for one that was made for another list.
Result<std::string> open_cursor(std::string_view hash, std::string_view cursor);
Error not_a_cursor();

// The address of the next page, with the request's own parameters.
std::string next_page_address(const http::Request& request, const std::string& cursor);

}  // namespace darkroom::api
