// Whether the one who sends a photo may: in whose name, into which batch, and within whose quota.
#pragma once

#include "api/parts.h"
#include "base/result.h"
#include "http/message.h"

#include <string>

namespace darkroom::api {

// Asked before the photo is kept; byte_count 0: its size is not known yet. An image whose owner has a quota is marked, and the store looks once more. What the guard
// has read of the sender's account counts; the account of one that comes later, when the request is gone, is read again. Such a `sender` may be a name that is no
// account (an address that needs none). Errors: forbidden, not_found for another's batch, quota_exceeded.
Result<void> check_sender(const Parts& parts, const http::Caller& sender, store::NewImage& image);
Result<void> check_sender(const Parts& parts, const std::string& sender, store::NewImage& image);

// The same for a photo of the old contract, which names an uploader and knows of no refusal: of the role uploader it is its own, whatever it says, and whether there
// is room the store decides, since the photo may be there already.
void own_by_sender(const http::Caller& sender, store::NewImage& image);

// Takes the image in. Its photo is kept already; it is removed again when there is no room. Its bytes are counted once.
Result<store::ImageRecord> take_in_image(const Parts& parts, const store::NewImage& image, const store::Actor& actor);

}  // namespace darkroom::api
