// What holds for every family: which readers there are, and that no output, however wild, becomes an outcome that the worker would not take.
#include "inference/reading_for_test.h"

namespace darkroom::inference {
namespace {

TEST(Read, AFamilyWithoutAReaderIsRefusedByName) {
  EXPECT_THAT(Trial("yolov3", "detect", 1).refused(), testing::HasSubstr("no reader knows the family 'yolov3' with the task 'detect'"));
  EXPECT_THAT(Trial("yolox", "pose", 1).refused(), testing::HasSubstr("'yolox' with the task 'pose'"));
  EXPECT_THAT(Trial("", "", 1).refused(), testing::HasSubstr("family ''"));
}

constexpr int kClasses = 3;

struct Layout {
  const char* family;
  const char* task;
  std::map<std::string, std::vector<std::int64_t>> shapes;
};

const std::vector<Layout> kLayouts = {
    {"yolox", "detect", {{"output", {1, 84, 8}}}},
    {"yolov8", "detect", {{"output", {1, 7, 84}}}},
    {"yolov8", "segment", {{"output", {1, 11, 84}}, {"prototypes", {1, 4, 16, 16}}}},
    {"yolov8", "pose", {{"output", {1, 13, 84}}}},
    {"yolov8", "obb", {{"output", {1, 8, 84}}}},
    {"yolov5", "detect", {{"output", {1, 84, 8}}}},
    {"yolov5", "segment", {{"output", {1, 84, 12}}, {"prototypes", {1, 4, 16, 16}}}},
    {"yolo_end2end", "detect", {{"output", {1, 30, 6}}}},
    {"yolo_end2end", "segment", {{"output", {1, 30, 10}}, {"prototypes", {1, 4, 16, 16}}}},
    {"yolo_end2end", "pose", {{"output", {1, 30, 12}}}},
    {"yolo_end2end", "obb", {{"output", {1, 30, 7}}}},
    {"rtdetr", "detect", {{"boxes", {1, 30, 4}}, {"labels", {1, 30}}, {"scores", {1, 30}}}},
    {"rtdetr_ultralytics", "detect", {{"output", {1, 30, 7}}}},
    {"ssd", "detect", {{"boxes", {1, 30, 4}}, {"labels", {1, 30}}, {"scores", {1, 30}}, {"count", {1}}}},
    {"ultraface", "detect", {{"boxes", {1, 30, 4}}, {"scores", {1, 30, 2}}}},
    {"classifier", "classify", {{"output", {1, 3}}}},
    {"clip", "embed", {{"output", {1, 512}}}},
    {"u2net", "mask", {{"output", {1, 1, 16, 16}}}},
    {"semantic", "semantic", {{"output", {1, 3, 16, 16}}}},
};

Trial made(const Layout& layout) {
  Trial one(layout.family, layout.task, kClasses);
  one.reading.mask_coefficients = 4;
  one.reading.recipe.keypoints = 2;
  one.reading.keypoint_fields = 3;
  for (const auto& [role, shape] : layout.shapes) {
    std::size_t count = 1;
    for (std::int64_t size : shape) count *= static_cast<std::size_t>(size);
    one.tensors[role] = {shape, std::vector<float>(count)};
  }
  return one;
}

// Random numbers of a size at which readers take them, mostly; of any size and sign; or any bits at all.
float any_number(std::mt19937& random, int kind) {
  if (kind == 0) return static_cast<float>(random() % 1'001) / 1'000;
  if (kind == 1) return static_cast<float>(random() % 3);
  if (kind == 2) return std::uniform_real_distribution<float>(-100, 200)(random);
  float number = 0;
  std::uint32_t bits = random();
  std::memcpy(&number, &bits, sizeof number);
  return number;
}

bool is_acceptable(const domain::Findings& found, const PhotoFrame& frame) {
  domain::Outcome outcome;
  outcome.found = found;
  outcome.image.width = frame.width;
  outcome.image.height = frame.height;
  Result<void> good = domain::validate(outcome);
  EXPECT_TRUE(good) << good.error().message;
  return good.has_value();
}

TEST(Read, WhateverAModelAnswersIsRefusedOrAcceptable) {
  std::mt19937 random(1234);
  for (const Layout& layout : kLayouts) {
    SCOPED_TRACE(std::string(layout.family) + " " + layout.task);
    int taken = 0;
    for (int round = 0; round < 120; ++round) {
      Trial one = made(layout);
      one.frame = {125, 75, placements()[random() % 4].placement};
      one.reading.recipe.confidence_threshold = static_cast<double>(random() % 3) / 4;
      int kind = round % 4;
      for (auto& [role, tensor] : one.tensors) {
        for (float& value : tensor.values) value = any_number(random, kind == 0 && role == "labels" ? 1 : kind);
      }
      if (kind == 0 && layout.family == std::string("yolo_end2end")) {
        auto length = static_cast<std::size_t>(one.output().shape[2]);
        for (std::size_t i = 5; i < one.output().values.size(); i += length) one.output().values[i] = any_number(random, 1);
      }
      Result<domain::Findings> found = one.read();
      if (!found) {
        EXPECT_EQ(found.error().code, "model_output");
        continue;
      }
      ++taken;
      ASSERT_TRUE(is_acceptable(*found, one.frame));
    }
    EXPECT_GT(taken, 0);
  }
}

// The most that the candidates of a large model can cost: everything is over the threshold, and nothing covers anything.
TEST(Read, ManyCandidatesAreBounded) {
  Trial one("yolov8", "obb", 1);
  constexpr std::size_t kMany = 40'000;
  one.reading.recipe.max_detections = 10'000;
  one.output() = {{1, 6, kMany}, std::vector<float>(6 * kMany)};
  for (std::size_t i = 0; i < kMany; ++i) {
    const float fields[] = {static_cast<float>(i % 640) / 10, static_cast<float>(i / 640) + 0.5F, 0.01F, 0.01F, 0.5F, 0};
    for (std::size_t field = 0; field < 6; ++field) one.output().values[field * kMany + i] = fields[field];
  }
  EXPECT_EQ(one.objects().size(), 5'000U);
}

TEST(Read, EveryShapeButTheRecognisedOneIsRefused) {
  for (const Layout& layout : kLayouts) {
    for (const auto& [role, shape] : layout.shapes) {
      Trial one = made(layout);
      SCOPED_TRACE(std::string(layout.family) + " " + layout.task + " " + role);
      one.tensors.erase(role);
      EXPECT_THAT(one.refused(), testing::HasSubstr("no tensor for '" + role + "'"));
      one = made(layout);
      one.tensors[role].values.push_back(0);
      EXPECT_NE(one.refused(), "") << "one number too many";
      one = made(layout);
      one.tensors[role].shape.assign({2, 2, 2, 2, 2});
      one.tensors[role].values.assign(32, 0);
      EXPECT_NE(one.refused(), "") << "five sizes";
    }
  }
}

}  // namespace
}  // namespace darkroom::inference
