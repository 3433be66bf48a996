// JPEG: every kind that is taken, scaling while decoding, cut-off files and the guards of the decoder itself.
#include "imaging/decode.h"
#include "imaging/decoders.h"
#include "imaging/photos_for_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace darkroom::imaging {
namespace {

using namespace testing;

TEST(DecodeJpeg, GivesThePictureAndItsInfo) {
  Pixels picture = make_gradient(123, 77);
  DecodedPhoto photo = decoded(write_jpeg(picture));
  EXPECT_LT(mean_difference(photo.pixels, picture), 2.0);
  EXPECT_EQ(photo.info.format, "JPEG");
  EXPECT_EQ(photo.info.mode, "RGB");
  EXPECT_EQ(photo.info.width, 123);
  EXPECT_EQ(photo.info.height, 77);
  EXPECT_EQ(photo.info.raw_width, 123);
  EXPECT_EQ(photo.info.scans, 1);
  EXPECT_EQ(photo.info.bit_depth, 8);
  EXPECT_EQ(photo.info.scale_denominator, 1);
  EXPECT_FALSE(photo.info.truncated);
}

TEST(DecodeJpeg, EverySubsamplingAndParity) {
  const std::vector<std::pair<int, int>> samplings = {{1, 1}, {2, 1}, {1, 2}, {2, 2}, {4, 1}, {4, 2}};
  const std::vector<Pixels> pictures = {make_gradient(64, 64), make_gradient(65, 63), make_gradient(63, 65),
                                        make_gradient(97, 82)};
  for (auto [horizontal, vertical] : samplings) {
    for (const Pixels& picture : pictures) {
      Buffer file = write_jpeg(picture, {.horizontal_sampling = horizontal, .vertical_sampling = vertical});
      EXPECT_LT(mean_difference(decoded(file).pixels, picture), 4.0) << horizontal << vertical << ' ' << picture.width;
    }
  }
}

// A header that claims twice the rows was taken for whole: libjpeg fills what is missing and only warns, since the end marker is there.
TEST(DecodeJpeg, APictureThatEndsBeforeItsLastRowIsTruncated) {
  for (bool progressive : {false, true}) {
    Buffer file = write_jpeg(make_noisy(64, 48), {.progressive = progressive});
    std::size_t frame = find_jpeg_frame(file);
    file[frame + 6] = 96;
    EXPECT_TRUE(decoded(file).info.truncated) << "progressive: " << progressive;
    DecodeRequest strict;
    strict.limits.refuse_truncated = true;
    EXPECT_EQ(decode(file, strict).error().code, "truncated");
  }
}

// A cut inside the tables between two scans failed, although the scans before it show the whole photo.
TEST(DecodeJpeg, AProgressiveFileCutAnywhereBehindItsFirstScanCompletes) {
  Buffer file = write_jpeg(make_noisy(32, 24), {.progressive = true});
  std::size_t first_scan = 0;
  while (file[first_scan] != 0xFF || file[first_scan + 1] != 0xDA) ++first_scan;
  for (std::size_t size = first_scan + 14; size < file.size(); ++size) {
    auto photo = decode({file.data(), size}, {});
    ASSERT_TRUE(photo) << size << " of " << file.size() << ": " << photo.error().message;
    EXPECT_TRUE(photo->info.truncated) << size;
  }
}

TEST(DecodeJpeg, EverySmallSize) {
  for (int size = 0; size < 17 * 17; ++size) {
    Pixels picture = make_flat(size % 17 + 1, size / 17 + 1, {200, 100, 50});
    for (int factor : {1, 2, 4}) {
      Buffer file = write_jpeg(picture, {.horizontal_sampling = factor, .vertical_sampling = (factor + 1) / 2});
      EXPECT_LE(largest_difference(decoded(file).pixels, picture), 4) << picture.width << 'x' << picture.height;
    }
  }
}

TEST(DecodeJpeg, OnePixel) {
  DecodedPhoto photo = decoded(write_jpeg(make_flat(1, 1, {200, 100, 50})));
  EXPECT_EQ(photo.pixels.width, 1);
  EXPECT_LE(largest_difference(photo.pixels, make_flat(1, 1, {200, 100, 50})), 4);
}

TEST(DecodeJpeg, Grey) {
  DecodedPhoto photo = decoded(write_jpeg(make_flat(20, 20, {90, 90, 90}), {.grey = true}));
  EXPECT_EQ(photo.info.mode, "L");
  EXPECT_LE(largest_difference(photo.pixels, make_flat(20, 20, {90, 90, 90})), 1);
}

TEST(DecodeJpeg, ColourThatIsStoredAsRgbStaysSo) {
  Pixels picture = make_quarters(64, 64);
  Buffer file = write_jpeg(picture, {.stored_as_rgb = true, .horizontal_sampling = 1, .vertical_sampling = 1});
  EXPECT_LT(mean_difference(decoded(file).pixels, picture), 2.0);
}

TEST(DecodeJpeg, CmykIsScaledAndTurnedAsColourIs) {
  Buffer ink;
  for (int i = 0; i < 160 * 80; ++i) ink = ink + (i % 160 < 80 ? Buffer{255, 0, 0, 0} : Buffer{0, 0, 255, 0});
  DecodedPhoto photo = decoded(write_cmyk_jpeg(160, 80, ink, CmykKind::adobe), {.limits = {}, .cover_width = 40, .cover_height = 20});
  EXPECT_EQ(photo.info.scale_denominator, 4);
  EXPECT_NEAR(colour_at(photo.pixels, 8, 10)[0], 0, 8);
  EXPECT_NEAR(colour_at(photo.pixels, 32, 10)[2], 0, 8);
}

TEST(DecodeJpeg, ProgressiveAndRestartsAndSeparateScansGiveTheSamePixels) {
  Pixels picture = make_gradient(150, 90);
  Pixels plain = decoded(write_jpeg(picture)).pixels;
  DecodedPhoto progressive = decoded(write_jpeg(picture, {.progressive = true}));
  EXPECT_EQ(largest_difference(progressive.pixels, plain), 0);
  EXPECT_GT(progressive.info.scans, 3);
  EXPECT_EQ(largest_difference(decoded(write_jpeg(picture, {.restart_interval = 3})).pixels, plain), 0);
  DecodedPhoto separate = decoded(write_jpeg(picture, {.one_component_a_scan = true}));
  EXPECT_EQ(largest_difference(separate.pixels, plain), 0);
  EXPECT_EQ(separate.info.scans, 3);
}

TEST(DecodeJpeg, CmykHasItsInkInverted) {
  // Full cyan, magenta, yellow, black, and no ink at all, in stripes of 16 pixels.
  const std::vector<std::array<std::uint8_t, 4>> inks = {
      {255, 0, 0, 0}, {0, 255, 0, 0}, {0, 0, 255, 0}, {0, 0, 0, 255}, {0, 0, 0, 0}};
  const std::vector<Colour> colours = {{0, 255, 255}, {255, 0, 255}, {255, 255, 0}, {0, 0, 0}, {255, 255, 255}};
  Buffer ink;
  for (int i = 0; i < 80 * 16; ++i)
    ink.insert(ink.end(), inks[static_cast<std::size_t>(i % 80 / 16)].begin(), inks[static_cast<std::size_t>(i % 80 / 16)].end());
  for (CmykKind kind : {CmykKind::adobe, CmykKind::adobe_ycck, CmykKind::plain}) {
    DecodedPhoto photo = decoded(write_cmyk_jpeg(80, 16, ink, kind));
    EXPECT_EQ(photo.info.mode, "CMYK");
    for (int i = 0; i < 5; ++i) {
      Colour colour = colour_at(photo.pixels, i * 16 + 8, 8);
      for (std::size_t channel = 0; channel < 3; ++channel)
        EXPECT_NEAR(colour[channel], colours[static_cast<std::size_t>(i)][channel], 8) << i;
    }
  }
}

TEST(DecodeJpeg, CmykBlackDarkensColour) {
  Buffer ink;
  for (int i = 0; i < 64; ++i) ink = ink + Buffer{0, 128, 255, 64};
  Colour colour = colour_at(decoded(write_cmyk_jpeg(8, 8, ink, CmykKind::adobe)).pixels, 4, 4);
  EXPECT_NEAR(colour[0], 191, 4);
  EXPECT_NEAR(colour[1], 127 * 191 / 255, 4);
  EXPECT_NEAR(colour[2], 0, 4);
}

TEST(DecodeJpeg, ScalesToTheLargestDenominatorThatStillCovers) {
  struct Case {
    int cover_width, cover_height, denominator;
  };
  Buffer file = write_jpeg(make_gradient(801, 400));
  for (Case c : std::vector<Case>{{0, 0, 1},
                                  {802, 1, 1},
                                  {801, 400, 1},
                                  {401, 200, 2},
                                  {402, 200, 1},
                                  {401, 201, 1},
                                  {201, 100, 4},
                                  {101, 50, 8},
                                  {101, 51, 4},
                                  {1, 1, 8}}) {
    DecodedPhoto photo = decoded(file, {.limits = {}, .cover_width = c.cover_width, .cover_height = c.cover_height});
    EXPECT_EQ(photo.info.scale_denominator, c.denominator) << c.cover_width << 'x' << c.cover_height;
    EXPECT_EQ(photo.pixels.width, (801 + c.denominator - 1) / c.denominator);
    EXPECT_EQ(photo.pixels.height, (400 + c.denominator - 1) / c.denominator);
    EXPECT_EQ(photo.info.width, 801);
    EXPECT_EQ(photo.info.height, 400);
  }
}

TEST(DecodeJpeg, CoverIsMeasuredOnTheUprightPicture) {
  Buffer file = write_jpeg(make_quarters(400, 200), {.exif = make_exif({6})});
  EXPECT_EQ(decoded(file, {.limits = {}, .cover_width = 100, .cover_height = 200}).info.scale_denominator, 2);
  EXPECT_EQ(decoded(file, {.limits = {}, .cover_width = 200, .cover_height = 100}).info.scale_denominator, 1);
}

TEST(DecodeJpeg, ReusesTheBufferItIsGiven) {
  Buffer large = write_jpeg(make_gradient(300, 300));
  Buffer small = write_jpeg(make_gradient(100, 100));
  DecodedPhoto first = decoded(large);
  Pixels expected = decoded(small).pixels;
  const std::uint8_t* memory = first.pixels.bytes.data();
  auto second = decode(small, {}, std::move(first.pixels.bytes));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->pixels.bytes.data(), memory);
  EXPECT_EQ(second->pixels.bytes.size(), 300u * 300u * 3u);
  EXPECT_EQ(largest_difference(second->pixels, expected), 0);
}

