// Damaged files: whatever the bytes, decode() answers with pixels of the promised size or with a known error, and a cut file is
// never taken for a whole one. The sanitizer builds give these tests their teeth.
#include "imaging/decode.h"
#include "imaging/photos_for_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace darkroom::imaging {
namespace {

using namespace testing;
using ::testing::AnyOf;
using ::testing::Eq;

// Files of one or two kilobytes, so that every position can be tried.
std::vector<std::pair<std::string, Buffer>> make_corpus() {
  Pixels picture = make_noisy(48, 40);
  Buffer rgba;
  for (int i = 0; i < 48 * 40; ++i)
    rgba = rgba + Buffer{static_cast<std::uint8_t>(i * 7), static_cast<std::uint8_t>(i), 90, static_cast<std::uint8_t>(i * 3)};
  Buffer ink = rgba;
  Buffer still = write_webp(make_noisy(24, 20), WebpKind::lossless);
  std::vector<std::pair<std::string, Buffer>> corpus;
  corpus.emplace_back("baseline", write_jpeg(picture, {.quality = 80, .exif = make_exif({6})}));
  corpus.emplace_back("progressive", write_jpeg(picture, {.quality = 80, .progressive = true, .exif = make_exif({7})}));
  corpus.emplace_back("restarts", write_jpeg(picture, {.quality = 80, .restart_interval = 2}));
  corpus.emplace_back("cmyk", write_cmyk_jpeg(48, 40, ink, CmykKind::adobe_ycck));
  corpus.emplace_back("png", write_png(make_noisy(20, 16), {.exif = make_exif({5})}));
  corpus.emplace_back("interlaced", write_png(make_noisy(20, 16), {.interlaced = true}));
  corpus.emplace_back(
      "palette", write_png(4, 2, {0, 1, 2, 3, 3, 2, 1, 0},
                           {.colour_type = 3, .depth = 2, .palette = {kRed, kGreen, kBlue, kWhite}, .palette_alpha = {0, 9}}));
  corpus.emplace_back("lossy", write_webp(picture, WebpKind::lossy));
  corpus.emplace_back("lossless", write_webp(picture, WebpKind::lossless));
  corpus.emplace_back("alpha", write_webp_rgba(48, 40, rgba, WebpKind::lossy));
  Buffer indices(20 * 16);
  for (std::size_t i = 0; i < indices.size(); ++i) indices[i] = static_cast<std::uint8_t>(i * i % 5);
  GifFrame frame{.x = 1, .y = 2, .width = 20, .height = 16, .indices = indices, .interlaced = true, .transparent = 3};
  corpus.emplace_back("gif", write_gif(24, 20, {kRed, kGreen, kBlue, kWhite}, {frame, frame}));
  corpus.emplace_back("animation", webp_file(webp_features(32, 32, 0x02) + webp_chunk("ANIM", Buffer(6)) +
                                             webp_frame(2, 4, 24, 20, still) + webp_chunk("EXIF", make_exif({8}))));
  return corpus;
}

void expect_sound(const Result<DecodedPhoto>& photo, const std::string& what) {
  if (!photo) {
    EXPECT_THAT(photo.error().code, AnyOf(Eq("corrupt"), Eq("truncated"), Eq("incomplete"), Eq("too_many_pixels"),
                                          Eq("unsupported_format"), Eq("memory_limit"), Eq("empty_file")))
        << what;
    EXPECT_FALSE(photo.error().message.empty());
    return;
  }
  const Pixels& pixels = photo->pixels;
  EXPECT_GT(pixels.width, 0) << what;
  EXPECT_GE(pixels.bytes.size(), static_cast<std::size_t>(pixels.width) * static_cast<std::size_t>(pixels.height) * 3) << what;
  EXPECT_EQ(pixels.width, photo->info.width) << what;
}

TEST(Hostile, FilesCutAtEveryByte) {
  for (const auto& [name, file] : make_corpus()) {
    int kept = 0;
    for (std::size_t length = 0; length < file.size(); ++length) {
      Buffer shorter = cut(file, length);
      std::string what = name + " cut at " + std::to_string(length) + " of " + std::to_string(file.size());
      auto photo = decode(shorter, {});
      expect_sound(photo, what);
      if (photo) {
        EXPECT_TRUE(photo->info.truncated) << what;
      }
      kept += photo ? 1 : 0;
      auto strict = decode(shorter, {.limits = {.refuse_truncated = true}});
      EXPECT_FALSE(strict) << what;
    }
    auto whole = decode(file, {.limits = {.refuse_truncated = true}});
    EXPECT_TRUE(whole) << name;
    EXPECT_GT(kept, 0) << name << ": no cut photo gave pixels";
  }
}

TEST(Hostile, FilesWithOneByteChanged) {
  std::minstd_rand random(42);
  DecodeRequest small{.limits = {.max_pixels = 1'000'000}};
  auto corpus = make_corpus();
  for (int i = 0; i < 3300; ++i) {
    const auto& [name, file] = corpus[static_cast<std::size_t>(i) % corpus.size()];
    Buffer changed = file;
    std::size_t place = random() % changed.size();
    auto value = static_cast<std::uint8_t>(random() >> 4);
    changed[place] = value;
    expect_sound(decode(changed, small), name + " byte " + std::to_string(place) + " = " + std::to_string(value));
  }
}

TEST(Hostile, FilesWithBytesCutOutDoubledAndSwapped) {
  std::minstd_rand random(43);
  DecodeRequest small{.limits = {.max_pixels = 1'000'000}};
  auto corpus = make_corpus();
  for (int i = 0; i < 1100; ++i) {
    const auto& [name, file] = corpus[static_cast<std::size_t>(i) % corpus.size()];
    auto from = static_cast<std::ptrdiff_t>(random() % file.size());
    auto to =
        std::min<std::ptrdiff_t>(from + static_cast<std::ptrdiff_t>(random() % 64), static_cast<std::ptrdiff_t>(file.size()));
    Buffer piece(file.begin() + from, file.begin() + to);
    Buffer changed = file;
    if (i % 2 == 0) changed.erase(changed.begin() + from, changed.begin() + to);
    if (i % 2 == 1) changed.insert(changed.begin() + from, piece.begin(), piece.end());
    expect_sound(decode(changed, small), name + " piece at " + std::to_string(from));
  }
}

TEST(Hostile, SizesThatLie) {
  const std::vector<int> sizes = {0, 1, 41, 255, 16'384, 16'385, 32'768, 65'500, 65'535};
  Buffer jpeg = write_jpeg(make_noisy(48, 40));
  std::size_t frame = find_jpeg_frame(jpeg);
  Buffer webp = write_webp(make_noisy(48, 40));
  Buffer picture = chunks_of(webp);
  Buffer honest = write_png(make_noisy(48, 40));
  Buffer png_rest(honest.begin() + 33, honest.end());  // behind IHDR
  for (int width : sizes) {
    for (int height : sizes) {
      std::string what = std::to_string(width) + " x " + std::to_string(height);
      put_u16(jpeg, frame + 5, height);
      put_u16(jpeg, frame + 7, width);
      auto photo = decode(jpeg, {});
      expect_sound(photo, "jpeg " + what);
      if (width == 0 || height == 0 || width > 16'384) {
        EXPECT_FALSE(photo);
      }
      Buffer png = png_start(static_cast<std::uint32_t>(width), static_cast<std::uint32_t>(height), 8, 2) + png_rest;
      expect_sound(decode(png, {}), "png " + what);
      put_u16(webp, 26, width & 0xFF);
      expect_sound(decode(webp, {}), "webp " + what);
      if (width > 0 && height > 0) {
        EXPECT_FALSE(decode(webp_file(webp_features(width, height, 0) + picture), {})) << what;
      }
    }
  }
}

TEST(Hostile, PolyglotsAreWhatTheirFirstBytesSay) {
  Buffer jpeg = write_jpeg(make_noisy(16, 16));
  EXPECT_TRUE(decode(jpeg + bytes_of("<html><script>"), {}));
  EXPECT_FALSE(decode(bytes_of("<html>") + jpeg, {}));
  EXPECT_FALSE(decode(bytes_of("GIF89a") + jpeg, {}));
  EXPECT_TRUE(decode(write_png(make_noisy(16, 16)) + bytes_of("PK\3\4"), {}));
}

}  // namespace
}  // namespace darkroom::imaging
