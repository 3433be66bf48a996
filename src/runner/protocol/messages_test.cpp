// Messages there and back, and what a lying runner might send.
#include "runner/protocol/messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace darkroom::runner {
namespace {

using testing::HasSubstr;

domain::Outcome full_outcome() {
  domain::Outcome outcome;
  outcome.found.objects = {{"person", 0.8712345678901234, {0.5, 1.25, 99.75, 50}}, {"얼굴", std::nullopt, {0, 0, 1, 1}}};
  outcome.image = {.width = 100, .height = 50, .raw_width = 50, .raw_height = 100, .format = "JPEG", .mode = "RGB", .bit_depth = 8,
                   .orientation = 6, .frames = 1, .scans = 3, .scale_denominator = 2, .truncated = true};
  outcome.timings = {1, 2, 3, 4, 5};
  outcome.engine = "onnx";
  outcome.engine_version = "1.27.0";
  return outcome;
}

std::string done_with(const std::string& from, const std::string& to) {
  std::string text = encode(ChildMessage(Done{full_outcome()}));
  std::size_t at = text.find(from);
  EXPECT_NE(at, text.npos) << from << " in " << text;
  return text.replace(at, from.size(), to);
}

TEST(Messages, AnOutcomeComesThroughWhole) {
  Result<ChildMessage> message = decode_child_message(encode(ChildMessage(Done{full_outcome()})));
  ASSERT_TRUE(message) << message.error().message;
  const domain::Outcome& got = std::get<Done>(*message).outcome;
  ASSERT_EQ(got.found.objects.size(), 2U);
  EXPECT_EQ(got.found.objects[0].label, "person");
  EXPECT_EQ(got.found.objects[0].confidence, 0.8712345678901234);
  EXPECT_EQ(got.found.objects[0].box, (domain::Box{0.5, 1.25, 99.75, 50}));
  EXPECT_EQ(got.found.objects[1].label, "얼굴");
  EXPECT_FALSE(got.found.objects[1].confidence);
  EXPECT_EQ(got.image.raw_height, 100);
  EXPECT_EQ(got.image.orientation, 6);
  EXPECT_EQ(got.image.scale_denominator, 2);
  EXPECT_TRUE(got.image.truncated);
  EXPECT_EQ(got.timings.post, 5);
  EXPECT_EQ(got.engine_version, "1.27.0");
}

TEST(Messages, ThatTheStagesOfAChildComeThrough) {
  for (const ChildMessage& said : {ChildMessage(Warm{}), ChildMessage(Decoded{})}) {
    Result<ChildMessage> message = decode_child_message(encode(said));
    ASSERT_TRUE(message) << message.error().message;
    EXPECT_EQ(message->index(), said.index());
  }
}

TEST(Messages, AFailureComesThrough) {
  domain::Failed failed{Error{"timeout", "too slow"}, domain::Failed::Kind::transient};
  Result<ChildMessage> message = decode_child_message(encode(ChildMessage(failed)));
  ASSERT_TRUE(message);
  EXPECT_EQ(std::get<domain::Failed>(*message).error, failed.error);
  EXPECT_EQ(std::get<domain::Failed>(*message).kind, domain::Failed::Kind::transient);
}

TEST(Messages, InitComesThroughWhole) {
  Init init;
  init.model.name = "yolox_nano";
  init.model.engine = domain::EngineKind::onnx;
  init.model.version = "0123456789ab";
  init.model.labels = {"person", "car"};
  init.model.licence = "Apache-2.0";
  init.model.recipe.family = "yolox";
  init.model.recipe.confidence_threshold = 0.25;
  init.model.recipe.max_detections = 7;
  init.model_bytes = 123;
  init.photo.max_jpeg_scans = 9;
  init.photo.decode_time = std::chrono::milliseconds(11);
  init.photo.decode_time_of_megapixel = std::chrono::milliseconds(12);
  init.photo.refuse_truncated = true;
  init.photo.heif = true;
  init.memory_bytes = 1'000'000'000'000;
  init.uid = 65534;
  init.nice = -5;
  init.test_mode = true;
  init.fail_points = "K10=kill@1";
  Result<ServerMessage> message = decode_server_message(encode(ServerMessage(init)));
  ASSERT_TRUE(message) << message.error().message;
  const Init& got = std::get<Init>(*message);
  EXPECT_EQ(got.model.engine, domain::EngineKind::onnx);
  EXPECT_EQ(got.model.labels, init.model.labels);
  EXPECT_EQ(got.model.licence, "Apache-2.0");
  EXPECT_EQ(got.model.recipe.family, "yolox");
  EXPECT_EQ(got.model.recipe.confidence_threshold, 0.25);
  EXPECT_FALSE(got.model.recipe.nms_iou);
  EXPECT_EQ(got.model.recipe.max_detections, 7);
  EXPECT_EQ(got.photo.max_jpeg_scans, 9);
  EXPECT_EQ(got.photo.decode_time, init.photo.decode_time);
  EXPECT_EQ(got.photo.decode_time_of_megapixel, init.photo.decode_time_of_megapixel);
  EXPECT_TRUE(got.photo.refuse_truncated);
  EXPECT_TRUE(got.photo.heif);
  EXPECT_EQ(got.memory_bytes, init.memory_bytes);
  EXPECT_EQ(got.uid, 65534);
  EXPECT_EQ(got.gid, -1);
  EXPECT_EQ(got.nice, -5);
  EXPECT_TRUE(got.test_mode);
  EXPECT_EQ(got.fail_points, "K10=kill@1");
}

TEST(Messages, AZygoteIsHeard) {
  Result<ZygoteMessage> exited = decode_zygote_message(encode(ZygoteMessage(Exited{12, 139})));
  ASSERT_TRUE(exited);
  EXPECT_EQ(std::get<Exited>(*exited).status, 139);
  EXPECT_TRUE(decode_zygote_message(encode(ZygoteMessage(Ready{"seccomp", "1"}))));
  EXPECT_TRUE(decode_zygote_message(encode(ZygoteMessage(LoadFailed{Error{"model_unavailable", "why"}}))));
}

TEST(MessagesUntrusted, APidMeansOneProcess) {
  for (const char* pid : {"0", "-1", "1.5", "4294967297", "\"7\""}) {
    EXPECT_FALSE(decode_zygote_message(std::string(R"({"type":"forked","pid":)") + pid + "}")) << pid;
  }
}

TEST(MessagesUntrusted, NoiseIsRefused) {
  for (const char* noise : {"", "{", "[]", "null", "{}", R"({"type":"nonsense"})", R"({"type":"warm","more":1})", "\xff\xfe", "1e999"}) {
    Result<ChildMessage> message = decode_child_message(noise);
    ASSERT_FALSE(message) << noise;
    EXPECT_EQ(message.error().code, "model_output");
  }
  EXPECT_FALSE(decode_child_message(std::string(100'000, '[')));
}

TEST(MessagesUntrusted, AnOutcomeIsReadStrictly) {
  const std::pair<const char*, const char*> lies[] = {
      {R"("truncated":true)", R"("truncated":1)"},
      {R"("truncated":true)", R"("truncated":true,"extra":0)"},
      {R"("scans":3)", R"("scans":-3)"},
      {R"("width":100)", R"("width":99999999999)"},
      {R"("orientation":6)", R"("orientation":9)"},
      {R"("label":"person")", R"("label":7)"},
      {R"("label":"person")", R"("label":"per\nson")"},
      {R"("engine":"onnx",)", ""},
      {R"(,"thumbnail_follows":false)", ""},
      {"[5E-1,", "[5E-1,1,"},
      {"[5E-1,", "[\"a\","},
      {"[5E-1,", "[-1,"},
      {"[5E-1,", "[1e999,"},
      {"[5E-1,", "[null,"},
  };
  ASSERT_TRUE(decode_child_message(done_with(R"("scans":3)", R"("scans":4)")));
  for (auto [from, to] : lies) {
    Result<ChildMessage> message = decode_child_message(done_with(from, to));
    ASSERT_FALSE(message) << to;
    EXPECT_EQ(message.error().code, "model_output") << to;
  }
}

TEST(MessagesUntrusted, AnUnknownErrorCodeIsRefusedAndTextIsOneLine) {
  EXPECT_FALSE(decode_child_message(R"({"type":"failed","code":"made_up","message":"x","permanent":true})"));
  Result<ChildMessage> message = decode_child_message(R"({"type":"failed","code":"corrupt","message":"a\u001b[2J\nb","permanent":true})");
  ASSERT_TRUE(message);
  EXPECT_EQ(std::get<domain::Failed>(*message).error.message, "a [2J b");
}

}  // namespace
}  // namespace darkroom::runner
