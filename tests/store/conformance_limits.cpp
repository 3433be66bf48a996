// Limits of the whole cluster: pause, rate as a sliding window, concurrency; and the retries of a queue.
#include "domain/maintenance.h"
#include "store/conformance.h"

#include <algorithm>
#include <atomic>
#include <barrier>
#include <mutex>
#include <thread>

namespace darkroom::store {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const std::string kQueue(domain::kProcessQueue);
const Actor kAdmin{"admin", "the receiver is down"};

QueueChange paused(bool yes) { return {.paused = yes}; }
QueueChange rate(int starts, Duration window) { return {.rate = RateLimit{starts, window}}; }
QueueChange concurrency(int most) { return {.concurrency = std::optional<int>(most)}; }

// The most starts in any window (t - window, t].
int most_in_any(std::vector<Time> starts, Duration window) {
  std::ranges::sort(starts);
  int most = 0;
  for (std::size_t last = 0, first = 0; last < starts.size(); ++last) {
    while (starts[first] <= starts[last] - window) ++first;
    most = std::max(most, static_cast<int>(last - first + 1));
  }
  return most;
}

std::vector<Time> starts_in_log(Store& store) {
  std::vector<Time> starts;
  for (const Event& event : store.events(0, std::nullopt, 100'000)) {
    if (event.type == "job.started") starts.push_back(event.at);
  }
  return starts;
}

// So many jobs of another queue are made and started; returns how many were.
std::size_t start_maintenance(Store& store, const char* node, int count, Time now) {
  domain::Schedule rule{.name = "tidy", .cron = "@hourly", .zone = "UTC", .kind = std::string(domain::kind::prune)};
  store.put_schedule(rule, now, kAdmin, now).value();
  for (int i = 0; i < count; ++i) store.run_schedule("tidy", 4, kAdmin, now).value();
  return store.claim({.node = node, .worker = "prune", .lanes = {domain::maintenance_lane(domain::kind::prune)}, .count = count}, now).size();
}

TEST_P(StoreConformance, APausedQueueGivesNothingAndGoesOnWhenResumed) {
  upload();
  auto running = claim_one();
  upload();
  auto changed = store_->change_queue(kQueue, paused(true), kAdmin, now_);
  ASSERT_TRUE(changed);
  EXPECT_TRUE(changed->paused);
  EXPECT_EQ(changed->paused_by, "admin");
  EXPECT_EQ(changed->pause_reason, "the receiver is down");
  EXPECT_TRUE(store_->claim(wants(5), now_).empty());
  Finished finished = finish(running, success(), 1);
  EXPECT_TRUE(finished.applied) << "what runs may finish";
  EXPECT_TRUE(finished.next.empty());
  reopen();
  EXPECT_TRUE(store_->claim(wants(5), now_).empty());
  changed = store_->change_queue(kQueue, paused(false), kAdmin, now_);
  EXPECT_EQ(changed->paused_by, "");
  EXPECT_EQ(store_->claim(wants(5), now_).size(), 1u);
}

TEST_P(StoreConformance, APauseOfOneQueueLeavesTheOthers) {
  upload();
  ASSERT_TRUE(store_->change_queue("webhooks", paused(true), kAdmin, now_));
  EXPECT_EQ(store_->claim(wants(1), now_).size(), 1u);
}

TEST_P(StoreConformance, AChangeOfAQueueIsToldOnceWithItsActorAndReason) {
  ASSERT_TRUE(store_->change_queue(kQueue, paused(true), kAdmin, now_));
  ASSERT_TRUE(store_->change_queue(kQueue, paused(true), {"other", ""}, now_));
  ASSERT_TRUE(store_->change_queue(kQueue, rate(10, minutes(1)), kAdmin, now_));
  ASSERT_TRUE(store_->change_queue(kQueue, paused(false), kAdmin, now_));
  auto events = store_->events(0, std::nullopt, 10);
  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].type, "queue.paused");
  EXPECT_EQ(events[0].actor, "admin");
  EXPECT_EQ(events[0].reason, "the receiver is down");
  EXPECT_NE(events[0].data.find("\"queue\":\"ai_processing\""), std::string::npos);
  EXPECT_EQ(events[1].type, "queue.changed");
  EXPECT_NE(events[1].data.find("\"rate\":\"10/m\""), std::string::npos);
  EXPECT_EQ(events[2].type, "queue.resumed");
  EXPECT_EQ(store_->change_queue("nothing", paused(true), kAdmin, now_).error().code, domain::code::not_found);
}

