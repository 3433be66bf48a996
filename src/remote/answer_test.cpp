#include "remote/answer.h"

#include "domain/error_codes.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace darkroom::remote {
namespace {

using domain::Failed;
using domain::Outcome;
using testing::HasSubstr;

domain::ImageInfo photo() {
  domain::ImageInfo image;
  image.width = 640;
  image.height = 480;
  return image;
}

Outcome good(const std::string& body) {
  Read read = read_answer(body, photo());
  if (auto* failed = std::get_if<Failed>(&read)) {
    ADD_FAILURE() << failed->error.message;
    return {};
  }
  return std::get<Outcome>(read);
}

Failed bad(const std::string& body) {
  Read read = read_answer(body, photo());
  if (auto* failed = std::get_if<Failed>(&read)) return *failed;
  ADD_FAILURE() << "was taken: " << body;
  return {};
}

// One answer whose result is this.
std::string around(const std::string& result) { return R"({"status": "success", "result": )" + result + "}"; }

TEST(Answer, TheReplacedServicesJsonIsRead) {
  Outcome outcome = good(R"({"status": "success",
    "result": {"detected_objects": [{"class": "person", "confidence": 0.95, "bbox": [10, 20.5, 30, 40]}, {"class": "얼굴", "confidence": null, "bbox": [0, 0, 640, 480]}],
               "processing_time": 2.0, "metadata": {"a": 1}},
    "image_info": {"size": [640, 480], "format": "JPEG", "mode": "RGB"}, "processing_time": 2.0})");
  ASSERT_EQ(outcome.found.objects.size(), 2u);
  EXPECT_EQ(outcome.found.objects[0].label, "person");
  EXPECT_EQ(outcome.found.objects[0].confidence, 0.95);
  EXPECT_EQ(outcome.found.objects[0].box, (domain::Box{10, 20.5, 30, 40}));
  EXPECT_EQ(outcome.found.objects[1].label, "얼굴");
  EXPECT_FALSE(outcome.found.objects[1].confidence);
  EXPECT_EQ(outcome.extra, "");
  EXPECT_EQ(outcome.image.width, 640);
}

TEST(Answer, WhatTheServiceRunsOnIsTaken) {
  EXPECT_EQ(good(R"({"detected_objects": [], "model": {"name": "a", "version": "v3", "engine_version": "torch 2.4.0"}})").engine_version, "torch 2.4.0");
  EXPECT_EQ(good(R"({"status": "success", "result": {}, "model": {"version": "v3", "engine_version": ""}})").engine_version, "v3");
  EXPECT_EQ(good(R"({"detected_objects": [], "model": {"engine_version": "a\nb", "version": ")" + std::string(101, 'v') + R"("}})").engine_version, "");
  EXPECT_EQ(good(R"({"detected_objects": [], "model": "v3"})").engine_version, "");
}

TEST(Answer, AResultMayComeAloneAndMayBeEmpty) {
  EXPECT_EQ(good(R"({"detected_objects": [{"class": "cat", "bbox": [1, 2, 3, 4], "colour": "ignored"}], "processing_time": 1})").found.objects.size(),
            1u);
  EXPECT_TRUE(good(R"({"detected_objects": []})").found.objects.empty());
  EXPECT_TRUE(good(around("{}")).found.objects.empty());
}

TEST(Answer, WhatTheServiceSaysBeyondIsKept) {
  EXPECT_EQ(boost::json::parse(good(around(R"({"detected_objects": [], "text": "영수증\n12,000원", "lines": [{"y": 3}], "metadata": {}})")).extra),
            boost::json::parse(R"({"text": "영수증\n12,000원", "lines": [{"y": 3}]})"));
  EXPECT_EQ(good(R"({"detected_objects": [], "text": "bare", "status": "success", "model": {}, "processing_time": 1})").extra, R"({"text":"bare"})");
  EXPECT_EQ(good(R"({"detected_objects": [], "extra": {"text": "once more"}})").extra, R"({"text":"once more"})");
  EXPECT_EQ(good(R"({"status": "success", "result": {"detected_objects": []}, "extra": {"text": "as our documents have it"}})").extra,
            R"({"text":"as our documents have it"})");
  EXPECT_THAT(bad(around(R"({"text": ")" + std::string(domain::kLargestExtra, 'x') + "\"}")).error.message, HasSubstr("at most 262144 are kept"));
}

