// Resize and pack in one pass: RGB pixels to the planar float tensor of a model.
#pragma once

#include "domain/recipe.h"
#include "imaging/pixels.h"

#include <array>
#include <span>

namespace darkroom::imaging {

using domain::ColourOrder;
using domain::Fit;
using domain::Interpolation;

struct PackPlan {
  int width = 0;  // of the tensor
  int height = 0;
  ColourOrder order = ColourOrder::rgb;
  Fit fit = Fit::letterbox_top_left;
  Interpolation interpolation = Interpolation::bilinear;
  double crop_share = 1;              // of the short side that Fit::centre_crop keeps, 0..1: 224 / 256 = 0.875
  float pad_value = 114.0F;           // in 0..255, before scaling
  std::array<float, 3> mean{0, 0, 0};  // of the tensor's channels, in 0..255: value = (pixel - mean) * scale
  std::array<float, 3> scale{1, 1, 1};
};

// Where the picture lies in the tensor: tensor = photo * scale + offset, in pixels of the *full* upright photo. Offsets are negative where a crop
// cuts the photo off.
struct Placement {
  double scale_x = 1;
  double scale_y = 1;
  double offset_x = 0;
  double offset_y = 0;
};

// `tensor` holds 3 * height * width floats, plane by plane. `full_width` and `full_height` are the size of the upright photo that
// `pixels` shows (it may be a scaled decode of it); the geometry follows from the full size, so that boxes do not depend on the
// decoder's scale. Bilinear with half-pixel centres, as OpenCV's INTER_LINEAR, or what resample() does where the plan says so.
Placement pack(const Pixels& pixels, int full_width, int full_height, const PackPlan& plan, std::span<float> tensor);

}  // namespace darkroom::imaging
