// WebP: lossy, lossless, alpha, the first frame of an animation, contradictions, cut-off files.
#include "imaging/decode.h"
#include "imaging/photos_for_test.h"

#include <gtest/gtest.h>

namespace darkroom::imaging {
namespace {

using namespace testing;

Buffer make_rgba(int width, int height, std::array<std::uint8_t, 4> colour) {
  Buffer rgba;
  for (int i = 0; i < width * height; ++i) rgba.insert(rgba.end(), colour.begin(), colour.end());
  return rgba;
}

TEST(DecodeWebp, LossyAndLossless) {
  Pixels picture = make_gradient(65, 43);
  DecodedPhoto lossy = decoded(write_webp(picture, WebpKind::lossy));
  EXPECT_LT(mean_difference(lossy.pixels, picture), 3.0);
  EXPECT_EQ(lossy.info.format, "WEBP");
  EXPECT_EQ(lossy.info.mode, "RGB");
  DecodedPhoto lossless = decoded(write_webp(picture, WebpKind::lossless));
  EXPECT_EQ(largest_difference(lossless.pixels, picture), 0);
  EXPECT_FALSE(lossless.info.truncated);
  EXPECT_EQ(largest_difference(decoded(write_webp(make_flat(1, 1, kBlue), WebpKind::lossless)).pixels, make_flat(1, 1, kBlue)),
            0);
}

TEST(DecodeWebp, AlphaGoesOverWhite) {
  for (WebpKind kind : {WebpKind::lossy, WebpKind::lossless}) {
    DecodedPhoto hidden = decoded(write_webp_rgba(16, 16, make_rgba(16, 16, {255, 0, 0, 0}), kind));
    EXPECT_EQ(hidden.info.mode, "RGBA");
    EXPECT_EQ(largest_difference(hidden.pixels, make_flat(16, 16, kWhite)), 0);
  }
  DecodedPhoto half = decoded(write_webp_rgba(16, 16, make_rgba(16, 16, {0, 100, 200, 51}), WebpKind::lossless));
  EXPECT_EQ(largest_difference(half.pixels, make_flat(16, 16, {204, 224, 244})), 0);
}

TEST(DecodeWebp, AnAnimationShowsItsFirstFrameOnWhite) {
  Buffer first = write_webp(make_flat(8, 6, kRed), WebpKind::lossless);
  Buffer second = write_webp(make_flat(20, 16, kBlue), WebpKind::lossless);
  Buffer animation = webp_chunk("ANIM", {0, 0, 0, 0, 0, 0});
  Buffer file =
      webp_file(webp_features(20, 16, 0x02) + animation + webp_frame(4, 2, 8, 6, first) + webp_frame(0, 0, 20, 16, second));
  DecodedPhoto photo = decoded(file);
  EXPECT_EQ(photo.info.frames, 2);
  EXPECT_EQ(photo.info.width, 20);
  EXPECT_EQ(colour_at(photo.pixels, 3, 2), kWhite);
  EXPECT_EQ(colour_at(photo.pixels, 4, 2), kRed);
  EXPECT_EQ(colour_at(photo.pixels, 11, 7), kRed);
  EXPECT_EQ(colour_at(photo.pixels, 12, 7), kWhite);
  EXPECT_EQ(colour_at(photo.pixels, 11, 8), kWhite);
}

TEST(DecodeWebp, AFirstFrameWithAlphaGoesOverWhite) {
  Buffer half = write_webp_rgba(8, 6, make_rgba(8, 6, {0, 100, 200, 51}), WebpKind::lossless);
  Buffer file = webp_file(webp_features(8, 6, 0x12) + webp_chunk("ANIM", {0, 0, 255, 255, 0, 0}) + webp_frame(0, 0, 8, 6, half));
  DecodedPhoto photo = decoded(file);
  EXPECT_EQ(largest_difference(photo.pixels, make_flat(8, 6, {204, 224, 244})), 0);
}

TEST(DecodeWebp, SizesThatContradictEachOtherAreCorrupt) {
  Buffer picture = write_webp(make_flat(16, 16, kRed), WebpKind::lossless);
  const std::vector<Buffer> files = {
      webp_file(webp_features(4000, 4000, 0) + chunks_of(picture)),
      webp_file(webp_features(8, 8, 0) + chunks_of(picture)),
      webp_file(webp_features(64, 64, 0x02) + webp_frame(0, 0, 32, 32, picture)),
      webp_file(webp_features(64, 64, 0x02) + webp_frame(0, 0, 8, 8, picture)),
      webp_file(webp_features(64, 64, 0x02) + webp_frame(60, 0, 16, 16, picture)),
      webp_file(webp_features(64, 64, 0x02) + webp_frame(0, 0, 64, 64, webp_file(webp_features(64, 64, 0x02)))),
  };
  for (const Buffer& file : files) {
    auto photo = decode(file, {});
    ASSERT_FALSE(photo);
    EXPECT_EQ(photo.error().code, "corrupt");
  }
}

TEST(DecodeWebp, ACutPhotoKeepsItsRowsAndIsTruncatedOrRefused) {
  Pixels picture = make_noisy(200, 200);
  for (WebpKind kind : {WebpKind::lossy, WebpKind::lossless}) {
    Buffer file = write_webp(picture, kind);
    Buffer most = cut(file, file.size() * 8 / 10);
    DecodedPhoto photo = decoded(most);
    EXPECT_TRUE(photo.info.truncated);
    EXPECT_NEAR(colour_at(photo.pixels, 100, 20)[0], colour_at(picture, 100, 20)[0], 30);
    EXPECT_EQ(colour_at(photo.pixels, 100, 199), (Colour{128, 128, 128}));
    auto refused = decode(most, {.limits = {.refuse_truncated = true}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "truncated");
  }
}

}  // namespace
}  // namespace darkroom::imaging
