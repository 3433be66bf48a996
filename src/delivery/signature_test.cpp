#include "delivery/signature.h"

#include <gtest/gtest.h>

namespace darkroom::delivery {
namespace {

constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
constexpr const char* kId = "msg_p5jXN8AQM9LWM0D4loKWxJek";
constexpr const char* kBody = R"({"test": 2432232314})";
constexpr const char* kSigned = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

TEST(Signature, TheVectorOfStandardWebhooks) { EXPECT_EQ(signature(secret_bytes(kSecret).value(), kId, 1614265330, kBody), kSigned); }

TEST(Signature, EachSecretSigns) {
  std::string other(32, 'k');
  auto headers = signed_headers({secret_bytes(kSecret).value(), other}, kId, Time(std::chrono::seconds(1614265330)) + std::chrono::milliseconds(900), kBody);
  ASSERT_EQ(headers.size(), 3u);
  EXPECT_EQ(headers[0], (std::pair<std::string, std::string>("webhook-id", kId)));
  EXPECT_EQ(headers[1], (std::pair<std::string, std::string>("webhook-timestamp", "1614265330")));
  EXPECT_EQ(headers[2].second, std::string(kSigned) + " " + signature(other, kId, 1614265330, kBody));
}

TEST(Signature, ASecretIsReadAsItIsWritten) {
  for (std::size_t size : {24u, 25u, 26u, 32u, 64u}) {
    std::string bytes(size, '\x80');
    EXPECT_EQ(secret_bytes(secret_text(bytes)), bytes);
  }
  for (const char* text : {"", "whsec_", "whsec_abc", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa==", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2L?LaSw"}) {
    EXPECT_FALSE(secret_bytes(text)) << text;
  }
}

}  // namespace
}  // namespace darkroom::delivery
