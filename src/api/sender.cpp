#include "api/sender.h"

#include "domain/error_codes.h"

namespace darkroom::api {
namespace {

namespace code = domain::code;

// One that has a key may be there already, and then takes no room: whether it does is decided where the key is looked for, when it is stored.
Result<void> check_quota(const Parts& parts, const store::Account& owner, store::NewImage& image) {
  if (!owner.byte_quota) return {};
  image.within_quota = true;
  if (image.idempotency) return {};
  std::int64_t used = parts.store.bytes_of(owner.name);
  if (used + image.byte_count <= *owner.byte_quota) return {};
  return store::quota_exceeded(owner.name, used, *owner.byte_quota);
}

Result<void> check(const Parts& parts, const std::string& sender, const std::optional<store::Account>& account, store::NewImage& image) {
  if (account && account->role == "uploader") {
    if (image.owner != sender) return Error{std::string(code::forbidden), "The role uploader sends photos in its own name only. Leave out the field uploader."};
    auto batch = image.batch ? parts.store.find_batch(*image.batch) : std::nullopt;
    if (image.batch && (!batch || batch->owner != sender)) return Error{std::string(code::not_found), "There is no batch " + *image.batch + "."};
  }
  auto owner = image.owner == sender ? account : parts.store.find_account(image.owner);
  return owner ? check_quota(parts, *owner, image) : Result<void>{};
}

}  // namespace

Result<void> check_sender(const Parts& parts, const http::Caller& sender, store::NewImage& image) {
  if (sender.credential == http::Credential::none) return check_sender(parts, sender.name, image);
  return check(parts, sender.name, store::Account{.name = sender.name, .role = sender.role, .byte_quota = sender.byte_quota}, image);
}

Result<void> check_sender(const Parts& parts, const std::string& sender, store::NewImage& image) {
  return check(parts, sender, parts.store.find_account(sender), image);
}

void own_by_sender(const http::Caller& sender, store::NewImage& image) {
  if (sender.role == "uploader") image.owner = sender.name;
  image.within_quota = true;
}

Result<store::ImageRecord> take_in_image(const Parts& parts, const store::NewImage& image, const store::Actor& actor) {
  Time now = parts.clock.now();
  auto made = parts.store.create_image(image, actor, now);
  if (!made && made.error().code == code::quota_exceeded && !parts.store.note_unused_blobs({image.sha256}, now).empty()) parts.remove_freed_blobs();
  if (made && !made->replayed) parts.note_upload(made->byte_count);
  return made;
}

}  // namespace darkroom::api
