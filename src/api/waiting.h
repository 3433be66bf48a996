// ?wait=N: an answer that holds the connection until a job has finished, and no thread.
#pragma once

#include "api/parts.h"
#include "http/message.h"
#include "store/records.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace darkroom::api {

// `look` gives the answer and whether it is final; an answer that is not is given only at the deadline. A store that cannot be asked is waited for as well, and told
// with 503 at the deadline. The reply is parked under the public id of the job or batch, which roles/ wakes when an event that parked_under() knows is committed.
struct Look {
  http::Response response;
  bool final = false;
};

http::Reply answer_when_final(const std::string& id, std::chrono::seconds wait, std::function<Look()> look);

// Event streams wait under this key, which roles/ wakes at every commit with events.
inline constexpr const char* kEventStreams = "event streams";

// Of an event that ends a job or a batch, or deletes a job with its image: the public id under which whoever waits for it is parked.
std::optional<std::string> parked_under(const store::Event& event);

}  // namespace darkroom::api
