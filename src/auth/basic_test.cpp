#include "auth/basic.h"

#include <gtest/gtest.h>

namespace darkroom::auth {
namespace {

TEST(Basic, UserAndPasswordAreReadAsClientsSendThem) {
  auto made = basic_credentials("Basic c2hvcDpkYXJrcm9vbV9hYmM6ZA==").value();  // shop:darkroom_abc:d
  EXPECT_EQ(made.user, "shop");
  EXPECT_EQ(made.password, "darkroom_abc:d");
  EXPECT_EQ(basic_credentials("bASIC  OnRva2Vu")->user, "");
  EXPECT_EQ(basic_credentials("Basic OnRva2Vu")->password, "token");
  EXPECT_EQ(basic_credentials("Basic dG9rZW46")->password, "");
}

TEST(Basic, AnythingElseIsNone) {
  for (const char* value : {"", "Basic", "Basic ", "Basic x", "Basic c2hvcA==", "Basic c2hv*A==", "Basic =AAA", "Bearer c2hvcDph", "Basic c2hvcDph extra"}) {
    EXPECT_FALSE(basic_credentials(value)) << value;
  }
  EXPECT_FALSE(basic_credentials("Basic " + std::string(4000, 'A')));
}

}  // namespace
}  // namespace darkroom::auth
