// Sentences about a model's file, part by part, and in Korean.
#include "domain/model_reasons.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace darkroom::domain {
namespace {

TEST(ModelReasons, ASentenceIsTakenApartWithItsParticulars) {
  auto reasons = reasons_in("metadata task = detect; output0 float32[1,84,8400]: 84 = 4 + 80 classes, 8400 = the cells of strides 8, 16, 32");
  ASSERT_EQ(reasons.size(), 2u);
  EXPECT_EQ(reasons[0].code, "metadata_task");
  EXPECT_EQ(reasons[0].parameters.at(0).second, "detect");
  EXPECT_EQ(reasons[1].code, "columns_of_cells");
  std::map<std::string_view, std::string> found(reasons[1].parameters.begin(), reasons[1].parameters.end());
  EXPECT_EQ(found, (std::map<std::string_view, std::string>{{"tensor", "output0 float32[1,84,8400]"}, {"rows", "84"}, {"sum", "80 classes"}, {"cells", "8400"}}));
}

TEST(ModelReasons, ASentenceIsToldInKorean) {
  EXPECT_EQ(in_korean("output0 float32[1,116,8400]: 116 = 4 + 80 classes + 32 mask coefficients; but its metadata names 3 classes"),
            "output0 float32[1,116,8400]: 116 = 4 + 클래스 80개 + 마스크 계수 32개; 그러나 메타데이터에는 클래스가 3개 적혀 있음");
  EXPECT_EQ(in_korean("Its licence, AGPL-3.0, asks whoever offers it over a network to offer the source code of the whole service, too; for other use its authors sell a licence."),
            "라이선스 AGPL-3.0은 네트워크로 서비스하는 쪽이 서비스 전체의 소스 코드도 공개하도록 요구합니다; 다르게 쓰려면 저작자에게서 라이선스를 살 수 있습니다.");
  EXPECT_EQ(in_korean("convention of the family (Megvii's YOLOX); the file does not say"), "계열의 관례(Megvii's YOLOX); 파일에는 적혀 있지 않음");
  EXPECT_EQ(in_korean("out float32[1,56,8400]: 56 = 4 + 1 class + 17 keypoints of 3 numbers"), "out float32[1,56,8400]: 56 = 4 + 클래스 1개 + 값 3개씩인 키포인트 17개");
}

TEST(ModelReasons, WhatIsNotKnownStaysAsItIs) {
  auto reasons = reasons_in("images float32[1,3,416,416]; something else");
  EXPECT_EQ(reasons[0].code, "tensor");
  EXPECT_EQ(reasons[1].code, "other");
  EXPECT_EQ(in_korean("images float32[1,3,416,416]; something else"), "images float32[1,3,416,416]; something else");
  EXPECT_EQ(in_korean(""), "");
}

TEST(ModelReasons, WhatIsInBracketsIsOnePart) { EXPECT_EQ(reasons_in("a (b; c); d").size(), 2u); }

// Each text is met by itself, filled in, and has the same parameters in both languages.
TEST(ModelReasons, EachTextIsFound) {
  std::set<std::string_view> codes;
  for (const ReasonText& text : reason_texts()) {
    codes.insert(text.code);
    auto parameters_of = [](std::string_view words) {
      std::set<std::string> found;
      for (std::size_t open = 0; (open = words.find('<', open)) != std::string_view::npos; ++open) found.emplace(words.substr(open, words.find('>', open) - open));
      return found;
    };
    std::string sentence;
    bool inside = false;
    for (char c : text.english) {
      if (c == '<') inside = true, sentence += "7";
      if (!inside) sentence += c;
      if (c == '>') inside = false;
    }
    auto reasons = reasons_in(sentence);
    ASSERT_EQ(reasons.size(), 1u) << sentence;
    EXPECT_EQ(reasons[0].code, text.code) << sentence;
    EXPECT_FALSE(text.korean.empty());
    for (const std::string& name : parameters_of(text.korean)) EXPECT_TRUE(parameters_of(text.english).contains(name)) << text.code << name;
    EXPECT_EQ(reasons[0].korean.find('<'), std::string::npos) << reasons[0].korean;
  }
  EXPECT_GT(codes.size(), 70u);
}

}  // namespace
}  // namespace darkroom::domain
