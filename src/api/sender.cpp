#include "api/sender.h"

#include "domain/error_codes.h"

namespace darkroom::api {
namespace {

namespace code = domain::code;

Result<void> check_quota(const Parts& parts, const store::Account& owner, std::int64_t bytes) {
  if (!owner.byte_quota) return {};
  std::int64_t used = parts.store.bytes_of(owner.name);
  if (used + bytes <= *owner.byte_quota) return {};
  return Error{std::string(code::quota_exceeded), "The photos of " + owner.name + " use " + std::to_string(used) + " of " + std::to_string(*owner.byte_quota) +
                                                      " bytes, so this one has no room. Delete some, or ask an administrator for more."};
}

}  // namespace

Result<void> check_sender(const Parts& parts, const std::string& sender, const store::NewImage& image) {
  auto account = parts.store.find_account(sender);
  if (account && account->role == "uploader") {
    if (image.owner != sender) return Error{std::string(code::forbidden), "The role uploader sends photos in its own name only. Leave out the field uploader."};
    auto batch = image.batch ? parts.store.find_batch(*image.batch) : std::nullopt;
    if (image.batch && (!batch || batch->owner != sender)) return Error{std::string(code::not_found), "There is no batch " + *image.batch + "."};
  }
  auto owner = image.owner == sender ? account : parts.store.find_account(image.owner);
  return owner ? check_quota(parts, *owner, image.byte_count) : Result<void>{};
}

}  // namespace darkroom::api
