// Bilinear resize and packing, one row of the tensor at a time:
//   1. blend two source rows into one float row (both axes are separable, and neighbouring source bytes blend without gathering);
//   2. for each column blend two neighbouring pixels, subtract the mean, multiply, and write the three planes.
// A pixel is a vector of four floats (the fourth is of no use), so four columns become three runs of four floats by a transpose.
#include "imaging/pack.h"

#include "imaging/float_rows.h"
#include "imaging/resample.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

namespace darkroom::imaging {
namespace {

using Mask = int __attribute__((vector_size(16)));

struct Axis {
  int length = 0;  // of the picture in the tensor
  int offset = 0;
  double scale = 1;  // photo to tensor
  std::int64_t cut = 0;    // pixels of the resized picture before its first one in the tensor
  std::int64_t whole = 0;  // length of the resized picture; 0: all of it lies in the tensor
};

constexpr double kSmallestCropShare = 0.01;  // less of a photo tells nothing

struct Place {
  Axis across;
  Axis down;
};

// Blend of two neighbours: (1 - weight) * [low] + weight * [high].
struct Tap {
  int low = 0;
  int high = 0;
  float weight = 0;
};

struct Planes {
  std::array<float*, 3> plane;
};

// Half-pixel centres: the middle of a target pixel lies at (target + 0.5) * source / length - 0.5; edges repeat.
// `before` and `behind`: what of the source lies outside the photo.
std::vector<Tap> make_taps(int source, double before, double behind, const Axis& axis) {
  std::vector<Tap> taps(static_cast<std::size_t>(axis.length));
  double step = (source - before - behind) / static_cast<double>(axis.whole > 0 ? axis.whole : axis.length);
  auto first = static_cast<double>(axis.cut);
  for (int i = 0; i < axis.length; ++i) {
    double position = std::clamp((first + i + 0.5) * step - 0.5 + before, 0.0, static_cast<double>(source - 1));
    int low = static_cast<int>(position);
    taps[static_cast<std::size_t>(i)] = {low, std::min(low + 1, source - 1), static_cast<float>(position - low)};
  }
  return taps;
}

Axis stretched(int full, int target) { return {.length = target, .offset = 0, .scale = static_cast<double>(target) / full}; }

// As YOLOX's own code, with which its models are trained and judged: the size is rounded down, and the ratio is taken for the scale of both axes.
Axis top_left(int full, int target, double ratio) {
  int length = std::clamp(static_cast<int>(full * ratio), 1, target);
  return {.length = length, .offset = 0, .scale = ratio};
}

// As Ultralytics' LetterBox: the size is rounded half to even, and half a pixel of padding goes to the far side.
Axis centred(int full, int target, double ratio) {
  int length = std::clamp(static_cast<int>(std::nearbyint(full * ratio)), 1, target);
  return {.length = length, .offset = static_cast<int>(std::nearbyint((target - length) / 2.0 - 0.1)), .scale = ratio};
}

// As torchvision's Resize and CenterCrop: the size is rounded down, the cut to the nearest, half to even. What is added before rounding down makes
// up for ratios that fall short of a whole size by the last bit.
Axis middle(int full, int target, double ratio) {
  auto whole = std::max<std::int64_t>(static_cast<std::int64_t>(full * ratio + 1e-6), target);
  auto cut = static_cast<std::int64_t>(std::nearbyint(static_cast<double>(whole - target) / 2));
  return {.length = target, .offset = 0, .scale = static_cast<double>(whole) / full, .cut = cut, .whole = whole};
}

[[gnu::optimize("O3")]] void blend_rows(const std::uint8_t* __restrict low, const std::uint8_t* __restrict high, float weight,
                                        std::span<float> blended) {
  float* __restrict to = blended.data();
  std::size_t count = blended.size();
  for (std::size_t i = 0; i < count; ++i) {
    auto a = static_cast<float>(low[i]);
    auto b = static_cast<float>(high[i]);
    to[i] = a + (b - a) * weight;
  }
}

void store(float* to, Vector vector) { std::memcpy(to, &vector, sizeof vector); }

// Rows of four pixels (c0 c1 c2 -) to three runs of one channel.
struct Channels {
  Vector first, second, third;
};
Channels transpose(Vector a, Vector b, Vector c, Vector d) {
  Vector ab = __builtin_shuffle(a, b, Mask{0, 4, 1, 5});
  Vector cd = __builtin_shuffle(c, d, Mask{0, 4, 1, 5});
  Vector ab_third = __builtin_shuffle(a, b, Mask{2, 6, 3, 7});
  Vector cd_third = __builtin_shuffle(c, d, Mask{2, 6, 3, 7});
  return {__builtin_shuffle(ab, cd, Mask{0, 1, 4, 5}), __builtin_shuffle(ab, cd, Mask{2, 3, 6, 7}),
          __builtin_shuffle(ab_third, cd_third, Mask{0, 1, 4, 5})};
}

struct Normalise {
  Vector mean;
  Vector scale;
};

Vector blend_pixel(const float* row, const Tap& tap, const Normalise& normalise) {
  Vector low = load(row + 3 * tap.low);
  Vector high = load(row + 3 * tap.high);
  return (low + (high - low) * tap.weight - normalise.mean) * normalise.scale;
}

// `row` has room for one float behind its last pixel.
void blend_columns(const float* row, std::span<const Tap> taps, const Normalise& normalise, const Planes& to) {
  std::size_t x = 0;
  for (; x + 4 <= taps.size(); x += 4) {
    Channels channels = transpose(blend_pixel(row, taps[x], normalise), blend_pixel(row, taps[x + 1], normalise),
                                  blend_pixel(row, taps[x + 2], normalise), blend_pixel(row, taps[x + 3], normalise));
    store(to.plane[0] + x, channels.first);
    store(to.plane[1] + x, channels.second);
    store(to.plane[2] + x, channels.third);
  }
  for (; x < taps.size(); ++x) {
    Vector pixel = blend_pixel(row, taps[x], normalise);
    for (int channel = 0; channel < 3; ++channel) to.plane[static_cast<std::size_t>(channel)][x] = pixel[channel];
  }
}

// Everything of one plane outside the picture.
void pad(std::span<float> plane, const PackPlan& plan, const Place& at, float value) {
  const auto& [across, down] = at;
  float* begin = plane.data();
  auto width = static_cast<std::size_t>(plan.width);
  std::fill(begin, begin + static_cast<std::size_t>(down.offset) * width, value);
  for (int y = down.offset; y < down.offset + down.length; ++y) {
    float* row = begin + static_cast<std::size_t>(y) * width;
    std::fill(row, row + across.offset, value);
    std::fill(row + across.offset + across.length, row + plan.width, value);
  }
  std::fill(begin + static_cast<std::size_t>(down.offset + down.length) * width, begin + plane.size(), value);
}

// Normalisation in the order R, G, B of the pixels; the plan has it in the order of the tensor.
Normalise normalise_pixels(const PackPlan& plan) {
  Normalise normalise{{plan.mean[0], plan.mean[1], plan.mean[2], 0}, {plan.scale[0], plan.scale[1], plan.scale[2], 0}};
  if (plan.order == ColourOrder::rgb) return normalise;
  Mask reversed{2, 1, 0, 3};
  return {__builtin_shuffle(normalise.mean, reversed), __builtin_shuffle(normalise.scale, reversed)};
}

Place place(int full_width, int full_height, const PackPlan& plan) {
  double ratio = std::min(static_cast<double>(plan.height) / full_height, static_cast<double>(plan.width) / full_width);
  switch (plan.fit) {
    case Fit::letterbox_top_left: return {top_left(full_width, plan.width, ratio), top_left(full_height, plan.height, ratio)};
    case Fit::letterbox_centre: return {centred(full_width, plan.width, ratio), centred(full_height, plan.height, ratio)};
    case Fit::centre_crop: {
      double covering = std::max(static_cast<double>(plan.height) / full_height, static_cast<double>(plan.width) / full_width);
      double share = plan.crop_share > kSmallestCropShare ? std::min(plan.crop_share, 1.0) : kSmallestCropShare;
      double whole = covering / share;
      return {middle(full_width, plan.width, whole), middle(full_height, plan.height, whole)};
    }
    case Fit::own_aspect:  // the tensor has the photo's ratio, or nearly
    case Fit::stretch: return {stretched(full_width, plan.width), stretched(full_height, plan.height)};
  }
  return {};
}

Stretch stretch_of(const Axis& axis) {
  return {.whole = axis.whole > 0 ? axis.whole : axis.length, .cut = axis.cut, .length = axis.length};
}

// The place of a picture that has its size already.
Place in_place(const Place& at) {
  return {{.length = at.across.length, .offset = at.across.offset}, {.length = at.down.length, .offset = at.down.offset}};
}

void resize_into(const Pixels& pixels, const Place& at, const PackPlan& plan, std::span<float> tensor) {
  std::size_t plane_size = tensor.size() / 3;
  std::size_t red = plan.order == ColourOrder::rgb ? 0 : 2;
  std::vector<Tap> columns = make_taps(pixels.width, pixels.overhang.left, pixels.overhang.right, at.across);
  std::vector<Tap> rows = make_taps(pixels.height, pixels.overhang.top, pixels.overhang.bottom, at.down);
  std::vector<float> blended(static_cast<std::size_t>(pixels.width) * 3 + 1);
  Normalise normalise = normalise_pixels(plan);
  for (int y = 0; y < at.down.length; ++y) {
    const Tap& tap = rows[static_cast<std::size_t>(y)];
    blend_rows(pixels.row(tap.low), pixels.row(tap.high), tap.weight, std::span(blended).first(blended.size() - 1));
    auto line = static_cast<std::size_t>(y + at.down.offset) * static_cast<std::size_t>(plan.width);
    float* first = tensor.data() + line + at.across.offset;
    Planes planes = {{first + red * plane_size, first + plane_size, first + (2 - red) * plane_size}};
    blend_columns(blended.data(), columns, normalise, planes);
  }
}

}  // namespace

Placement pack(const Pixels& pixels, int full_width, int full_height, const PackPlan& plan, std::span<float> tensor) {
  std::size_t plane_size = static_cast<std::size_t>(plan.width) * static_cast<std::size_t>(plan.height);
  assert(tensor.size() == 3 * plane_size && pixels.width > 0 && pixels.height > 0);
  Place at = place(full_width, full_height, plan);
  for (std::size_t i = 0; i < 3; ++i) {
    float value = (plan.pad_value - plan.mean[i]) * plan.scale[i];
    pad(tensor.subspan(i * plane_size, plane_size), plan, at, value);
  }
  if (plan.interpolation == Interpolation::bilinear) {
    resize_into(pixels, at, plan, tensor);
  } else {
    resize_into(resample(pixels, stretch_of(at.across), stretch_of(at.down), plan.interpolation), in_place(at), plan, tensor);
  }
  return {at.across.scale, at.down.scale, static_cast<double>(at.across.offset - at.across.cut), static_cast<double>(at.down.offset - at.down.cut)};
}

}  // namespace darkroom::imaging
