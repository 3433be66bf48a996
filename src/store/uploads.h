// Uploads that come in pieces: what is known of one besides its bytes, which lie in a file. A part of store.h.
#pragma once

#include "base/result.h"
#include "store/records.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace darkroom::store {

struct UploadRecord {
  std::string id;
  std::string owner;        // who began it
  std::int64_t length = 0;  // of the whole file
  std::string fields;       // JSON object: the upload's fields, and filename
  std::string home;         // of the process that has the bytes
  Time created_at{};
  Time expires_at{};
  std::optional<ImageId> image = {};  // what it has become
};

class Uploads {
 public:
  virtual ~Uploads() = default;

  // As it stands: begun now, and kept as long as this one. Error insufficient_storage when all that are under way, in any home and not expired, would have more than `most_bytes`
  // together, also when several begin at the same moment.
  virtual Result<UploadRecord> begin_upload(const UploadRecord& upload, std::int64_t most_bytes) = 0;
  virtual std::optional<UploadRecord> find_upload(std::string_view id) = 0;
  virtual void finish_upload(std::string_view id, ImageId image) = 0;
  virtual void forget_upload(std::string_view id) = 0;
  // Those that are no image yet and whose ids come after this one, by id.
  virtual std::vector<UploadRecord> open_uploads(std::string_view home, std::string_view after, int most) = 0;
  // Of this home, whether they became an image or not: those that come after this one, by the time at which they expired.
  virtual std::vector<UploadRecord> expired_uploads(std::string_view home, const std::optional<UploadRecord>& after, Time now, int most) = 0;
  // What expired so long ago that its home, whichever it is, will not come back for it.
  virtual void forget_lost_uploads(Time now) = 0;
};

}  // namespace darkroom::store
