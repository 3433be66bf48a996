// Models that take the photo's bytes as they are.
#include "inference/recognising_for_test.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace darkroom::inference {
namespace {

using testing::HasSubstr;

TEST(RecogniseBytes, BytesNeedNoMeanAndDeviation) {
  File files[] = {takes("uint8", {1, 64, 64, 3}).gives("classes", {1, 5, 16, 16}), answers(takes("uint8", {1, 224, 224, 3}), "image_embeds", 512),
                  takes("uint8", {1, 64, 64, 3}).gives("output0", {1, 7, 84}, table(7, 84, [](auto row, auto) { return row < 4 ? 20 : 0.1; })),
                  takes("uint8", {1, 3, 64, 64}).gives("output", {1, 84, 7}, table(84, 7, [](auto, auto column) { return column < 4 ? -0.5 : 0.1; })),
                  takes("uint8", {1, 64, 64, 3}).gives("numbers", {1, 64, 64})};
  files[4].facts.outputs[0].type = "int64";
  const char* families[] = {"semantic semantic", "clip embed", "yolov8 detect", "yolox detect", "semantic semantic"};
  for (std::size_t i = 0; i < 5; ++i) {
    ASSERT_EQ(files[i].family(), families[i]) << files[i].after().error.message;
    const Recognised found = files[i].after().possible[0];
    EXPECT_EQ(found.reading.recipe.mean, (std::array<double, 3>{0, 0, 0}));
    EXPECT_EQ(found.reading.recipe.deviation, (std::array<double, 3>{1, 1, 1}));
    auto evidence = std::ranges::find(found.evidence, "deviation", &domain::Evidence::about);
    EXPECT_THAT(evidence->because, HasSubstr("bytes"));
    files[i].owner.recipe.deviation = {255, 255, 255};
    EXPECT_THAT(files[i].after().error.message, HasSubstr("cannot be applied"));
  }
}

}  // namespace
}  // namespace darkroom::inference
