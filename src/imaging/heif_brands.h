// HEIC and AVIF are told by the brands in the first box of a file, and are taken only where both the setting and the build allow it.
#pragma once

#include "domain/photo_limits.h"
#include "imaging/byte_reader.h"
#include "imaging/header.h"

#include <optional>

namespace darkroom::imaging {

// Nothing where the first bytes are of no HEIC and no AVIF file.
std::optional<Format> heif_format(Bytes file);

// Whether this build has the module that decodes them.
bool has_heif_decoder();

// By the setting photo.heif, and by this build.
inline bool takes_heif(const domain::PhotoLimits& limits) { return limits.heif && has_heif_decoder(); }

}  // namespace darkroom::imaging
