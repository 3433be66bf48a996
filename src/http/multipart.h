// multipart/form-data (RFC 7578) as a push parser: pieces of a body go in as they arrive, parts come out as callbacks, in
// linear time and with memory that does not grow with the body. Strict where a lenient reading would let two programs see
// different forms in the same bytes.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace darkroom::http {

struct PartHeader {
  std::string name;                      // UTF-8
  std::optional<std::string> file_name;  // as the client names the file, UTF-8; data, never a path to use
  std::string content_type = "text/plain";  // as sent; says nothing about the bytes
};

// Reads the header lines of one part, each ended by CR LF. Fails with "malformed_body".
Result<PartHeader> parse_part_header(std::string_view lines);

struct MultipartLimits {
  std::size_t max_fields = 32;  // parts without a file name
  std::size_t max_files = 1;
  std::size_t max_field_bytes = 64 * 1024;  // of one field's value; a file's size is the caller's to limit
  bool repeated_fields = false;  // fields of one name may come more than once; each counts
  std::size_t max_header_bytes = 8 * 1024;  // of one part's header; also of what is before the first and after the last boundary
};

// For each part: on_part, on_data any number of times (the view is valid during the call), on_part_end. An error that
// on_part returns refuses the form.
struct MultipartCallbacks {
  std::function<std::optional<Error>(const PartHeader&)> on_part;
  std::function<void(std::string_view)> on_data;
  std::function<void()> on_part_end;
};

class MultipartReader {
 public:
  // `boundary` as boundary_of() gives it.
  MultipartReader(std::string_view boundary, MultipartLimits limits, MultipartCallbacks callbacks);

  // Errors are "malformed_body" or what on_part returned. After one, every further call returns it again.
  std::optional<Error> push(std::string_view piece);
  // At the end of the body: an error if the closing boundary has not been seen.
  std::optional<Error> finish();

  // The boundary of a Content-Type. Fails with "unsupported_media_type" if that is not multipart/form-data, with
  // "malformed_body" if the boundary is missing or wrong.
  static Result<std::string> boundary_of(std::string_view content_type);

 private:
  enum class Place { preamble, boundary_end, header, data, epilogue };
  enum class BoundaryEnd { start, dash, padding, line_end };

  void step(std::string_view& piece);
  void read_preamble(std::string_view& piece);
  void read_boundary_end(std::string_view& piece);
  void read_header(std::string_view& piece);
  void begin_part();
  std::optional<Error> admit(const PartHeader& part);
  void read_data(std::string_view& piece);
  void emit(std::string_view data);
  void discard(std::string_view bytes);
  void fail(std::string message);
  template <class Emit>
  bool skip_to_delimiter(std::string_view& piece, Emit emit_data);

  std::string delimiter_;  // CR LF, two dashes, boundary
  MultipartLimits limits_;
  MultipartCallbacks callbacks_;
  Place place_ = Place::preamble;
  std::size_t matched_ = 2;  // bytes of the delimiter seen at the end of the last piece; a body begins as if behind CR LF
  BoundaryEnd boundary_end_ = BoundaryEnd::start;
  std::string header_;
  bool in_file_ = false;
  std::vector<std::string> field_names_;
  std::size_t files_ = 0;
  std::size_t field_bytes_ = 0;
  std::size_t discarded_ = 0;
  std::optional<Error> error_;
};

}  // namespace darkroom::http
