// What a child does with one photo, in this process and without a wall: how small it decodes, and what it answers.
#include "runner/process/process_photo.h"

#include "imaging/render.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace darkroom::runner {
namespace {

std::vector<std::uint8_t> jpeg(int width, int height) {
  imaging::Pixels pixels;
  pixels.width = width;
  pixels.height = height;
  pixels.bytes.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3, 200);
  Result<std::string> file = imaging::encode_jpeg(pixels, 90);
  EXPECT_TRUE(file);
  return {file->begin(), file->end()};
}

// Looks at a picture of 100 pixels, and counts what it gets.
class SmallEngine final : public inference::Engine {
 public:
  void open() override {}
  Result<void> load(std::span<const std::uint8_t>) override { return {}; }
  inference::WantedSize wanted(int width, int height) const override {
    int longer = std::max(width, height);
    if (longer <= 100) return {};
    return {width * 100 / longer, height * 100 / longer};
  }
  Result<domain::Findings> detect(const imaging::Pixels& pixels, const domain::ImageInfo&, domain::StageTimings&) override {
    seen_width = pixels.width;
    return domain::Findings{};
  }
  void interrupt() noexcept override {}
  void rearm() noexcept override {}
  std::string name() const override { return "small"; }
  std::string version() const override { return "1"; }

  int seen_width = 0;
};

class ProcessPhoto : public testing::Test {
 protected:
  SmallEngine engine;
  domain::PhotoLimits limits;
  PhotoProcessor processor{engine, limits};
};

TEST_F(ProcessPhoto, DecodesAsSmallAsTheEngineAndAThumbnailAllow) {
  ChildMessage message = processor.process(jpeg(3200, 1600), 0, 0);
  ASSERT_TRUE(std::holds_alternative<Done>(message));
  EXPECT_EQ(std::get<Done>(message).outcome.image.scale_denominator, 8);
  EXPECT_EQ(engine.seen_width, 400);
  EXPECT_FALSE(std::get<Done>(message).thumbnail_follows);
}

TEST_F(ProcessPhoto, TheThumbnailComesFromTheSameDecodeWhichCoversBoth) {
  ChildMessage message = processor.process(jpeg(1600, 800), 0, 320);
  ASSERT_TRUE(std::holds_alternative<Done>(message));
  EXPECT_EQ(std::get<Done>(message).outcome.image.scale_denominator, 4);
  EXPECT_EQ(engine.seen_width, 400);
  EXPECT_TRUE(std::get<Done>(message).thumbnail_follows);
  EXPECT_TRUE(processor.make_thumbnail().jpeg.starts_with("\xff\xd8\xff"));
}

// The scale of the decode changes what a model sees, and so its numbers.
TEST_F(ProcessPhoto, TheModelSeesTheSameWhetherOrNotAThumbnailIsWanted) {
  for (int width : {300, 600, 1600, 3200}) {
    std::vector<int> widths;
    for (int side : {0, domain::kThumbnailSide}) {
      ChildMessage message = processor.process(jpeg(width, width * 3 / 4), 0, side);
      ASSERT_TRUE(std::holds_alternative<Done>(message));
      widths.push_back(engine.seen_width);
    }
    EXPECT_EQ(widths[0], widths[1]) << width;
  }
}

TEST_F(ProcessPhoto, AThumbnailOfASmallPhotoTakesItWhole) {
  ChildMessage message = processor.process(jpeg(200, 100), 0, 320);
  ASSERT_TRUE(std::holds_alternative<Done>(message));
  EXPECT_EQ(engine.seen_width, 200);
  EXPECT_FALSE(processor.make_thumbnail().jpeg.empty());
}

TEST_F(ProcessPhoto, APictureIsDecodedAsSmallAsItsSideAllows) {
  ChildMessage message = processor.render(jpeg(1600, 800), {400, 80, {}});
  ASSERT_TRUE(std::holds_alternative<Rendered>(message));
  const Rendered& rendered = std::get<Rendered>(message);
  EXPECT_EQ(rendered.image.scale_denominator, 4);
  EXPECT_EQ(rendered.image.width, 1600);
  EXPECT_EQ(rendered.picture.width, 400);
  EXPECT_EQ(rendered.picture.height, 200);
  EXPECT_EQ(engine.seen_width, 0) << "no model is asked";
}

TEST_F(ProcessPhoto, WhatCannotBeDecodedIsSaidForPicturesToo) {
  std::vector<std::uint8_t> file = jpeg(64, 64);
  file.resize(20);
  ChildMessage message = processor.render(file, {});
  ASSERT_TRUE(std::holds_alternative<domain::Failed>(message));
  EXPECT_EQ(std::get<domain::Failed>(message).kind, domain::Failed::Kind::permanent);
}

}  // namespace
}  // namespace darkroom::runner
