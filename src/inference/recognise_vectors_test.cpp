// One row of numbers, or maps of the photo: what may be classes, an embedding, or the inside of a network.
#include "inference/recognising_for_test.h"

#include <gmock/gmock.h>

namespace darkroom::inference {
namespace {

File takes_square(std::int64_t side) { return takes("float32", {1, 3, side, side}); }

TEST(RecogniseVectors, ClipIsToldByItsSideToo) {
  for (std::int64_t side : {224, 240, 288, 336, 378, 384, 448}) EXPECT_EQ(answers(takes_square(side), "image_embeds", 512).family(), "clip embed") << side;
  struct Case {
    File file;
    const char* what;
  };
  for (Case each : {Case{answers(takes_square(112), "embedding", 512), "ArcFace"}, {answers(takes_square(160), "embeddings", 128), "FaceNet"},
                    {answers(takes("float32", {1, 160, 160, 3}), "embeddings", 512), "FaceNet of Keras"},
                    {answers(takes_square(384), "pooler_output", 1152), "SigLIP"}, {answers(takes_square(256), "image_embeds", 512), "MobileCLIP"},
                     {answers(takes_square(112), "output", 512), "no name"}}) {
    EXPECT_EQ(each.file.family(), "model_ambiguous") << each.what;
    EXPECT_THAT(each.file.after().candidates, testing::Not(testing::IsEmpty())) << each.what;
    each.file.owner.recipe.family = "clip";
    each.file.owner.recipe.mean = each.file.owner.recipe.deviation = {127.5, 127.5, 127.5};
    EXPECT_EQ(each.file.family(), "clip embed") << each.what << each.file.after().error.message;
  }
}

TEST(RecogniseVectors, ClipInNhwcOfFloatsNeedsItsNumbers) {
  File file = answers(takes("float32", {1, 224, 224, 3}), "image_embeds", 512);
  file.owner.recipe.family = "clip";
  EXPECT_EQ(file.family(), "model_unavailable");
  EXPECT_THAT(file.after().error.message, testing::HasSubstr("write mean and deviation"));
  file.owner.recipe.mean = file.owner.recipe.deviation = {127.5, 127.5, 127.5};
  EXPECT_EQ(file.family(), "clip embed") << file.after().error.message;
  File bytes = answers(takes("uint8", {1, 224, 224, 3}), "image_embeds", 512);
  bytes.owner.recipe.family = "clip";
  EXPECT_EQ(bytes.family(), "clip embed") << bytes.after().error.message;
}

TEST(RecogniseVectors, SevenNumbersForEachFindAreNoClasses) {
  auto gives = [](std::int64_t batch, const std::string& batch_name, const std::string& rows_name) {
    File file;
    file.facts.inputs = {{"images", "float32", {batch, 3, 64, 64}, {batch_name, "", "", ""}}};
    file.facts.outputs = {{"output", "float32", {-1, 7}, {rows_name, ""}}};
    return file;
  };
  for (File file : {gives(1, "", "finds"), gives(-1, "batch", "finds"), gives(1, "", "")}) {
    EXPECT_TRUE(file.before().possible.empty());
    EXPECT_THAT(file.before().error.message, testing::HasSubstr("export with --grid alone"));
    file.owner.labels.assign(7, "x");
    EXPECT_EQ(file.before().possible.size(), 1U) << "seven names make seven classes";
  }
  EXPECT_EQ(gives(-1, "batch", "batch").before().possible.size(), 1U);
  EXPECT_EQ(gives(-1, "", "").before().possible.size(), 1U);
}

// As torchvision's detectors give them. How many a probe run finds is chance: a single find has the shape of a vector of four.
TEST(RecogniseVectors, BoxesLabelsAndScoresApartAreNoClasses) {
  auto gives = [](std::int64_t batch, const std::string& batch_name, std::int64_t finds) {
    File file;
    file.facts.inputs = {{"images", "float32", {batch, 3, 64, 64}, {batch_name, "", "", ""}}};
    file.facts.outputs = {{"boxes", "float32", {-1, 4}, {"finds", ""}}, {"labels", "int64", {-1}, {"finds"}}, {"scores", "float32", {-1}, {"finds"}}};
    auto count = static_cast<std::size_t>(finds);
    file.probe.outputs = {{"boxes", {{finds, 4}, table(count, 4, [](auto, auto column) { return column < 2 ? 3 : 30; })}},
                          {"labels", {{finds}, std::vector<float>(count, 1)}},
                          {"scores", {{finds}, std::vector<float>(count, 0.5F)}}};
    return file;
  };
  for (std::int64_t finds : {0, 1, 3}) {
    for (File file : {gives(1, "", finds), gives(-1, "batch", finds), gives(-1, "", finds)}) {
      EXPECT_EQ(file.family(), "model_ambiguous") << finds;
      for (const Recognition& refused : {file.before(), file.after()}) {
        EXPECT_TRUE(refused.possible.empty()) << finds;
        EXPECT_THAT(refused.error.message, testing::HasSubstr("boxes, labels and scores apart, as torchvision's detectors give them"));
      }
      file.owner.labels.assign(4, "x");
      EXPECT_EQ(file.family(), "model_ambiguous") << "four names are those of what is found";
    }
  }
}

// Rows that are counted apart from the pictures.
TEST(RecogniseVectors, ARowForEachFindIsNoVector) {
  auto gives = [](std::int64_t batch, const std::string& batch_name, const std::string& rows_name, std::int64_t columns) {
    File file;
    file.facts.inputs = {{"images", "float32", {batch, 3, 64, 64}, {batch_name, "", "", ""}}};
    file.facts.outputs = {{"output", "float32", {-1, columns}, {rows_name, ""}}};
    file.probe.outputs["output"] = {{1, columns}, table(1, static_cast<std::size_t>(columns), [](auto, auto column) { return 3.0 * static_cast<double>(column % 12) - 5; })};
    return file;
  };
  for (File file : {gives(1, "", "finds", 6), gives(1, "", "", 6), gives(1, "", "finds", 1000), gives(-1, "batch", "finds", 6)}) {
    EXPECT_EQ(file.family(), "model_ambiguous");
    EXPECT_THAT(file.before().error.message, testing::HasSubstr("if each picture has one, write family = \"classifier\""));
    File asked = file, named = file;
    asked.owner.recipe.family = "classifier";
    named.owner.labels.assign(static_cast<std::size_t>(file.facts.outputs[0].shape[1]), "x");
    for (const File& one : {asked, named}) EXPECT_EQ(one.family(), "classifier classify");
  }
  EXPECT_EQ(gives(-1, "batch", "batch", 6).family(), "classifier classify");
  EXPECT_EQ(gives(-1, "input_dynamic_axes_1", "output_dynamic_axes_1", 1000).family(), "classifier classify") << "so many numbers has no find";
}

// Landmarks of a face, as shares of the picture: 98 points, 68, or 5.
TEST(RecogniseVectors, NumbersInShareMayBeCoordinates) {
  for (std::size_t size : {std::size_t{196}, std::size_t{136}, std::size_t{10}, std::size_t{2}}) {
    std::vector<float> values = table(1, size, [](auto, auto column) { return 0.3 + static_cast<double>(column % 5) / 10; });
    File file = takes_square(112).gives("output", {1, static_cast<std::int64_t>(size)}, values);
    EXPECT_EQ(file.family(), "model_ambiguous") << size;
    EXPECT_THAT(file.after().error.message, testing::HasSubstr("coordinates: if they are classes, write family = \"classifier\""));
    EXPECT_THAT(file.after().candidates, testing::SizeIs(1));
    File asked = file, named = file;
    asked.owner.recipe.family = "classifier";
    named.owner.labels.assign(size, "x");
    for (const File& one : {asked, named}) {
      ASSERT_EQ(one.family(), "classifier classify") << size;
      EXPECT_EQ(one.after().possible[0].reading.recipe.activation, domain::Activation::none) << size;
    }
  }
  EXPECT_EQ(takes_square(112).gives("output", {1, 10}, std::vector<float>(10, 0.1F)).family(), "classifier classify") << "they add up to 1";
  EXPECT_EQ(takes_square(112).gives("output", {1, 100}, std::vector<float>(100, 0.1F)).family(), "model_ambiguous") << "length 1";
}

TEST(RecogniseVectors, CoordinatesInPixelsAreNoClasses) {
  for (std::size_t size : {std::size_t{196}, std::size_t{1404}, std::size_t{4}, std::size_t{2}}) {
    std::vector<float> values = table(1, size, [](auto, auto column) { return column % 2 == 0 ? 88.25 : -3.5; });
    File file = takes_square(192).gives("output", {1, static_cast<std::int64_t>(size)}, values);
    EXPECT_EQ(file.family(), "model_ambiguous") << size;
    EXPECT_THAT(file.after().error.message, testing::HasSubstr("beyond 50, as coordinates in pixels do: if they are classes, write family = \"classifier\""));
    file.owner.labels.assign(size, "x");
    EXPECT_EQ(file.family(), "classifier classify") << size;
    EXPECT_EQ(file.after().possible.at(0).reading.recipe.activation, domain::Activation::softmax) << size;
  }
  EXPECT_EQ(takes_square(224).gives("output", {1, 3}, {30, 2, -7}).family(), "classifier classify");
}

// Its classifiers take pixels in 0..1; only the names tell one from which the metadata was stripped.
TEST(RecogniseVectors, AClassifierOfUltralyticsIsToldByItsNames) {
  auto named = [](const std::string& input, const std::string& output, const std::vector<float>& values) {
    File file = takes_square(224).gives(output, {1, static_cast<std::int64_t>(values.size())}, values);
    file.facts.inputs[0].name = input;
    return file.after().possible.at(0);
  };
  const Recognised found = named("images", "output0", {0.75, 0.25});
  EXPECT_EQ(found.reading.recipe.mean, (std::array<double, 3>{0, 0, 0}));
  EXPECT_EQ(found.reading.recipe.deviation, (std::array<double, 3>{255, 255, 255}));
  EXPECT_THAT(found.evidence.front().because, testing::HasSubstr("named as Ultralytics names them"));
  for (const Recognised& other : {named("images", "output0", {3, -1}), named("input", "output0", {0.75, 0.25}), named("images", "probs", {0.75, 0.25})}) {
    EXPECT_GT(other.reading.recipe.mean->at(0), 100) << "ImageNet's, as YOLOv5 and torchvision have it";
  }
}

TEST(RecogniseVectors, RowsOfYolov7AreToldHoweverManyAProbeRunFound) {
  for (std::int64_t finds : {0, 1, 5}) {
    File file;
    file.gives("output", {finds, 7}, std::vector<float>(static_cast<std::size_t>(7 * finds), 0.5F));
    file.facts.outputs[0].shape = {-1, 7};
    EXPECT_THAT(file.after().error.message, testing::HasSubstr("export with --grid alone")) << finds;
  }
}

TEST(RecogniseVectors, OfOneClassThePlacesAreOverAHalf) {
  auto of = [](float low, float high) {
    File file = takes_square(64).gives("out", {1, 1, 16, 16}, table(16, 16, [&](auto row, auto) { return row < 8 ? low : high; }));
    return file.after().possible.at(0).reading.recipe;
  };
  EXPECT_EQ(of(0, 1).activation, domain::Activation::none);
  EXPECT_EQ(of(0, 1).confidence_threshold, 0.5);
  EXPECT_EQ(of(-4, 3).activation, domain::Activation::sigmoid);
}

TEST(RecogniseVectors, FeaturesAreNoClasses) {
  for (auto [name, size] : std::vector<std::pair<std::string, std::int64_t>>{
           {"features", 960}, {"output", 192}, {"output", 1792}, {"last_hidden_state", 100}, {"avgpool", 77}, {"features", 10}}) {
    File file = answers(takes_square(224), name, size);
    EXPECT_EQ(file.family(), "model_ambiguous") << name << size;
    EXPECT_THAT(file.after().candidates, testing::Not(testing::IsEmpty())) << name << size;
    file.owner.labels.assign(static_cast<std::size_t>(size), "x");
    EXPECT_EQ(file.family(), "classifier classify") << name << size;
  }
  EXPECT_EQ(answers(takes_square(224), "output", 1000).family(), "classifier classify");
  EXPECT_EQ(answers(takes_square(112), "logits", 10).family(), "classifier classify");
}

TEST(RecogniseVectors, WhatMetadataSaysOfThePreparationCounts) {
  File file = answers(takes_square(224), "output", 1000);
  file.facts.metadata = {{"mean", "(0.5, 0.5, 0.5)"}, {"std", "[0.25, 0.5, 0.5]"}, {"crop_pct", "0.95"}, {"interpolation", "bicubic"}};
  const Recognised found = file.after().possible.at(0);
  const domain::Recipe& recipe = found.reading.recipe;
  EXPECT_EQ(recipe.mean, (std::array<double, 3>{127.5, 127.5, 127.5}));
  EXPECT_EQ(recipe.deviation, (std::array<double, 3>{63.75, 127.5, 127.5}));
  EXPECT_EQ(recipe.crop_share, 0.95);
  EXPECT_EQ(recipe.interpolation, domain::Interpolation::bicubic);
  auto evidence = std::ranges::find(found.evidence, "deviation", &domain::Evidence::about);
  EXPECT_EQ(evidence->because, "metadata std");
  file.owner.recipe.crop_share = 0.9;
  EXPECT_EQ(file.after().possible.at(0).reading.recipe.crop_share, 0.9) << "its owner wins";
}

TEST(RecogniseVectors, HowAnExportOfHuggingFaceIsFedIsAsked) {
  for (std::int64_t classes : {1000, 512}) {
    File file = answers(takes_square(224), "logits", classes);
    file.facts.inputs[0].name = "pixel_values";
    EXPECT_EQ(file.family(), "model_ambiguous") << classes;
    EXPECT_THAT(file.after().error.message, testing::HasSubstr("write mean, deviation and fit"));
    File said = file, owned = file;
    said.facts.metadata = {{"mean", "[0.5, 0.5, 0.5]"}, {"std", "[0.5, 0.5, 0.5]"}};
    said.owner.recipe.family = "classifier";
    owned.owner.recipe.mean = owned.owner.recipe.deviation = {127.5, 127.5, 127.5};
    EXPECT_EQ(owned.family(), "model_ambiguous") << "stretched or cropped?";
    owned.owner.recipe.fit = domain::Fit::stretch;
    owned.owner.recipe.family = "classifier";
    EXPECT_EQ(said.family(), "classifier classify") << classes;
    EXPECT_EQ(owned.family(), "classifier classify") << classes;
  }
}

// Of Hugging Face's models of places SegFormer alone is fed as is customary, and gives a quarter of the sides.
TEST(RecogniseVectors, HowOtherMapsOfHuggingFaceAreFedIsAsked) {
  auto gives = [](std::int64_t side) {
    File file = takes_square(512).gives("logits", {1, 21, side, side});
    file.facts.inputs[0].name = "pixel_values";
    return file;
  };
  EXPECT_EQ(gives(128).family(), "semantic semantic");
  for (std::int64_t side : {32, 512}) {
    File file = gives(side);
    EXPECT_EQ(file.family(), "model_ambiguous") << side;
    EXPECT_THAT(file.after().error.message, testing::HasSubstr("write mean, deviation and fit"));
    EXPECT_THAT(file.after().candidates, testing::SizeIs(1));
    file.owner.recipe.mean = file.owner.recipe.deviation = {127.5, 127.5, 127.5};
    EXPECT_EQ(file.family(), "semantic semantic") << side;
  }
}

TEST(RecogniseVectors, FeatureMapsAreNoClassesOfPlaces) {
  File grid = takes_square(416).gives("grid", {1, 125, 13, 13});
  EXPECT_EQ(grid.family(), "model_ambiguous") << "YOLOv2";
  EXPECT_THAT(grid.after().error.message, testing::HasSubstr("features or heatmaps"));
  EXPECT_EQ(takes_square(256).gives("output", {1, 16, 64, 64}).family(), "model_ambiguous") << "the joints of a person";
  File features = takes_square(224).gives("out", {1, 2048, 7, 7});
  EXPECT_EQ(features.family(), "model_ambiguous");
  File heat = takes("float32", {1, 3, 256, 192}).gives("heatmaps", {1, 17, 64, 48});
  EXPECT_EQ(heat.family(), "model_ambiguous");
  EXPECT_THAT(heat.after().candidates, testing::SizeIs(1));
  heat.owner.recipe.family = "semantic";
  EXPECT_EQ(heat.family(), "semantic semantic");
  EXPECT_EQ(takes_square(224).gives("out", {1, 150, 56, 56}).family(), "semantic semantic");
}

}  // namespace
}  // namespace darkroom::inference
