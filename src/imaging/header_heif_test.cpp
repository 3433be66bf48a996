// The bounded walk through the boxes of HEIC and AVIF: what it finds, and files that lie, end early or point nowhere.
#include "imaging/decode.h"
#include "imaging/header.h"
#include "imaging/heif_brands.h"
#include "imaging/photos_for_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace darkroom::imaging {
namespace {

using namespace std::string_literals;
using namespace testing;
using ::testing::AnyOf;
using ::testing::HasSubstr;

const domain::PhotoLimits kTaken{.heif = true};

Buffer u32(std::uint64_t value) {
  Buffer bytes;
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(value >> shift));
  return bytes;
}

Buffer box(std::string_view type, const Buffer& body) { return u32(8 + body.size()) + bytes_of(type) + body; }

Buffer ispe(std::uint32_t width, std::uint32_t height) { return box("ispe", u32(0) + u32(width) + u32(height)); }
Buffer irot(std::uint8_t turns) { return box("irot", {turns}); }
Buffer clap(std::uint32_t width, std::uint32_t height) {
  return box("clap", u32(width) + u32(1) + u32(height) + u32(1) + u32(0) + u32(1) + u32(0) + u32(1));
}

// A file whose primary item has the number 1 and all of these properties.
Buffer file_of(const std::vector<Buffer>& properties, const std::string& brand = "heic") {
  Buffer ipco, numbers;
  for (const Buffer& property : properties) {
    ipco = ipco + property;
    numbers.push_back(static_cast<std::uint8_t>(numbers.size() + 1));
  }
  Buffer ipma = u32(0) + u32(1) + Buffer{0, 1, static_cast<std::uint8_t>(numbers.size())} + numbers;
  Buffer meta = u32(0) + box("pitm", u32(0) + Buffer{0, 1}) + box("iprp", box("ipco", ipco) + box("ipma", ipma));
  return box("ftyp", bytes_of(brand) + u32(0) + bytes_of("mif1")) + box("meta", meta) + box("mdat", Buffer(100));
}

std::string code_of(const Buffer& file) {
  auto header = read_header(file, kTaken);
  return header ? "" : header.error().code;
}

class HeifHeader : public ::testing::Test {
  void SetUp() override {
    if (!has_heif_decoder()) GTEST_SKIP() << "this build takes no HEIC";
  }
};

TEST_F(HeifHeader, TellsTheSizeAndTheFormat) {
  for (auto [brand, format] : {std::pair{"heic", Format::heic}, {"mif1", Format::heic}, {"avif", Format::avif}}) {
    auto header = read_header(file_of({ispe(160, 100)}, brand), kTaken);
    ASSERT_TRUE(header) << header.error().message;
    EXPECT_EQ(header->format, format);
    EXPECT_EQ(header->width, 160);
    EXPECT_EQ(header->height, 100);
    EXPECT_EQ(header->orientation, 1);
    EXPECT_FALSE(header->cut_off);
  }
  EXPECT_EQ(mime_type(Format::heic), "image/heic");
  EXPECT_EQ(mime_type(Format::avif), "image/avif");
}