TEST_P(StoreConformance, APausedQueueThatIsPausedForAnotherReasonHasThatOne) {
  ASSERT_TRUE(store_->change_queue(kQueue, paused(true), kAdmin, now_));
  auto again = store_->change_queue(kQueue, paused(true), {"jun", "the disk is being changed"}, now_);
  EXPECT_EQ(again->paused_by, "jun");
  EXPECT_EQ(again->pause_reason, "the disk is being changed");
  ASSERT_TRUE(store_->change_queue(kQueue, paused(true), {"jun", "the disk is being changed"}, now_));
  ASSERT_TRUE(store_->change_queue(kQueue, {.paused = true, .concurrency = std::optional<int>(3)}, {"minji", ""}, now_));
  EXPECT_EQ(store_->change_queue(kQueue, concurrency(4), {"minji", "too slow"}, now_)->pause_reason, "the disk is being changed");
  auto events = store_->events(0, std::nullopt, 10);
  ASSERT_EQ(events.size(), 4u);
  EXPECT_EQ(events[1].type, "queue.paused");
  EXPECT_EQ(events[1].actor, "jun");
  EXPECT_EQ(events[1].reason, "the disk is being changed");
  EXPECT_EQ(events[2].type, "queue.changed");
  EXPECT_EQ(events[3].type, "queue.changed");
}

TEST_P(StoreConformance, AQueueIsChangedOnlyAsItIsExpected) {
  auto is_running = [](const QueueSettings& queue) { return !queue.paused; };
  ASSERT_TRUE(store_->change_queue(kQueue, paused(true), kAdmin, now_, is_running));
  EXPECT_EQ(store_->change_queue(kQueue, rate(10, minutes(1)), kAdmin, now_, is_running).error().code, domain::code::precondition_failed);
  EXPECT_FALSE(store_->change_queue(kQueue, paused(true), kAdmin, now_)->rate);
}

TEST_P(StoreConformance, SettingsSurviveAReopenAndALimitCanBeTakenAway) {
  QueueChange all{.rate = RateLimit{10, minutes(1)}, .concurrency = std::optional<int>(3), .ageing = std::optional<Duration>(minutes(5)),
                  .max_retries = std::optional<int>(1), .first_retry = std::optional<seconds>(7)};
  ASSERT_TRUE(store_->change_queue(kQueue, all, kAdmin, now_));
  reopen();
  auto kept = store_->change_queue(kQueue, {.rate = std::optional<RateLimit>()}, kAdmin, now_);
  ASSERT_TRUE(kept);
  EXPECT_FALSE(kept->rate);
  EXPECT_EQ(kept->concurrency, 3);
  EXPECT_EQ(kept->ageing, Duration(minutes(5)));
  EXPECT_EQ(kept->max_retries, 1);
  EXPECT_EQ(kept->first_retry, seconds(7));
}

// --- rate ---

