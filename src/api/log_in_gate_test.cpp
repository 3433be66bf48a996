// What counts as a failed try of a password, and what does not.
#include "api/log_in_gate.h"

#include "auth/password.h"
#include "store/store.h"

#include <gtest/gtest.h>

namespace darkroom::api {
namespace {

class LogInGateTest : public testing::Test {
 protected:
  auto log_in(const std::string& password) { return gate_.try_password("minji", password, "192.0.2.1", now_); }

  bool away_ = false;  // the database
  store::Account minji_{.name = "minji", .role = "uploader", .password_hash = auth::hash_password("right")};
  LogInGate gate_{[this](const std::string&) -> std::optional<store::Account> {
    if (away_) throw store::StoreUnavailable("away");
    return minji_;
  }};
  Time now_ = from_micros(1'700'000'000'000'000);
};

TEST_F(LogInGateTest, WrongPasswordsSlowTheNextTry) {
  EXPECT_TRUE(std::holds_alternative<store::Account>(log_in("right")));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(std::holds_alternative<LogInGate::Wrong>(log_in("wrong")));
  EXPECT_TRUE(std::holds_alternative<LogInGate::TryLater>(log_in("right")));
}

// Else a database that is away for a moment locks out everybody who tries, and all behind their address.
TEST_F(LogInGateTest, TriesThatNobodyCouldJudgeSlowNobody) {
  away_ = true;
  for (int i = 0; i < 30; ++i) EXPECT_THROW(log_in("right"), store::StoreUnavailable);
  away_ = false;
  EXPECT_TRUE(std::holds_alternative<store::Account>(log_in("right")));
}

}  // namespace
}  // namespace darkroom::api
