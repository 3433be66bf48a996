// Pictures made from a decoded photo for people to look at: thumbnails, previews, overlays. Always re-encoded, so that no metadata of the original
// (its place above all) and no byte of its file survives. Runs only inside a sandboxed runner.
#pragma once

#include "base/result.h"
#include "domain/picture.h"
#include "imaging/pixels.h"

#include <cstdint>
#include <string>
#include <vector>

namespace darkroom::imaging {

// A smaller picture, averaged over the area of each target pixel (no aliasing); one that is not larger than max_side is copied as it is.
Pixels shrink(const Pixels& pixels, int max_side);

// Baseline JPEG, 4:2:0, no metadata. `quality` 1..100 as libjpeg has it. Errors: internal (the encoder refused), memory_limit.
Result<std::string> encode_jpeg(const Pixels& pixels, int quality);

// Draws onto `pixels`, which show a photo of full_width x full_height (upright): marks are given in pixels of that photo.
// A mark's colour follows from its label, the same in every picture. Labels are drawn where the built-in font has their letters (ASCII);
// others show as #1, #2, ... by order of first appearance.
void draw_marks(Pixels& pixels, int full_width, int full_height, const std::vector<domain::Mark>& marks);

// Thumbnail, preview or overlay in one: shrink, draw, encode.
Result<domain::Picture> render(const Pixels& pixels, int full_width, int full_height, const domain::RenderOrder& order);

}  // namespace darkroom::imaging
