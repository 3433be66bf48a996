// The engines themselves, in this process and without a wall; through real runners they are tested in runner/pool.
#include "inference/engine.h"

#include "imaging/decode.h"
#include "inference/suppress.h"
#include "support/sample_models.h"

#include <gmock/gmock.h>

#include <algorithm>

namespace darkroom::inference {
namespace {

using darkroom::test::made_models;
using darkroom::test::read_file;
using darkroom::test::shared_file;

std::vector<std::uint8_t> bytes_of(const std::filesystem::path& path) {
  std::string text = read_file(path);
  return {text.begin(), text.end()};
}

std::vector<domain::DetectedObject> detect(Engine& engine, const std::filesystem::path& path) {
  Result<imaging::DecodedPhoto> photo = imaging::decode(bytes_of(path), {});
  EXPECT_TRUE(photo) << path;
  domain::StageTimings timings;
  auto found = engine.detect(photo->pixels, photo->info, timings);
  EXPECT_TRUE(found) << found.error().message;
  domain::Outcome outcome{*found, photo->info, timings, engine.name(), engine.version()};
  EXPECT_TRUE(domain::validate(outcome));
  return found->objects;
}

struct Opened {
  explicit Opened(const domain::Model& model) : engine(make_engine(model)) { engine->open(); }
  Result<void> load(const std::filesystem::path& path) { return engine->load(bytes_of(path)); }
  std::unique_ptr<Engine> engine;
};

domain::Model demo_model() {
  domain::Model model;
  model.engine = domain::EngineKind::opencv;
  return model;
}

domain::Model plain_onnx() {
  domain::Model model;
  model.engine = domain::EngineKind::onnx;
  return model;
}

class DemoDetector : public testing::Test {
 protected:
  void SetUp() override {
    if (shared_file("photos").empty()) GTEST_SKIP() << "no photos/ in DARKROOM_SHARED_DIR, which this repository does not carry";
  }
  std::vector<domain::DetectedObject> find(const std::string& photo) {
    static Opened demo(demo_model());
    return detect(*demo.engine, shared_file("photos/" + photo));
  }
};

TEST_F(DemoDetector, FindsTheFaceOfAnAstronautAndNothingElse) {
  auto objects = find("astronaut.png");
  ASSERT_EQ(objects.size(), 1U);
  EXPECT_EQ(objects[0].label, "face");
  EXPECT_FALSE(objects[0].confidence) << "a Haar cascade has no score";
  EXPECT_GT(intersection_over_union(objects[0].box, {175, 62, 278, 175}), 0.6);
}

TEST_F(DemoDetector, FindsAPersonInTheStreet) {
  auto objects = find("street.jpg");
  ASSERT_FALSE(objects.empty());
  for (const auto& object : objects) {
    EXPECT_EQ(object.label, "person");
    ASSERT_TRUE(object.confidence);
    EXPECT_GT(*object.confidence, 0.73);
  }
  const domain::Box person{580, 295, 625, 412};
  EXPECT_GE(intersection_over_union(objects[0].box, person), 0.65);
}

TEST_F(DemoDetector, InventsNothing) {
  for (const char* photo : {"rocket.jpg", "coffee.png", "chelsea.png"}) EXPECT_TRUE(find(photo).empty()) << photo;
}

TEST_F(DemoDetector, WantsAtMost800Pixels) {
  Opened demo(demo_model());
  WantedSize wanted = demo.engine->wanted(4000, 3000);
  EXPECT_EQ(wanted.width, 800);
  EXPECT_EQ(wanted.height, 600);
  EXPECT_EQ(demo.engine->wanted(640, 480).width, 0);
}

TEST(Engines, TakePhotosOfAnyShape) {
  if (made_models().empty()) GTEST_SKIP() << "python3-onnx is not installed";
  Opened demo(demo_model());
  Opened onnx(plain_onnx());
  ASSERT_TRUE(onnx.load(made_models() / "known.onnx"));
  for (auto [width, height] : {std::pair{1, 1}, std::pair{3, 2}, std::pair{4000, 1}, std::pair{1, 4000}, std::pair{63, 130}}) {
    imaging::Pixels pixels;
    pixels.width = width;
    pixels.height = height;
    pixels.bytes.assign(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3, 200);
    domain::ImageInfo info;
    info.width = width;
    info.height = height;
    domain::StageTimings timings;
    for (Engine* engine : {demo.engine.get(), onnx.engine.get()}) {
      auto found = engine->detect(pixels, info, timings);
      ASSERT_TRUE(found) << found.error().message;
      EXPECT_TRUE(domain::validate({*found, info, timings, "", ""})) << width << "x" << height;
    }
  }
}

class OnnxEngine : public testing::Test {
 protected:
  void SetUp() override {
    if (made_models().empty()) GTEST_SKIP() << "python3-onnx is not installed";
  }
};

// A model of each family, on pictures of every shape.
TEST_F(OnnxEngine, RunsEveryFamily) {
  int families = 0;
  for (const auto& entry : std::filesystem::directory_iterator(made_models())) {
    if (!entry.path().filename().string().starts_with("family_")) continue;
    ++families;
    Opened onnx(plain_onnx());
    Result<void> loaded = onnx.load(entry.path());
    ASSERT_TRUE(loaded) << entry.path() << ": " << loaded.error().message;
    EXPECT_TRUE(domain::validate(onnx.engine->report())) << entry.path();
    for (auto [width, height] : {std::pair{1, 1}, std::pair{3'000, 1}, std::pair{2, 3'000}, std::pair{131, 60}}) {
      imaging::Pixels pixels{width, height, std::vector<std::uint8_t>(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3, 180)};
      domain::ImageInfo info;
      info.width = width;
      info.height = height;
      domain::StageTimings timings;
      auto found = onnx.engine->detect(pixels, info, timings);
      ASSERT_TRUE(found) << entry.path() << ": " << found.error().message;
      EXPECT_TRUE(domain::validate({*found, info, timings, "", ""})) << entry.path() << " " << width << "x" << height;
    }
  }
  EXPECT_GT(families, 40);
}

TEST_F(OnnxEngine, FindsWhatTheModelKnows) {
  Opened onnx(plain_onnx());
  ASSERT_TRUE(onnx.load(made_models() / "known.onnx"));
  auto objects = detect(*onnx.engine, made_models() / "128x128.png");
  ASSERT_EQ(objects.size(), 2U);
  EXPECT_EQ(objects[0].label, "class_1");
  EXPECT_NEAR(*objects[0].confidence, 0.72, 1e-5);
  const domain::Box expected{24, 32, 56, 80};
  for (int i = 0; i < 4; ++i) EXPECT_NEAR(objects[0].box[i], expected[i], 1e-3);
  EXPECT_EQ(objects[1].label, "class_2");
  EXPECT_EQ(onnx.engine->name(), "onnx");
}

TEST_F(OnnxEngine, ScalesBoxesToAPhotoOfAnotherShape) {
  Opened onnx(plain_onnx());
  ASSERT_TRUE(onnx.load(made_models() / "known.onnx"));
  auto objects = detect(*onnx.engine, made_models() / "200x100.png");
  const domain::Box expected{37.5, 50, 87.5, 100};  // 12,16,28,40 over 0.32, clamped
  for (int i = 0; i < 4; ++i) EXPECT_NEAR(objects.at(0).box[i], expected[i], 1e-3);
}

TEST_F(OnnxEngine, SaysWhyAModelCannotBeUsed) {
  const std::pair<const char*, const char*> models[] = {
      {"garbage.onnx", "ONNX Runtime cannot load the model: "}, {"cut.onnx", "ONNX Runtime cannot load the model: "},
      {"empty.onnx", "cannot load the model"},                  {"unknown_operator.onnx", "NoSuchOperator"},
      {"external.onnx", "external data"},                       {"always_nan.onnx", "NaN"}};
  for (auto [file, words] : models) {
    Opened onnx(plain_onnx());
    Result<void> loaded = onnx.load(made_models() / file);
    ASSERT_FALSE(loaded) << file;
    EXPECT_THAT(loaded.error().code, testing::StartsWith("model_")) << file;
    EXPECT_THAT(loaded.error().message, testing::HasSubstr(words)) << file;
    EXPECT_EQ(loaded.error().message.find('\n'), std::string::npos);
  }
}

TEST_F(OnnxEngine, TakesModelsWithOpenSizes) {
  for (const char* file : {"dynamic.onnx", "open_everywhere.onnx"}) {
    domain::Model model = plain_onnx();
    model.recipe.input_width = model.recipe.input_height = 64;
    if (std::string(file) == "dynamic.onnx") model.recipe = {};
    Opened onnx(model);
    Result<void> loaded = onnx.load(made_models() / file);
    ASSERT_TRUE(loaded) << file << ": " << loaded.error().message;
    EXPECT_EQ(detect(*onnx.engine, made_models() / "128x128.png").size(), 2U) << file;
  }
}

TEST_F(OnnxEngine, ReportsWhatItFoundOut) {
  Opened onnx(plain_onnx());
  ASSERT_TRUE(onnx.load(made_models() / "known.onnx"));
  domain::ModelReport report = onnx.engine->report();
  EXPECT_TRUE(domain::validate(report));
  EXPECT_EQ(report.recipe.family, "yolox");
  EXPECT_EQ(report.recipe.outputs, (std::map<std::string, std::string>{{"output", "output"}}));
  EXPECT_THAT(report.inputs, testing::ElementsAre("images float32[1,3,64,64]"));
  EXPECT_THAT(report.outputs, testing::ElementsAre("output float32[1,84,8]"));
  EXPECT_GT(report.load_micros, 0);
  EXPECT_GT(report.run_micros, 0);
}

TEST_F(OnnxEngine, TellsWhatAnAmbiguousFileCouldBe) {
  Opened onnx(plain_onnx());
  Result<void> loaded = onnx.load(made_models() / "ambiguous.onnx");
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, "model_ambiguous");
  ASSERT_EQ(onnx.engine->candidates().size(), 2U);
  EXPECT_EQ(onnx.engine->candidates()[0].family, "yolo_end2end");
}

TEST_F(OnnxEngine, AnInterruptedRunEndsAndTheNextOneRuns) {
  Opened onnx(plain_onnx());
  ASSERT_TRUE(onnx.load(made_models() / "known.onnx"));
  Result<imaging::DecodedPhoto> photo = imaging::decode(bytes_of(made_models() / "128x128.png"), {});
  domain::StageTimings timings;
  onnx.engine->interrupt();
  auto stopped = onnx.engine->detect(photo->pixels, photo->info, timings);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, "timeout");
  onnx.engine->rearm();
  EXPECT_TRUE(onnx.engine->detect(photo->pixels, photo->info, timings));
}

}  // namespace
}  // namespace darkroom::inference
