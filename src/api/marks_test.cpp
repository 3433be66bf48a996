#include "api/marks.h"

#include <gtest/gtest.h>

namespace darkroom::api {
namespace {

std::vector<domain::Mark> marks(const char* document, double least = 0) { return marks_of(boost::json::parse(document), least); }

TEST(Marks, ReadAnObjectWithAllThatItHas) {
  auto found = marks(R"({"result":{"detected_objects":[{"class":"person","confidence":0.9,"bbox":[1,2,3.5,4],"corners":[1,2,3,4,5,6,7,8],
    "keypoints":[{"x":1,"y":2.5,"confidence":null},{"x":3,"y":4,"confidence":0.5}],"mask":{"bbox":[1,2,3,4],"size":[2,2],"runs":[1,3]}}]}})");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].label, "person");
  EXPECT_EQ(found[0].confidence, 0.9);
  EXPECT_EQ(found[0].box, (domain::Box{1, 2, 3.5, 4}));
  EXPECT_EQ((*found[0].corners)[7], 8);
  ASSERT_EQ(found[0].keypoints.size(), 2u);
  EXPECT_FALSE(found[0].keypoints[0].confidence);
  EXPECT_EQ(found[0].keypoints[1].confidence, 0.5);
  EXPECT_EQ(found[0].mask->runs, (std::vector<int>{1, 3}));
  EXPECT_EQ(found[0].mask->width, 2);
}

TEST(Marks, AConfidenceBelowTheLeastIsLeftOutAndNoneStays) {
  constexpr const char* kThree = R"({"result":{"detected_objects":[{"class":"a","confidence":0.9,"bbox":[0,0,1,1]},{"class":"b","confidence":0.2,"bbox":[0,0,1,1]},
    {"class":"face","confidence":null,"bbox":[0,0,1,1]}]}})";
  EXPECT_EQ(marks(kThree).size(), 3u);
  auto most = marks(kThree, 0.5);
  ASSERT_EQ(most.size(), 2u);
  EXPECT_EQ(most[1].label, "face");
}

TEST(Marks, RegionsLieBelowAndTheBestClassFramesThePhoto) {
  auto found = marks(R"({"image_info":{"size":[640,480]},"result":{"detected_objects":[{"class":"a","confidence":1,"bbox":[0,0,1,1]}],
    "regions":[{"class":"sky","share":0.5,"mask":{"bbox":[0,0,640,480],"size":[1,2],"runs":[0,1,1]}}],"classes":[{"class":"cat","index":1,"confidence":0.8},{"class":"dog","index":2,"confidence":0.1}]}})");
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].label, "sky");
  EXPECT_TRUE(found[0].mask);
  EXPECT_EQ(found[2].label, "cat");
  EXPECT_EQ(found[2].box, (domain::Box{0, 0, 640, 480}));
}

TEST(Marks, WhatCannotBeReadIsLeftOut) {
  for (const char* document : {"null", "{}", "[]", R"({"result":1})", R"({"result":{"detected_objects":{}}})", R"({"result":{"detected_objects":[1,{"bbox":[1,2,3]},{"bbox":["a",1,2,3]}]}})",
                               R"({"result":{"detected_objects":[],"regions":[{"class":"sky"}],"classes":[{}]}})"}) {
    EXPECT_TRUE(marks(document).empty()) << document;
  }
}

}  // namespace
}  // namespace darkroom::api
