// Whether the one who sends a photo may: in whose name, into which batch, and within whose quota.
#pragma once

#include "api/parts.h"
#include "base/result.h"

#include <string>

namespace darkroom::api {

// `sender` is an account, or a name that is none (an address that needs none). Asked before the photo is kept; byte_count 0: its size is not known yet. Photos
// that arrive at the same moment may pass the quota together by one each. Errors: forbidden, not_found for another's batch, quota_exceeded.
Result<void> check_sender(const Parts& parts, const std::string& sender, const store::NewImage& image);

}  // namespace darkroom::api
