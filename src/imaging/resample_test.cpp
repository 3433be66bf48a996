// resample() against what Pillow made of the same pixels, and against itself: crops, rims, and its place in pack().
#include "imaging/resample.h"

#include "imaging/pack.h"
#include "imaging/photos_for_test.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace darkroom::imaging {
namespace {

using namespace testing;

Pixels pattern(int width, int height) {
  Pixels pixels = make_flat(width, height, kRed);
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (int channel = 0; channel < 3; ++channel) pixels.row(y)[3 * x + channel] = static_cast<std::uint8_t>((37 * x + 101 * y + 53 * channel + 7 * x * y) % 256);
    }
  }
  return pixels;
}

int largest_difference(std::span<const std::uint8_t> one, std::span<const std::uint8_t> other) {
  EXPECT_EQ(one.size(), other.size());
  int largest = 0;
  for (std::size_t i = 0; i < std::min(one.size(), other.size()); ++i) largest = std::max(largest, std::abs(one[i] - other[i]));
  return largest;
}

Pixels resized(const Pixels& pixels, int width, int height, Interpolation filter) {
  return resample(pixels, {.whole = width, .length = width}, {.whole = height, .length = height}, filter);
}

// Image.fromarray(pattern).resize((7, height), Image.Resampling.BICUBIC or BILINEAR) of Pillow 9.4, row by row.
TEST(Resample, ShrinksAsPillow) {
  const std::vector<std::uint8_t> bicubic = {
      124, 137, 141, 132, 140, 122, 133, 139, 126, 138, 142, 124, 137, 111, 128, 125, 146, 143, 130, 109, 105,  //
      140, 120, 133, 126, 120, 110, 141, 132, 132, 119, 140, 120, 139, 124, 126, 121, 127, 124, 141, 109, 114,  //
      140, 138, 138, 133, 137, 117, 119, 142, 129, 120, 131, 140, 129, 106, 115, 134, 115, 134, 122, 130, 131,  //
      125, 163, 106, 92,  145, 115, 122, 121, 136, 141, 115, 123, 118, 114, 127, 127, 128, 123, 108, 146, 95,   //
      106, 123, 152, 101, 144, 102, 138, 120, 119, 119, 119, 134, 130, 118, 119, 124, 128, 128, 92,  131, 138};
  const std::vector<std::uint8_t> bilinear = {
      128, 136, 141, 129, 138, 121, 134, 139, 124, 136, 139, 124, 137, 115, 128, 125, 141, 140, 129, 108, 108,  //
      137, 122, 131, 127, 123, 114, 138, 130, 130, 123, 138, 122, 135, 124, 126, 121, 127, 125, 142, 108, 113,  //
      138, 137, 135, 131, 137, 117, 121, 139, 128, 122, 130, 136, 129, 110, 119, 131, 118, 131, 125, 131, 125,  //
      124, 159, 110, 97,  144, 116, 122, 123, 134, 137, 116, 125, 121, 114, 127, 123, 125, 125, 112, 145, 98,   //
      109, 126, 146, 103, 142, 107, 134, 120, 122, 121, 119, 131, 129, 119, 122, 122, 124, 128, 98,  133, 136};
  EXPECT_EQ(largest_difference(resized(pattern(23, 17), 7, 5, Interpolation::bicubic).bytes, bicubic), 0);
  EXPECT_EQ(largest_difference(resized(pattern(23, 17), 7, 5, Interpolation::bilinear_antialias).bytes, bilinear), 0);
}