TEST_P(StoreConformance, TenAMinuteIsNeverElevenInAnySixtySeconds) {
  for (int i = 0; i < 60; ++i) upload();
  ASSERT_TRUE(store_->change_queue(kQueue, rate(10, minutes(1)), kAdmin, now_));
  std::vector<domain::ClaimedJob> running;
  for (int second = 0; second < 200; ++second) {
    now_ += seconds(1) + milliseconds(137);
    if (second % 3 == 0) {
      for (auto& job : store_->claim(wants(second % 4), now_)) running.push_back(job);
    } else if (!running.empty()) {
      auto job = running.back();
      running.pop_back();
      domain::Ending ending = second % 5 ? domain::Ending(success()) : domain::Ending(domain::Interrupted{"taken away"});
      for (auto& next : finish(job, ending, 1).next) running.push_back(next);
    }
  }
  auto starts = starts_in_log(*store_);
  EXPECT_EQ(most_in_any(starts, minutes(1)), 10);
  EXPECT_GE(starts.size(), 36u) << "the limit is used up, not only kept";
}

// Callers of one process read its clock before they wait for their turn, so that a later one may be first.
TEST_P(StoreConformance, AClaimOfAnEarlierMomentCountsTheStartsThatCameBeforeIt) {
  for (int i = 0; i < 20; ++i) upload();
  ASSERT_TRUE(store_->change_queue(kQueue, rate(10, minutes(1)), kAdmin, now_));
  EXPECT_EQ(store_->claim(wants(20), now_).size(), 10u);
  EXPECT_TRUE(store_->claim(wants(20), now_ - milliseconds(500)).empty());
}

TEST_P(StoreConformance, StartsAreKeptForAClaimOfAnEarlierMoment) {
  for (int i = 0; i < 20; ++i) upload();
  ASSERT_TRUE(store_->change_queue(kQueue, rate(10, minutes(1)), kAdmin, now_));
  EXPECT_EQ(store_->claim(wants(10), now_).size(), 10u);
  EXPECT_EQ(store_->claim(wants(1), now_ + seconds(61)).size(), 1u);
  EXPECT_TRUE(store_->claim(wants(20), now_ + milliseconds(500)).empty());
}

TEST_P(StoreConformance, StartsOfAClockThatWasFarAheadBlockNobodyWhenItIsPutBack) {
  for (int i = 0; i < 30; ++i) upload();
  ASSERT_TRUE(store_->change_queue(kQueue, rate(10, minutes(1)), kAdmin, now_));
  EXPECT_EQ(store_->claim(wants(20), now_ + std::chrono::years(1)).size(), 10u);
  EXPECT_EQ(store_->claim(wants(20), now_).size(), 10u);
}

TEST_P(StoreConformance, ARateCountsAndForgetsTheStartsOfItsOwnQueueAlone) {
  for (int i = 0; i < 4; ++i) upload();
  ASSERT_TRUE(store_->change_queue(kQueue, rate(2, std::chrono::hours(1)), kAdmin, now_));
  ASSERT_TRUE(store_->change_queue(domain::kMaintenanceQueue, rate(5, seconds(1)), kAdmin, now_));
  ASSERT_EQ(start_maintenance(*store_, kNode, 2, now_), 2u);
  EXPECT_EQ(store_->claim(wants(4), now_).size(), 2u) << "what another queue starts uses up nothing";
  now_ += minutes(2);
  ASSERT_EQ(start_maintenance(*store_, kNode, 1, now_), 1u);
  EXPECT_TRUE(store_->claim(wants(4), now_).empty()) << "the window of another queue is shorter";
  ASSERT_TRUE(store_->change_queue(domain::kMaintenanceQueue, {.rate = std::optional<RateLimit>()}, kAdmin, now_));
  EXPECT_TRUE(store_->claim(wants(4), now_).empty()) << "it was another queue whose limit was taken away";
}

TEST_P(StoreConformance, ALimitSetInMidWindowCountsTheStartsOfItsOwnQueueAlone) {
  for (int i = 0; i < 4; ++i) upload();
  ASSERT_EQ(start_maintenance(*store_, kNode, 3, now_), 3u);
  ASSERT_TRUE(store_->change_queue(kQueue, rate(2, std::chrono::hours(1)), kAdmin, now_));
  EXPECT_EQ(store_->claim(wants(4), now_).size(), 2u);
}

