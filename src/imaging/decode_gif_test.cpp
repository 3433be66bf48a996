// GIF: palettes, transparency, interlacing, the first of many frames, and files that lie about their sizes or are cut off.
#include "imaging/decode.h"
#include "imaging/photos_for_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace darkroom::imaging {
namespace {

using namespace testing;
using ::testing::HasSubstr;

const std::vector<Colour> kFour = {kRed, kGreen, kBlue, {10, 20, 30}};

Error error_of(const Buffer& file, const domain::PhotoLimits& limits = {}) {
  auto photo = decode(file, {.limits = limits});
  EXPECT_FALSE(photo);
  return photo ? Error{} : photo.error();
}

// Indices that repeat and do not, so that the table of codes fills more than once.
Buffer make_indices(int width, int height) {
  Buffer indices;
  for (int i = 0; i < width * height; ++i) indices.push_back(static_cast<std::uint8_t>((i / 7 * i + i % width / 16) % 251));
  return indices;
}

std::vector<Colour> make_palette() {
  std::vector<Colour> palette;
  for (int i = 0; i < 256; ++i)
    palette.push_back({static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(255 - i), static_cast<std::uint8_t>(i * 7)});
  return palette;
}

TEST(DecodeGif, GivesEveryPixelAndItsInfo) {
  constexpr int kWidth = 203, kHeight = 151;
  Buffer indices = make_indices(kWidth, kHeight);
  std::vector<Colour> palette = make_palette();
  for (bool interlaced : {false, true}) {
    GifFrame frame{.width = kWidth, .height = kHeight, .indices = indices, .interlaced = interlaced};
    DecodedPhoto photo = decoded(write_gif(kWidth, kHeight, palette, {frame}));
    EXPECT_EQ(photo.info.format, "GIF");
    EXPECT_EQ(photo.info.mode, "P");
    EXPECT_EQ((std::array{photo.info.width, photo.info.height}), (std::array{kWidth, kHeight}));
    EXPECT_EQ((std::array{photo.info.frames, photo.info.orientation}), (std::array{1, 1}));
    EXPECT_FALSE(photo.info.truncated);
    for (int i = 0; i < kWidth * kHeight; ++i)
      ASSERT_EQ(colour_at(photo.pixels, i % kWidth, i / kWidth), palette[indices[static_cast<std::size_t>(i)]]) << i;
  }
}

TEST(DecodeGif, TransparentIsWhiteAndHidesNothing) {
  DecodedPhoto photo = decoded(write_gif(4, 1, kFour, {{.width = 4, .height = 1, .indices = {0, 1, 2, 3}, .transparent = 1}}));
  EXPECT_EQ(colour_at(photo.pixels, 0, 0), kRed);
  EXPECT_EQ(colour_at(photo.pixels, 1, 0), kWhite);
  EXPECT_EQ(colour_at(photo.pixels, 3, 0), kFour[3]);
}

TEST(DecodeGif, AFramesOwnPaletteWinsAndColoursBeyondItAreBlack) {
  GifFrame frame{.width = 3, .height = 1, .indices = {0, 1, 200}, .palette = {kBlue, kRed}};
  DecodedPhoto photo = decoded(write_gif(3, 1, kFour, {frame}));
  EXPECT_EQ(colour_at(photo.pixels, 0, 0), kBlue);
  EXPECT_EQ(colour_at(photo.pixels, 1, 0), kRed);
  EXPECT_EQ(colour_at(photo.pixels, 2, 0), (Colour{0, 0, 0}));
}

TEST(DecodeGif, AnAnimationShowsItsFirstFrameOnWhite) {
  GifFrame first{.x = 2, .y = 1, .width = 2, .height = 2, .indices = {0, 0, 0, 0}};
  GifFrame second{.width = 6, .height = 5, .indices = Buffer(30, 2), .palette = kFour, .transparent = 0};
  Buffer comment = Buffer{0x21, 0xFE, 3} + bytes_of(",;!") + Buffer{0};
  Buffer file = gif_start(6, 5, kFour) + comment + gif_frame(first) + Buffer{0, 0} + comment + gif_frame(second) + gif_frame(second) + Buffer{0x3B};
  DecodedPhoto photo = decoded(file + bytes_of("and more"));
  EXPECT_EQ(photo.info.frames, 3);
  EXPECT_FALSE(photo.info.truncated);
  EXPECT_EQ(colour_at(photo.pixels, 1, 1), kWhite);
  EXPECT_EQ(colour_at(photo.pixels, 2, 1), kRed);
  EXPECT_EQ(colour_at(photo.pixels, 3, 2), kRed);
  EXPECT_EQ(colour_at(photo.pixels, 4, 2), kWhite);
  EXPECT_EQ(colour_at(photo.pixels, 5, 4), kWhite);
}

TEST(DecodeGif, AControlExtensionCountsForTheNextFrameOnly) {
  Buffer control = {0x21, 0xF9, 4, 1, 0, 0, 0, 0}, plain = {0x21, 0xF9, 4, 0, 0, 0, 0, 0}, odd = {0x21, 0xF9, 1, 1, 0};
  Buffer start = gif_start(1, 1, kFour), frame = gif_frame({.width = 1, .height = 1, .indices = {0}}), end = {0x3B};
  EXPECT_EQ(colour_at(decoded(start + control + frame + end).pixels, 0, 0), kWhite);
  EXPECT_EQ(colour_at(decoded(start + control + plain + frame + end).pixels, 0, 0), kRed);
  EXPECT_EQ(colour_at(decoded(start + odd + frame + end).pixels, 0, 0), kRed);
}

TEST(DecodeGif, SizesThatLieAreRefused) {
  GifFrame frame{.width = 4, .height = 4, .indices = Buffer(16, 1)};
  EXPECT_EQ(error_of(write_gif(0, 4, kFour, {frame})).code, "corrupt");
  EXPECT_EQ(error_of(write_gif(65'535, 65'535, kFour, {frame})).code, "too_many_pixels");
  EXPECT_EQ(error_of(write_gif(100, 100, kFour, {{.width = 101, .height = 1, .indices = Buffer(101)}})).code, "corrupt");
  EXPECT_EQ(error_of(write_gif(100, 100, kFour, {{.x = 97, .width = 4, .height = 4, .indices = Buffer(16)}})).code, "corrupt");
  Buffer far_below = write_gif(100, 100, kFour, {{.y = 65'535, .width = 4, .height = 4, .indices = Buffer(16)}});
  EXPECT_THAT(error_of(far_below).message, HasSubstr("outside its screen"));
  EXPECT_EQ(error_of(write_gif(100, 100, kFour, {{.width = 0, .height = 4, .indices = {}}})).code, "corrupt");
  EXPECT_EQ(error_of(write_gif(4, 4, {}, {frame})).code, "corrupt");
  EXPECT_EQ(error_of(write_gif(4, 4, kFour, {})).code, "corrupt");
  // Sixteen pixels of data for 64 million.
  EXPECT_EQ(error_of(write_gif(8'000, 8'000, kFour, {{.width = 8'000, .height = 8'000, .indices = Buffer(16)}})).code, "incomplete");
  EXPECT_EQ(error_of(write_gif(4, 4, kFour, {frame}), {.max_pixels = 15}).code, "too_many_pixels");
}

TEST(DecodeGif, TheProofAllowsTheTightestFile) {
  DecodedPhoto flat = decoded(write_gif(3'000, 2'000, kFour, {{.width = 3'000, .height = 2'000, .indices = Buffer(6'000'000, 2)}}));
  EXPECT_EQ(colour_at(flat.pixels, 2'999, 1'999), kBlue);
}

TEST(DecodeGif, GarbageInItsDataIsCorrupt) {
  Buffer file = write_gif(40, 40, kFour, {{.width = 40, .height = 40, .indices = Buffer(1'600, 1)}});
  std::size_t data = gif_start(40, 40, kFour).size() + 12;
  Buffer beyond = file, wide = file, early = file;
  beyond[data + 1] = 0xFF, beyond[data + 2] = 0xFF;  // a code that the table cannot have yet
  wide[data - 2] = 13;                               // codes wider than GIF allows
  for (const Buffer& damaged : {beyond, wide}) EXPECT_EQ(error_of(damaged).code, "corrupt");
  Buffer short_data = write_gif(40, 40, kFour, {{.width = 40, .height = 40, .indices = Buffer(1'000, 1)}});
  EXPECT_EQ(error_of(short_data).code, "corrupt");
}

TEST(DecodeGif, ACutPhotoKeepsItsRowsAndIsTruncatedOrRefused) {
  Buffer indices = make_indices(100, 100);
  for (bool interlaced : {false, true}) {
    Buffer file = write_gif(100, 100, make_palette(), {{.width = 100, .height = 100, .indices = indices, .interlaced = interlaced}});
    Buffer half = cut(file, file.size() * 6 / 10);
    DecodedPhoto photo = decoded(half);
    EXPECT_TRUE(photo.info.truncated);
    EXPECT_EQ(colour_at(photo.pixels, 9, 8), make_palette()[indices[809]]);
    EXPECT_EQ(colour_at(photo.pixels, 50, 99), (Colour{128, 128, 128}));
    EXPECT_EQ(error_of(half, {.refuse_truncated = true}).code, "truncated");
    EXPECT_TRUE(decoded(cut(file, file.size() - 1)).info.truncated);
  }
}

}  // namespace
}  // namespace darkroom::imaging