TEST(Answer, ClassesRegionsKeypointsMasksAndEmbeddingsAreRead) {
  Outcome outcome = good(around(R"({
    "detected_objects": [{"class": "person", "confidence": 0.5, "bbox": [0, 0, 10, 10], "corners": [[0, 0], [10, 0], [10, 10], [0, 10]],
                          "keypoints": [{"x": 1, "y": 2, "confidence": 0.5}, [3, 4], [5, 6, 0.7]], "mask": {"bbox": [0, 0, 10, 10], "size": [2, 2], "runs": [1, 3]}}],
    "classes": [{"class": "dog", "index": 4, "confidence": 0.25}, {"class": "cat", "index": 3, "confidence": 0.75}],
    "regions": [{"class": "sky", "share": 0.5, "mask": {"bbox": [0, 0, 640, 480], "size": [1, 2], "runs": [0, 1, 1]}}],
    "embedding": [3, 4]})"));
  const domain::DetectedObject& person = outcome.found.objects.at(0);
  EXPECT_EQ(person.corners->at(2), 10);
  ASSERT_EQ(person.keypoints.size(), 3u);
  EXPECT_EQ(person.keypoints[1].y, 4);
  EXPECT_EQ(person.keypoints[2].confidence, 0.7);
  EXPECT_EQ(person.mask->runs, (std::vector<int>{1, 3}));
  EXPECT_EQ(outcome.found.classes.at(0).label, "cat");  // best first
  EXPECT_EQ(outcome.found.classes.at(1).index, 4);
  EXPECT_EQ(outcome.found.regions.at(0).label, "sky");
  EXPECT_FLOAT_EQ(outcome.found.embedding.at(0), 0.6F);
  EXPECT_FLOAT_EQ(outcome.found.embedding.at(1), 0.8F);
}

TEST(Answer, ABoxMayStickOutByOnePixelAndIsClamped) {
  EXPECT_EQ(good(around(R"({"detected_objects": [{"class": "a", "bbox": [-0.9, 0, 641, 480.5]}]})")).found.objects[0].box,
            (domain::Box{0, 0, 640, 480}));
  EXPECT_THAT(bad(around(R"({"detected_objects": [{"class": "a", "bbox": [0, 0, 641.5, 480]}]})")).error.message,
              HasSubstr("detected_objects[0].bbox sticks out of the upright photo, which has 640 x 480"));
  EXPECT_THAT(bad(around(R"({"detected_objects": [{"class": "a", "bbox": [-2, 0, 10, 10]}]})")).error.message, HasSubstr("sticks out"));
}

TEST(Answer, WhatIsWrongIsNamedByItsPlace) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {R"({"detected_objects": {}})", "detected_objects must be a list"},
      {R"({"detected_objects": [3]})", "detected_objects[0] must be an object"},
      {R"({"detected_objects": [{"bbox": [1, 2, 3, 4]}]})", "detected_objects[0].class must be a text"},
      {R"({"detected_objects": [{"class": "a", "bbox": [1, 2, 3, 4]}, {"class": "a"}]})", "detected_objects[1].bbox must be [x1, y1, x2, y2]"},
      {R"({"detected_objects": [{"class": "a", "bbox": [1, 2, "3", 4]}]})", "detected_objects[0].bbox must be a number"},
      {R"({"detected_objects": [{"class": "a", "bbox": [10, 20, 5, 5]}]})", "not a width and a height"},
      {R"({"detected_objects": [{"class": "a", "confidence": 95, "bbox": [1, 2, 3, 4]}]})", "detected_objects[0].confidence must be from 0 to 1"},
      {R"({"detected_objects": [{"class": "a", "bbox": [1, 2, 3, 4], "keypoints": [[1]]}]})", "detected_objects[0].keypoints[0] must be an object"},
      {R"({"detected_objects": [{"class": "a", "bbox": [1, 2, 3, 4], "corners": [1, 2]}]})",
       "detected_objects[0].corners must be x and y of four corners"},
      {R"({"detected_objects": [{"class": "a", "bbox": [1, 2, 3, 4], "mask": {"bbox": [1, 2, 3, 4], "runs": [1]}}]})",
       "detected_objects[0].mask.size must be [width, height]"},
      {R"({"classes": [{"class": "a"}]})", "classes[0].confidence must be a number from 0 to 1"},
      {R"({"regions": [{"class": "a", "share": 1}]})", "regions[0].mask must be an object"},
      {R"({"embedding": [0, 0]})", "embedding has no length"},
      {R"({"embedding": [1, "x"]})", "embedding must be a number"},
  };
  for (const auto& [result, words] : cases) {
    Failed failed = bad(around(result));
    EXPECT_THAT(failed.error.message, HasSubstr(words)) << result;
    EXPECT_EQ(failed.error.code, domain::code::model_output);
    EXPECT_EQ(failed.kind, Failed::Kind::permanent);
  }
}

