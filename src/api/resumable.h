// Uploads that can be resumed (tus 1.0.0): what their handlers share, and how one that is complete becomes an image.
#pragma once

#include "api/parts.h"
#include "api/upload_fields.h"
#include "blob/partial_files.h"
#include "http/message.h"
#include "store/uploads.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace darkroom::api {

inline constexpr std::string_view kTusVersion = "1.0.0";

// Where the bytes of uploads lie and what they may take; built in roles/.
struct Resumable {
  blob::PartialFiles& files;
  std::string home;             // names this process's folder in the store
  std::int64_t most_bytes = 0;  // announced by all uploads under way
  std::chrono::hours kept{24};  // then an upload expires
};

// Beside the client's metadata in what is stored of an upload: who signs what goes to its callback_url, and its Idempotency-Key.
inline constexpr std::string_view kSignerField = "darkroom-signer";
inline constexpr std::string_view kKeyField = "darkroom-key";

// Upload-Metadata: "filename d29ybGQ=,title aGk=" decoded; a key without a value is an empty text. Error: bad_request.
Result<std::map<std::string, std::string>> read_upload_metadata(std::string_view text);

// The form of an upload's fields as they were announced. Error: unknown_field.
Result<UploadForm> form_of(const std::map<std::string, std::string>& metadata);

// What is said of an upload for such a batch.
Error batch_was_sealed(const std::string& id);

// The image of an upload that nobody can write to now: one that another request adds to or completes, or whose bytes are gone. Errors: locked, not_found.
Result<domain::ImageId> completed_by_another(const Parts& parts, const std::string& id);

// Makes the image of an upload whose bytes are all there, exactly once: asked again, it gives the same one. An upload that can never become one (no photo,
// say) is forgotten, and the error says why; after a conflict, or while nobody runs its model, it is kept and
// may be asked again.
Result<domain::ImageId> complete_upload(const Parts& parts, const store::UploadRecord& upload);

// Completes what a crash has left complete, and forgets what has expired. What is complete has a day more.
void sweep_uploads(const Parts& parts);

// With the upload's offset, length, expiry and image.
http::Response tus_response(int status, const store::UploadRecord& upload, std::int64_t offset);

}  // namespace darkroom::api