TEST_P(StoreConformance, AStartBecomesPossibleTheMomentTheWindowAllowsIt) {
  for (int i = 0; i < 4; ++i) upload();
  ASSERT_TRUE(store_->change_queue(kQueue, rate(2, seconds(60)), kAdmin, now_));
  EXPECT_EQ(store_->claim(wants(1), now_).size(), 1u);
  now_ += seconds(20);
  EXPECT_EQ(store_->claim(wants(5), now_).size(), 1u);
  now_ += seconds(40) - Duration(1);
  EXPECT_TRUE(store_->claim(wants(5), now_).empty());
  now_ += Duration(1);
  EXPECT_EQ(store_->claim(wants(5), now_).size(), 1u);
  now_ += seconds(20) - Duration(1);
  EXPECT_TRUE(store_->claim(wants(5), now_).empty());
}

TEST_P(StoreConformance, ALimitSetInMidWindowCountsTheStartsBeforeIt) {
  for (int i = 0; i < 40; ++i) upload();
  for (int i = 0; i < 3; ++i) finish(claim_one(), success());
  now_ += seconds(10);
  finish(claim_one(), domain::Interrupted{"taken away"});  // a refunded start was a start
  claim_one();
  auto removed = claim_one();
  ASSERT_TRUE(store_->delete_image(removed.image, kAdmin, now_));
  store_->remove_content(removed.sha256, kFolder, [] {});
  now_ += seconds(10);
  ASSERT_TRUE(store_->change_queue(kQueue, rate(10, minutes(1)), kAdmin, now_));
  EXPECT_EQ(store_->claim(wants(20), now_).size(), 4u);
  now_ += seconds(40);
  EXPECT_EQ(store_->claim(wants(20), now_).size(), 3u);
  now_ += seconds(10);
  EXPECT_EQ(store_->claim(wants(20), now_).size(), 3u);
  EXPECT_EQ(most_in_any(starts_in_log(*store_), minutes(1)), 10);
}

TEST_P(StoreConformance, AWiderWindowLooksFurtherBack) {
  for (int i = 0; i < 40; ++i) upload();
  ASSERT_TRUE(store_->change_queue(kQueue, rate(5, minutes(1)), kAdmin, now_));
  for (int i = 0; i < 4; ++i) {
    EXPECT_EQ(store_->claim(wants(20), now_).size(), 5u);
    now_ += minutes(5);
  }
  ASSERT_TRUE(store_->change_queue(kQueue, rate(22, minutes(60)), kAdmin, now_));
  EXPECT_EQ(store_->claim(wants(20), now_).size(), 2u);
  ASSERT_TRUE(store_->change_queue(kQueue, {.rate = std::optional<RateLimit>()}, kAdmin, now_));
  EXPECT_EQ(store_->claim(wants(40), now_).size(), 18u);
}

TEST_P(StoreConformance, UnderARateTheMostUrgentStillStartsNext) {
  for (int i = 0; i < 50; ++i) upload("a", -10);
  ASSERT_TRUE(store_->change_queue(kQueue, rate(1, seconds(6)), kAdmin, now_));
  claim_one();
  auto high = upload("b", 50);
  EXPECT_TRUE(store_->claim(wants(1), now_).empty());
  now_ += seconds(6);
  EXPECT_EQ(claim_one().image, high.id);
}

// Whoever pauses the queue for a moment, or sets another limit, gives it no new window.
TEST_P(StoreConformance, ARateRemembersItsStartsWhateverElseIsChanged) {
  for (int i = 0; i < 9; ++i) upload();
  ASSERT_TRUE(store_->change_queue(kQueue, rate(3, minutes(1)), kAdmin, now_));
  EXPECT_EQ(store_->claim(wants(9), now_).size(), 3u);
  now_ += seconds(20);
  for (const QueueChange& change : {paused(true), paused(false), concurrency(8), rate(3, minutes(1)), QueueChange{.max_retries = std::optional<int>(1)}}) {
    ASSERT_TRUE(store_->change_queue(kQueue, change, kAdmin, now_));
  }
  EXPECT_TRUE(store_->claim(wants(9), now_).empty());
  now_ += seconds(40);
  EXPECT_EQ(store_->claim(wants(9), now_).size(), 3u);
}

