#include "models/catalogue.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace darkroom::models {
namespace {

namespace fs = std::filesystem;

class CatalogueTest : public testing::Test {
 protected:
  CatalogueTest() : folder_(fs::path(testing::TempDir()) / ("models-" + std::to_string(::getpid()))) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~CatalogueTest() override { fs::remove_all(folder_); }

  void put(const std::string& file, const std::string& content) {
    fs::create_directories((folder_ / file).parent_path());
    std::ofstream(folder_ / file) << content;
  }
  Catalogue scan(bool null_engine = false) { return Catalogue({folder_.string(), null_engine}); }

  fs::path folder_;
};

TEST_F(CatalogueTest, TheDemoDetectorIsAlwaysThereTheNullEngineOnlyWhenAsked) {
  EXPECT_EQ(scan().names(), "demo");
  EXPECT_EQ(scan(true).names(), "demo, null");
  EXPECT_EQ(Catalogue({"/nowhere/at/all", false}).names(), "demo");
  EXPECT_EQ(scan().find("demo")->title, "demo detector");
}

TEST_F(CatalogueTest, AFolderWithAModelFileIsAModel) {
  put("parts/model.onnx", "abc");
  put("parts/labels.txt", "bolt\r\nnut\n\n");
  put("parts/model.toml", "family = \"yolox\"\nconfidence_threshold = 0.4\nmax_detections = 7\n");
  put("notes/readme.txt", "not a model");
  Catalogue catalogue = scan();
  ModelPtr model = catalogue.find("parts");
  ASSERT_NE(model, nullptr);
  EXPECT_EQ(model->version, "ba7816bf8f01");  // SHA-256 of "abc"
  EXPECT_EQ(model->labels, (std::vector<std::string>{"bolt", "nut"}));
  EXPECT_EQ(model->recipe.family, "yolox");
  EXPECT_EQ(model->recipe.confidence_threshold, 0.4);
  EXPECT_FALSE(model->recipe.nms_iou);
  EXPECT_EQ(model->recipe.max_detections, 7);
  EXPECT_EQ(catalogue.models().size(), 2u);
  EXPECT_TRUE(catalogue.unusable().empty());
}

TEST_F(CatalogueTest, ABadSidecarIsNamedWithItsLineAndHindersNoOther) {
  put("good/model.onnx", "x");
  put("typo/model.onnx", "x");
  put("typo/model.toml", "family = \"yolox\"\nconfidense = 0.4\n");
  put("range/model.onnx", "x");
  put("range/model.toml", "nms_iou = 45\n");
  put("Upper Case/model.onnx", "x");
  Catalogue catalogue = scan();
  EXPECT_NE(catalogue.find("good"), nullptr);
  ASSERT_EQ(catalogue.unusable().size(), 3u);
  EXPECT_EQ(catalogue.unusable()[1].name, "range");
  EXPECT_NE(catalogue.unusable()[2].error.message.find("line 2"), std::string::npos);
  EXPECT_NE(catalogue.unusable()[2].error.message.find("confidense"), std::string::npos);
}

}  // namespace
}  // namespace darkroom::models