TEST_F(HeifHeader, AppliesCropAndTurns) {
  EXPECT_EQ(read_header(file_of({ispe(160, 100), irot(1)}), kTaken)->width, 100);
  EXPECT_EQ(read_header(file_of({ispe(160, 100), irot(2)}), kTaken)->width, 160);
  auto both = read_header(file_of({ispe(160, 100), clap(90, 40), irot(3)}), kTaken);
  EXPECT_EQ(both->width, 40);
  EXPECT_EQ(both->height, 90);
  EXPECT_EQ(read_header(file_of({ispe(160, 100), clap(4'000'000'000, 0)}), kTaken)->width, 160);  // within the picture
}

TEST_F(HeifHeader, HoldsEverySizeAgainstTheLimits) {
  EXPECT_EQ(code_of(file_of({ispe(160, 100), ispe(40'000, 10)})), "too_many_pixels");
  EXPECT_EQ(code_of(file_of({ispe(16'000, 16'000)})), "too_many_pixels");
  EXPECT_EQ(code_of(file_of({ispe(0xFFFFFFFF, 0xFFFFFFFF)})), "too_many_pixels");
  EXPECT_EQ(code_of(file_of({ispe(0, 100)})), "corrupt");
}

TEST_F(HeifHeader, RefusesWhatPointsNowhere) {
  EXPECT_EQ(code_of(file_of({})), "corrupt");
  EXPECT_EQ(code_of(file_of({irot(1)})), "corrupt");
  EXPECT_EQ(code_of(box("ftyp", bytes_of("heic") + u32(0)) + box("mdat", Buffer(50))), "corrupt");
  EXPECT_EQ(code_of(box("ftyp", bytes_of("heic") + u32(0)) + u32(3) + bytes_of("meta")), "corrupt");
  Buffer endless = u32(0) + u32(0xFFFFFFFF) + Buffer{0, 9, 255};  // entries that are not there
  Buffer meta = u32(0) + box("pitm", u32(0) + Buffer{0, 1}) + box("iprp", box("ipma", endless));
  EXPECT_EQ(code_of(box("ftyp", bytes_of("heic") + u32(0)) + box("meta", meta)), "corrupt");
}

// An entry a byte would otherwise take forty bytes of memory, as often as the file has room for.
TEST_F(HeifHeader, TheMainPictureIsListedOnce) {
  auto file = [](const Buffer& entries, std::uint32_t count) {
    Buffer meta = u32(0) + box("pitm", u32(0) + Buffer{0, 1}) + box("iprp", box("ipco", ispe(160, 100)) + box("ipma", u32(0) + u32(count) + entries));
    return box("ftyp", bytes_of("heic") + u32(0)) + box("meta", meta) + box("mdat", Buffer(100));
  };
  const Buffer others{0, 2, 1, 1, 0, 2, 1, 1}, wanted{0, 1, 1, 1};
  EXPECT_EQ(code_of(file(others + wanted, 3)), "");
  EXPECT_EQ(code_of(file(wanted + others + wanted, 4)), "corrupt");
  Buffer many{0, 1, 255};
  many.resize(many.size() + 255, 1);
  EXPECT_EQ(code_of(file(many, 1)), "");
  auto refused = read_header(file(many + many, 2), kTaken);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("more than once"));
}

TEST_F(HeifHeader, SeesThatAFileIsCutOff) {
  Buffer file = file_of({ispe(160, 100)});
  EXPECT_TRUE(read_header(cut(file, file.size() - 1), kTaken)->cut_off);
  for (std::size_t length = 12; length < file.size() - 108; ++length) EXPECT_EQ(code_of(cut(file, length)), "corrupt") << length;
}

TEST_F(HeifHeader, AnswersWhateverTheBytes) {
  Buffer file = file_of({ispe(160, 100), clap(90, 40), irot(3), box("pixi", u32(0) + Buffer{3, 8, 8, 8})});
  std::mt19937 random(1);
  for (int i = 0; i < 20'000; ++i) {
    Buffer other = file;
    for (unsigned n = 1 + random() % 6; n > 0; --n) other[12 + random() % (other.size() - 12)] = static_cast<std::uint8_t>(random());
    auto header = read_header(other, kTaken);
    if (!header) {
      EXPECT_THAT(header.error().code, AnyOf("corrupt"s, "too_many_pixels"s));
      continue;
    }
    EXPECT_GT(header->width, 0);
    EXPECT_GT(header->height, 0);
    EXPECT_LE(std::int64_t{header->width} * header->height, kTaken.max_pixels);
  }
}

TEST_F(HeifHeader, RefusalNamesTheSetting) {
  for (const char* brand : {"heic", "avif"}) {
    auto refused = read_header(file_of({ispe(160, 100)}, brand), {});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, "unsupported_format");
    EXPECT_THAT(refused.error().message, HasSubstr("photo.heif = true"));
  }
  EXPECT_THAT(read_header(bytes_of("%PDF-1.7"), kTaken).error().message, HasSubstr("GIF, HEIC and AVIF"));
}

TEST_F(HeifHeader, WithoutTheModuleADecodeSaysSo) {
  auto photo = decode(file_of({ispe(160, 100)}), {.limits = kTaken});
  ASSERT_FALSE(photo);
  EXPECT_EQ(photo.error().code, "unsupported_format");
  EXPECT_THAT(photo.error().message, HasSubstr("photo.heif"));
}

TEST(HeifBuild, WithoutTheLibrariesTheRefusalSaysSo) {
  if (has_heif_decoder()) GTEST_SKIP() << "this build has them";
  auto refused = read_header(file_of({ispe(160, 100)}), kTaken);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "unsupported_format");
  EXPECT_THAT(refused.error().message, HasSubstr("no decoder of HEIC and AVIF"));
}

}  // namespace
}  // namespace darkroom::imaging
