// Every orientation end to end: corner colours must land where EXIF says, exactly once, whatever the format and scale.
#include "imaging/orient.h"

#include "imaging/decode.h"
#include "imaging/photos_for_test.h"

#include <gtest/gtest.h>

namespace darkroom::imaging {
namespace {

using namespace testing;

// Corners of the upright picture: top left, top right, bottom left, bottom right. Stored: red, green, blue, white.
using Corners = std::array<Colour, 4>;
const std::array<Corners, 9> kUpright = {{{},
                                          {kRed, kGreen, kBlue, kWhite},
                                          {kGreen, kRed, kWhite, kBlue},
                                          {kWhite, kBlue, kGreen, kRed},
                                          {kBlue, kWhite, kRed, kGreen},
                                          {kRed, kBlue, kGreen, kWhite},
                                          {kBlue, kRed, kWhite, kGreen},
                                          {kWhite, kGreen, kBlue, kRed},
                                          {kGreen, kWhite, kRed, kBlue}}};

void expect_upright(const Buffer& file, int orientation, const DecodeRequest& request = {}) {
  SCOPED_TRACE(orientation);
  auto photo = decode(file, request);
  ASSERT_TRUE(photo) << photo.error().message;
  const Pixels& pixels = photo->pixels;
  bool swaps = orientation >= 5;
  EXPECT_EQ(photo->info.orientation, orientation);
  EXPECT_EQ(photo->info.raw_width, 160);
  EXPECT_EQ(photo->info.raw_height, 80);
  EXPECT_EQ(photo->info.width, swaps ? 80 : 160);
  EXPECT_EQ(photo->info.height, swaps ? 160 : 80);
  EXPECT_EQ(pixels.width > pixels.height, !swaps);
  int right = pixels.width - 2, bottom = pixels.height - 2;
  Corners found = {colour_at(pixels, 1, 1), colour_at(pixels, right, 1), colour_at(pixels, 1, bottom),
                   colour_at(pixels, right, bottom)};
  const Corners& expected = kUpright[static_cast<std::size_t>(orientation)];
  for (std::size_t corner = 0; corner < 4; ++corner) {
    for (std::size_t channel = 0; channel < 3; ++channel)
      EXPECT_NEAR(found[corner][channel], expected[corner][channel], 8) << "corner " << corner;
  }
}

TEST(Orient, JpegBaselineProgressiveAndScaled) {
  Pixels stored = make_quarters(160, 80);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    for (char order : {'I', 'M'}) expect_upright(write_jpeg(stored, {.exif = make_exif({orientation}, order)}), orientation);
    expect_upright(write_jpeg(stored, {.progressive = true, .exif = make_exif({orientation})}), orientation);
    expect_upright(write_jpeg(stored, {.exif = make_exif({orientation})}), orientation,
                   {.limits = {}, .cover_width = 20, .cover_height = 20});
  }
}

TEST(Orient, Png) {
  Pixels stored = make_quarters(160, 80);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    expect_upright(write_png(stored, {.exif = make_exif({orientation})}), orientation);
    expect_upright(write_png(stored, {.interlaced = true, .exif = make_exif({orientation})}), orientation);
  }
}

TEST(Orient, Webp) {
  Buffer picture = chunks_of(write_webp(make_quarters(160, 80)));
  for (int orientation = 1; orientation <= 8; ++orientation) {
    expect_upright(webp_file(webp_features(160, 80, 0x08) + picture + webp_chunk("EXIF", make_exif({orientation}))), orientation);
    expect_upright(webp_file(webp_features(160, 80, 0x08) + picture +
                             webp_chunk("EXIF", bytes_of(std::string_view("Exif\0\0", 6)) + make_exif({orientation}))),
                   orientation);
  }
}

TEST(Orient, TheOverhangOfAScaledDecodeTurnsWithThePicture) {
  // 161 and 83 columns and rows at 1/4: 41 and 21, of which three quarters and a quarter lie beyond the photo.
  const std::array<std::array<double, 4>, 8> expected = {{{0, 0, 0.75, 0.25},   // left, top, right, bottom
                                                          {0.75, 0, 0, 0.25},
                                                          {0.75, 0.25, 0, 0},
                                                          {0, 0.25, 0.75, 0},
                                                          {0, 0, 0.25, 0.75},
                                                          {0.25, 0, 0, 0.75},
                                                          {0.25, 0.75, 0, 0},
                                                          {0, 0.75, 0.25, 0}}};
  for (int orientation = 1; orientation <= 8; ++orientation) {
    Buffer file = write_jpeg(make_gradient(161, 83), {.exif = make_exif({orientation})});
    auto scaled = decode(file, {.limits = {}, .cover_width = 21, .cover_height = 21});
    auto full = decode(file, {});
    ASSERT_TRUE(scaled && full);
    ASSERT_EQ(scaled->info.scale_denominator, 4);
    const Overhang& found = scaled->pixels.overhang;
    EXPECT_EQ((std::array{found.left, found.top, found.right, found.bottom}), expected[static_cast<std::size_t>(orientation - 1)]) << orientation;
    EXPECT_EQ(full->pixels.overhang.left + full->pixels.overhang.top + full->pixels.overhang.right + full->pixels.overhang.bottom, 0);
  }
}

// Where a stored pixel belongs, from the definition of the tag.
std::pair<int, int> upright_place(int x, int y, Size stored, int orientation) {
  int right = stored.width - 1 - x, below = stored.height - 1 - y;
  switch (orientation) {
    case 2: return {right, y};
    case 3: return {right, below};
    case 4: return {x, below};
    case 5: return {y, x};
    case 6: return {below, x};
    case 7: return {below, right};
    case 8: return {y, right};
    default: return {x, y};
  }
}

TEST(Orient, EveryPixelOfOddSizes) {
  for (Size size : {Size{1, 1}, Size{1, 7}, Size{7, 1}, Size{5, 3}, Size{37, 65}, Size{64, 32}, Size{31, 33}}) {
    for (int orientation = 0; orientation <= 9; ++orientation) {
      Pixels stored = make_gradient(size.width, size.height);
      for (std::size_t i = 0; i < stored.bytes.size(); ++i) stored.bytes[i] = static_cast<std::uint8_t>(i * 131 >> 3);
      Size turned = upright(size, orientation);
      Pixels target{turned.width, turned.height, Buffer(stored.bytes.size())};
      UprightRows rows(target, size, orientation);
      for (int y = 0; y < size.height; ++y) {
        std::copy_n(stored.row(y), size.width * 3, rows.row(y));
        rows.finish_row(y);
      }
      for (int y = 0; y < size.height; ++y) {
        for (int x = 0; x < size.width; ++x) {
          auto [to_x, to_y] = upright_place(x, y, size, orientation);
          ASSERT_EQ(colour_at(target, to_x, to_y), colour_at(stored, x, y)) << orientation << ": " << x << ',' << y;
        }
      }
    }
  }
}

}  // namespace
}  // namespace darkroom::imaging
