#include "auth/peer_signature.h"

#include <gtest/gtest.h>

namespace darkroom::auth {
namespace {

constexpr const char* kSecret = "a secret of the installation";
const Time kNow = from_micros(1'700'000'000'000'000);

TEST(PeerSignature, IsGoodForThisRequestOnly) {
  std::string header = peer_authorization(kSecret, "GET", "/internal/v1/photos/ab?offset=0", kNow);
  EXPECT_TRUE(is_peer(header, kSecret, "GET", "/internal/v1/photos/ab?offset=0", kNow));
  EXPECT_FALSE(is_peer(header, kSecret, "GET", "/internal/v1/photos/ab?offset=1", kNow));
  EXPECT_FALSE(is_peer(header, kSecret, "POST", "/internal/v1/photos/ab?offset=0", kNow));
  EXPECT_FALSE(is_peer(header, "another secret", "GET", "/internal/v1/photos/ab?offset=0", kNow));
}

TEST(PeerSignature, HoldsForAMinuteEitherWay) {
  std::string header = peer_authorization(kSecret, "GET", "/x", kNow);
  for (int seconds : {-60, 0, 60}) EXPECT_TRUE(is_peer(header, kSecret, "GET", "/x", kNow + std::chrono::seconds(seconds))) << seconds;
  for (int seconds : {-61, 61, 3600}) EXPECT_FALSE(is_peer(header, kSecret, "GET", "/x", kNow + std::chrono::seconds(seconds))) << seconds;
}

// HMAC-SHA-256 computed with Python's hmac over "GET\n/x\n1700000000".
TEST(PeerSignature, IsTheHmacThatItSays) {
  EXPECT_EQ(peer_authorization("key", "GET", "/x", kNow), "Darkroom-Peer 1700000000.54b2926508f120d189abeab79e0c549a3b94d818a803d595b4bf977928f3eca3");
}

TEST(PeerSignature, NothingElsePasses) {
  for (const char* header : {"", "Darkroom-Peer ", "Darkroom-Peer 1700000000", "Darkroom-Peer .abc", "Bearer abc", "Darkroom-Peer x.y"}) {
    EXPECT_FALSE(is_peer(header, kSecret, "GET", "/x", kNow)) << header;
  }
  EXPECT_FALSE(is_peer(peer_authorization("", "GET", "/x", kNow), "", "GET", "/x", kNow)) << "no secret, no peers";
}

}  // namespace
}  // namespace darkroom::auth
