// An upload in pieces, which goes on where it was after the connection or the server was lost.
#pragma once

#include "cli/client.h"

#include <map>
#include <string>

namespace darkroom::cli {

// Sends the file, with an Idempotency-Key unless it is empty, and returns its image. A server that does not answer is given half a minute each time. Errors: not_found for the file, unreachable, those of the
// server.
Result<boost::json::object> upload_resumably(const Client& client, const std::string& file, const std::map<std::string, std::string>& fields, const std::string& idempotency_key);

}  // namespace darkroom::cli
