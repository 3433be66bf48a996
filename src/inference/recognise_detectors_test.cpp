// Detectors with several outputs, and what stands beside the one that counts.
#include "inference/recognising_for_test.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace darkroom::inference {
namespace {

constexpr int kAnchors = 84;  // of 64 x 64 pixels

// A name of TensorFlow, as one exporter or another writes it: with the number of the result, within scopes.
File tensorflow(const std::string& before, const std::string& after) {
  File file;
  file.facts.inputs = {{"input_tensor", "uint8", {1, -1, -1, 3}, {}}};
  auto give = [&](const std::string& name, const Shape& shape) { file.gives(before + name + after, shape); };
  give("detection_anchor_indices", {1, 100});
  give("detection_boxes", {1, 100, 4});
  give("detection_classes", {1, 100});
  give("detection_multiclass_scores", {1, 100, 91});
  give("detection_scores", {1, 100});
  give("num_detections", {1});
  give("raw_detection_boxes", {1, 1917, 4});
  give("raw_detection_scores", {1, 1917, 91});
  return file;
}

TEST(RecogniseDetectors, TensorFlowsEightOutputsAreToldByTheirWholeNames) {
  for (const char* after : {"", ":0"}) {
    for (const char* before : {"", "StatefulPartitionedCall/", "model/post/"}) {
      File file = tensorflow(before, after);
      ASSERT_EQ(file.family(), "ssd detect") << before << after << file.after().error.message;
      EXPECT_EQ(file.after().possible[0].reading.recipe.outputs.at("boxes"), before + std::string("detection_boxes") + after);
      file.owner.recipe.family = "ssd";
      EXPECT_EQ(file.family(), "ssd detect") << before << after;
    }
  }
}

TEST(RecogniseDetectors, RawBoxesAreNoDetections) {
  File file = tensorflow("", "");
  std::erase_if(file.facts.outputs, [](const TensorFacts& one) { return one.name == "detection_boxes"; });
  EXPECT_EQ(file.family(), "model_ambiguous");
}

// Rows of YOLOv8: a box in pixels, then what `at` gives for the rows behind it.
template <class At>
std::vector<float> columns(std::size_t rows, At&& at) {
  return table(rows, kAnchors, [&](auto row, auto column) { return row < 4 ? 20.0 : static_cast<double>(at(row - 4, column)); });
}

// A score that differs from place to place and comes near to 0.
double score(std::size_t row, std::size_t column) { return static_cast<double>((row * 7 + column * 5) % 50) / 60; }

// `classes` scores, then keypoints of `fields` numbers in pixels, the third of which is a score.
std::vector<float> pose(std::size_t rows, std::size_t classes, std::size_t fields) {
  return columns(rows, [&](auto row, auto column) {
    bool is_score = row < classes || (fields == 3 && (row - classes) % 3 == 2);
    return is_score ? score(row, column) : 30.0 + static_cast<double>(column) / 3;
  });
}

// Centres all over the picture and small boxes, as shares of the sides or as pixels of 64.
double place(std::size_t field, std::size_t anchor, double side) { return side * (field < 2 ? static_cast<double>(anchor % 80) / 80 : 0.1); }

TEST(RecogniseDetectors, BoxesMayBeSharesOfTheSides) {
  for (auto [side, unit] : {std::pair(1.0, domain::BoxUnit::shares), {64.0, domain::BoxUnit::pixels}}) {
    auto eight = table(7, kAnchors, [&](auto row, auto column) { return row < 4 ? place(row, column, side) : score(row, column); });
    auto five = table(3 * kAnchors, 8, [&](auto row, auto column) { return column < 4 ? place(column, row, side) : score(column, row); });
    for (const File& file : {File().gives("output0", {1, 7, kAnchors}, eight), File().gives("output0", {1, 3 * kAnchors, 8}, five)}) {
      Recognition answer = file.after();
      ASSERT_EQ(answer.possible.size(), 1U) << answer.error.message;
      EXPECT_EQ(answer.possible[0].reading.recipe.box_unit, unit);
      auto evidence = std::ranges::find(answer.possible[0].evidence, "box_unit", &domain::Evidence::about);
      EXPECT_THAT(evidence->because, testing::HasSubstr("in a probe run boxes were"));
    }
  }
}

TEST(RecogniseDetectors, ARunWithoutABoxTellsNothingOfTheirUnit) {
  File file = File().gives("output0", {1, 7, kAnchors});
  ASSERT_EQ(file.family(), "yolov8 detect");
  EXPECT_EQ(file.after().possible[0].reading.recipe.box_unit, domain::BoxUnit::pixels) << "the family's convention";
  file.owner.recipe.box_unit = domain::BoxUnit::shares;
  EXPECT_EQ(file.after().possible[0].reading.recipe.box_unit, domain::BoxUnit::shares);
}

TEST(RecogniseDetectors, KeypointsAreInTheUnitOfTheirBoxes) {
  auto of = [](double side) {
    File file = File().gives("output0", {1, 11, kAnchors}, table(11, kAnchors, [&](auto row, auto column) {
      if (row < 4) return place(row, column, 1);
      return row == 4 || row == 7 || row == 10 ? score(row, column) : side * place(0, column, 1);
    }));
    file.owner.recipe.task = "pose";
    file.owner.recipe.keypoints = 2;
    return file;
  };
  EXPECT_EQ(of(1).family(), "yolov8 pose");
  File untold = of(1);
  untold.owner = {};
  EXPECT_EQ(untold.family(), "model_ambiguous");
  EXPECT_THAT(untold.after().error.message, testing::HasSubstr("as keypoints do"));
  EXPECT_EQ(of(64).family(), "model_ambiguous");
  EXPECT_THAT(of(64).after().error.message, testing::HasSubstr("and keypoints were not"));
}

TEST(RecogniseDetectors, TensorFlowResizesAPhotoOfAnySizeInside) {
  File file = tensorflow("", "");
  const domain::Recipe open = file.after().possible.at(0).reading.recipe;
  EXPECT_EQ(open.fit, domain::Fit::own_aspect);
  EXPECT_EQ(open.input_width, 1024);
  file.facts.inputs[0].shape = {1, 300, 320, 3};
  const domain::Recipe fixed = file.after().possible.at(0).reading.recipe;
  EXPECT_EQ(fixed.fit, domain::Fit::stretch);
  EXPECT_EQ(std::pair(fixed.input_width, fixed.input_height), std::pair(std::optional(320), std::optional(300)));
  file.owner.recipe.fit = domain::Fit::own_aspect;
  EXPECT_THAT(file.after().error.message, testing::HasSubstr("says fit = \"own_aspect\", but the file takes"));
  file = tensorflow("", "");
  file.facts.inputs[0].shape = {1, 300, -1, 3};
  EXPECT_THAT(file.before().error.message, testing::HasSubstr("input_width")) << "nothing is customary";
}

TEST(RecogniseDetectors, TensorFlowsListsOfLabelsMayBeginWithTheBackground) {
  for (const char* first : {"???", "background", "__background__"}) {
    File owned = tensorflow("", ""), said = tensorflow("", "");
    owned.owner.labels = {first, "person", "n/a", "car"};
    said.facts.metadata["names"] = "['" + std::string(first) + "', 'person', 'n/a', 'car']";
    for (const File& file : {owned, said}) {
      const Recognised found = file.after().possible.at(0);
      EXPECT_THAT(found.reading.labels, testing::ElementsAre("person", "n/a", "car")) << first;
      EXPECT_EQ(found.reading.classes, file.facts.metadata.empty() ? 0 : 3);
      auto evidence = std::ranges::find(found.evidence, "labels", &domain::Evidence::about);
      EXPECT_THAT(evidence->because, testing::HasSubstr(std::string("the first, ") + first + ", stands for the background"));
    }
  }
  File plain = tensorflow("", "");
  plain.owner.labels = {"person", "car"};
  EXPECT_EQ(plain.after().possible.at(0).reading.labels.size(), 2U);
}

TEST(RecogniseDetectors, APoseIsSplitByItsNumbers) {
  struct Case {
    std::int64_t rows;
    int classes, keypoints, fields;
  };
  for (const Case& each : {Case{57, 2, 17, 3}, {15, 2, 3, 3}, {15, 1, 5, 2}, {56, 1, 17, 3}, {11, 1, 2, 3}, {11, 1, 3, 2}, {13, 3, 2, 3}}) {
    File file = File().gives("output0", {1, each.rows, kAnchors},
                             pose(static_cast<std::size_t>(each.rows), static_cast<std::size_t>(each.classes), static_cast<std::size_t>(each.fields)));
    ASSERT_EQ(file.family(), "yolov8 pose") << each.rows << file.after().error.message;
    const Reading reading = file.after().possible[0].reading;
    EXPECT_EQ(reading.classes, each.classes) << each.rows;
    EXPECT_EQ(reading.recipe.keypoints, each.keypoints) << each.rows;
    EXPECT_EQ(reading.keypoint_fields, each.fields) << each.rows;
  }
}

TEST(RecogniseDetectors, APoseWhoseNumbersFitNoSplitIsNotGuessed) {
  auto values = columns(15, [](auto row, auto column) { return row == 0 || row == 2 ? score(row, column) : 30.0; });
  File file = File().gives("output0", {1, 15, kAnchors}, values);
  EXPECT_EQ(file.family(), "model_ambiguous");
  EXPECT_THAT(file.after().error.message, testing::HasSubstr("keypoints = "));
}

TEST(RecogniseDetectors, AnAngleAmongTheScoresIsNotTakenForAClass) {
  auto with_last = [](auto&& last) {
    return File().gives("output0", {1, 7, kAnchors}, columns(7, [&](auto row, auto column) { return row == 2 ? last(column) : score(row, column); }));
  };
  File constant = with_last([](auto) { return 0.5; });
  File high = with_last([](auto column) { return 0.3 + static_cast<double>(column) / 200; });
  for (File* file : {&constant, &high}) {
    EXPECT_EQ(file->family(), "model_ambiguous");
    ASSERT_EQ(file->after().candidates.size(), 2U);
    EXPECT_THAT(file->after().error.message, testing::HasSubstr("write task = "));
    file->owner.recipe.task = "obb";
    EXPECT_EQ(file->family(), "yolov8 obb");
    EXPECT_EQ(file->after().possible[0].reading.classes, 2);
    file->owner.recipe.task = "";
    file->owner.labels = {"a", "b", "c"};
    EXPECT_EQ(file->family(), "yolov8 detect") << "three names make three classes";
    file->owner.labels = {"a", "b"};
    EXPECT_EQ(file->family(), "yolov8 obb") << "two names leave one row for the angle";
  }
  EXPECT_EQ(with_last([](auto column) { return score(2, column); }).family(), "yolov8 detect");
  EXPECT_EQ(with_last([](auto) { return 0.0; }).family(), "yolov8 detect") << "a class that is never seen";
}

TEST(RecogniseDetectors, ASecondMapIsNoPrototypesBecauseItIsThere) {
  auto scores = columns(84, score);
  File file = File().gives("output0", {1, 84, kAnchors}, scores).gives("feat", {1, 64, 8, 8});
  ASSERT_EQ(file.family(), "yolov8 detect") << "a map of stride 8";
  EXPECT_EQ(file.after().possible[0].reading.classes, 80);
  File quarter = File().gives("output0", {1, 84, kAnchors}, scores).gives("feat", {1, 64, 16, 16});
  EXPECT_EQ(quarter.family(), "model_ambiguous") << "coefficients of masks are no scores";
  EXPECT_EQ(quarter.after().candidates.size(), 2U);
  quarter.owner.recipe.task = "detect";
  EXPECT_EQ(quarter.family(), "yolov8 detect");
  auto masks = columns(84, [](auto row, auto column) { return row < 16 ? score(row, column) : score(row, column) - .5; });
  File segment = File().gives("output0", {1, 84, kAnchors}, masks).gives("output1", {1, 64, 16, 16});
  EXPECT_EQ(segment.family(), "yolov8 segment");
}

TEST(RecogniseDetectors, RawHeadsBesideTheTableDoNotCount) {
  File file = File().gives("output0", {1, 84, kAnchors}, columns(84, score));
  file.gives("a", {1, 144, 8, 8}).gives("b", {1, 144, 4, 4}).gives("c", {1, 144, 2, 2});
  EXPECT_EQ(file.family(), "yolov8 detect");
  file.gives("other", {1, 5, 2, 2, 2});
  EXPECT_EQ(file.family(), "model_ambiguous");
}

TEST(RecogniseDetectors, FaceDetectorsThatAreNotReadAreNamed) {
  struct Case {
    const char* name;
    std::vector<std::pair<std::string, Shape>> outputs;
  };
  auto of_grids = [](const std::vector<std::pair<std::string, std::int64_t>>& parts, auto&& shape) {
    std::vector<std::pair<std::string, Shape>> outputs;
    for (const auto& [part, width] : parts) {
      for (std::int64_t stride : {8, 16, 32}) outputs.push_back({part + "_" + std::to_string(stride), shape((64 / stride) * (64 / stride), width)});
    }
    return outputs;
  };
  auto row = [](std::int64_t places, std::int64_t width) { return Shape{1, places, width}; };
  auto bare = [](std::int64_t places, std::int64_t width) { return Shape{2 * places, width}; };
  for (const Case& each : {Case{"YuNet", of_grids({{"cls", 1}, {"obj", 1}, {"bbox", 4}, {"kps", 10}}, row)}, {"SCRFD", of_grids({{"a", 1}, {"b", 4}, {"c", 10}}, bare)},
                           {"SCRFD", of_grids({{"a", 1}, {"b", 4}}, row)},
                           {"CenterFace", {{"537", {1, 1, 16, 16}}, {"538", {1, 2, 16, 16}}, {"539", {1, 2, 16, 16}}, {"540", {1, 10, 16, 16}}}}}) {
    File file;
    for (const auto& [name, shape] : each.outputs) file.gives(name, shape);
    EXPECT_EQ(file.family(), "model_ambiguous") << each.name;
    EXPECT_THAT(file.after().error.message, testing::HasSubstr(std::string("those of ") + each.name + ", which is not read yet"));
  }
}

TEST(RecogniseDetectors, YoloxIsTakenAtItsOwnersWord) {
  File file = File().gives("output0", {1, kAnchors, 8});
  file.facts.metadata = {{"author", "Ultralytics"}, {"task", "detect"}, {"stride", "32"}, {"names", "{0: 'a', 1: 'b', 2: 'c'}"}};
  EXPECT_EQ(file.family(), "model_ambiguous");
  file.owner.recipe.family = "yolox";
  EXPECT_EQ(file.family(), "yolox detect") << file.after().error.message;
  File beside = File().gives("output0", {1, kAnchors, 8}).gives("features", {1, 5, 3, 3});
  beside.owner.recipe.family = "yolox";
  EXPECT_EQ(beside.family(), "yolox detect") << beside.after().error.message;
  File other = File().gives("output0", {1, 100, 8});
  other.owner.recipe.family = "yolox";
  EXPECT_THAT(other.after().error.message, testing::HasSubstr("YOLOX would have 84 rows"));
}

}  // namespace
}  // namespace darkroom::inference
