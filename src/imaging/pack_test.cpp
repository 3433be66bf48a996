// pack() against a plain double-precision bilinear resize, and its geometry against the models' own recipes.
#include "imaging/pack.h"

#include "imaging/decode.h"
#include "imaging/photos_for_test.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace darkroom::imaging {
namespace {

using namespace testing;

struct Rect {
  int x, y, width, height;
};

// Bilinear with half-pixel centres and repeated edges, one value at a time.
double reference_value(const Pixels& pixels, const Rect& to, int x, int y, std::size_t channel) {
  double at_x = std::clamp((x + 0.5) * pixels.width / to.width - 0.5, 0.0, pixels.width - 1.0);
  double at_y = std::clamp((y + 0.5) * pixels.height / to.height - 0.5, 0.0, pixels.height - 1.0);
  int x0 = static_cast<int>(std::floor(at_x)), y0 = static_cast<int>(std::floor(at_y));
  int x1 = std::min(x0 + 1, pixels.width - 1), y1 = std::min(y0 + 1, pixels.height - 1);
  double u = at_x - x0, v = at_y - y0;
  auto value = [&](int column, int row) { return static_cast<double>(colour_at(pixels, column, row)[channel]); };
  return (1 - v) * ((1 - u) * value(x0, y0) + u * value(x1, y0)) + v * ((1 - u) * value(x0, y1) + u * value(x1, y1));
}

double largest_error(const Pixels& pixels, const PackPlan& plan, const Rect& picture, const std::vector<float>& tensor) {
  double largest = 0;
  for (std::size_t plane = 0; plane < 3; ++plane) {
    std::size_t channel = plan.order == ColourOrder::rgb ? plane : 2 - plane;
    for (int y = 0; y < plan.height; ++y) {
      for (int x = 0; x < plan.width; ++x) {
        bool inside = x >= picture.x && x < picture.x + picture.width && y >= picture.y && y < picture.y + picture.height;
        double level = inside ? reference_value(pixels, picture, x - picture.x, y - picture.y, channel) : plan.pad_value;
        double expected = (level - plan.mean[plane]) * plan.scale[plane];
        std::size_t at =
            (plane * static_cast<std::size_t>(plan.height) + static_cast<std::size_t>(y)) * static_cast<std::size_t>(plan.width) +
            static_cast<std::size_t>(x);
        largest = std::max(largest, std::abs(tensor[at] - expected) / plan.scale[plane]);
      }
    }
  }
  return largest;
}

void expect_packed(const Pixels& pixels, const PackPlan& plan, const Rect& picture) {
  std::vector<float> tensor(static_cast<std::size_t>(3 * plan.width * plan.height), std::nanf(""));
  pack(pixels, pixels.width, pixels.height, plan, tensor);
  EXPECT_LT(largest_error(pixels, plan, picture, tensor), 0.01)
      << pixels.width << 'x' << pixels.height << " to " << plan.width << 'x' << plan.height;
}

TEST(Pack, ResizesBilinearlyIntoEachCorner) {
  expect_packed(make_noisy(640, 480), {.width = 416, .height = 416}, {0, 0, 416, 312});
  expect_packed(make_noisy(300, 500), {.width = 416, .height = 416}, {0, 0, 249, 416});
  expect_packed(make_noisy(50, 31), {.width = 200, .height = 200}, {0, 0, 200, 124});
  expect_packed(make_noisy(64, 64), {.width = 64, .height = 64}, {0, 0, 64, 64});
  expect_packed(make_noisy(1, 1), {.width = 7, .height = 5}, {0, 0, 5, 5});
  expect_packed(make_noisy(2000, 3), {.width = 320, .height = 320}, {0, 0, 320, 1});
  expect_packed(make_noisy(640, 480), {.width = 640, .height = 640, .fit = Fit::letterbox_centre}, {0, 80, 640, 480});
  expect_packed(make_noisy(333, 500), {.width = 320, .height = 320, .fit = Fit::letterbox_centre}, {53, 0, 213, 320});
  expect_packed(make_noisy(100, 37), {.width = 63, .height = 49, .fit = Fit::stretch}, {0, 0, 63, 49});
}

TEST(Pack, OrdersChannelsAndNormalises) {
  PackPlan plan{
      .width = 33, .height = 33, .order = ColourOrder::bgr, .mean = {103.5F, 116.3F, 123.7F}, .scale = {0.017F, 0.018F, 0.019F}};
  expect_packed(make_noisy(66, 40), plan, {0, 0, 33, 20});
  plan.order = ColourOrder::rgb;
  expect_packed(make_noisy(66, 40), plan, {0, 0, 33, 20});
  std::vector<float> tensor(3);
  pack(make_flat(1, 1, {10, 20, 30}), 1, 1, {.width = 1, .height = 1, .order = ColourOrder::bgr}, tensor);
  EXPECT_EQ(tensor, (std::vector<float>{30, 20, 10}));
}

TEST(Pack, LetterboxTopLeftRoundsDownAsItsReference) {
  std::vector<float> tensor(3 * 416 * 416);
  Placement placement = pack(make_flat(768, 576, kRed), 768, 576, {.width = 416, .height = 416}, tensor);
  double ratio = std::min(416.0 / 576, 416.0 / 768);
  EXPECT_EQ(placement.scale_x, ratio);
  EXPECT_EQ(placement.scale_y, ratio);
  EXPECT_EQ(placement.offset_x, 0);
  EXPECT_EQ(tensor[311 * 416], 255);
  EXPECT_EQ(tensor[312 * 416], 114);
  // 333 * (416 / 500) = 277.056: 277 columns.
  pack(make_flat(333, 500, kRed), 333, 500, {.width = 416, .height = 416}, tensor);
  EXPECT_EQ(tensor[276], 255);
  EXPECT_EQ(tensor[277], 114);
  // 548 x 342 by 416 / 548: 259.6 rows, so 259, and boxes are taken back by the ratio.
  Placement cut = pack(make_flat(548, 342, kRed), 548, 342, {.width = 416, .height = 416}, tensor);
  EXPECT_EQ(tensor[258 * 416], 255);
  EXPECT_EQ(tensor[259 * 416], 114);
  EXPECT_EQ(cut.scale_x, 416.0 / 548);
  EXPECT_EQ(cut.scale_y, 416.0 / 548);
}

TEST(Pack, LetterboxCentreRoundsAsItsReference) {
  std::vector<float> tensor(3 * 640 * 640);
  // 480 * 1.0 leaves 160 rows; 479 leaves 161: 80 above (round(80.5 - 0.1)), 81 below.
  Placement even = pack(make_flat(640, 480, kRed), 640, 480, {.width = 640, .height = 640, .fit = Fit::letterbox_centre}, tensor);
  EXPECT_EQ(even.offset_y, 80);
  Placement odd = pack(make_flat(640, 479, kRed), 640, 479, {.width = 640, .height = 640, .fit = Fit::letterbox_centre}, tensor);
  EXPECT_EQ(odd.offset_y, 80);
  EXPECT_EQ(odd.offset_x, 0);
  EXPECT_EQ(tensor[79 * 640], 114);
  EXPECT_EQ(tensor[80 * 640], 255);
  EXPECT_EQ(tensor[558 * 640], 255);
  EXPECT_EQ(tensor[559 * 640], 114);
}

TEST(Pack, StretchScalesEachAxis) {
  std::vector<float> tensor(3 * 30 * 20);
  Placement placement = pack(make_flat(60, 80, kRed), 60, 80, {.width = 30, .height = 20, .fit = Fit::stretch}, tensor);
  EXPECT_EQ(placement.scale_x, 0.5);
  EXPECT_EQ(placement.scale_y, 0.25);
}

// The tensor of a crop is the middle of the tensor of the whole, stretched to the crop's resized size.
void expect_cropped(int width, int height, double share, const Rect& whole) {
  constexpr int kSide = 32;
  Pixels pixels = make_noisy(width, height);
  std::vector<float> crop(3 * kSide * kSide, std::nanf(""));
  PackPlan plan{.width = kSide, .height = kSide, .fit = Fit::centre_crop, .crop_share = share};
  Placement placement = pack(pixels, width, height, plan, crop);
  EXPECT_EQ(placement.offset_x, whole.x);
  EXPECT_EQ(placement.offset_y, whole.y);
  EXPECT_DOUBLE_EQ(placement.scale_x, static_cast<double>(whole.width) / width);
  EXPECT_DOUBLE_EQ(placement.scale_y, static_cast<double>(whole.height) / height);
  EXPECT_LT(largest_error(pixels, plan, whole, crop), 0.01) << width << 'x' << height << " share " << share;
}

TEST(Pack, CentreCropScalesTheShortSideAndCutsTheMiddle) {
  expect_cropped(100, 50, 1, {-16, 0, 64, 32});
  expect_cropped(50, 100, 1, {0, -16, 32, 64});
  expect_cropped(64, 64, 0.8, {-4, -4, 40, 40});
  expect_cropped(77, 50, 32.0 / 36, {-12, -2, 55, 36});  // 55.44 columns: 55; 11.5 to cut: 12, half to even
  expect_cropped(10, 10, 0.5, {-16, -16, 64, 64});
  expect_cropped(1, 9, 1, {0, -128, 32, 288});
}

TEST(Pack, CentreCropOfTheUsualClassifier) {
  std::vector<float> tensor(3 * 224 * 224);
  Placement placement =
      pack(make_flat(500, 375, kRed), 500, 375, {.width = 224, .height = 224, .fit = Fit::centre_crop, .crop_share = 0.875}, tensor);
  EXPECT_DOUBLE_EQ(placement.scale_y, 256.0 / 375);
  EXPECT_DOUBLE_EQ(placement.scale_x, 341.0 / 500);
  EXPECT_EQ(placement.offset_x, -58);
  EXPECT_EQ(placement.offset_y, -16);
  EXPECT_EQ(std::ranges::count(tensor, 255.0F), 224 * 224);
  EXPECT_EQ(std::ranges::count(tensor, 0.0F), 2 * 224 * 224);
}

TEST(Pack, CentreCropFillsATensorThatIsNotSquareAndBearsAbsurdShares) {
  std::vector<float> tensor(3 * 64 * 32, std::nanf(""));
  for (double share : {1.0, 0.5, 0.0, -1.0, 1e-300, 7.0, std::nan("")}) {
    for (auto [width, height] : {std::pair{100, 50}, {50, 100}, {16'384, 1}, {1, 1}}) {
      pack(make_flat(width, height, kWhite), width, height, {.width = 64, .height = 32, .fit = Fit::centre_crop, .crop_share = share}, tensor);
      EXPECT_EQ(std::ranges::count(tensor, 255.0F), 3 * 64 * 32) << share << ' ' << width << 'x' << height;
    }
  }
}

// Whole pixels of overhang are as good as absent, but where edges repeat.
TEST(Pack, WhatLiesBeyondThePhotoIsLeftOut) {
  constexpr int kSide = 48;
  Pixels larger = make_noisy(60, 40), photo = make_flat(57, 37, kRed);
  for (int y = 0; y < photo.height; ++y) std::copy_n(larger.row(y + 1) + 2 * 3, photo.width * 3, photo.row(y));
  larger.overhang = {.left = 2, .top = 1, .right = 1, .bottom = 2};
  for (Fit fit : {Fit::letterbox_top_left, Fit::stretch, Fit::centre_crop}) {
    PackPlan plan{.width = kSide, .height = kSide, .fit = fit};
    std::vector<float> a(3 * kSide * kSide), b(a.size());
    Placement from_photo = pack(photo, 57, 37, plan, a), from_larger = pack(larger, 57, 37, plan, b);
    EXPECT_EQ(from_photo.scale_x, from_larger.scale_x);
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      std::size_t x = i % kSide, y = i / kSide % kSide;
      bool is_edge = x < 2 || y < 2 || x > 44 || (y > 27 && y < 32) || y > 44;
      if (!is_edge) largest = std::max(largest, static_cast<double>(std::abs(a[i] - b[i])));
    }
    EXPECT_LT(largest, 0.001) << static_cast<int>(fit);
  }
}

TEST(Pack, GeometryFollowsFromTheFullSizeWhateverTheDecodersScale) {
  Buffer file = write_jpeg(make_gradient(1601, 1203));
  PackPlan plan{.width = 320, .height = 320};
  auto full = decode(file, {});
  auto scaled = decode(file, {.limits = {}, .cover_width = 320, .cover_height = 240});
  ASSERT_TRUE(full && scaled);
  ASSERT_EQ(scaled->info.scale_denominator, 4);
  std::vector<float> from_full(3 * 320 * 320), from_scaled(from_full.size());
  Placement a = pack(full->pixels, 1601, 1203, plan, from_full);
  Placement b = pack(scaled->pixels, 1601, 1203, plan, from_scaled);
  EXPECT_EQ(a.scale_x, b.scale_x);
  double largest = 0;
  for (std::size_t i = 0; i < from_full.size(); ++i)
    largest = std::max(largest, static_cast<double>(std::abs(from_full[i] - from_scaled[i])));
  EXPECT_LT(largest, 4.0);
}

}  // namespace
}  // namespace darkroom::imaging