// Every claimer asks at every moment, from two stores where the database is shared; the clock stands still within a round.
TEST_P(StoreConformance, ARateHoldsForManyClaimersAtOnce) {
  for (int i = 0; i < 120; ++i) upload();
  ASSERT_TRUE(store_->change_queue(kQueue, rate(10, minutes(1)), kAdmin, now_));
  std::unique_ptr<Store> second = store_->is_shared() ? GetParam().open(false) : nullptr;
  std::atomic<int> started = 0;
  constexpr int kClaimers = 8;
  std::vector<Time> moments;
  for (int round = 0; round < 30; ++round) moments.push_back(now_ + round * milliseconds(5500));
  {
    std::barrier round_begins(kClaimers);
    std::vector<std::jthread> claimers;
    for (int c = 0; c < kClaimers; ++c) {
      claimers.emplace_back([&, c] {
        Store& store = second && c % 2 ? *second : *store_;
        for (Time moment : moments) {
          round_begins.arrive_and_wait();
          started += static_cast<int>(store.claim(wants(c % 3 + 1), moment).size());
        }
      });
    }
  }
  auto starts = starts_in_log(*store_);
  EXPECT_EQ(static_cast<int>(starts.size()), started);
  EXPECT_EQ(most_in_any(starts, minutes(1)), 10);
  EXPECT_GE(started, 20);
}

// --- concurrency ---

TEST_P(StoreConformance, ConcurrencyIsOfTheWholeClusterAlsoForClaimersAtOnce) {
  for (int i = 0; i < 200; ++i) upload();
  ASSERT_TRUE(store_->change_queue(kQueue, concurrency(3), kAdmin, now_));
  std::unique_ptr<Store> second = store_->is_shared() ? GetParam().open(false) : nullptr;
  std::atomic<int> running = 0, most = 0, done = 0;
  {
    std::vector<std::jthread> claimers;
    for (int c = 0; c < 8; ++c) {
      claimers.emplace_back([&, c] {
        Store& store = second && c % 2 ? *second : *store_;
        std::vector<domain::ClaimedJob> mine;
        auto note = [&](std::vector<domain::ClaimedJob> jobs) {
          running += static_cast<int>(jobs.size());
          for (int seen = most, now = running; seen < now && !most.compare_exchange_weak(seen, now);) {}
          for (auto& job : jobs) mine.push_back(std::move(job));
        };
        for (int i = 0; i < 60 && done < 100; ++i) {
          if (mine.empty()) note(store.claim(wants(2), now_));
          if (mine.empty()) continue;
          auto job = mine.back();
          mine.pop_back();
          --running;
          Finished finished = store.finish({job.fence, success(), "worker-1", "v1"}, wants(1), policy_, now_);
          finished.stored.get();
          ++done;
          note(std::move(finished.next));
        }
      });
    }
  }
  EXPECT_LE(most, 3);
  EXPECT_LE(store_->count_jobs().running, 3);
  EXPECT_GE(done, 50);
}

TEST_P(StoreConformance, ConcurrencyIsLiftedAtTheNextClaim) {
  for (int i = 0; i < 9; ++i) upload();
  ASSERT_TRUE(store_->change_queue(kQueue, concurrency(2), kAdmin, now_));
  auto running = store_->claim(wants(9), now_);
  EXPECT_EQ(running.size(), 2u);
  EXPECT_TRUE(store_->claim(wants(9), now_).empty());
  EXPECT_EQ(finish(running[0], success(), 5).next.size(), 1u);
  ASSERT_TRUE(store_->change_queue(kQueue, {.concurrency = std::optional<int>()}, kAdmin, now_));
  EXPECT_EQ(store_->claim(wants(9), now_).size(), 6u);
}