TEST(DecodeJpeg, StopsAtTheScanLimit) {
  Buffer bomb = write_scan_bomb(1000, 1000, 300);
  auto photo = decode(bomb, {});
  ASSERT_FALSE(photo);
  EXPECT_EQ(photo.error().code, "corrupt");
  EXPECT_THAT(photo.error().message, ::testing::HasSubstr("scans than the limit of 100"));
  DecodedPhoto allowed = decoded(write_scan_bomb(200, 200, 98));
  EXPECT_EQ(allowed.info.scans, 100);
}

// The header reader refuses these files first; the decoder must not depend on it.
TEST(DecodeJpeg, GuardsItselfAgainstScansAndAHeaderThatSaysOtherwise) {
  Buffer bomb = write_scan_bomb(400, 400, 2000);
  auto header = read_header(bomb, {.max_jpeg_scans = 5000});
  ASSERT_TRUE(header);
  DecodedPhoto photo;
  auto decoded_bomb = decode_jpeg({bomb, *header, {}}, photo);
  ASSERT_FALSE(decoded_bomb);
  EXPECT_EQ(decoded_bomb.error().code, "corrupt");
  EXPECT_THAT(decoded_bomb.error().message, ::testing::HasSubstr("more scans than the limit of 100"));
  Buffer plain = write_jpeg(make_gradient(40, 30));
  auto other = read_header(plain, {});
  ASSERT_TRUE(other);
  other->height = 29;
  auto contradiction = decode_jpeg({plain, *other, {}}, photo);
  ASSERT_FALSE(contradiction);
  EXPECT_EQ(contradiction.error().code, "corrupt");
}

