// What is told and refused from the header alone: names of foreign files, limits, proofs, EXIF.
#include "imaging/header.h"

#include "imaging/exif.h"
#include "imaging/photos_for_test.h"
#include "imaging/proofs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace darkroom::imaging {
namespace {

using namespace std::string_literals;
using namespace testing;
using ::testing::HasSubstr;

const domain::PhotoLimits kLimits;

std::string code_of(const Buffer& file, const domain::PhotoLimits& limits = kLimits) {
  auto header = read_header(file, limits);
  return header ? "ok" : header.error().code;
}

std::string message_of(const Buffer& file) {
  auto header = read_header(file, kLimits);
  return header ? "" : header.error().message;
}

PhotoHeader header_of(const Buffer& file) {
  auto header = read_header(file, kLimits);
  EXPECT_TRUE(header) << header.error().message;
  return header ? *header : PhotoHeader{};
}

TEST(Header, ReadsSizesOfEachFormat) {
  PhotoHeader jpeg = header_of(write_jpeg(make_gradient(37, 21)));
  EXPECT_EQ(jpeg.format, Format::jpeg);
  EXPECT_EQ(jpeg.width, 37);
  EXPECT_EQ(jpeg.height, 21);
  EXPECT_FALSE(jpeg.progressive);
  PhotoHeader png = header_of(write_png(make_gradient(37, 21)));
  EXPECT_EQ(png.format, Format::png);
  EXPECT_EQ(png.width, 37);
  EXPECT_FALSE(png.cut_off);
  for (WebpKind kind : {WebpKind::lossy, WebpKind::lossless}) {
    PhotoHeader webp = header_of(write_webp(make_gradient(37, 21), kind));
    EXPECT_EQ(webp.format, Format::webp);
    EXPECT_EQ(webp.width, 37);
    EXPECT_EQ(webp.height, 21);
  }
}

TEST(Header, SaysProgressiveGreyAndDepth) {
  EXPECT_TRUE(header_of(write_jpeg(make_gradient(64, 64), {.progressive = true})).progressive);
  EXPECT_EQ(header_of(write_jpeg(make_gradient(64, 64), {.grey = true})).channels, 1);
  EXPECT_EQ(header_of(write_png(2, 1, {0, 65535}, {.colour_type = 0, .depth = 16})).bit_depth, 16);
}

TEST(Header, FindsTheFrameBehindMegabytesOfMetadata) {
  EXPECT_EQ(header_of(write_jpeg(make_gradient(40, 30), {.filler_segments = 40})).width, 40);
}

TEST(Header, FindsTheFrameBehindStrayAndFillBytes) {
  Buffer file = write_jpeg(make_gradient(40, 30));
  Buffer stray = {0x00, 0x12, 0xFF, 0xFF, 0xFF};
  std::size_t frame = find_jpeg_frame(file);
  file.insert(file.begin() + static_cast<std::ptrdiff_t>(frame), stray.begin(), stray.end());
  EXPECT_EQ(header_of(file).width, 40);
}

TEST(Header, NamesWhatItRefuses) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"II*\0\10\0\0\0"s, "TIFF"},
      {"MM\0*\0\0\0\10"s, "TIFF"},
      {"BM\x46\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0"s, "BMP"},
      {"\0\0\0\x18"
       "ftypheic"s,
       "HEIC"},
      {"\0\0\0\x18"
       "ftypmif1"s,
       "HEIC"},
      {"\0\0\0\x18"
       "ftypheic\0\0\0\0mif1heic"s,
       "Most Compatible"},
      {"\0\0\0\x1C"
       "ftypmif1\0\0\0\0mif1avifmiaf"s,
       "AVIF"},
      {"\0\0\0\x18"
       "ftypavif"s,
       "AVIF"},
      {"\0\0\0\x18"
       "ftypisom"s,
       "video"},
      {"<?xml version=\"1.0\"?><svg/>"s, "SVG"},
      {"\xEF\xBB\xBF <!DOCTYPE HTML><p>"s, "HTML"},
      {"%PDF-1.7"s, "PDF"},
      {"%!PS-Adobe-3.0"s, "PostScript"},
      {"\xFF\x0A\x01"s, "JPEG XL"},
      {"\0\0\0\x0CJXL \r\n\x87\n"s, "JPEG XL"},
      {"\0\0\0\x0CjP  \r\n\x87\n"s, "JPEG 2000"},
      {"8BPS\0\1"s, "PSD"},
      {"PK\3\4"s, "ZIP"},
      {"BMW is a car, not a bitmap"s, "not a picture"},
      {"\xFF\xD8"s, "not a picture"},
      {"RIFF\4\0\0\0WAVE"s, "not a picture"},
      {"\1\2\3 garbage"s, "not a picture"},
  };
  for (const auto& [file, word] : cases) {
    EXPECT_EQ(code_of(bytes_of(file)), "unsupported_format") << word;
    EXPECT_THAT(message_of(bytes_of(file)), HasSubstr(word));
    EXPECT_THAT(message_of(bytes_of(file)), HasSubstr("JPEG, PNG, WebP and GIF"));
  }
  EXPECT_EQ(code_of({}), "empty_file");
}

