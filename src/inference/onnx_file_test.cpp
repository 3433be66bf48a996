#include "inference/onnx_file.h"

#include "inference/onnx_numbers.h"
#include "inference/onnx_words.h"
#include "support/sample_models.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <random>

namespace darkroom::inference {
namespace {

using darkroom::test::made_models;
using darkroom::test::read_file;

std::vector<std::uint8_t> bytes_of(const std::string& name) {
  std::string text = read_file(made_models() / name);
  return {text.begin(), text.end()};
}

class CheckFile : public testing::Test {
 protected:
  void SetUp() override {
    if (made_models().empty()) GTEST_SKIP() << "python3-onnx is not installed";
  }
};

TEST_F(CheckFile, TakesModelsAndRefusesOthers) {
  EXPECT_TRUE(check_file(bytes_of("known.onnx")));
  EXPECT_THAT(check_file(bytes_of("external.onnx")).error().message, testing::HasSubstr("external data"));
  EXPECT_THAT(check_file(bytes_of("empty.onnx")).error().message, testing::HasSubstr("empty"));
  for (const char* name : {"garbage.onnx", "cut.onnx", "nested.onnx"}) EXPECT_FALSE(check_file(bytes_of(name))) << name;
}

TEST_F(CheckFile, HoldsOutAgainstDamagedFiles) {
  std::vector<std::uint8_t> good = bytes_of("known.onnx");
  std::mt19937 random(3);
  for (std::size_t length = 0; length < good.size(); length += 7) static_cast<void>(check_file(std::span(good).first(length)));
  for (int round = 0; round < 5'000; ++round) {
    std::vector<std::uint8_t> bad = good;
    for (int i = 0; i < 5; ++i) bad[random() % std::min<std::size_t>(bad.size(), 400)] = static_cast<std::uint8_t>(random());
    static_cast<void>(check_file(bad));
  }
}

// An IR version, then so many entries of metadata_props of a megabyte each.
std::vector<std::uint8_t> with_metadata(int megabytes) {
  std::vector<std::uint8_t> bytes = {0x08, 0x08};
  for (int i = 0; i < megabytes; ++i) {
    bytes.insert(bytes.end(), {0x72, 0xC0, 0x84, 0x3D});
    bytes.resize(bytes.size() + 1'000'000);
  }
  return bytes;
}

TEST(CheckFileMetadata, IsRefusedBeyondFourMegabytes) {
  EXPECT_TRUE(check_file(with_metadata(4)));
  ASSERT_FALSE(check_file(with_metadata(5)));
  EXPECT_THAT(check_file(with_metadata(5)).error().message, testing::HasSubstr("longer than 4 MB"));
}

TEST(WhyNotLoaded, NamesTheCause) {
  EXPECT_THAT(why_not_loaded("Load model failed: Unsupported model IR version: 99, max supported IR version: 11", "1.27.0"),
              testing::StartsWith("The model's format (IR version 99)"));
  EXPECT_THAT(why_not_loaded("a.cc:46 ValidateOpset ONNX Runtime only *guarantees* support. Opset 99 is under development", "1.27.0"),
              testing::HasSubstr("(opset 99)"));
  EXPECT_THAT(why_not_loaded("NoSuchOperator(-1) is not a registered function/op", "1.27.0"), testing::HasSubstr("needs an operator"));
  EXPECT_EQ(in_one_sentence("a\nb. ").back(), '.');
}

TEST(Halves, AreWhatTheStandardSays) {
  const std::pair<std::uint16_t, float> known[] = {{0x0000, 0.0F},     {0x3C00, 1.0F},     {0xC000, -2.0F},          {0x7BFF, 65504.0F},
                                                   {0x0001, 0x1p-24F}, {0x0400, 0x1p-14F}, {0x3555, 0.333251953125F}};
  for (auto [half, value] : known) {
    EXPECT_EQ(from_half(half), value);
    EXPECT_EQ(to_half(value), half);
  }
  for (std::uint32_t half = 0; half < 0x10000; ++half) {
    auto bits = static_cast<std::uint16_t>(half);
    float value = from_half(bits);
    if (std::isnan(value)) continue;
    EXPECT_EQ(to_half(value), bits) << half;
  }
  EXPECT_TRUE(std::isinf(from_half(to_half(1e6F))));
  EXPECT_TRUE(std::isnan(from_half(to_half(std::numeric_limits<float>::quiet_NaN()))));
  EXPECT_EQ(to_half(1.0F + 0x1p-11F), 0x3C00) << "a tie goes to the even one";
  EXPECT_EQ(to_half(1.0F + 3 * 0x1p-11F), 0x3C02);
}

TEST(ToFloats, ReadsEveryType) {
  std::vector<float> floats;
  const std::int64_t longs[] = {-3, 1LL << 40};
  to_floats("int64", longs, 2, floats);
  EXPECT_EQ(floats, (std::vector<float>{-3, 0x1p40F}));
  const std::uint8_t bytes[] = {0, 255};
  to_floats("uint8", bytes, 2, floats);
  EXPECT_EQ(floats, (std::vector<float>{0, 255}));
  EXPECT_EQ(size_of_number("string"), 0U);
  to_floats("string", bytes, 2, floats);
  EXPECT_TRUE(floats.empty());
}

}  // namespace
}  // namespace darkroom::inference
