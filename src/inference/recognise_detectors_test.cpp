// Detectors with several outputs, and what stands beside the one that counts.
#include "inference/recognising_for_test.h"

#include <gtest/gtest.h>

namespace darkroom::inference {
namespace {

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

}  // namespace
}  // namespace darkroom::inference
