// Files that are not taken, told by name so that the refusal helps.
#pragma once

#include "base/result.h"
#include "domain/photo_limits.h"
#include "imaging/byte_reader.h"

namespace darkroom::imaging {

// The unsupported_format error for a file that is not taken: says what it is, where that is known, and what is accepted.
Error refuse_foreign(Bytes file, const domain::PhotoLimits& limits);

}  // namespace darkroom::imaging
