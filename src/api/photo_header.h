// What a staged photo says of itself, read from its header: the only look that the server takes at its bytes.
#pragma once

#include "base/result.h"
#include "blob/blob_store.h"
#include "domain/photo_limits.h"
#include "store/records.h"

namespace darkroom::api {

// Fills format, size in pixels, bytes and content hash. Errors are those of imaging::read_header().
Result<void> describe_photo(blob::StagedBlob& staged, const domain::PhotoLimits& limits, store::NewImage& image);

}  // namespace darkroom::api
