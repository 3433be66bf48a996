#include "domain/error_codes.h"

#include <algorithm>
#include <array>

namespace darkroom::domain {
namespace code {
// Given by a single handler, so that no other part needs its name.
inline constexpr std::string_view range_not_satisfiable = "range_not_satisfiable";
}  // namespace code

namespace {

constexpr std::array kKinds = {
    ErrorKind{code::internal, 500, "Something broke inside Darkroom"},
    ErrorKind{code::bad_request, 400, "The request cannot be understood"},
    ErrorKind{code::unauthorized, 401, "A valid token is needed"},
    ErrorKind{code::forbidden, 403, "Your role or token does not allow this"},
    ErrorKind{code::csrf_refused, 403, "The request may come from another site's page"},
    ErrorKind{code::weak_password, 422, "The password is too easy to guess"},
    ErrorKind{code::quota_exceeded, 403, "The user's photos would take more room than allowed"},
    ErrorKind{code::too_many_requests, 429, "Too many requests in a short time"},
    ErrorKind{code::not_found, 404, "There is nothing at this address"},
    ErrorKind{code::method_not_allowed, 405, "This address does not take that method"},
    ErrorKind{code::request_timeout, 408, "The request arrived too slowly"},
    ErrorKind{code::conflict, 409, "The present state does not allow this"},
    ErrorKind{code::precondition_failed, 412, "It was changed meanwhile"},
    ErrorKind{code::locked, 423, "Another request is at work on it"},
    ErrorKind{code::checksum_mismatch, 460, "The bytes are not those that were announced"},
    ErrorKind{code::invalid_field, 422, "A field has a value that cannot be used"},
    ErrorKind{code::unknown_field, 400, "The request has a field that does not exist"},
    ErrorKind{code::missing_file, 400, "The request has no file"},
    ErrorKind{code::malformed_body, 400, "The request body is not well formed"},
    ErrorKind{code::range_not_satisfiable, 416, "The range lies outside the file"},
    ErrorKind{code::unsupported_media_type, 415, "The request body has another type than this address takes"},
    ErrorKind{code::header_too_large, 431, "The request header is too large"},
    ErrorKind{code::uri_too_long, 414, "The address is too long"},
    ErrorKind{code::unknown_model, 422, "There is no such model"},
    ErrorKind{code::insufficient_storage, 507, "There is not enough disk space to take photos"},
    ErrorKind{code::unavailable, 503, "Darkroom cannot do this at the moment"},
    ErrorKind{code::empty_file, 400, "The photo is empty"},
    ErrorKind{code::unsupported_format, 415, "The file is not a photo of a supported format"},
    ErrorKind{code::too_large, 413, "The file is too large"},
    ErrorKind{code::too_many_pixels, 422, "The photo has too many pixels"},
    ErrorKind{code::incomplete, 422, "The file is too small for what its header claims"},
    ErrorKind{code::truncated, 422, "The photo is cut off"},
    ErrorKind{code::corrupt, 422, "The photo is damaged"},
    ErrorKind{code::decoder_crash, 500, "Processing this photo crashed"},
    ErrorKind{code::timeout, 504, "Processing took longer than the limit"},
    ErrorKind{code::memory_limit, 500, "Processing needed more memory than the limit"},
    ErrorKind{code::model_output, 500, "The model gave an output that cannot be used"},
    ErrorKind{code::model_unavailable, 503, "The model could not be loaded"},
    ErrorKind{code::model_refused, 422, "The model cannot be used"},
    ErrorKind{code::model_ambiguous, 422, "The model's file does not say how it is to be read"},
    ErrorKind{code::service_failed, 502, "The model's service gave no usable answer"},
    ErrorKind{code::blob_missing, 500, "The stored photo cannot be read"},
    ErrorKind{code::photo_unreachable, 503, "The process that holds the photo does not answer"},
    ErrorKind{code::interrupted, 500, "Processing was interrupted too often"},
    ErrorKind{code::idempotency_mismatch, 422, "This idempotency key was used for another request"},
    ErrorKind{code::quarantined, 409, "This photo crashed its runner twice and is quarantined"},
    ErrorKind{code::expired, 500, "Nobody started this job in time"},
};

}  // namespace

const ErrorKind& error_kind(std::string_view code) {
  auto found = std::ranges::find(kKinds, code, &ErrorKind::code);
  return found == kKinds.end() ? kKinds.front() : *found;
}

}  // namespace darkroom::domain
