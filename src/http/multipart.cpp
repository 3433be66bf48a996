#include "http/multipart.h"

#include "http/ascii.h"
#include "http/header_parameters.h"

#include <string.h>

#include <algorithm>
#include <utility>

namespace darkroom::http {
namespace {

constexpr std::size_t kLongestBoundary = 70;  // RFC 2046, section 5.1.1

bool is_boundary(std::string_view text) {
  return !text.empty() && text.size() <= kLongestBoundary && text.back() != ' ' && std::ranges::all_of(text, [](char c) {
    return is_alphanumeric(c) || std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
  });
}

std::size_t find_in(std::string_view text, std::string_view wanted) {
  // memmem is linear whatever the text; std::string_view::find is not.
  const void* found = memmem(text.data(), text.size(), wanted.data(), wanted.size());
  return found == nullptr ? std::string_view::npos : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

}  // namespace

Result<std::string> MultipartReader::boundary_of(std::string_view content_type) {
  auto parsed = parse_parameters(content_type);
  if (!parsed || parsed->value != "multipart/form-data") {
    return Error{"unsupported_media_type", "Send the form as multipart/form-data, as curl -F does."};
  }
  auto boundary = parsed->find("boundary");
  if (!boundary) {
    return Error{"malformed_body", "The Content-Type has a missing boundary; let the HTTP client write this header by itself."};
  }
  if (parsed->count("boundary") != 1 || !is_boundary(*boundary)) {
    return Error{"malformed_body", "The boundary of the Content-Type must be given once, with 1 to 70 allowed characters."};
  }
  return *std::move(boundary);
}

MultipartReader::MultipartReader(std::string_view boundary, MultipartLimits limits, MultipartCallbacks callbacks)
    : delimiter_("\r\n--" + std::string(boundary)), limits_(limits), callbacks_(std::move(callbacks)) {}

std::optional<Error> MultipartReader::push(std::string_view piece) {
  while (!piece.empty() && !error_) step(piece);
  return error_;
}

std::optional<Error> MultipartReader::finish() {
  if (!error_ && place_ == Place::preamble) fail("The body does not have the boundary that the Content-Type names.");
  if (!error_ && place_ != Place::epilogue) fail("The body ends before its closing boundary; send the form again.");
  return error_;
}

void MultipartReader::fail(std::string message) { error_ = Error{"malformed_body", std::move(message)}; }

void MultipartReader::step(std::string_view& piece) {
  switch (place_) {
    case Place::preamble: return read_preamble(piece);
    case Place::boundary_end: return read_boundary_end(piece);
    case Place::header: return read_header(piece);
    case Place::data: return read_data(piece);
    case Place::epilogue: return discard(std::exchange(piece, {}));
  }
}

// Passes on what is not part of the delimiter and says whether the delimiter has ended; `piece` is left behind it. CR is the
// delimiter's first character and no other of it, so a match that breaks off can begin again only behind the bytes that
// matched: their number is all that has to be kept between pieces.
template <class Emit>
bool MultipartReader::skip_to_delimiter(std::string_view& piece, Emit emit_data) {
  std::string_view delimiter = delimiter_;
  if (matched_ > 0) {
    std::size_t length = std::min(piece.size(), delimiter.size() - matched_);
    if (piece.substr(0, length) == delimiter.substr(matched_, length)) {
      piece.remove_prefix(length);
      matched_ += length;
      if (matched_ < delimiter.size()) return false;
      matched_ = 0;
      return true;
    }
    emit_data(delimiter.substr(0, std::exchange(matched_, 0)));
  }
  std::size_t found = find_in(piece, delimiter);
  if (found != std::string_view::npos) {
    emit_data(piece.substr(0, found));
    piece.remove_prefix(found + delimiter.size());
    return true;
  }
  std::size_t begin = piece.rfind('\r');
  if (begin == std::string_view::npos || !delimiter.starts_with(piece.substr(begin))) begin = piece.size();
  matched_ = piece.size() - begin;
  emit_data(piece.substr(0, begin));
  piece = {};
  return false;
}

void MultipartReader::read_preamble(std::string_view& piece) {
  if (skip_to_delimiter(piece, [this](std::string_view bytes) { discard(bytes); })) place_ = Place::boundary_end;
}

void MultipartReader::discard(std::string_view bytes) {
  discarded_ += bytes.size();
  if (discarded_ > limits_.max_header_bytes) fail("The body has too much text before its first or after its last boundary.");
}

void MultipartReader::read_boundary_end(std::string_view& piece) {
  char c = piece.front();
  piece.remove_prefix(1);
  switch (std::exchange(boundary_end_, BoundaryEnd::start)) {
    case BoundaryEnd::start:
      if (c == '-') return void(boundary_end_ = BoundaryEnd::dash);
      [[fallthrough]];
    case BoundaryEnd::padding:
      if (c == '\r') return void(boundary_end_ = BoundaryEnd::line_end);
      if (c != ' ' && c != '\t') break;
      boundary_end_ = BoundaryEnd::padding;
      return discard(" ");
    case BoundaryEnd::dash:
      if (c != '-') break;
      place_ = Place::epilogue;
      return;
    case BoundaryEnd::line_end:
      if (c != '\n') break;
      place_ = Place::header;
      header_.clear();
      return;
  }
  fail("A boundary in the body is not followed by a line end.");
}

void MultipartReader::read_header(std::string_view& piece) {
  std::size_t line_end = piece.find('\n');
  std::string_view taken = piece.substr(0, line_end == std::string_view::npos ? piece.size() : line_end + 1);
  piece.remove_prefix(taken.size());
  if (header_.size() + taken.size() > limits_.max_header_bytes) {
    return fail("The header of a part is larger than " + std::to_string(limits_.max_header_bytes) + " bytes.");
  }
  header_ += taken;
  if (header_ == "\r\n" || header_.ends_with("\r\n\r\n")) begin_part();
}

void MultipartReader::begin_part() {
  auto part = parse_part_header(std::string_view(header_).substr(0, header_.size() - 2));
  error_ = part ? admit(*part) : std::optional(part.error());
  if (error_) return;
  in_file_ = part->file_name.has_value();
  field_bytes_ = 0;
  place_ = Place::data;
}

std::optional<Error> MultipartReader::admit(const PartHeader& part) {
  if (part.file_name) {
    if (++files_ > limits_.max_files) {
      fail("The form has more files than the " + std::to_string(limits_.max_files) + " that one request may have.");
    }
  } else if (field_names_.size() == limits_.max_fields) {
    fail("The form has more than " + std::to_string(limits_.max_fields) + " fields.");
  } else if (!limits_.repeated_fields && std::ranges::find(field_names_, part.name) != field_names_.end()) {
    fail("The form has the field \"" + part.name + "\" more than once.");
  } else {
    field_names_.push_back(part.name);
  }
  if (!error_ && callbacks_.on_part) return callbacks_.on_part(part);
  return error_;
}

void MultipartReader::read_data(std::string_view& piece) {
  if (!skip_to_delimiter(piece, [this](std::string_view data) { emit(data); }) || error_) return;
  place_ = Place::boundary_end;
  if (callbacks_.on_part_end) callbacks_.on_part_end();
}

void MultipartReader::emit(std::string_view data) {
  if (data.empty() || error_) return;
  if (!in_file_ && (field_bytes_ += data.size()) > limits_.max_field_bytes) {
    return fail("The field \"" + field_names_.back() + "\" is larger than " + std::to_string(limits_.max_field_bytes) +
                " bytes.");
  }
  if (callbacks_.on_data) callbacks_.on_data(data);
}

}  // namespace darkroom::http
