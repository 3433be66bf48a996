// Thumbnails that follow a result, and pictures from the runner without a model.
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

// A slot with a model that sees pixels, and a photo that a thumbnail is asked of.
class Thumbnail : public testing::Test {
 protected:
  void SetUp() override {
    if (made_models().empty()) GTEST_SKIP() << "python3-onnx is not installed";
    begin("");
  }

  void begin(const std::string& fail_points) {
    PoolConfig config = test_config();
    config.fail_points = fail_points;
    slot.reset();
    zygotes.emplace(config);
    slot.emplace(*zygotes);
    photo.emplace(read_file(made_models() / "200x100.png"));
    request = photo->request();
    request.thumbnail_side = 64;
    model = made_model("known.onnx");
  }

  RunEnd run() {
    RunEnd end = slot->run(model, request);
    EXPECT_TRUE(succeeded(end)) << test::describe(end);
    return end;
  }
  std::vector<int> children() { return children_of(zygotes->status().at(0).pid); }

  std::optional<Zygotes> zygotes;
  std::optional<Slot> slot;
  std::optional<Photo> photo;
  RunRequest request;
  domain::Model model;
};

TEST_F(Thumbnail, FollowsTheResultWhenItIsAskedFor) {
  request.thumbnail_side = 0;
  RunEnd without = run();
  EXPECT_EQ(slot->take_thumbnail(), "");
  request.thumbnail_side = 64;
  RunEnd with = run();
  EXPECT_TRUE(slot->take_thumbnail().starts_with("\xff\xd8\xff"));
  EXPECT_EQ(slot->take_thumbnail(), "") << "once";
  EXPECT_EQ(std::get<domain::Outcome>(with).found.objects.size(), std::get<domain::Outcome>(without).found.objects.size());
  EXPECT_EQ(children().size(), 1U);
}

TEST_F(Thumbnail, ThatNobodyTookIsNotTakenForTheNextAnswer) {
  run();
  RunEnd end = run();
  EXPECT_EQ(std::get<domain::Outcome>(end).image.width, 200);
  EXPECT_TRUE(slot->take_thumbnail().starts_with("\xff\xd8\xff"));
  EXPECT_EQ(children().size(), 1U);
}

TEST_F(Thumbnail, AChildThatDiesOverItCostsTheThumbnailAndNoJob) {
  begin("K23=kill@1");
  run();
  EXPECT_EQ(slot->take_thumbnail(), "");
  run();
  run();  // the fail point of the second child is met, too, by the thumbnail of its first photo
}

TEST_F(Thumbnail, ThatCannotBeMadeIsLeftOut) {
  begin("K23=error@1");
  run();
  std::vector<int> before = children();
  EXPECT_EQ(slot->take_thumbnail(), "");
  run();
  EXPECT_TRUE(slot->take_thumbnail().starts_with("\xff\xd8\xff"));
  EXPECT_EQ(children(), before);
}

TEST_F(Thumbnail, IsNotWaitedForWhenTheSlotIsAbandoned) {
  begin("K23=delay:600000@1");
  run();
  std::vector<int> stuck = children();
  slot->abandon();
  EXPECT_EQ(slot->take_thumbnail(), "");
  EXPECT_TRUE(eventually([&] { return has_ended(stuck.at(0)); }));
  slot->rearm();
  run();
}

TEST_F(Thumbnail, OfAVersionThatIsRetiredMeanwhileIsTakenAndItsProcessEnds) {
  run();
  int zygote = zygotes->status().at(0).pid;
  zygotes->retire(model.name, model.version);
  EXPECT_TRUE(slot->take_thumbnail().starts_with("\xff\xd8\xff"));
  EXPECT_TRUE(eventually([&] { return has_ended(zygote); }));
}

TEST_F(Thumbnail, IsNotMadeByAnEngineThatTakesNoPixels) {
  model = null_model();
  run();
  EXPECT_EQ(slot->take_thumbnail(), "");
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
