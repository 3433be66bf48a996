#include "base/base64.h"

#include <gtest/gtest.h>

namespace darkroom {
namespace {

struct Vector {
  const char* bytes;
  const char* padded;
  const char* url;
};

// RFC 4648, section 10.
constexpr Vector kVectors[] = {{"", "", ""}, {"f", "Zg==", "Zg"}, {"fo", "Zm8=", "Zm8"}, {"foo", "Zm9v", "Zm9v"},
                               {"foob", "Zm9vYg==", "Zm9vYg"}, {"fooba", "Zm9vYmE=", "Zm9vYmE"}, {"foobar", "Zm9vYmFy", "Zm9vYmFy"}};

TEST(Base64, TheVectorsOfItsRfcAreWrittenAndRead) {
  for (const Vector& each : kVectors) {
    EXPECT_EQ(to_base64(each.bytes), each.padded);
    EXPECT_EQ(to_base64url(each.bytes), each.url);
    EXPECT_EQ(from_base64(each.padded), each.bytes) << each.padded;
    EXPECT_EQ(from_base64(each.url), each.bytes) << each.url;
    EXPECT_EQ(from_padded_base64(each.padded), each.bytes) << each.padded;
  }
}

TEST(Base64, TheTwoAlphabetsDifferInTwoLetters) {
  std::string bytes = "\xFB\xEF\xFF";
  EXPECT_EQ(to_base64(bytes), "++//");
  EXPECT_EQ(to_base64url(bytes), "--__");
  EXPECT_EQ(from_base64("++//"), bytes);
  EXPECT_EQ(from_base64("--__"), bytes);
}

TEST(Base64, EveryByteComesBack) {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
  EXPECT_EQ(from_base64(to_base64url(bytes)), bytes);
  EXPECT_EQ(from_padded_base64(to_base64(bytes)), bytes);
}

TEST(Base64, AnythingElseIsRefused) {
  for (const char* text : {"Z", "Zm9vY", "Zg===", "=AAA", "Z=g=", "Zm9v Zm9v", " Zm9v", "Zm9v\n", "Zm*v", "Zm\xC3\xA9"}) {
    EXPECT_FALSE(from_base64(text)) << text;
    EXPECT_FALSE(from_padded_base64(text)) << text;
  }
}

TEST(Base64, OneThatOthersMustReadIsPaddedAndOfTheFirstAlphabet) {
  for (const char* text : {"=", "Zg", "Zg=", "Zm9vYmE", "--__", "Zm9-"}) EXPECT_FALSE(from_padded_base64(text)) << text;
}

}  // namespace
}  // namespace darkroom
