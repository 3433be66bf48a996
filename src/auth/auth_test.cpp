#include "auth/password.h"
#include "auth/token.h"

#include <gtest/gtest.h>

namespace darkroom::auth {
namespace {

TEST(Password, OnlyTheRightOneFits) {
  std::string hash = hash_password("open sesame");
  EXPECT_TRUE(hash.starts_with("$argon2id$"));
  EXPECT_TRUE(verify_password("open sesame", hash));
  EXPECT_FALSE(verify_password("open sesam", hash));
  EXPECT_NE(hash, hash_password("open sesame"));
}

TEST(Token, HasItsShapeAndIsNeverTheSame) {
  std::string token = make_token();
  EXPECT_TRUE(token.starts_with("darkroom_"));
  EXPECT_EQ(token.size(), 9u + 36u);
  EXPECT_NE(token, make_token());
  EXPECT_TRUE(is_acceptable_token(token));
  EXPECT_FALSE(is_acceptable_token("short"));
  EXPECT_FALSE(is_acceptable_token("long enough but with spaces"));
}

TEST(Token, AWrongCharacterIsSeenWithoutTheDatabase) {
  std::string token = make_token();
  EXPECT_TRUE(has_right_checksum(token));
  for (std::size_t at : {std::size_t{9}, std::size_t{25}, token.size() - 1}) {
    std::string wrong = token;
    wrong[at] = wrong[at] == 'a' ? 'b' : 'a';
    EXPECT_FALSE(has_right_checksum(wrong)) << at;
  }
  EXPECT_TRUE(has_right_checksum("chosen by an operator"));
}

TEST(Token, IsReadFromTheAuthorizationHeader) {
  EXPECT_EQ(bearer_token("Bearer abc"), "abc");
  EXPECT_EQ(bearer_token("bearer  abc"), "abc");
  EXPECT_EQ(bearer_token("Basic abc"), "");
  EXPECT_EQ(bearer_token("Bearer"), "");
  EXPECT_EQ(bearer_token(""), "");
}

}  // namespace
}  // namespace darkroom::auth
