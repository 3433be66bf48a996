#include "api/waiting.h"

#include "store/store.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace darkroom::api {
namespace {

using std::chrono::seconds;

// A job, as a store tells it that may be gone for a while.
struct Told {
  bool store_is_gone = false;
  bool final = false;

  http::Reply wait(seconds longest) {
    return answer_when_final("a job", longest, [this]() -> Look {
      if (store_is_gone) throw store::StoreUnavailable("the database fails over");
      return {http::Response{.status = final ? 200 : 202}, final};
    });
  }
};

TEST(Waiting, AStoreThatIsGoneForAWhileIsWaitedFor) {
  Told told{.store_is_gone = true};
  auto parked = std::get<http::Parked>(told.wait(seconds(60)));
  EXPECT_FALSE(parked.resume(false)) << "as long as there is time";
  auto late = parked.resume(true);
  ASSERT_TRUE(late);
  EXPECT_EQ(late->status, 503);
  EXPECT_TRUE(std::ranges::count(late->headers, std::pair<std::string, std::string>("Retry-After", "1"))) << late->body;
  EXPECT_EQ(late->body.find("fails over"), std::string::npos);
  told = {.store_is_gone = false, .final = true};
  EXPECT_EQ(parked.resume(false)->status, 200);
}

TEST(Waiting, AnAnswerThatIsNotFinalComesAtTheDeadlineOnly) {
  Told told;
  EXPECT_EQ(std::get<http::Response>(told.wait(seconds(0))).status, 202);
  auto parked = std::get<http::Parked>(told.wait(seconds(60)));
  EXPECT_FALSE(parked.resume(false));
  EXPECT_EQ(parked.resume(true)->status, 202);
}

TEST(Waiting, WhoWaitsForAJobHearsThatItWasDeletedWithItsImage) {
  store::Event deleted{.type = "image.deleted", .image = domain::ImageId{7}, .job = "a job"};
  EXPECT_EQ(parked_under(deleted), "a job");
  deleted.job = std::nullopt;
  EXPECT_FALSE(parked_under(deleted)) << "its job had ended before";
}

}  // namespace
}  // namespace darkroom::api
