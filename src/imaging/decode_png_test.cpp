// PNG: every colour type and depth, alpha and tRNS over white, interlacing, checksums, cut-off files.
#include "imaging/decode.h"
#include "imaging/photos_for_test.h"

#include <gtest/gtest.h>

namespace darkroom::imaging {
namespace {

using namespace testing;
using Samples = std::vector<std::uint16_t>;

void expect_colours(const Buffer& file, const std::vector<Colour>& colours, std::string_view mode, int depth) {
  DecodedPhoto photo = decoded(file);
  EXPECT_EQ(photo.info.format, "PNG");
  EXPECT_EQ(photo.info.mode, mode);
  EXPECT_EQ(photo.info.bit_depth, depth);
  ASSERT_EQ(photo.pixels.width, static_cast<int>(colours.size()));
  for (std::size_t x = 0; x < colours.size(); ++x)
    EXPECT_EQ(colour_at(photo.pixels, static_cast<int>(x), 0), colours[x]) << mode << depth << " x " << x;
}

Colour grey(int value) {
  return {static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value), static_cast<std::uint8_t>(value)};
}

TEST(DecodePng, GreyOfEveryDepth) {
  for (bool interlaced : {false, true}) {
    expect_colours(write_png(3, 1, {0, 1, 0}, {.colour_type = 0, .depth = 1, .interlaced = interlaced}),
                   {grey(0), grey(255), grey(0)}, "1", 1);
    expect_colours(write_png(4, 1, {0, 1, 2, 3}, {.colour_type = 0, .depth = 2, .interlaced = interlaced}),
                   {grey(0), grey(85), grey(170), grey(255)}, "L", 2);
    expect_colours(write_png(3, 1, {0, 7, 15}, {.colour_type = 0, .depth = 4, .interlaced = interlaced}),
                   {grey(0), grey(119), grey(255)}, "L", 4);
    expect_colours(write_png(3, 1, {0, 77, 255}, {.colour_type = 0, .depth = 8, .interlaced = interlaced}),
                   {grey(0), grey(77), grey(255)}, "L", 8);
  }
}

TEST(DecodePng, SixteenBitIsRoundedNotShifted) {
  Samples samples;
  std::vector<Colour> colours;
  for (int value : {0, 127, 128, 129, 255, 256, 384, 385, 32'767, 32'768, 65'278, 65'406, 65'407, 65'535}) {
    samples.push_back(static_cast<std::uint16_t>(value));
    colours.push_back(grey((value * 255 + 32'767) / 65'535));
  }
  expect_colours(write_png(static_cast<int>(samples.size()), 1, samples, {.colour_type = 0, .depth = 16}), colours, "I;16", 16);
  expect_colours(write_png(1, 1, {129, 65'407, 32'768}, {.colour_type = 2, .depth = 16}), {{1, 255, 128}}, "RGB", 16);
}

TEST(DecodePng, EverySixteenBitValue) {
  Samples samples(65'536);
  for (std::size_t i = 0; i < samples.size(); ++i) samples[i] = static_cast<std::uint16_t>(i);
  DecodedPhoto photo = decoded(write_png(256, 256, samples, {.colour_type = 0, .depth = 16}));
  for (int value = 0; value < 65'536; ++value) {
    ASSERT_EQ(colour_at(photo.pixels, value % 256, value / 256), grey((value * 255 + 32'767) / 65'535)) << value;
  }
}

TEST(DecodePng, PaletteOfEveryDepthAndItsAlpha) {
  std::vector<Colour> palette = {kRed, kGreen, kBlue, {10, 20, 30}};
  for (int depth : {2, 4, 8}) {
    expect_colours(write_png(4, 1, {3, 0, 1, 2}, {.colour_type = 3, .depth = depth, .palette = palette}),
                   {{10, 20, 30}, kRed, kGreen, kBlue}, "P", depth);
  }
  expect_colours(write_png(2, 1, {1, 0}, {.colour_type = 3, .depth = 1, .palette = {kRed, kGreen}}), {kGreen, kRed}, "P", 1);
  expect_colours(write_png(4, 1, {0, 1, 2, 3}, {.colour_type = 3, .depth = 8, .palette = palette, .palette_alpha = {0, 128}}),
                 {kWhite, {127, 255, 127}, kBlue, {10, 20, 30}}, "P", 8);
}

TEST(DecodePng, AlphaGoesOverWhiteAndHidesNothingRed) {
  for (bool interlaced : {false, true}) {
    expect_colours(write_png(3, 1, {255, 0, 0, 0, 255, 0, 0, 255, 0, 100, 200, 51}, {.colour_type = 6, .interlaced = interlaced}),
                   {kWhite, kRed, {204, 224, 244}}, "RGBA", 8);
    expect_colours(write_png(3, 1, {0, 0, 0, 255, 100, 128}, {.colour_type = 4, .interlaced = interlaced}),
                   {kWhite, grey(0), grey(177)}, "LA", 8);
    expect_colours(
        write_png(2, 1, {65'535, 0, 0, 0, 0, 0, 65'535, 65'535}, {.colour_type = 6, .depth = 16, .interlaced = interlaced}),
        {kWhite, kBlue}, "RGBA", 16);
  }
}

TEST(DecodePng, TransparentColourCountsAsAlpha) {
  expect_colours(write_png(2, 1, {255, 0, 0, 255, 0, 1}, {.transparent = {255, 0, 0}}), {kWhite, {255, 0, 1}}, "RGB", 8);
  expect_colours(write_png(2, 1, {0, 1}, {.colour_type = 0, .depth = 1, .transparent = {0}}), {kWhite, kWhite}, "1", 1);
  // Values that differ only in their low byte are two colours.
  expect_colours(write_png(2, 1, {256, 257}, {.colour_type = 0, .depth = 16, .transparent = {256}}), {kWhite, grey(1)}, "I;16",
                 16);
}

TEST(DecodePng, InterlacedGivesTheSamePixels) {
  for (auto [width, height] : std::vector<std::pair<int, int>>{{1, 1}, {2, 3}, {5, 1}, {9, 9}, {64, 33}}) {
    Pixels picture = make_noisy(width, height);
    EXPECT_EQ(largest_difference(decoded(write_png(picture, {.interlaced = true})).pixels, picture), 0) << width;
    EXPECT_EQ(largest_difference(decoded(write_png(picture)).pixels, picture), 0) << width;
  }
}

TEST(DecodePng, AnAnimationShowsItsDefaultImage) {
  Pixels picture = make_noisy(8, 8);
  Buffer file = write_png(picture);
  Buffer control = png_chunk("acTL", {0, 0, 0, 7, 0, 0, 0, 0});
  file.insert(file.begin() + 33, control.begin(), control.end());
  DecodedPhoto photo = decoded(file);
  EXPECT_EQ(photo.info.frames, 7);
  EXPECT_EQ(largest_difference(photo.pixels, picture), 0);
}

TEST(DecodePng, AWrongChecksumIsCorrupt) {
  Buffer file = write_png(make_noisy(40, 40));
  std::vector<std::size_t> places = {file.size() - 14, 30};  // CRC of the last IDAT, CRC of IHDR
  for (std::size_t place : places) {
    Buffer damaged = file;
    damaged[place] ^= 1;
    auto photo = decode(damaged, {});
    ASSERT_FALSE(photo) << place;
    EXPECT_EQ(photo.error().code, "corrupt");
  }
}

TEST(DecodePng, LargeForeignMetadataIsSkipped) {
  Pixels picture = make_noisy(30, 30);
  Buffer file = write_png(picture);
  Buffer metadata =
      png_chunk("caBX", Buffer(9'000'000, 1)) + png_chunk("iCCP", Buffer(100, 2)) + png_chunk("zTXt", Buffer(100, 3));
  file.insert(file.begin() + 33, metadata.begin(), metadata.end());
  EXPECT_EQ(largest_difference(decoded(file).pixels, picture), 0);
}

TEST(DecodePng, EveryRowBeforeTheCutComesOut) {
  Pixels picture = make_noisy(20, 16);
  Buffer file = write_png(picture);
  DecodedPhoto photo = decoded(cut(file, file.size() - 40));
  EXPECT_EQ(colour_at(photo.pixels, 19, 14), colour_at(picture, 19, 14));
}

TEST(DecodePng, ACutPhotoKeepsItsRowsAndIsTruncatedOrRefused) {
  Pixels picture = make_noisy(100, 100);
  for (bool interlaced : {false, true}) {
    Buffer file = write_png(picture, {.interlaced = interlaced});
    Buffer half = cut(file, file.size() / 2);
    DecodedPhoto photo = decoded(half);
    EXPECT_TRUE(photo.info.truncated);
    EXPECT_EQ(photo.info.height, 100);
    EXPECT_EQ(colour_at(photo.pixels, 8, 40), colour_at(picture, 8, 40));
    if (!interlaced) {
      EXPECT_EQ(colour_at(photo.pixels, 8, 95), grey(128));
    }
    auto refused = decode(half, {.limits = {.refuse_truncated = true}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "truncated");
  }
}

}  // namespace
}  // namespace darkroom::imaging