// What is well formed and absurd is refused by the rules for all models.
TEST(Answer, TheRulesForAllModelsHold) {
  EXPECT_THAT(bad(around(R"({"detected_objects": [{"class": "two\nlines", "bbox": [1, 2, 3, 4]}]})")).error.message, HasSubstr("class name"));
  EXPECT_THAT(
      bad(around(R"({"detected_objects": [{"class": "a", "bbox": [1, 2, 3, 4], "mask": {"bbox": [1, 2, 3, 4], "size": [2, 2], "runs": [3]}}]})"))
          .error.message,
      HasSubstr("mask does not fill its grid"));
  EXPECT_THAT(bad(around(R"({"classes": [{"class": "a", "confidence": 0.5, "index": -7}]})")).error.message, HasSubstr("class"));
}

TEST(Answer, AnErrorOfTheServiceIsPermanentUnlessItSaysOtherwise) {
  Failed plain = bad(R"({"status": "error", "error": "not a receipt"})");
  EXPECT_EQ(plain.error.code, domain::code::service_failed);
  EXPECT_THAT(plain.error.message, HasSubstr("not a receipt"));
  EXPECT_EQ(plain.kind, Failed::Kind::permanent);
  EXPECT_EQ(bad(R"({"status": "error", "error": "out of GPU memory", "retry": true})").kind, Failed::Kind::transient);
  EXPECT_THAT(bad(R"({"error": "text", "status": "failed"})").error.message, HasSubstr("text"));
  EXPECT_THAT(bad(R"({"error": "text"})").error.message, HasSubstr("text"));
}

TEST(Answer, APromiseIsNoResult) {
  Failed failed = bad(R"({"status": "queued", "image_id": 7, "queue_size": 3})");
  EXPECT_EQ(failed.error.code, domain::code::model_output);
  EXPECT_THAT(failed.error.message, HasSubstr("'queued'"));
}

TEST(Answer, WhatIsNoResultIsRefused) {
  for (const char* body :
       {"", "null", "[]", "<html>", R"({"hello": "world"})", R"({"status": "success", "result": []})", R"({"status": "success")"}) {
    EXPECT_EQ(bad(body).error.code, domain::code::model_output) << body;
  }
  EXPECT_THAT(bad("<html>\n<b>404").error.message, HasSubstr("<html> <b>404"));
}

// A service that does not turn photos gives boxes for the photo as it lies in the file: plausible and wrong.
TEST(Answer, PlacesInAPhotoThatWasNotTurnedAreRefused) {
  const std::string info = R"("image_info": {"size": [480, 640]})";
  EXPECT_THAT(bad(R"({"status": "success", "result": {"detected_objects": [{"class": "a", "bbox": [1, 2, 3, 4]}]}, )" + info + "}").error.message,
              HasSubstr("exif_transpose"));
  good(R"({"status": "success", "result": {"text": "no places"}, )" + info + "}");
}

TEST(WordsOf, AreThoseThatTheServiceMeansForPeople) {
  EXPECT_EQ(words_of(R"({"detail": "unsupported colour space"})"), "unsupported colour space");
  EXPECT_EQ(words_of(R"({"detail": [{"loc": ["body", "image_id"], "msg": "field required", "type": "x"}, {"loc": ["body", 2], "msg": "no"}]})"),
            "body.image_id: field required; body.2: no");
  EXPECT_EQ(words_of(R"({"error": "e", "message": "m"})"), "e");
  EXPECT_EQ(words_of("Internal\r\nServer Error"), "Internal  Server Error");
  EXPECT_EQ(words_of(""), "");
  EXPECT_LE(words_of(std::string(10'000, 'x')).size(), 300u);
}

}  // namespace
}  // namespace darkroom::remote
