// The library's parser for one request, behind the gate: fills a Head, then decodes the body where it lies in the buffer.
#pragma once

#include "base/result.h"
#include "http/gate.h"

#include <boost/beast/http/basic_parser.hpp>

#include <string_view>

namespace darkroom::http {

class RequestParser final : private boost::beast::http::basic_parser<true> {
 public:
  RequestParser();

  // `header` is what HeaderScanner found complete. Fails with "bad_request".
  Result<void> parse_header(std::string_view header);
  Head& head() { return head_; }
  bool keep_alive() const { return keep_alive_; }
  bool body_is_complete() const { return is_done(); }

  struct Decoded {
    std::size_t consumed = 0;  // bytes taken from `raw`
    std::size_t produced = 0;  // bytes of body written from `out` on
  };
  // Decodes what it can of `raw` into `out`, which lies in the same buffer at or before `raw`. What is not consumed is to
  // be given again together with more bytes. Fails with "malformed_body".
  Result<Decoded> decode(std::string_view raw, char* out);

 private:
  using Field = boost::beast::http::field;
  using ErrorCode = boost::beast::error_code;
  using Text = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb, Text method, Text target, int version, ErrorCode&) override;
  void on_response_impl(int, Text, int, ErrorCode&) override {}
  void on_field_impl(Field, Text name, Text value, ErrorCode&) override;
  void on_header_impl(ErrorCode&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) override {}
  std::size_t on_body_impl(Text body, ErrorCode&) override;
  void on_chunk_header_impl(std::uint64_t size, Text extensions, ErrorCode& error) override;
  std::size_t on_chunk_body_impl(std::uint64_t remain, Text body, ErrorCode& error) override;
  void on_finish_impl(ErrorCode&) override {}

  Head head_;
  bool header_done_ = false;
  bool keep_alive_ = false;
  char* out_ = nullptr;
};

}  // namespace darkroom::http
