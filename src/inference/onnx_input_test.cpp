// What the input tensor of a model becomes for a photo.
#include "inference/onnx_input.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace darkroom::inference {
namespace {

using Shape = std::vector<std::int64_t>;

PictureInput input_of(domain::Fit fit) {
  Recognised recognised;
  recognised.image_type = "float32";
  recognised.reading.input_width = 64;
  recognised.reading.input_height = 64;
  recognised.reading.recipe.fit = fit;
  return PictureInput(recognised);
}

Shape filled(domain::Fit fit, int width, int height) {
  PictureInput input = input_of(fit);
  imaging::Pixels pixels{.width = width, .height = height, .bytes = {}};
  pixels.bytes.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  input.fill(pixels, width, height);
  return input.shape();
}

TEST(PictureInput, OfAnySizeHasThePhotosRatioAndAtMostTheLargestSides) {
  EXPECT_EQ(filled(domain::Fit::own_aspect, 128, 96), (Shape{1, 3, 48, 64}));
  EXPECT_EQ(filled(domain::Fit::own_aspect, 96, 128), (Shape{1, 3, 64, 48}));
  EXPECT_EQ(filled(domain::Fit::own_aspect, 40, 30), (Shape{1, 3, 30, 40})) << "a small photo is not enlarged";
  EXPECT_EQ(filled(domain::Fit::own_aspect, 500, 2), (Shape{1, 3, 1, 64}));
}

TEST(PictureInput, OfOneSizeHasThatForEveryPhoto) {
  EXPECT_EQ(filled(domain::Fit::stretch, 128, 96), (Shape{1, 3, 64, 64}));
  EXPECT_EQ(filled(domain::Fit::letterbox_centre, 40, 30), (Shape{1, 3, 64, 64}));
}

// What a photo is decoded to follows what the tensor will show of it.
TEST(PictureInput, OfAnySizeWantsNoMoreOfAPhotoThanItShows) {
  PictureInput input = input_of(domain::Fit::own_aspect);
  WantedSize wanted = input.wanted(6400, 3200);
  EXPECT_EQ(wanted.width, 85);
  EXPECT_EQ(wanted.height, 43);
  EXPECT_EQ(input.wanted(40, 30).width, 0) << "the whole photo";
}

TEST(PictureInput, WritesBytesAndHalvesInEitherLayout) {
  Recognised recognised;
  recognised.image_type = "uint8";
  domain::Recipe& recipe = recognised.reading.recipe;
  recipe.layout = domain::TensorLayout::nhwc;
  recipe.fit = domain::Fit::stretch;
  recognised.reading.input_width = recognised.reading.input_height = 2;
  imaging::Pixels pixels{2, 2, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}};
  PictureInput input(recognised);
  input.fill(pixels, 2, 2);
  auto bytes = input.bytes();
  ASSERT_EQ(bytes.size(), 12U);
  for (std::size_t i = 0; i < 12; ++i) EXPECT_EQ(static_cast<int>(bytes[i]), static_cast<int>(i) + 1);
  EXPECT_EQ(input.shape(), (Shape{1, 2, 2, 3}));

  recognised.image_type = "float16";
  recipe.layout = domain::TensorLayout::nchw;
  PictureInput halves(recognised);
  halves.fill(pixels, 2, 2);
  EXPECT_EQ(halves.bytes().size(), 24U);
  EXPECT_EQ(halves.shape(), (Shape{1, 3, 2, 2}));
  EXPECT_EQ(static_cast<int>(halves.bytes()[1]), 0x3C) << "1.0";
}

// At the tensor's own size nothing is averaged, and what is found near the threshold differs from a full decode's.
TEST(PictureInput, WantsAThirdMoreThanTheTensorShows) {
  Recognised recognised;
  recognised.image_type = "float32";
  recognised.reading.recipe.fit = domain::Fit::letterbox_top_left;
  recognised.reading.input_width = recognised.reading.input_height = 416;
  PictureInput input(recognised);
  WantedSize wanted = input.wanted(4000, 3000);
  EXPECT_EQ(wanted.width, 555);
  EXPECT_EQ(wanted.height, 416);
  EXPECT_EQ(input.wanted(555, 416).width, 555);
  EXPECT_EQ(input.wanted(554, 416).width, 0) << "the whole photo";
}

TEST(PictureInput, WantsTwiceTheTensorWhereAllPixelsCount) {
  Recognised recognised;
  recognised.image_type = "float32";
  recognised.reading.recipe.fit = domain::Fit::centre_crop;
  recognised.reading.recipe.interpolation = domain::Interpolation::bicubic;
  recognised.reading.input_width = recognised.reading.input_height = 224;
  EXPECT_EQ(PictureInput(recognised).wanted(4000, 3000).height, 448);
}

}  // namespace
}  // namespace darkroom::inference
