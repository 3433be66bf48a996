// From the bytes of a photo to upright RGB pixels. Runs only inside a sandboxed runner.
#pragma once

#include "base/result.h"
#include "domain/outcome.h"
#include "domain/photo_limits.h"
#include "imaging/pixels.h"

#include <cstdint>
#include <span>

namespace darkroom::imaging {

struct DecodeRequest {
  domain::PhotoLimits limits;
  // A JPEG may be decoded at 1/2, 1/4 or 1/8 as long as the upright picture still covers this size in both axes.
  // Zero: full size.
  int cover_width = 0;
  int cover_height = 0;
};

struct DecodedPhoto {
  Pixels pixels;           // upright; alpha composited over white, CMYK, grey, palette and 16 bit converted to RGB
  domain::ImageInfo info;  // width, height: upright size of the full photo, whatever the scale of `pixels`
};

// Reads the header (see header.h for its errors), decodes, applies the EXIF orientation exactly once.
// Errors besides: corrupt, truncated (when limits.refuse_truncated, or when no pixel lies before the cut), memory_limit.
// Where a cut-off photo has no pixels it is grey.
// `buffer` gives its memory to the pixels and may be moved from; pass the last photo's bytes back in to reuse them.
Result<DecodedPhoto> decode(std::span<const std::uint8_t> file, const DecodeRequest& request,
                            std::vector<std::uint8_t> buffer = {});

}  // namespace darkroom::imaging
