// Engines with models through real runners, behind the wall: right answers, limits, and files that are not what they should be.
#include "runner/pool/made_model_for_test.h"
#include "runner/pool/pool_fixture.h"
#include "support/sample_models.h"

#include <unistd.h>

#include <algorithm>

namespace darkroom::runner::test {
namespace {

using darkroom::test::made_models;
using darkroom::test::onnx_model;
using darkroom::test::read_file;
using darkroom::test::shared_file;

RunEnd run_photo(Slot& slot, const domain::Model& model, const std::filesystem::path& path) {
  Photo photo(read_file(path));
  return slot.run(model, photo.request());
}

double overlap(const domain::Box& one, const domain::Box& other) {
  double width = std::max(0.0, std::min(one[2], other[2]) - std::max(one[0], other[0]));
  double height = std::max(0.0, std::min(one[3], other[3]) - std::max(one[1], other[1]));
  auto area = [](const domain::Box& box) { return (box[2] - box[0]) * (box[3] - box[1]); };
  return width * height / (area(one) + area(other) - width * height);
}

class MadeModels : public testing::Test {
 protected:
  void SetUp() override {
    if (made_models().empty()) GTEST_SKIP() << "python3-onnx is not installed";
  }
  static RunEnd run(const std::string& model, PoolConfig config = test_config()) {
    Zygotes zygotes(std::move(config));
    Slot slot(zygotes);
    return run_photo(slot, made_model(model), made_models() / "128x128.png");
  }
};

TEST_F(MadeModels, GiveTheirObjectsUnderTheirLabels) {
  Zygotes zygotes(test_config());
  Slot slot(zygotes);
  domain::Model model = made_model("known.onnx");
  model.labels = {"cat", "dog", "새"};
  for (int i = 0; i < 3; ++i) {
    RunEnd end = run_photo(slot, model, made_models() / "128x128.png");
    ASSERT_TRUE(succeeded(end)) << describe(end);
    const auto& outcome = std::get<domain::Outcome>(end);
    ASSERT_EQ(outcome.found.objects.size(), 2U);
    EXPECT_EQ(outcome.found.objects[0].label, "dog");
    EXPECT_GT(overlap(outcome.found.objects[0].box, {24, 32, 56, 80}), 0.999);
    EXPECT_EQ(outcome.found.objects[1].label, "새");
    EXPECT_EQ(outcome.engine, "onnx");
    EXPECT_TRUE(outcome.engine_version.starts_with("1.")) << outcome.engine_version;
    EXPECT_GT(outcome.timings.decode, 0);
    EXPECT_GT(outcome.timings.prepare, 0);
    EXPECT_GT(outcome.timings.infer, 0);
    EXPECT_GT(outcome.timings.post, 0);
  }
}

TEST_F(MadeModels, NaNAndLogitsFailForGood) {
  EXPECT_EQ(describe(run("nan.onnx")), "Failed permanent model_output: The model's output cannot be used: 'output' holds NaN or infinity.");
  EXPECT_THAT(describe(run("logits.onnx")), testing::StartsWith("Failed permanent model_output"));
}

TEST_F(MadeModels, TheSoftLimitStopsALongRun) {
  PoolConfig config = test_config();
  config.run.soft = std::chrono::milliseconds(200);
  config.run.hard = std::chrono::seconds(60);
  Zygotes zygotes(config);
  Slot slot(zygotes);
  domain::Model model = made_model("patient.onnx");  // hangs on bright photos alone
  EXPECT_THAT(describe(run_command(slot, "", model)), testing::StartsWith("Failed transient timeout"));
  std::vector<int> children = children_of(zygotes.status()[0].pid);
  EXPECT_THAT(describe(run_command(slot, "", model)), testing::StartsWith("Failed transient timeout"));
  EXPECT_EQ(children_of(zygotes.status()[0].pid), children) << "the child stays";
}

TEST_F(MadeModels, TheCostOfARunIsNotTakenForThatOfDecoding) {
  PoolConfig config = test_config();
  config.photo.decode_time = std::chrono::milliseconds(100);
  config.photo.decode_time_of_megapixel = std::chrono::milliseconds(0);
  config.run.soft = std::chrono::milliseconds(600);
  config.run.hard = std::chrono::seconds(60);
  Zygotes zygotes(config);
  Slot slot(zygotes);
  domain::Model model = made_model("patient.onnx");
  for (int i = 0; i < 2; ++i) EXPECT_THAT(describe(run_command(slot, "", model)), testing::StartsWith("Failed transient timeout"));
}

TEST_F(MadeModels, AFileThatCannotBeUsedIsExplained) {
  const std::pair<const char*, const char*> files[] = {
      {"garbage.onnx", "ONNX Runtime cannot load the model"}, {"cut.onnx", "ONNX Runtime cannot load the model"},
      {"empty.onnx", "cannot load the model"},                {"unknown_operator.onnx", "NoSuchOperator"},
      {"external.onnx", "external data"}};
  for (auto [file, words] : files) {
    std::string end = describe(run(file));
    EXPECT_THAT(end, testing::StartsWith("Failed transient model_unavailable")) << file;
    EXPECT_THAT(end, testing::HasSubstr(words)) << file;
  }
}

TEST_F(MadeModels, AFileThatHasChangedIsNotLoaded) {
  Zygotes zygotes(test_config());
  domain::Model model = made_model("known.onnx");
  model.file_hash = std::string(64, '0');
  ZygoteStatus status = zygotes.warm_up(model);
  ASSERT_TRUE(status.error);
  EXPECT_THAT(status.error->message, testing::HasSubstr("has changed"));
  model.file += ".gone";
  model.version = "abcdef012345";
  status = zygotes.warm_up(model);
  ASSERT_TRUE(status.error);
  EXPECT_THAT(status.error->message, testing::HasSubstr("No such file"));
}

TEST_F(MadeModels, WhatHinderedATrialAndHasPassedHindersTheNextNoMore) {
  Zygotes zygotes(test_config());
  domain::Model model = made_model("known.onnx");
  std::filesystem::path whole = model.file;
  model.file = testing::TempDir() + "comes-later-" + std::to_string(::getpid()) + ".onnx";
  EXPECT_THAT(zygotes.warm_up(model).error.value_or(Error{}).message, testing::HasSubstr("No such file"));
  std::filesystem::copy_file(whole, model.file);
  ZygoteStatus again = zygotes.warm_up(model);
  EXPECT_EQ(again.error.value_or(Error{}).message, "");
  EXPECT_NE(again.pid, 0);
  std::filesystem::remove(model.file);
}

TEST(DemoDetectorRun, WorksBehindTheWall) {
  if (shared_file("photos").empty()) GTEST_SKIP() << "no shared photos here";
  Zygotes zygotes(test_config());
  Slot slot(zygotes);
  domain::Model model;
  model.name = "demo";
  model.engine = domain::EngineKind::opencv;
  model.version = "4.6.0";
  RunEnd astronaut = run_photo(slot, model, shared_file("photos/astronaut.png"));
  ASSERT_TRUE(succeeded(astronaut)) << describe(astronaut);
  ASSERT_EQ(std::get<domain::Outcome>(astronaut).found.objects.size(), 1U);
  EXPECT_EQ(std::get<domain::Outcome>(astronaut).found.objects[0].label, "face");
  RunEnd street = run_photo(slot, model, shared_file("photos/street.jpg"));
  ASSERT_TRUE(succeeded(street)) << describe(street);
  EXPECT_EQ(std::get<domain::Outcome>(street).found.objects.at(0).label, "person");
}

struct Expected {
  const char* photo;
  const char* label;
  double score;
  domain::Box box;
};

// What the reference run of yolox_nano.onnx found in the shared photos.
const Expected kReference[] = {
    {"astronaut.png", "person", .93, {11, 20, 368, 506}},    {"chelsea.png", "cat", .64, {0, 0, 450, 300}},
    {"coffee.png", "cup", .90, {162, 16, 419, 295}},         {"coffee.png", "dining table", .74, {0, 0, 597, 397}},
    {"pitch.jpg", "sports ball", .88, {337, 291, 385, 336}}, {"pitch.jpg", "person", .85, {65, 59, 486, 336}},
    {"street.jpg", "person", .87, {580, 295, 625, 412}},     {"street.jpg", "car", .79, {731, 51, 766, 93}},
    {"street.jpg", "truck", .73, {651, 42, 724, 100}},
};

class YoloxNano : public testing::Test {
 protected:
  void SetUp() override {
    if (shared_file("models/yolox_nano.onnx").empty()) GTEST_SKIP() << "no shared models here";
    model = onnx_model(shared_file("models/yolox_nano.onnx"));
    std::ifstream labels(shared_file("models/coco.txt"));
    for (std::string line; std::getline(labels, line);) model.labels.push_back(line);
  }
  domain::Model model;
};

TEST_F(YoloxNano, FindsWhatTheReferenceFound) {
  Zygotes zygotes(test_config());
  Slot slot(zygotes);
  for (const Expected& expected : kReference) {
    RunEnd end = run_photo(slot, model, shared_file(std::string("photos/") + expected.photo));
    ASSERT_TRUE(succeeded(end)) << describe(end);
    const auto& objects = std::get<domain::Outcome>(end).found.objects;
    auto found = std::ranges::max_element(objects, {}, [&](const domain::DetectedObject& object) {
      return object.label == expected.label ? overlap(object.box, expected.box) : -1;
    });
    ASSERT_NE(found, objects.end()) << expected.photo << " " << expected.label;
    EXPECT_GE(overlap(found->box, expected.box), 0.9) << expected.photo << " " << expected.label;
    EXPECT_NEAR(*found->confidence, expected.score, 0.03) << expected.photo << " " << expected.label;
  }
}

TEST_F(YoloxNano, FindsEveryPersonOfTheStreetAndNothingOnARocket) {
  Zygotes zygotes(test_config());
  Slot slot(zygotes);
  RunEnd street = run_photo(slot, model, shared_file("photos/street.jpg"));
  ASSERT_TRUE(succeeded(street)) << describe(street);
  auto is_person = [](const domain::DetectedObject& object) { return object.label == "person"; };
  EXPECT_EQ(std::ranges::count_if(std::get<domain::Outcome>(street).found.objects, is_person), 8);
  RunEnd rocket = run_photo(slot, model, shared_file("photos/rocket.jpg"));
  ASSERT_TRUE(succeeded(rocket)) << describe(rocket);
  EXPECT_TRUE(std::get<domain::Outcome>(rocket).found.objects.empty());
}

}  // namespace
}  // namespace darkroom::runner::test
