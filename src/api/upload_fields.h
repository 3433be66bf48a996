// The fields of an upload besides the photo, checked into what the store takes.
#pragma once

#include "api/parts.h"
#include "base/result.h"
#include "http/message.h"
#include "store/records.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace darkroom::api {

// title, priority, model, metadata, external_id, uploader, batch, run_at, delay_seconds, expires_in_seconds, site, callback_url.
bool is_upload_field(std::string_view name);

// A title in NFC, as it is stored: 1 to 200 characters. Error: invalid_field.
Result<std::string> read_title(const std::string& text);

struct UploadForm {
  std::map<std::string, std::string> fields;
  std::string file_name;
};

// Who sends a photo, as far as its fields need it.
struct Uploader {
  std::string name;                        // owns the photo unless the field `uploader` names on whose behalf it is sent
  std::string signer;                      // signs what goes to callback_url, see signer_of()
  std::optional<Error> site_refusal = {};  // why the field `site` is not for this one
};

// A site's name takes over what the site waits for under a number: it needs the scope `site`, or a log-in as operator or administrator.
Uploader uploader_of(const http::Request& request);

// Fills all of NewImage but what comes from the file. Errors: invalid_field and unknown_model, each naming the field and what is allowed;
// forbidden for a site that this uploader may not name.
Result<store::NewImage> read_upload_form(const UploadForm& form, const Parts& parts, const Uploader& uploader);

// The header Idempotency-Key, quoted or bare; none when it was not sent. Error: invalid_field.
Result<std::optional<std::string>> read_idempotency_key(const http::Request& request);

// SHA-256, in hex, of all that an upload asks: its photo and its fields as they were sent.
std::string fingerprint(const UploadForm& form, const std::string& photo_sha256);

}  // namespace darkroom::api
