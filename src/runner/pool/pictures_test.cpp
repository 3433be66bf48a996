// Thumbnails that come with a result, and pictures from the runner without a model.
#include "runner/pool/made_model_for_test.h"
#include "runner/pool/pool_fixture.h"
#include "support/sample_models.h"

#include <sys/resource.h>

namespace darkroom::runner::test {
namespace {

using darkroom::test::made_models;
using darkroom::test::read_file;

std::string describe(const RenderEnd& end) {
  if (std::holds_alternative<domain::Picture>(end)) return "Picture";
  return test::describe(std::visit(
      [](const auto& one) -> RunEnd {
        if constexpr (!std::is_same_v<std::decay_t<decltype(one)>, domain::Picture>) return one;
        return domain::Outcome{};
      },
      end));
}

TEST(Thumbnail, ComesWithTheResultWhenItIsAskedFor) {
  if (made_models().empty()) GTEST_SKIP() << "python3-onnx is not installed";
  Zygotes zygotes(test_config());
  Slot slot(zygotes);
  domain::Model model = made_model("known.onnx");
  Photo photo(read_file(made_models() / "200x100.png"));
  RunRequest request = photo.request();
  RunEnd without = slot.run(model, request);
  ASSERT_TRUE(succeeded(without)) << test::describe(without);
  EXPECT_EQ(std::get<domain::Outcome>(without).thumbnail, "");
  request.thumbnail_side = 64;
  RunEnd with = slot.run(model, request);
  ASSERT_TRUE(succeeded(with)) << test::describe(with);
  const auto& outcome = std::get<domain::Outcome>(with);
  EXPECT_TRUE(outcome.thumbnail.starts_with("\xff\xd8\xff"));
  EXPECT_GT(outcome.timings.thumbnail, 0);
  EXPECT_EQ(outcome.found.objects.size(), std::get<domain::Outcome>(without).found.objects.size());
}

TEST(Thumbnail, IsNotMadeByAnEngineThatTakesNoPixels) {
  Zygotes zygotes(test_config());
  Slot slot(zygotes);
  Photo photo(tiny_png());
  RunEnd end = slot.run(null_model(), {.photo_fd = photo.request().photo_fd, .byte_count = photo.request().byte_count, .thumbnail_side = 64});
  ASSERT_TRUE(succeeded(end)) << test::describe(end);
  EXPECT_EQ(std::get<domain::Outcome>(end).thumbnail, "");
}

TEST(Pictures, AreMadeWithoutAModelByOneKeptChild) {
  if (made_models().empty()) GTEST_SKIP() << "python3-onnx is not installed";
  PoolConfig config = test_config();
  config.nice = 3;
  Zygotes zygotes(config);
  Slot slot(zygotes);
  Photo photo(read_file(made_models() / "200x100.png"));
  domain::Mark mark;
  mark.label = "dog";
  mark.box = {10, 10, 90, 90};
  for (int i = 0; i < 3; ++i) {
    RenderEnd end = slot.render(photo.request(), {64, 80, {mark}});
    ASSERT_TRUE(std::holds_alternative<domain::Picture>(end)) << describe(end);
    EXPECT_EQ(std::get<domain::Picture>(end).width, 64);
    EXPECT_EQ(std::get<domain::Picture>(end).height, 32);
    EXPECT_TRUE(std::get<domain::Picture>(end).jpeg.starts_with("\xff\xd8\xff"));
  }
  ASSERT_EQ(zygotes.status().size(), 1U);
  std::vector<int> children = children_of(zygotes.status()[0].pid);
  ASSERT_EQ(children.size(), 1U);
  EXPECT_EQ(::getpriority(PRIO_PROCESS, static_cast<id_t>(children[0])), 13) << "nicer than the runners of jobs";
}

TEST(Pictures, ThatCannotBeMadeAreExplained) {
  Zygotes zygotes(test_config());
  Slot slot(zygotes);
  Photo garbage("this is no photo");
  EXPECT_THAT(describe(slot.render(garbage.request(), {})), testing::StartsWith("Failed permanent unsupported_format"));
  Photo photo(tiny_png());
  EXPECT_THAT(describe(slot.render(photo.request(), {15, 80, {}})), testing::StartsWith("Failed permanent invalid_field"));
  EXPECT_THAT(describe(slot.render(photo.request(), {5000, 80, {}})), testing::StartsWith("Failed permanent invalid_field"));
  EXPECT_THAT(describe(slot.render(photo.request(), {64, 0, {}})), testing::StartsWith("Failed permanent invalid_field"));
  EXPECT_EQ(describe(slot.render(photo.request(), {64, 80, {}})), "Picture");
}

TEST(Pictures, MarksBeyondAFrameAreRefusedAndTheChildStays) {
  Zygotes zygotes(test_config());
  Slot slot(zygotes);
  Photo photo(tiny_png());
  ASSERT_EQ(describe(slot.render(photo.request(), {64, 80, {}})), "Picture");
  std::vector<int> children = children_of(zygotes.status()[0].pid);
  domain::Mark mark;
  mark.mask = domain::Mask{{0, 0, 1, 1}, 512, 512, std::vector<int>(1 << 18, 1)};
  domain::RenderOrder order{64, 80, std::vector<domain::Mark>(40, mark)};
  EXPECT_THAT(describe(slot.render(photo.request(), order)), testing::StartsWith("Failed permanent too_large"));
  EXPECT_EQ(children_of(zygotes.status()[0].pid), children);
}

}  // namespace
}  // namespace darkroom::runner::test