TEST(DecodeJpeg, ACutPhotoIsTruncatedOrRefused) {
  Pixels picture = make_gradient(320, 240);
  for (bool progressive : {false, true}) {
    Buffer file = write_jpeg(picture, {.progressive = progressive});
    Buffer cut_file = cut(file, file.size() * 6 / 10);
    DecodedPhoto photo = decoded(cut_file);
    EXPECT_TRUE(photo.info.truncated);
    EXPECT_EQ(photo.info.height, 240);
    EXPECT_NEAR(colour_at(photo.pixels, 160, 20)[0], colour_at(picture, 160, 20)[0], 12);
    auto refused = decode(cut_file, {.limits = {.refuse_truncated = true}});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "truncated");
    EXPECT_FALSE(decoded(file, {.limits = {.refuse_truncated = true}}).info.truncated);
  }
}

TEST(DecodeJpeg, BytesBehindTheEndDoNotMatter) {
  Buffer file = write_jpeg(make_gradient(50, 40));
  DecodedPhoto photo = decoded(file + bytes_of("trailing junk \xFF\xDA and more"));
  EXPECT_FALSE(photo.info.truncated);
  EXPECT_EQ(largest_difference(photo.pixels, decoded(file).pixels), 0);
}

}  // namespace
}  // namespace darkroom::imaging
