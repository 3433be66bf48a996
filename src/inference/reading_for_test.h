// What the tests of the readers share: tensors made by hand, and a photo of odd size in every place that it can have in a tensor.
#pragma once

#include "inference/read.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <set>

namespace darkroom::inference {

inline constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
inline constexpr float kInfinity = std::numeric_limits<float>::infinity();

struct MadeTensor {
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

// One answer of a model of 64 x 64 pixels, to a photo of the same size.
struct Trial {
  Trial(const std::string& family, const std::string& task, int classes) {
    reading.recipe.family = family;
    reading.recipe.task = task;
    reading.recipe.confidence_threshold = 0.25;
    reading.input_width = 64;
    reading.input_height = 64;
    reading.classes = classes;
    frame.width = 64;
    frame.height = 64;
  }

  Result<domain::Findings> read() const {
    Outputs outputs;
    for (const auto& [role, tensor] : tensors) outputs[role] = {tensor.shape, tensor.values};
    return read_outputs(outputs, reading, frame);
  }

  // The objects of an answer that is good.
  std::vector<domain::DetectedObject> objects() const {
    Result<domain::Findings> found = read();
    EXPECT_TRUE(found) << found.error().message;
    return found ? found->objects : std::vector<domain::DetectedObject>{};
  }

  // The message of a refusal; empty when the answer was taken.
  std::string refused() const {
    Result<domain::Findings> found = read();
    if (found) return "";
    EXPECT_EQ(found.error().code, "model_output");
    return found.error().message;
  }

  MadeTensor& output() { return tensors["output"]; }

  Reading reading;
  PhotoFrame frame;
  std::map<std::string, MadeTensor> tensors;
};

// A photo of 125 x 75 in a tensor of 64 x 64, and where the tensor's box (25.6, 26.88, 38.4, 37.12) lies in it: centre 32, 32, size 12.8 x 10.24.
struct Placed {
  const char* name;
  imaging::Placement placement;
  domain::Box box;
};

inline const domain::Box kBoxInTensor = {25.6, 26.88, 38.4, 37.12};
inline const std::vector<Placed>& placements() {
  static const std::vector<Placed> all = {
      {"letterbox_centre", {0.512, 0.512, 0, 13}, {50, 27.109375, 75, 47.109375}},                // 38 rows of 64, 13 above
      {"letterbox_top_left", {0.512, 38.0 / 75, 0, 0}, {50, 53.0526315, 75, 73.2631578}},         // 38 rows at the top
      {"stretch", {0.512, 64.0 / 75, 0, 0}, {50, 31.5, 75, 43.5}},
      {"centre_crop", {64.0 / 75, 64.0 / 75, -64.0 / 3, 0}, {55, 31.5, 70, 43.5}},                // 25 columns cut off on each side
  };
  return all;
}

inline void expect_box(const domain::Box& box, const domain::Box& expected, double tolerance = 1e-4) {
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(box[i], expected[i], tolerance) << "edge " << i;
}

// Reads the case in each placement; it holds one object, at kBoxInTensor.
inline void expect_placed(Trial& one) {
  one.frame.width = 125;
  one.frame.height = 75;
  for (const Placed& placed : placements()) {
    SCOPED_TRACE(placed.name);
    one.frame.placement = placed.placement;
    auto objects = one.objects();
    ASSERT_EQ(objects.size(), 1U);
    expect_box(objects[0].box, placed.box);
  }
}

// Puts each kind of number that is none in each place, and expects a refusal.
inline void expect_finite_needed(Trial& one, const std::string& role) {
  for (std::size_t i = 0; i < one.tensors.at(role).values.size(); ++i) {
    float& value = one.tensors.at(role).values[i];
    float good = value;
    for (float bad : {kNan, kInfinity, -kInfinity}) {
      value = bad;
      EXPECT_THAT(one.refused(), testing::HasSubstr("NaN or infinity")) << role << " " << i;
    }
    value = good;
  }
}

}  // namespace darkroom::inference
