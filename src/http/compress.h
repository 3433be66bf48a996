// gzip for answers that are text. Done where the answer is made, on a pool thread.
#pragma once

#include "http/message.h"

#include <string>
#include <string_view>

namespace darkroom::http {

inline constexpr std::size_t kLeastCompressed = 1024;  // bytes; below it the header and the time cost more than is saved

// Whether Accept-Encoding takes gzip, with a quality that is not 0.
bool takes_gzip(std::string_view accept_encoding);

// Compresses the body and says so, if the client takes gzip and the answer is text that is long enough; Vary is added whenever it depends on the
// client. A strong ETag becomes a weak one, since the bytes are not those that it is of.
void compress(const Request& request, Response& response);

// gzip, as one member.
std::string gzip(std::string_view text);

}  // namespace darkroom::http
