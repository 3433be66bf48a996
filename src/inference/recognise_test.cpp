// Shapes, names and numbers alone, without a runtime: the traps. Whole files are recognised in tests/system/test_model_families.py.
#include "inference/recognise.h"

#include "inference/recognising_for_test.h"

#include <gmock/gmock.h>

namespace darkroom::inference {
namespace {

TEST(Recognise, ASquareTableIsToldByItsNumbers) {
  auto columns = table(84, 84, [](auto row, auto) { return row < 4 ? 20.0 : 0.1; });
  EXPECT_EQ(File().gives("output0", {1, 84, 84}, columns).family(), "yolov8 detect");
  auto rows = table(84, 84, [](auto, auto column) { return column < 4 ? -0.5 : 0.1; });
  EXPECT_EQ(File().gives("output0", {1, 84, 84}, rows).family(), "yolox detect");
  EXPECT_EQ(File().gives("output0", {1, 84, 84}).family(), "model_ambiguous");
}

// A YOLOv8 of TensorFlow, rows and columns exchanged: its first score is no objectness, and its boxes are no cells.
TEST(Recognise, ARowForEachCellWithSharesIsNoYolox) {
  auto centre = [](std::size_t row, bool across) {  // of a cell of 64 x 64 pixels: 8 x 8, 4 x 4, 2 x 2
    std::size_t side = row < 64 ? 8 : row < 80 ? 4 : 2, cell = row - (row < 64 ? 0 : row < 80 ? 64 : 80);
    return (static_cast<double>(across ? cell % side : cell / side) + 0.5) / static_cast<double>(side);
  };
  auto turned = table(84, 7, [&](auto row, auto column) { return column < 2 ? centre(row, column == 0) + 0.03 : column < 4 ? 0.2 : 0.1; });
  File file = File().gives("output", {1, 84, 7}, turned);
  EXPECT_EQ(file.family(), "model_ambiguous");
  EXPECT_THAT(file.after().error.message, testing::HasSubstr("shares of the input's sides, which YOLOX does not write"));
  EXPECT_THAT(file.after().candidates, testing::Contains(testing::Field(&domain::Candidate::family, "yolox")));
  file.owner.recipe.family = "yolox";
  EXPECT_EQ(file.family(), "yolox detect");
  auto in_cells = table(84, 7, [](auto row, auto column) { return column < 2 ? 0.1 * static_cast<double>(row % 10) : column < 4 ? 0.2 : 0.1; });
  EXPECT_EQ(File().gives("output", {1, 84, 7}, in_cells).family(), "yolox detect");
}

TEST(Recognise, OfSeveralTablesTheOneThatCountsIsAsked) {
  auto columns = table(7, 84, [](auto row, auto) { return row < 4 ? 20.0 : 0.1; });
  File file = File().gives("output0", {1, 7, 84}, columns).gives("output1", {1, 7, 84}, columns);
  EXPECT_EQ(file.family(), "model_ambiguous");
  EXPECT_THAT(file.after().error.message, testing::HasSubstr("write family = \"yolov8\" and outputs.output = \"...\""));
  file.owner.recipe.family = "yolov8";
  file.owner.recipe.outputs["output"] = "output1";
  EXPECT_EQ(file.family(), "yolov8 detect") << file.after().error.message;
}

// YOLOP finds cars beside maps of the road, and is fed by ImageNet's mean.
TEST(Recognise, ATableOfAnchorsBesideMapsOfTheInputsSizeIsNoYolov5) {
  auto rows = table(252, 6, [](auto, auto column) { return column < 4 ? 20.0 : 0.1; });
  File alone = File().gives("det_out", {1, 252, 6}, rows);
  EXPECT_EQ(alone.family(), "yolov5 detect");
  File heads = alone;
  heads.gives("p3", {1, 3, 8, 8, 6}).gives("p4", {1, 3, 4, 4, 6}).gives("p5", {1, 3, 2, 2, 6});
  EXPECT_EQ(heads.family(), "yolov5 detect");
  File road = alone.gives("lane_line_seg", {1, 2, 64, 64});
  EXPECT_EQ(road.family(), "model_ambiguous");
  EXPECT_THAT(road.after().error.message, testing::HasSubstr("beside it are outputs of another kind"));
  road.owner.recipe.family = "yolov5";
  EXPECT_EQ(road.family(), "yolov5 detect");
}

TEST(Recognise, ThreeHundredRowsOfSixAreToldByTheirNumbers) {
  auto corners = table(300, 6, [](auto row, auto column) {
    return column < 2 ? 3 : column < 4 ? 30 : column == 4 ? 0.2 : static_cast<double>(row % 3);
  });
  EXPECT_EQ(File().gives("output0", {1, 300, 6}, corners).family(), "yolo_end2end detect");
  auto shares = table(300, 6, [](auto, auto column) { return column < 4 ? 0.5 : 0.3; });
  EXPECT_EQ(File().gives("output0", {1, 300, 6}, shares).family(), "rtdetr_ultralytics detect");
  File silent = File().gives("output0", {1, 300, 6});
  EXPECT_EQ(silent.family(), "model_ambiguous");
  EXPECT_EQ(silent.after().candidates.size(), 2U);
  EXPECT_THAT(silent.after().error.message, testing::HasSubstr("family = \"...\""));
  silent.facts.metadata = {{"author", "Ultralytics"}, {"task", "detect"}, {"names", "['a', 'b']"}, {"args", "{'nms': True}"}};
  EXPECT_EQ(silent.family(), "yolo_end2end detect");
  silent.facts.metadata["args"] = "{}";
  silent.facts.metadata["description"] = "Ultralytics rtdetr-l model trained on coco8.yaml";
  EXPECT_EQ(silent.family(), "rtdetr_ultralytics detect");
  silent.facts.metadata["description"] = "Ultralytics YOLO11n model trained on coco8.yaml";
  EXPECT_EQ(silent.family(), "model_ambiguous") << "two classes make both fit";
  silent.facts.metadata["names"] = "['a', 'b', 'c']";
  EXPECT_EQ(silent.family(), "yolo_end2end detect") << "an RT-DETR of three classes would have seven columns";
}

// A matte, letters of a line of text, boxes as corners in shares with the number of their class: all numbers lie in 0..1.
TEST(Recognise, NumbersInSharesAreNoQueriesByThemselves) {
  auto any = [](auto row, auto column) { return 0.1 + static_cast<double>((row * 7 + column * 5) % 50) / 60; };
  File matte = File().gives("alpha", {1, 64, 64}, table(64, 64, any));
  File large = File().gives("alpha", {1, 300, 300}, table(300, 300, any));
  large.facts.inputs[0].shape = {1, 3, 300, 300};
  large.probe.width = large.probe.height = 300;
  auto corners = [](auto row, auto column) { return column == 5 ? static_cast<double>(row % 2) : column < 2 ? 0.1 : column < 4 ? 0.2 : 0.9; };
  File few = File().gives("output", {1, 100, 6}, table(100, 6, corners));
  File many = File().gives("output", {1, 300, 6}, table(300, 6, corners));
  for (File file : {matte, large, few, many}) {
    EXPECT_EQ(file.family(), "model_ambiguous") << file.facts.outputs[0].shape[1];
    EXPECT_THAT(file.after().error.message, testing::HasSubstr("if it is one, write family = \"rtdetr_ultralytics\""));
    file.owner.recipe.family = "rtdetr_ultralytics";
    EXPECT_EQ(file.family(), "rtdetr_ultralytics detect");
  }
  EXPECT_EQ(File().gives("output", {1, 300, 9}, table(300, 9, any)).family(), "rtdetr_ultralytics detect");
}

TEST(Recognise, RowsTellYolov5FromYolox) {
  auto pixels = [](auto, auto column) { return column < 4 ? 20 : 0.5; };
  auto grid = [](auto, auto column) { return column < 4 ? -0.2 : 0.5; };
  EXPECT_EQ(File().gives("o", {1, 252, 6}, table(252, 6, pixels)).family(), "yolov5 detect");
  EXPECT_EQ(File().gives("o", {1, 84, 6}, table(84, 6, grid)).family(), "yolox detect");
  EXPECT_EQ(File().gives("o", {1, 5, 84}, table(5, 84, [](auto row, auto) { return row < 4 ? 20 : 0.5; })).family(), "yolov8 detect") << "one class";
  EXPECT_EQ(File().gives("o", {1, 252, 6}, table(252, 6, grid)).family(), "model_ambiguous") << "negative sizes are no pixels";
}

TEST(Recognise, NaNIsRefused) {
  std::vector<float> values(84 * 7, 0.5F);
  values[13] = std::numeric_limits<float>::quiet_NaN();
  File file = File().gives("o", {1, 7, 84}, values);
  EXPECT_EQ(file.family(), "model_ambiguous");
  EXPECT_THAT(file.after().error.message, testing::HasSubstr("NaN"));
}

TEST(Recognise, TakesOpenSizesFromTheOwnerThenMetadataThenTheFamily) {
  File file;
  file.facts.inputs[0].shape = {-1, 3, -1, -1};
  file.facts.outputs = {{"output0", "float32", {-1, 7, -1}, {"batch", "", "anchors"}}};
  auto size = [&] {
    Recognition answer = file.before();
    return answer.possible.empty() ? std::pair(0, 0) : std::pair(answer.possible[0].reading.input_width, answer.possible[0].reading.input_height);
  };
  EXPECT_EQ(size(), std::pair(640, 640));
  file.facts.metadata["imgsz"] = "[320, 416]";
  EXPECT_EQ(size(), std::pair(416, 320));
  file.owner.recipe.input_width = 96;
  EXPECT_EQ(size(), std::pair(96, 320));
}

TEST(Recognise, ASegmenterOfOpenSizeHasNoCustomaryOne) {
  File file;
  file.facts.inputs[0].shape = {1, 3, -1, -1};
  file.facts.outputs = {{"out", "float32", {1, 21, -1, -1}, {}}};
  EXPECT_TRUE(file.before().possible.empty());
  EXPECT_THAT(file.before().error.message, testing::HasSubstr("input_width"));
}

TEST(Recognise, EveryFieldOfTheRecipeHasEvidence) {
  File file = File().gives("o", {1, 7, 84}, table(7, 84, [](auto row, auto) { return row < 4 ? 20 : 0.5; }));
  file.owner.recipe.nms_iou = 0.6;
  file.owner.recipe.crop_share = 0.5;
  Recognition answer = file.after();
  ASSERT_EQ(answer.possible.size(), 1U);
  std::set<std::string> about;
  for (const domain::Evidence& one : answer.possible[0].evidence) about.insert(one.about);
  for (const char* field : {"family", "task", "input_width", "input_height", "layout", "colour", "fit", "interpolation", "pad_value", "mean", "deviation",
                            "confidence_threshold", "nms_iou", "nms_across_classes", "max_detections", "outputs", "labels"}) {
    EXPECT_TRUE(about.contains(field)) << field;
  }
  EXPECT_EQ(answer.possible[0].reading.recipe.nms_iou, 0.6);
  EXPECT_THAT(answer.possible[0].warnings, testing::ElementsAre(testing::HasSubstr("crop_share")));
}

TEST(Recognise, TheOwnerMayChooseButNotContradict) {
  File file = File().gives("output0", {1, 300, 6});
  file.owner.recipe.family = "rtdetr_ultralytics";
  EXPECT_EQ(file.family(), "rtdetr_ultralytics detect");
  file.owner.recipe.family = "yolov5x";
  EXPECT_THAT(file.after().error.message, testing::HasSubstr("not known"));
  file.owner.recipe.family = "ultraface";
  EXPECT_EQ(file.after().error.code, "model_unavailable");
  EXPECT_THAT(file.after().error.message, testing::HasSubstr("cannot be"));
  file.owner.recipe = {};
  file.owner.recipe.outputs["output"] = "elsewhere";
  EXPECT_THAT(file.after().error.message, testing::HasSubstr("'elsewhere'"));
}

}  // namespace
}  // namespace darkroom::inference
