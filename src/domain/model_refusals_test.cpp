// Sentences about models that cannot be used, in Korean.
#include "domain/model_refusals.h"

#include <gtest/gtest.h>

#include <set>

namespace darkroom::domain {
namespace {

TEST(ModelRefusals, AnAmbiguousFileIsToldInKorean) {
  EXPECT_EQ(refusal_in_korean("The model's file could be read as yolov8 (detect) or rtdetr (detect), and nothing in it decides: write family = \"...\" into the model's model.toml, or choose "
                              "when it is uploaded. The model takes images float32[1,3,64,64] and gives output.0 float32[1,84,84]."),
            "모델 파일을 다음 방식으로 읽을 수 있지만 파일만으로는 정할 수 없습니다: yolov8 (detect), rtdetr (detect). model.toml에 family = \"...\"를 적거나 올릴 때 고르세요. 모델의 입력은 images "
            "float32[1,3,64,64]이고 출력은 output.0 float32[1,84,84]입니다.");
}

TEST(ModelRefusals, WhatSpeaksAgainstAReadingIsToldWithIt) {
  EXPECT_EQ(refusal_in_korean("The model takes a float32[1] and gives b float32[2]. As yolox (detect): the sides of its input are not multiples of 32; but its metadata names 3 classes."),
            "모델의 입력은 a float32[1]이고 출력은 b float32[2]입니다. yolox(detect)로 보면: 입력의 변이 32의 배수가 아님; 그러나 메타데이터에는 클래스가 3개 적혀 있음.");
}

TEST(ModelRefusals, AModelAndWhyItCannotBeUsed) {
  EXPECT_EQ(refusal_in_korean("The model 'bad' cannot be used: ONNX Runtime cannot load the model: the file is empty."),
            "모델 'bad'을(를) 쓸 수 없습니다: ONNX Runtime이 모델을 불러올 수 없습니다. 파일이 비어 있습니다.");
}

TEST(ModelRefusals, WhatIsNotKnownStaysAsItIs) {
  EXPECT_EQ(refusal_in_korean("Something new. A picture of that size cannot be given. And more"), "Something new. 그런 크기의 사진은 넣을 수 없습니다. And more");
  EXPECT_EQ(refusal_in_korean(""), "");
}

std::set<std::string> names_in(std::string_view words) {
  std::set<std::string> found;
  for (std::size_t open = 0; (open = words.find('<', open)) != std::string_view::npos; ++open) found.emplace(words.substr(open, words.find('>', open) - open));
  return found;
}

// Each sentence is met by itself, filled in, says all its particulars in both languages, and is met first.
TEST(ModelRefusals, EachSentenceIsFound) {
  EXPECT_GT(refusal_texts().size(), 30u);
  for (const RefusalText& text : refusal_texts()) {
    EXPECT_EQ(names_in(text.korean), names_in(text.english)) << text.english;
    std::string sentence, korean;
    auto fill = [](std::string_view words, std::string& filled) {
      bool inside = false;
      for (char c : words) {
        if (c == '<') inside = true, filled += "7";
        if (!inside) filled += c;
        if (c == '>') inside = false;
      }
    };
    fill(text.english, sentence);
    fill(text.korean, korean);
    EXPECT_EQ(refusal_in_korean(sentence), korean);
    EXPECT_EQ(refusal_in_korean(sentence + " A picture of that size cannot be given."), korean + " 그런 크기의 사진은 넣을 수 없습니다.");
  }
}

}  // namespace
}  // namespace darkroom::domain