TEST(Resample, EnlargesAsPillowAndStaysWithinBytes) {
  const std::vector<std::uint8_t> bicubic = {
      0,   44,  97,  11,  64,  116, 41,  93,  151, 66,  119, 189, 91,  158, 215, 129, 193, 245, 159, 211, 255,  //
      40,  92,  160, 60,  123, 191, 97,  166, 182, 136, 189, 107, 175, 115, 130, 137, 105, 174, 75,  136, 204,  //
      118, 171, 190, 146, 177, 231, 171, 202, 194, 177, 230, 46,  226, 83,  74,  141, 45,  99,  20,  87,  106,  //
      197, 253, 63,  240, 143, 92,  206, 60,  126, 60,  113, 147, 90,  133, 199, 127, 168, 116, 142, 196, 7,    //
      123, 177, 93,  162, 130, 132, 164, 108, 138, 101, 154, 86,  145, 101, 132, 131, 108, 109, 86,  146, 62,   //
      34,  87,  157, 65,  128, 207, 116, 191, 169, 171, 224, 4,   233, 58,  36,  139, 20,  99,  2,   71,  141};
  EXPECT_EQ(largest_difference(resized(pattern(5, 4), 7, 6, Interpolation::bicubic).bytes, bicubic), 0);
}

TEST(Resample, ACropIsTheMiddleOfTheWhole) {
  Pixels pixels = make_noisy(301, 173);
  for (Interpolation filter : {Interpolation::bicubic, Interpolation::bilinear_antialias}) {
    Pixels whole = resized(pixels, 120, 70, filter);
    Pixels crop = resample(pixels, {.whole = 120, .cut = 31, .length = 48}, {.whole = 70, .cut = 11, .length = 48}, filter);
    for (int y = 0; y < 48; ++y) EXPECT_EQ(largest_difference({crop.row(y), 48 * 3}, {whole.row(y + 11) + 31 * 3, 48 * 3}), 0) << y;
  }
}

TEST(Resample, AFlatPhotoStaysFlatWhateverItsSize) {
  for (auto [width, height] : {std::pair{1, 1}, {4001, 3}, {2, 999}, {224, 224}}) {
    Pixels small = resized(make_flat(width, height, {10, 200, 255}), 33, 21, Interpolation::bicubic);
    EXPECT_EQ(largest_difference(small.bytes, make_flat(33, 21, {10, 200, 255}).bytes), 0) << width << 'x' << height;
  }
}

TEST(Resample, WhatLiesBeyondThePhotoHasNoPart) {
  Pixels larger = make_noisy(82, 61), photo = make_flat(79, 58, kRed);
  for (int y = 0; y < photo.height; ++y) std::copy_n(larger.row(y + 1) + 2 * 3, photo.width * 3, photo.row(y));
  larger.overhang = {.left = 2, .top = 1, .right = 1, .bottom = 2};
  Pixels a = resized(photo, 20, 16, Interpolation::bicubic), b = resized(larger, 20, 16, Interpolation::bicubic);
  for (int y = 3; y < 13; ++y) EXPECT_LE(largest_difference({a.row(y) + 9, 14 * 3}, {b.row(y) + 9, 14 * 3}), 1) << "but at its rim, where the window reaches over it";
}

TEST(Resample, PackTakesItWhereThePlanSaysSo) {
  Pixels pixels = make_noisy(500, 375);
  for (Interpolation filter : {Interpolation::bicubic, Interpolation::bilinear_antialias}) {
    PackPlan plan{.width = 64, .height = 64, .order = ColourOrder::bgr, .fit = Fit::centre_crop, .interpolation = filter, .crop_share = 0.875, .mean = {1, 2, 3}, .scale = {2, 3, 4}};
    std::vector<float> tensor(3 * 64 * 64, std::nanf(""));
    Placement placement = pack(pixels, 500, 375, plan, tensor);
    EXPECT_EQ(placement.offset_x, -16);
    EXPECT_EQ(placement.offset_y, -4);  // 4.5 rows to cut, half to even
    Pixels crop = resample(pixels, {.whole = 97, .cut = 16, .length = 64}, {.whole = 73, .cut = 4, .length = 64}, filter);
    for (std::size_t i = 0; i < 64 * 64; ++i) {
      for (std::size_t plane = 0; plane < 3; ++plane) {
        auto level = static_cast<float>(crop.bytes[3 * i + 2 - plane]);
        ASSERT_FLOAT_EQ(tensor[plane * 64 * 64 + i], (level - plan.mean[plane]) * plan.scale[plane]) << i;
      }
    }
  }
}

}  // namespace
}  // namespace darkroom::imaging
