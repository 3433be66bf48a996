#include "text/unicode.h"

#include <gtest/gtest.h>

namespace darkroom::text {
namespace {

TEST(Unicode, AKoreanNameOfAMacIsPutTogether) {
  EXPECT_EQ(composed("\xE1\x84\x92\xE1\x85\xA1\xE1\x86\xAB\xE1\x84\x80\xE1\x85\xB3\xE1\x86\xAF.jpg"), "한글.jpg");
  EXPECT_EQ(composed("e\xCC\x81"), "é");
}

TEST(Unicode, FoldingMakesOneOfAllCases) {
  EXPECT_EQ(folded("STRASSE"), folded("Straße"));
  EXPECT_EQ(folded("ÉTÉ.JPG"), "été.jpg");
  EXPECT_EQ(folded("제주 Sunset"), "제주 sunset");
}

TEST(Unicode, CharactersAreCountedAndNotBytes) {
  EXPECT_EQ(characters(""), 0u);
  EXPECT_EQ(characters("a b"), 3u);
  EXPECT_EQ(characters("고양이"), 3u);
  EXPECT_EQ(characters("ß🐈"), 2u);
}

TEST(Unicode, WhatIsNoUtf8ComesBackAsItIs) { EXPECT_EQ(folded("\xFF\xFE"), "\xFF\xFE"); }

}  // namespace
}  // namespace darkroom::text
