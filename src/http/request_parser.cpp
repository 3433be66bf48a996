#include "http/request_parser.h"

#include <boost/beast/http/error.hpp>

#include <cstring>
#include <limits>

namespace darkroom::http {
namespace {

constexpr std::uint32_t kHeaderLimit = 64 * 1024;  // the scanner's limit is the one that counts

}  // namespace

RequestParser::RequestParser() {
  header_limit(kHeaderLimit);
  body_limit(boost::none);  // the route's limit is applied where the body is received
}

Result<void> RequestParser::parse_header(std::string_view header) {
  ErrorCode error;
  std::size_t consumed = put({header.data(), header.size()}, error);
  if (error || !is_header_done() || consumed != header.size()) {
    return Error{"bad_request", "The request header is not well-formed HTTP/1.1."};
  }
  header_done_ = true;
  keep_alive_ = basic_parser::keep_alive();
  eager(true);
  return {};
}

Result<RequestParser::Decoded> RequestParser::decode(std::string_view raw, char* out) {
  if (raw.empty() || is_done()) return Decoded{};
  out_ = out;
  ErrorCode error;
  std::size_t consumed = put({raw.data(), raw.size()}, error);
  if (error && error != boost::beast::http::error::need_more) {
    return Error{"malformed_body", "The chunks of the request body are not well formed."};
  }
  return Decoded{consumed, static_cast<std::size_t>(out_ - out)};
}

void RequestParser::on_request_impl(boost::beast::http::verb, Text method, Text target, int version, ErrorCode&) {
  head_.method = method;
  head_.target = target;
  head_.version = version;
}

void RequestParser::on_field_impl(Field, Text name, Text value, ErrorCode&) {
  if (!header_done_) head_.fields.emplace_back(name, value);  // trailers are read and dropped
}

std::size_t RequestParser::on_body_impl(Text body, ErrorCode&) {
  if (out_ != body.data()) std::memmove(out_, body.data(), body.size());
  out_ += body.size();
  return body.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t size, Text extensions, ErrorCode& error) {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (!extensions.empty() || size > most) error = boost::beast::http::error::bad_chunk_extension;
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, Text body, ErrorCode& error) { return on_body_impl(body, error); }

}  // namespace darkroom::http
