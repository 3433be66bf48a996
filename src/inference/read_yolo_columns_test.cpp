// YOLOv8 without a task beyond boxes.
#include "inference/reading_for_test.h"
#include "inference/read_places.h"

namespace darkroom::inference {
namespace {

constexpr std::size_t kAnchors = 84;  // 8 x 8 + 4 x 4 + 2 x 2

class ReadYolov8 : public testing::Test {
 protected:
  // One column, from its fields.
  static void set(Trial& one, std::size_t anchor, std::initializer_list<float> fields) {
    std::size_t row = 0;
    for (float value : fields) one.output().values[kAnchors * row++ + anchor] = value;
  }

  static Trial made(int classes) {
    Trial one("yolov8", "detect", classes);
    auto rows = static_cast<std::size_t>(4 + classes);
    one.output() = {{1, static_cast<std::int64_t>(rows), kAnchors}, std::vector<float>(rows * kAnchors)};
    one.reading.labels = {"cat", "dog", "bird"};
    one.reading.recipe.nms_iou = 0.5;
    return one;
  }
};

TEST_F(ReadYolov8, ReadsAColumnOfOneTwoAndThreeClasses) {
  for (int classes : {1, 2, 3}) {
    Trial one = made(classes);
    one.output().values[static_cast<std::size_t>(4 + classes - 1) * kAnchors + 17] = 0.75F;
    set(one, 17, {32, 32, 12.8F, 10.24F});
    auto objects = one.objects();
    ASSERT_EQ(objects.size(), 1U) << classes;
    EXPECT_EQ(objects[0].label, one.reading.labels[static_cast<std::size_t>(classes - 1)]);
    EXPECT_DOUBLE_EQ(*objects[0].confidence, 0.75);
    expect_box(objects[0].box, kBoxInTensor);
    EXPECT_FALSE(objects[0].mask || objects[0].corners) << classes;
  }
}

TEST_F(ReadYolov8, PlacesTheBoxInThePhoto) {
  Trial one = made(2);
  set(one, 83, {32, 32, 12.8F, 10.24F, 0.1F, 0.9F});
  expect_placed(one);
}

TEST_F(ReadYolov8, NothingIsAGoodAnswer) {
  Trial one = made(3);
  EXPECT_TRUE(one.objects().empty());
  one.output() = {{1, 7, 0}, {}};
  EXPECT_TRUE(one.objects().empty()) << "no anchors at all";
}

TEST_F(ReadYolov8, ABoxInThePaddingIsDroppedAndOneAtTheEdgeIsCut) {
  Trial one = made(1);
  one.frame.height = 32;  // rows 0 to 31 of the tensor; padding below
  set(one, 0, {10, 40, 8, 8, 0.9F});
  set(one, 1, {60, 30, 16, 8, 0.8F});
  set(one, 2, {30, 10, -8, 8, 0.8F});
  auto objects = one.objects();
  ASSERT_EQ(objects.size(), 1U) << "neither the padding nor a width below zero";
  expect_box(objects[0].box, {52, 26, 64, 32});
}

TEST_F(ReadYolov8, SuppressesWithinAClassUnlessTheRecipeSaysAcross) {
  Trial one = made(2);
  set(one, 3, {32, 32, 20, 20, 0.8F, 0});
  set(one, 4, {33, 32, 20, 20, 0.9F, 0});
  set(one, 5, {32, 33, 20, 20, 0, 0.7F});
  EXPECT_EQ(one.objects().size(), 2U);
  one.reading.recipe.nms_across_classes = true;
  auto objects = one.objects();
  ASSERT_EQ(objects.size(), 1U);
  EXPECT_NEAR(*objects[0].confidence, 0.9, 1e-6);
}

TEST_F(ReadYolov8, TheRecipeRulesAndTheFamilyFillsItsGaps) {
  Trial one = made(1);
  one.reading.recipe.confidence_threshold.reset();
  one.reading.recipe.nms_iou.reset();
  set(one, 0, {10, 10, 8, 8, 0.24F});
  set(one, 1, {32, 32, 20, 20, 0.26F});
  set(one, 2, {36, 32, 20, 20, 0.27F});  // overlap 2/3: below Ultralytics' 0.7
  EXPECT_EQ(one.objects().size(), 2U);
  one.reading.recipe.nms_iou = 0.6;
  EXPECT_EQ(one.objects().size(), 1U);
  one.reading.recipe.confidence_threshold = 0.2;
  EXPECT_EQ(one.objects().size(), 2U);
  one.reading.recipe.max_detections = 1;
  EXPECT_NEAR(*one.objects().at(0).confidence, 0.27, 1e-6);
}

TEST_F(ReadYolov8, NumbersThatCannotBeAreRefused) {
  Trial one = made(2);
  set(one, 40, {32, 32, 12, 10, 0.9F, 0.1F});
  one.output().values.resize(6 * kAnchors);
  expect_finite_needed(one, "output");
  EXPECT_EQ(one.refused(), "");
  set(one, 40, {32, 32, 12, 10, 4.5F, -3.0F});
  EXPECT_THAT(one.refused(), testing::HasSubstr("a class score is outside 0..1; is its last activation missing?"));
  set(one, 40, {32, 32, 12, 10, 0.9F, -3.0F});
  EXPECT_THAT(one.refused(), testing::HasSubstr("outside 0..1")) << "a logit that is not the best";
  set(one, 40, {32, 32, 12, 10, 1.0005F, -0.0005F});
  EXPECT_EQ(*one.objects().at(0).confidence, 1) << "rounding is no error";
}

TEST_F(ReadYolov8, SizesThatWereNotRecognisedAreRefused) {
  Trial one = made(2);
  one.output().shape = {1, 84, 6};
  EXPECT_THAT(one.refused(), testing::HasSubstr("'output' came as [1,84,6], but was recognised as [6,?]"));
  one.output().shape = {2, 6, 42};
  EXPECT_THAT(one.refused(), testing::HasSubstr("[2,6,42]"));
  one.output().shape = {1, 6, 83};
  EXPECT_THAT(one.refused(), testing::HasSubstr("504 numbers for the shape [1,6,83]"));
  one.output().shape = {1, 6, -84};
  EXPECT_NE(one.refused(), "");
  one.output().shape = {6, kAnchors};
  EXPECT_EQ(one.refused(), "") << "a file without a batch";
  one.tensors.clear();
  EXPECT_THAT(one.refused(), testing::HasSubstr("no tensor for 'output'"));
  one = made(2);
  one.reading.classes = 0;
  EXPECT_THAT(one.refused(), testing::HasSubstr("classes"));
}

// For any scores: the objects are those that a plain walk over every anchor finds. Without suppression, since nothing overlaps by more than 1.
TEST_F(ReadYolov8, AgreesWithAWalkOverEveryAnchor) {
  std::mt19937 random(17);
  std::uniform_real_distribution<float> score(0, 0.4F);
  std::uniform_real_distribution<float> place(0, 64);
  for (int round = 0; round < 40; ++round) {
    int classes = 1 + round % 5;
    std::size_t anchors = 1 + random() % 1'200;
    Trial one("yolov8", "detect", classes);
    one.reading.recipe.nms_iou = 1;
    one.reading.recipe.max_detections = 10'000;
    one.output() = {{1, 4 + classes, static_cast<std::int64_t>(anchors)}, {}};
    std::vector<float>& values = one.output().values;
    for (std::size_t i = 0; i < 4 * anchors; ++i) values.push_back(place(random) + 1);
    for (std::size_t i = 0; i < static_cast<std::size_t>(classes) * anchors; ++i) values.push_back(score(random));
    std::multiset<std::pair<double, std::string>> expected;
    for (std::size_t anchor = 0; anchor < anchors; ++anchor) {
      auto at = [&](int row) { return values[static_cast<std::size_t>(row) * anchors + anchor]; };
      int best = 0;
      for (int index = 1; index < classes; ++index) best = at(4 + index) > at(4 + best) ? index : best;
      domain::Box box = clamp_to_photo(from_centre(at(0), at(1), at(2), at(3)), one.frame);
      if (at(4 + best) >= 0.25F && has_area(box)) expected.insert({at(4 + best), "class_" + std::to_string(best)});
    }
    std::multiset<std::pair<double, std::string>> found;
    for (const auto& object : one.objects()) found.insert({*object.confidence, object.label});
    EXPECT_EQ(found, expected) << classes << " classes, " << anchors << " anchors";
  }
}

}  // namespace
}  // namespace darkroom::inference
