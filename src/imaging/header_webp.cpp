// A WebP header is its container's: sizes are checked against the limits, nothing else can be proved.
#include "imaging/header_formats.h"
#include "imaging/proofs.h"
#include "imaging/webp_container.h"

namespace darkroom::imaging {

// A flat lossless WebP may be tiny, whatever its size: there is no proof here, only the limits.
Result<PhotoHeader> read_webp_header(Bytes file, const domain::PhotoLimits& limits) {
  auto container = read_webp_container(file);
  if (!container) return container.error();
  if (auto fine = check_size(container->width, container->height, limits); !fine) return fine.error();
  return PhotoHeader{.format = Format::webp,
                     .width = static_cast<int>(container->width),
                     .height = static_cast<int>(container->height),
                     .orientation = container->orientation,
                     .channels = container->has_alpha ? 4 : 3,
                     .frames = container->frames,
                     .cut_off = container->cut_off};
}

}  // namespace darkroom::imaging
