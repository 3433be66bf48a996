// Entity tags (RFC 9110, 8.8.3): a client that has an answer already is told so, and a change may demand that nothing was changed meanwhile.
#pragma once

#include "http/message.h"
#include "store/queues.h"
#include "store/records.h"

#include <string>
#include <string_view>

namespace darkroom::api {

// Strong: changes with whatever an image's answer shows.
std::string tag_of(const store::ImageRecord& image);
// Of the job without its place in the line, and of the queue's settings without what it holds: the rest moves on while nobody changes anything, so with_record_tag()
// adds it.
std::string tag_of(const store::JobRecord& job);
std::string tag_of(const store::QueueSettings& queue);

// Whether a list of tags, or *, names this one, or one that with_record_tag() made of it.
bool names_tag(std::string_view list, std::string_view tag);

// The answer with its ETag; 304 without a body when the request has it already (If-None-Match). The tag is made of the body where none is given.
http::Response with_tag(const http::Request& request, http::Response response, std::string tag = "");
// The same for an answer that shows more than the record: its tag is the record's, a dot and that of the body.
http::Response with_record_tag(const http::Request& request, http::Response response, std::string tag);

// What If-Match demands of a record; empty without one.
template <class Record>
store::Expectation<Record> expectation_of(const http::Request& request) {
  std::string expected(request.header("if-match"));
  if (expected.empty()) return {};
  return [expected](const Record& record) { return names_tag(expected, tag_of(record)); };
}

}  // namespace darkroom::api
