#include "api/photo_intake.h"

#include "api/sender.h"
#include "domain/error_codes.h"

namespace darkroom::api {

namespace code = domain::code;

std::optional<http::Response> no_room(const Parts& parts) {
  if (parts.blobs.free_bytes() >= parts.config.free_disk_floor) return std::nullopt;
  return problem(code::insufficient_storage, "The disk has less free space than the floor of " + std::to_string(parts.config.free_disk_floor / 1'000'000) +
                                                 " MB (storage.free_disk_floor_mb), so no photo is taken in. Free some space, then send it again.");
}

Result<void> add_bytes(const Parts& parts, blob::StagedBlob& photo, std::string_view data) {
  std::int64_t most = parts.config.photo.max_bytes;
  if (photo.size() + static_cast<std::int64_t>(data.size()) > most) {
    return Error{std::string(code::too_large), "The photo is larger than the limit of " + std::to_string(most) + " bytes. Send a smaller version of it."};
  }
  photo.write(data);
  return {};
}

Result<store::ImageRecord> keep_photo(const Parts& parts, blob::StagedBlob& photo, store::NewImage image, const store::Actor& actor) {
  parts.blobs.keep(photo);
  image.keep_again = [&] { parts.blobs.confirm(photo); };
  return take_in_image(parts, image, actor);
}

}  // namespace darkroom::api
