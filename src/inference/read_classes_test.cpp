#include "inference/reading_for_test.h"

#include <numeric>

namespace darkroom::inference {
namespace {

Trial classifier(std::vector<float> values, std::optional<domain::Activation> activation = {}) {
  auto classes = static_cast<int>(values.size());
  Trial one("classifier", "classify", classes);
  one.reading.recipe.confidence_threshold.reset();
  one.reading.recipe.activation = activation;
  one.reading.labels = {"cat", "dog", "bird"};
  one.output() = {{1, classes}, std::move(values)};
  return one;
}

std::vector<domain::Classification> classes_of(const Trial& one) {
  Result<domain::Findings> found = one.read();
  EXPECT_TRUE(found) << found.error().message;
  return found ? found->classes : std::vector<domain::Classification>{};
}

TEST(ReadClassifier, NamesTheBestFirst) {
  auto classes = classes_of(classifier({0.2F, 0.1F, 0.7F}));
  ASSERT_EQ(classes.size(), 3U);
  EXPECT_EQ(classes[0].label, "bird");
  EXPECT_EQ(classes[0].index, 2);
  EXPECT_NEAR(classes[0].confidence, 0.7, 1e-6);
  EXPECT_EQ(classes[2].label, "dog");
}

TEST(ReadClassifier, SoftmaxOfLogits) {
  // exp 1 : 2 : 5 of 8.
  auto classes = classes_of(classifier({0, std::log(2.0F), std::log(5.0F)}, domain::Activation::softmax));
  EXPECT_NEAR(classes[0].confidence, 5.0 / 8, 1e-6);
  EXPECT_NEAR(classes[1].confidence, 2.0 / 8, 1e-6);
  EXPECT_NEAR(classes[2].confidence, 1.0 / 8, 1e-6);
  classes = classes_of(classifier({3e38F, -3e38F}, domain::Activation::softmax));
  EXPECT_EQ(classes[0].confidence, 1);
  EXPECT_EQ(classes[1].confidence, 0);
}

TEST(ReadClassifier, SigmoidJudgesEachByItself) {
  auto classes = classes_of(classifier({std::log(3.0F), std::log(3.0F), -1e30F}, domain::Activation::sigmoid));
  EXPECT_NEAR(classes[0].confidence, 0.75, 1e-6);
  EXPECT_EQ(classes[0].index, 0) << "of equal ones the first";
  EXPECT_NEAR(classes[1].confidence, 0.75, 1e-6);
  EXPECT_EQ(classes[2].confidence, 0);
}

TEST(ReadClassifier, TopKAndTheThresholdBoundTheList) {
  Trial one = classifier({0.05F, 0.1F, 0.15F, 0.2F, 0.11F, 0.09F, 0.3F});
  EXPECT_EQ(classes_of(one).size(), 5U);
  EXPECT_EQ(classes_of(one)[0].label, "class_6");
  one.reading.recipe.top_k = 2;
  EXPECT_EQ(classes_of(one).size(), 2U);
  one.reading.recipe.top_k = 100;
  EXPECT_EQ(classes_of(one).size(), 7U);
  one.reading.recipe.confidence_threshold = 0.2;
  EXPECT_EQ(classes_of(one).size(), 2U);
  one.reading.recipe.confidence_threshold = 0.9;
  EXPECT_TRUE(classes_of(one).empty());
}

TEST(ReadClassifier, OneAndTwoClassesAndOtherShapesOfTheSame) {
  EXPECT_EQ(classes_of(classifier({0.4F})).at(0).label, "cat");
  EXPECT_EQ(classes_of(classifier({0.4F, 0.6F})).at(0).label, "dog");
  Trial one = classifier({0.4F, 0.6F});
  for (std::vector<std::int64_t> shape : {std::vector<std::int64_t>{2}, {1, 2, 1, 1}, {2, 1}}) {
    one.output().shape = shape;
    EXPECT_EQ(classes_of(one).size(), 2U);
  }
}

TEST(ReadClassifier, WhatCannotBeIsRefused) {
  Trial one = classifier({0.4F, 0.6F});
  expect_finite_needed(one, "output");
  EXPECT_THAT(classifier({4.0F, -2.0F}, domain::Activation::none).refused(), testing::HasSubstr("a class score is outside 0..1"));
  one.reading.classes = 3;
  EXPECT_THAT(one.refused(), testing::HasSubstr("recognised as [3]"));
  one.tensors.clear();
  EXPECT_THAT(one.refused(), testing::HasSubstr("no tensor for 'output'"));
}

Trial clip(std::vector<float> values) {
  Trial one("clip", "embed", 0);
  one.output() = {{1, static_cast<std::int64_t>(values.size())}, std::move(values)};
  return one;
}

TEST(ReadClip, TheEmbeddingHasTheLengthOne) {
  Result<domain::Findings> found = clip({3, 0, -4}).read();
  ASSERT_TRUE(found);
  EXPECT_THAT(found->embedding, testing::Pointwise(testing::FloatEq(), std::vector<float>{0.6F, 0, -0.8F}));
  found = clip(std::vector<float>(512, 1e30F)).read();
  ASSERT_TRUE(found);
  EXPECT_NEAR(std::inner_product(found->embedding.begin(), found->embedding.end(), found->embedding.begin(), 0.0), 1, 1e-5);
}

TEST(ReadClip, WhatCannotBeIsRefused) {
  EXPECT_THAT(clip({0, 0, 0}).refused(), testing::HasSubstr("no length"));
  EXPECT_THAT(clip({}).refused(), testing::HasSubstr("no length"));
  EXPECT_THAT(clip(std::vector<float>(16'385, 1)).refused(), testing::HasSubstr("more than 16384"));
  Trial one = clip({3, 0, -4});
  expect_finite_needed(one, "output");
  one.output() = {{1, 2, 3}, std::vector<float>(6, 1)};
  EXPECT_THAT(one.refused(), testing::HasSubstr("recognised as [?]"));
}

}  // namespace
}  // namespace darkroom::inference