TEST_P(StoreConformance, ConcurrencyCountsWhatRunsOfItsOwnQueueAlone) {
  for (int i = 0; i < 3; ++i) upload();
  ASSERT_EQ(start_maintenance(*store_, kNode, 2, now_), 2u);
  ASSERT_TRUE(store_->change_queue(kQueue, concurrency(1), kAdmin, now_));
  EXPECT_EQ(store_->claim(wants(3), now_).size(), 1u);
}

TEST_P(StoreConformance, OfARateAndAConcurrencyTheNarrowerOneHolds) {
  for (int i = 0; i < 9; ++i) upload();
  ASSERT_TRUE(store_->change_queue(kQueue, {.rate = RateLimit{2, minutes(1)}, .concurrency = std::optional<int>(5)}, kAdmin, now_));
  EXPECT_EQ(store_->claim(wants(9), now_).size(), 2u);
  now_ += minutes(1);
  ASSERT_TRUE(store_->change_queue(kQueue, concurrency(3), kAdmin, now_));
  EXPECT_EQ(store_->claim(wants(9), now_).size(), 1u);
}

// --- retries of a queue ---

TEST_P(StoreConformance, AJobThatIsMadeAgainHasTheRetriesOfItsQueue) {
  upload_and_finish(1);
  auto image = upload();
  finish(claim_one(), permanent());
  ASSERT_TRUE(store_->change_queue(kQueue, {.max_retries = std::optional<int>(6)}, kAdmin, now_));
  EXPECT_EQ(store_->reprocess_image({1}, {}, kAdmin, now_)->job.max_attempts, 7);
  auto retried = store_->retry_job(image.job.public_id, kAdmin, now_);
  ASSERT_TRUE(retried);
  EXPECT_EQ(retried->job.max_attempts, 7);
}

TEST_P(StoreConformance, AQueueHasItsOwnFirstRetryAndItsOwnNumberOfRetries) {
  QueueChange own{.max_retries = std::optional<int>(1), .first_retry = std::optional<seconds>(5)};
  upload(photo("a", 0, "before"));
  ASSERT_TRUE(store_->change_queue(kQueue, own, kAdmin, now_));
  upload(photo("a", 0, "after"));
  for (const char* model : {"before", "after"}) {
    auto job = store_->claim(wants(1, {model}), now_).at(0);
    finish(job, transient());
    EXPECT_EQ(store_->find_job(job.public_id)->run_at, now_ + seconds(5)) << model;
    now_ += seconds(5);
    EXPECT_EQ(store_->promote_due(1, now_).count, 1);
    finish(store_->claim(wants(1, {model}), now_).at(0), transient());
    auto ended = store_->find_job(job.public_id);
    EXPECT_EQ(ended->state, domain::JobState::failed) << model;
    EXPECT_EQ(ended->attempt, 2);
  }
}

TEST_P(StoreConformance, AJobOfAScheduleHasTheRetriesOfItsQueue) {
  std::string kind(domain::kind::cleanup);
  ASSERT_TRUE(store_->put_schedule({.name = "often", .cron = "* * * * *", .zone = "UTC", .kind = kind}, now_, kAdmin, now_));
  EXPECT_EQ(store_->find_job(store_->run_schedule("often", 4, kAdmin, now_).value())->max_attempts, 4);
  ASSERT_TRUE(store_->change_queue(domain::kMaintenanceQueue, {.max_retries = std::optional<int>(0)}, kAdmin, now_));
  EXPECT_EQ(store_->find_job(store_->run_schedule("often", 4, kAdmin, now_).value())->max_attempts, 1);
}

}  // namespace
}  // namespace darkroom::store
