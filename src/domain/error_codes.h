// Every stable code that a client, a job or an exit status may carry, in one table.
#pragma once

#include <string_view>

namespace darkroom::domain {

struct ErrorKind {
  std::string_view code;   // stable slug
  int http_status;         // status of an answer that carries it
  std::string_view title;  // one short sentence, the same for every occurrence
};

// Codes that callers branch on in code; the table in error_codes.cpp holds all of them.
namespace code {
// requests
inline constexpr std::string_view bad_request = "bad_request";
inline constexpr std::string_view unauthorized = "unauthorized";
inline constexpr std::string_view forbidden = "forbidden";
inline constexpr std::string_view csrf_refused = "csrf_refused";
inline constexpr std::string_view weak_password = "weak_password";
inline constexpr std::string_view quota_exceeded = "quota_exceeded";
inline constexpr std::string_view too_many_requests = "too_many_requests";
inline constexpr std::string_view not_found = "not_found";
inline constexpr std::string_view method_not_allowed = "method_not_allowed";
inline constexpr std::string_view request_timeout = "request_timeout";
inline constexpr std::string_view conflict = "conflict";
inline constexpr std::string_view precondition_failed = "precondition_failed";
inline constexpr std::string_view locked = "locked";
inline constexpr std::string_view checksum_mismatch = "checksum_mismatch";
inline constexpr std::string_view invalid_field = "invalid_field";
inline constexpr std::string_view unknown_field = "unknown_field";
inline constexpr std::string_view missing_file = "missing_file";
inline constexpr std::string_view malformed_body = "malformed_body";
inline constexpr std::string_view unsupported_media_type = "unsupported_media_type";
inline constexpr std::string_view header_too_large = "header_too_large";
inline constexpr std::string_view uri_too_long = "uri_too_long";
inline constexpr std::string_view unknown_model = "unknown_model";
inline constexpr std::string_view insufficient_storage = "insufficient_storage";
inline constexpr std::string_view unavailable = "unavailable";
inline constexpr std::string_view internal = "internal";
// photos, at upload and in a runner
inline constexpr std::string_view empty_file = "empty_file";
inline constexpr std::string_view unsupported_format = "unsupported_format";
inline constexpr std::string_view too_large = "too_large";
inline constexpr std::string_view too_many_pixels = "too_many_pixels";
inline constexpr std::string_view incomplete = "incomplete";
inline constexpr std::string_view truncated = "truncated";
inline constexpr std::string_view corrupt = "corrupt";
// jobs
inline constexpr std::string_view decoder_crash = "decoder_crash";
inline constexpr std::string_view timeout = "timeout";
inline constexpr std::string_view memory_limit = "memory_limit";
inline constexpr std::string_view model_output = "model_output";
inline constexpr std::string_view model_unavailable = "model_unavailable";
inline constexpr std::string_view model_refused = "model_refused";
inline constexpr std::string_view model_ambiguous = "model_ambiguous";
inline constexpr std::string_view service_failed = "service_failed";
inline constexpr std::string_view blob_missing = "blob_missing";
inline constexpr std::string_view photo_unreachable = "photo_unreachable";
inline constexpr std::string_view interrupted = "interrupted";
inline constexpr std::string_view expired = "expired";
// of requests and of jobs
inline constexpr std::string_view idempotency_mismatch = "idempotency_mismatch";
inline constexpr std::string_view quarantined = "quarantined";
}  // namespace code

// The row of `code`, or the row of "internal" for a code that is not in the table.
const ErrorKind& error_kind(std::string_view code);

}  // namespace darkroom::domain
