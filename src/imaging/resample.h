// Resizing in which every pixel of the photo counts, also where it is shrunk: as Pillow does it, to its rounding, since that is what torchvision, timm
// and CLIP have trained with. Slower than the two neighbours of pack(), which takes this for recipes that ask for it.
#pragma once

#include "domain/recipe.h"
#include "imaging/pixels.h"

#include <cstdint>

namespace darkroom::imaging {

// One axis of the result: `length` pixels from the `cut`th on of a picture that is resized to `whole` pixels.
struct Stretch {
  std::int64_t whole = 0;
  std::int64_t cut = 0;
  int length = 0;
};

// `filter` is not Interpolation::bilinear. What of the pixels lies beyond the photo (overhang) is left out.
Pixels resample(const Pixels& pixels, const Stretch& across, const Stretch& down, domain::Interpolation filter);

}  // namespace darkroom::imaging