TEST(Header, RefusesKindsOfJpegThatAreNotDecoded) {
  Buffer file = write_jpeg(make_gradient(32, 32));
  std::size_t frame = find_jpeg_frame(file);
  const std::vector<std::pair<int, std::string>> kinds = {
      {0xC3, "lossless"}, {0xC5, "hierarchical"}, {0xC9, "arithmetic"}, {0xCF, "arithmetic"}};
  for (auto [marker, word] : kinds) {
    Buffer other = file;
    other[frame + 1] = static_cast<std::uint8_t>(marker);
    EXPECT_EQ(code_of(other), "unsupported_format");
    EXPECT_THAT(message_of(other), HasSubstr(word));
  }
  Buffer deep = file;
  deep[frame + 4] = 12;
  EXPECT_EQ(code_of(deep), "unsupported_format");
  EXPECT_THAT(message_of(deep), HasSubstr("12-bit"));
  EXPECT_EQ(code_of(write_jpeg(make_gradient(32, 32), {.arithmetic = true})), "unsupported_format");
}

TEST(Header, RefusesTooManyBytesAndPixels) {
  Buffer file = write_jpeg(make_gradient(200, 100));
  EXPECT_EQ(code_of(file, {.max_bytes = 100}), "too_large");
  EXPECT_EQ(code_of(file, {.max_pixels = 19'999}), "too_many_pixels");
  EXPECT_EQ(code_of(file, {.max_pixels = 20'000}), "ok");
  EXPECT_EQ(code_of(file, {.max_side = 199}), "too_many_pixels");
  EXPECT_EQ(code_of(file, {.max_side = 200}), "ok");
}

TEST(Header, RefusesASmallJpegThatClaimsAHugePicture) {
  Buffer file = write_jpeg(make_gradient(64, 64));
  std::size_t frame = find_jpeg_frame(file);
  put_u16(file, frame + 5, 30'000);
  put_u16(file, frame + 7, 30'000);
  file.resize(4105);
  EXPECT_EQ(code_of(file), "too_many_pixels");
  EXPECT_THAT(message_of(file), HasSubstr("30000 x 30000 pixels (900.0 megapixels); at most 16384 a side and 64.0 megapixels"));
  // With generous limits the arithmetic still refuses it.
  EXPECT_EQ(code_of(file, {.max_pixels = 2'000'000'000, .max_side = 65'535}), "incomplete");
  put_u16(file, frame + 5, 0);
  EXPECT_EQ(code_of(file), "corrupt");
}

TEST(Header, RefusesPngBombs) {
  Buffer data(124'000, 0);
  Buffer bomb = png_start(32'000, 32'000, 1, 0) + png_chunk("IDAT", data) + png_chunk("IEND", {});
  EXPECT_EQ(code_of(bomb), "too_many_pixels");
  EXPECT_THAT(message_of(bomb), HasSubstr("32000 x 32000"));
  Buffer tiny = png_start(8000, 8000, 8, 2) + png_chunk("IDAT", Buffer(100, 0)) + png_chunk("IEND", {});
  EXPECT_EQ(code_of(tiny), "incomplete");
  EXPECT_EQ(code_of(png_start(8000, 8000, 8, 2, 1) + png_chunk("IDAT", Buffer(100, 0)) + png_chunk("IEND", {})), "incomplete");
  // A length that the file does not have proves nothing.
  Buffer lying = png_start(8000, 8000, 8, 2) + Buffer{0x7F, 0xFF, 0xFF, 0xFF, 'I', 'D', 'A', 'T', 1, 2, 3};
  EXPECT_EQ(code_of(lying), "incomplete");
}

TEST(Header, RefusesImpossiblePngHeaders) {
  Buffer rest = png_chunk("IDAT", Buffer(100, 0)) + png_chunk("IEND", {});
  EXPECT_EQ(code_of(png_start(0, 10, 8, 2) + rest), "corrupt");
  EXPECT_EQ(code_of(png_start(10, 0, 8, 2) + rest), "corrupt");
  EXPECT_EQ(code_of(png_start(0xFFFFFFFF, 0xFFFFFFFF, 8, 2) + rest), "too_many_pixels");
  EXPECT_EQ(code_of(png_start(1, 1 << 30, 8, 2) + rest), "too_many_pixels");
  EXPECT_EQ(code_of(png_start(10, 10, 4, 2) + rest), "corrupt");
  EXPECT_EQ(code_of(png_start(10, 10, 8, 5) + rest), "corrupt");
  EXPECT_EQ(code_of(png_start(10, 10, 8, 2, 2) + rest), "corrupt");
  EXPECT_EQ(code_of(cut(png_start(10, 10, 8, 2), 20)), "corrupt");
}

TEST(Header, RefusesImpossibleWebpHeaders) {
  Buffer picture = chunks_of(write_webp(make_gradient(16, 16)));
  EXPECT_EQ(code_of(webp_file(webp_features(16'384, 16'384, 0) + picture)), "too_many_pixels");
  EXPECT_EQ(code_of(webp_file(webp_features(1 << 24, 1 << 24, 0) + picture)), "too_many_pixels");
  EXPECT_EQ(code_of(webp_file(webp_features(16, 16, 0x02))), "corrupt");
  EXPECT_EQ(code_of(webp_file(webp_chunk("JUNK", {1, 2}))), "corrupt");
  EXPECT_EQ(code_of(bytes_of("RIFF\0\0\0\0WEBP"s)), "corrupt");
  Buffer empty = write_webp(make_gradient(16, 16));
  put_u16(empty, 26, 0);
  EXPECT_EQ(code_of(empty), "corrupt");
}

TEST(Header, RefusesAScanBombAndTakesTheLimit) {
  Buffer bomb = write_scan_bomb(700, 700, 2000);
  EXPECT_EQ(code_of(bomb), "corrupt");
  EXPECT_THAT(message_of(bomb), HasSubstr("more scans than the limit of 100"));
  EXPECT_EQ(code_of(write_scan_bomb(700, 700, 98)), "ok");
  EXPECT_EQ(code_of(write_scan_bomb(700, 700, 99)), "corrupt");
}

TEST(Header, DoesNotRefuseAPhotoThatIsMerelyCut) {
  Buffer jpeg = write_jpeg(make_noisy(640, 480));
  EXPECT_EQ(code_of(cut(jpeg, jpeg.size() / 3)), "ok");
  Buffer png = write_png(make_noisy(640, 480));
  EXPECT_EQ(code_of(cut(png, png.size() / 3)), "ok");
  EXPECT_TRUE(header_of(cut(png, png.size() / 3)).cut_off);
  Buffer webp = write_webp(make_noisy(640, 480));
  EXPECT_EQ(code_of(cut(webp, webp.size() / 3)), "ok");
  EXPECT_TRUE(header_of(cut(webp, webp.size() / 3)).cut_off);
}

TEST(Proofs, CountsBlocksBySamplingFactor) {
  const std::vector<Sampling> half = {{2, 2}, {1, 1}, {1, 1}};
  EXPECT_EQ(count_jpeg_blocks(16, 16, half), 4u + 1u + 1u);
  EXPECT_EQ(count_jpeg_blocks(17, 16, half), 3u * 2u + 2u * 1u * 2u);
  EXPECT_EQ(count_jpeg_blocks(30'000, 30'000, std::vector<Sampling>(3)), 42'187'500u);
  EXPECT_TRUE(prove_jpeg(80, 10));
  EXPECT_FALSE(prove_jpeg(81, 10));
}

TEST(Proofs, CountsPngBytesOfBothInterlaceMethods) {
  EXPECT_EQ(count_png_bytes(10, 4, 24, false), 4u * 31u);
  EXPECT_EQ(count_png_bytes(9, 2, 1, false), 2u * 3u);
  EXPECT_EQ(count_png_bytes(1, 1, 24, true), 4u);
  EXPECT_EQ(count_png_bytes(8, 8, 8, true), 2u + 2u + 3u + 2u * 3u + 2u * 5u + 4u * 5u + 4u * 9u);
  EXPECT_TRUE(prove_png(10'320, 10));
  EXPECT_FALSE(prove_png(10'321, 10));
}

TEST(Exif, ReadsAllEightInBothByteOrders) {
  for (char order : {'I', 'M'}) {
    for (int value = 1; value <= 8; ++value) EXPECT_EQ(read_exif_orientation(make_exif({value}, order)), value) << order;
  }
}

TEST(Exif, CountsInvalidValuesAsOne) {
  for (int value : {0, 9, 255, 65'535}) EXPECT_EQ(read_exif_orientation(make_exif({value})), 1) << value;
  EXPECT_EQ(read_exif_orientation(make_exif({6, 3})), 6);
  EXPECT_EQ(read_exif_orientation(make_exif({})), 1);
}

TEST(Exif, SurvivesLoopsHugeCountsAndCuts) {
  Buffer exif = make_exif({6});
  Buffer loop = exif;
  loop[loop.size() - 4] = 8;  // the next directory is this one
  EXPECT_EQ(read_exif_orientation(loop), 6);
  Buffer many = make_exif({});
  many[8] = many[9] = 0xFF;
  EXPECT_EQ(read_exif_orientation(many), 1);
  Buffer far = exif;
  far[4] = far[5] = far[6] = far[7] = 0xFF;
  EXPECT_EQ(read_exif_orientation(far), 1);
  Buffer into_itself = exif;
  into_itself[4] = 0;
  EXPECT_EQ(read_exif_orientation(into_itself), 1);
  for (std::size_t length = 0; length < exif.size(); ++length) {
    int value = read_exif_orientation(cut(exif, length));
    EXPECT_TRUE(value == 1 || value == 6) << length;
  }
}

TEST(Exif, IsFoundInEachFormat) {
  EXPECT_EQ(header_of(write_jpeg(make_gradient(20, 10), {.exif = make_exif({6})})).orientation, 6);
  EXPECT_EQ(header_of(write_jpeg(make_gradient(20, 10), {.exif = make_exif({9})})).orientation, 1);
  EXPECT_EQ(header_of(write_png(make_gradient(20, 10), {.exif = make_exif({8}, 'M')})).orientation, 8);
  Buffer webp =
      webp_file(webp_features(20, 10, 0x08) + chunks_of(write_webp(make_gradient(20, 10))) + webp_chunk("EXIF", make_exif({3})));
  EXPECT_EQ(header_of(webp).orientation, 3);
}

}  // namespace
}  // namespace darkroom::imaging
