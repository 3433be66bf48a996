// Masks, keypoints, classes, regions, embeddings and pictures there and back, their bounds, and lies about them.
#include "runner/protocol/frame.h"
#include "runner/protocol/messages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace darkroom::runner {
namespace {

using testing::HasSubstr;

const std::string kJpeg = std::string("\xff\xd8\xff\xe0\0\0{}\xff\xd9", 10);

domain::Mask sample_mask() { return {{1, 2, 31, 22}, 3, 2, {0, 1, 2, 3}}; }

domain::Outcome full_outcome() {
  domain::Outcome outcome;
  outcome.image.width = 100;
  outcome.image.height = 50;
  outcome.image.format = "JPEG";
  outcome.image.mode = "RGB";
  domain::DetectedObject object;
  object.label = "person";
  object.confidence = 0.5;
  object.box = {1, 2, 31, 22};
  object.corners = {1, 2, 3, 4, 5, 6, 7, 8};
  object.keypoints = {{1.5, -2, 0.25}, {3, 4, std::nullopt}};
  object.mask = sample_mask();
  outcome.found.objects = {object, {"car", std::nullopt, {0, 0, 1, 1}}};
  outcome.found.classes = {{"cat", 281, 0.75}};
  outcome.found.regions = {{"road", 0.125, sample_mask()}};
  outcome.found.embedding = {0.6F, -0.8F};
  outcome.engine = "onnx";
  return outcome;
}

std::string done_text() { return encode(ChildMessage(Done{full_outcome()})); }

Rendered sample_picture() {
  Rendered rendered;
  rendered.picture = {kJpeg, 320, 200};
  rendered.image.width = 640;
  rendered.image.height = 400;
  return rendered;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  std::size_t at = text.find(from);
  EXPECT_NE(at, text.npos) << from << " in " << text;
  return at == text.npos ? text : text.replace(at, from.size(), to);
}

TEST(FindingsMessages, AllThatMayBeFoundComesThroughWhole) {
  Result<ChildMessage> message = decode_child_message(done_text());
  ASSERT_TRUE(message) << message.error().message;
  const domain::Outcome& got = std::get<Done>(*message).outcome;
  ASSERT_EQ(got.found.objects.size(), 2U);
  const domain::DetectedObject& object = got.found.objects[0];
  EXPECT_EQ(object.corners, full_outcome().found.objects[0].corners);
  ASSERT_EQ(object.keypoints.size(), 2U);
  EXPECT_EQ(object.keypoints[0].y, -2);
  EXPECT_EQ(object.keypoints[0].confidence, 0.25);
  EXPECT_FALSE(object.keypoints[1].confidence);
  ASSERT_TRUE(object.mask);
  EXPECT_EQ(object.mask->box, sample_mask().box);
  EXPECT_EQ(object.mask->runs, sample_mask().runs);
  EXPECT_FALSE(got.found.objects[1].mask || got.found.objects[1].corners);
  ASSERT_EQ(got.found.classes.size(), 1U);
  EXPECT_EQ(got.found.classes[0].index, 281);
  ASSERT_EQ(got.found.regions.size(), 1U);
  EXPECT_EQ(got.found.regions[0].share, 0.125);
  EXPECT_EQ(got.found.regions[0].mask.height, 2);
  EXPECT_EQ(got.found.embedding, (std::vector<float>{0.6F, -0.8F}));
  EXPECT_FALSE(std::get<Done>(*message).thumbnail_follows);
}

TEST(FindingsMessages, AThumbnailFollowsWhereItWasToldOfAndComesThrough) {
  Result<ChildMessage> done = decode_child_message(encode(ChildMessage(Done{full_outcome(), true})));
  ASSERT_TRUE(done) << done.error().message;
  EXPECT_TRUE(std::get<Done>(*done).thumbnail_follows);
  for (const std::string& jpeg : {kJpeg, std::string()}) {
    Result<ChildMessage> message = decode_child_message(encode(ChildMessage(Thumbnail{jpeg})));
    ASSERT_TRUE(message) << message.error().message;
    EXPECT_EQ(std::get<Thumbnail>(*message).jpeg, jpeg);
  }
}

TEST(FindingsMessages, APictureComesThrough) {
  Result<ChildMessage> message = decode_child_message(encode(ChildMessage(sample_picture())));
  ASSERT_TRUE(message) << message.error().message;
  EXPECT_EQ(std::get<Rendered>(*message).picture.jpeg, kJpeg);
  EXPECT_EQ(std::get<Rendered>(*message).picture.width, 320);
  EXPECT_EQ(std::get<Rendered>(*message).image.height, 400);
}

TEST(FindingsMessages, AnOrderReachesTheChild) {
  domain::Mark mark;
  mark.label = "person";
  mark.confidence = 0.5;
  mark.box = {1, 2, 3, 4};
  mark.keypoints = {{1, 2, std::nullopt}};
  mark.mask = sample_mask();
  Job job{77, 0, domain::RenderOrder{1600, 85, {mark}}};
  Result<ServerMessage> message = decode_server_message(encode(ServerMessage(job)));
  ASSERT_TRUE(message) << message.error().message;
  const Job& got = std::get<Job>(*message);
  EXPECT_EQ(got.byte_count, 77);
  ASSERT_TRUE(got.render);
  EXPECT_EQ(got.render->max_side, 1600);
  EXPECT_EQ(got.render->quality, 85);
  ASSERT_EQ(got.render->marks.size(), 1U);
  EXPECT_EQ(got.render->marks[0].mask->runs, sample_mask().runs);

  message = decode_server_message(encode(ServerMessage(Job{7, 320})));
  ASSERT_TRUE(message) << message.error().message;
  EXPECT_EQ(std::get<Job>(*message).thumbnail_side, 320);
  EXPECT_FALSE(std::get<Job>(*message).render);
}

TEST(FindingsMessages, TenThousandObjectsWithMasksOfTheUsualGridFitIntoAFrame) {
  domain::Outcome outcome = full_outcome();
  domain::Mask mask{{0, 0, 100, 50}, 160, 160, {}};
  for (int row = 0; row < 160; ++row) mask.runs.insert(mask.runs.end(), {70, 90});
  domain::DetectedObject object = outcome.found.objects[0];
  object.mask = mask;
  outcome.found.objects.assign(10'000, object);
  std::string text = encode(ChildMessage(Done{outcome}));
  EXPECT_LT(text.size(), kLargestFrame);
  Result<ChildMessage> message = decode_child_message(text);
  ASSERT_TRUE(message) << message.error().message;
  EXPECT_EQ(std::get<Done>(*message).outcome.found.objects.back().mask->runs, mask.runs);
}

TEST(FindingsMessagesUntrusted, FindingsAreReadStrictly) {
  const std::pair<const char*, const char*> lies[] = {
      {R"("0 1 2 3")", R"("0 1 2 4")"},      {R"("0 1 2 3")", R"("0 1 2 3 ")"}, {R"("0 1 2 3")", R"("0  1 2 3")"},
      {R"("0 1 2 3")", R"(" 0 1 2 3")"},     {R"("0 1 2 3")", R"("0 -1 4 3")"}, {R"("0 1 2 3")", R"("0 1 2 3x")"},
      {R"("0 1 2 3")", R"("0,1 2 3")"},
      {R"("0 1 2 3")", R"("6000000000000")"}, {R"("0 1 2 3")", R"("")"},         {R"("0 1 2 3")", "[0,1,2,3]"},
      {R"("width":3)", R"("width":0)"},      {R"("width":3)", R"("width":2147483647)"},
      {R"("corners":[)", R"("corners":[1E0,)"}, {R"("keypoints":[[)", R"("keypoints":[[1E0,)"}, {R"("keypoints":[[)", R"("keypoints":[7,[)"},
      {R"("index":281)", R"("index":-1)"},   {R"("share":1.25E-1)", R"("share":1.25E0)"},
      {R"("embedding":[)", R"("embedding":[null,)"}, {R"("embedding":[)", R"("embedding":[1E300,)"},
      {R"("classes":[)", R"("classes":[{},)"}, {R"("thumbnail_follows":false)", R"("thumbnail_follows":0)"},
  };
  for (auto [from, to] : lies) {
    Result<ChildMessage> message = decode_child_message(replaced(done_text(), from, to));
    ASSERT_FALSE(message) << to;
    EXPECT_EQ(message.error().code, "model_output") << to;
  }
}

TEST(FindingsMessagesUntrusted, BytesBehindAMessageAreAPictureOrNothing) {
  std::string script = "<script>1";
  std::string thumbnail = encode(ChildMessage(Thumbnail{kJpeg}));
  EXPECT_FALSE(decode_child_message(replaced(thumbnail, kJpeg, script + "!")));
  EXPECT_FALSE(decode_child_message(replaced(thumbnail, R"("attached":10)", R"("attached":9)")));
  EXPECT_FALSE(decode_child_message(replaced(thumbnail, R"("attached":10)", R"("attached":-1)")));
  EXPECT_FALSE(decode_child_message(done_text() + std::string(1, '\0') + kJpeg));
  EXPECT_FALSE(decode_child_message(done_text() + "more"));
  EXPECT_FALSE(decode_child_message(R"({"type":"warm"})" + std::string(1, '\0') + kJpeg));
  EXPECT_FALSE(decode_child_message(R"({"type":"warm"})" + std::string(1, '\0')));
  EXPECT_TRUE(decode_child_message(R"({"type":"warm"})"));
  Rendered nothing = sample_picture();
  nothing.picture.jpeg.clear();
  EXPECT_FALSE(decode_child_message(encode(ChildMessage(nothing))));
  Rendered giant = sample_picture();
  giant.picture.width = 5000;
  EXPECT_FALSE(decode_child_message(encode(ChildMessage(giant))));
  std::string large = kJpeg;
  large.resize(600 * 1024);
  EXPECT_THAT(decode_child_message(encode(ChildMessage(Thumbnail{large}))).error().message, HasSubstr("too large for a thumbnail"));
}

}  // namespace
}  // namespace darkroom::runner
