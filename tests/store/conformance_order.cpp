// The order of starts: strict priority, turns of the owners, arrival; the same for a claim of many as for many claims; ageing by its rule.
#include "store/conformance.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <thread>
#include <tuple>

namespace darkroom::store {
namespace {

using Ids = std::vector<std::int64_t>;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

Ids images_of(const std::vector<domain::ClaimedJob>& jobs) {
  Ids ids;
  for (const auto& job : jobs) ids.push_back(job.image.value);
  return ids;
}

const std::string kQueue(domain::kProcessQueue);

// Uploads from several threads at once, which share their commits.
template <class Upload>
void in_parallel(int threads, Upload upload_of_thread) {
  std::vector<std::jthread> running;
  for (int t = 0; t < threads; ++t) running.emplace_back([&, t] { upload_of_thread(t); });
}

TEST_P(StoreConformance, FiftyLowThenOneHighTheHighStartsNext) {
  for (int i = 0; i < 50; ++i) upload("a", -10);
  claim_order(3);
  auto high = upload("b", 90).id.value;
  EXPECT_EQ(claim_one().image.value, high);
}

TEST_P(StoreConformance, AnUrgentPhotoGoesBeforeAnOldOneOfTheLevelBelow) {
  auto old = upload("a", 0).id.value;
  now_ += std::chrono::hours(24);
  auto urgent = upload("b", 1).id.value;
  EXPECT_EQ(claim_order(2), (Ids{urgent, old}));
}

// Also for those that arrive while the long line is being worked off.
TEST_P(StoreConformance, OnePhotoBehindHundredsOfAnotherOwnerStartsWithinTwoStarts) {
  for (int i = 0; i < 400; ++i) upload("a");
  auto first = upload("b").id.value;
  Ids next = claim_order(2);
  EXPECT_TRUE(std::ranges::count(next, first) == 1) << "b's photo did not start within two starts";
  claim_order(20);
  auto second = upload("b").id.value, third = upload("c").id.value;
  next = claim_order(3);
  EXPECT_EQ(std::ranges::count(next, second), 1);
  EXPECT_EQ(std::ranges::count(next, third), 1);
}

// Where uploads of one owner are written at the same time, none of them may share a turn: they would go together before another's photo.
TEST_P(StoreConformance, UploadsOfOneOwnerAtTheSameMomentHaveTurnsOfTheirOwn) {
  in_parallel(16, [&](int) {
    for (int i = 0; i < 12; ++i) upload("a");
  });
  auto other = upload("b").id.value;
  EXPECT_EQ(std::ranges::count(claim_order(2), other), 1) << "b's photo waits behind several of a's that share a turn";
}

TEST_P(StoreConformance, AJobThatGoesBackKeepsItsTurn) {
  auto first = upload("a").id.value;
  for (int i = 0; i < 3; ++i) upload("b");
  auto job = claim_one();
  ASSERT_EQ(job.image.value, first);
  finish(job, domain::Interrupted{"its runner was taken away"});
  EXPECT_EQ(claim_one().image.value, first);
}

// Ranks go on from that of the first that goes back: the one of the last is far behind by then.
TEST_P(StoreConformance, AJobThatGoesBackIsAtTheHeadAlsoWhenItsLineRanEmptyMeanwhile) {
  for (int i = 0; i < 4; ++i) upload("a");
  auto first = claim_one();
  for (int i = 0; i < 2; ++i) finish(claim_one(), success());
  auto last = claim_one();
  finish(first, domain::Interrupted{"its runner was taken away"});
  for (int i = 0; i < 3; ++i) upload("b");
  upload("a");
  finish(last, domain::Interrupted{"its runner was taken away"});
  EXPECT_EQ(claim_order(2), (Ids{first.image.value, last.image.value}));
}

// Forty jobs are more than one statement takes at once.
TEST_P(StoreConformance, AClaimOfManyTakesWhatClaimsOfOneWouldTake) {
  auto fill = [&] {
    for (int i = 0; i < 60; ++i) {
      upload(photo(std::string(1, static_cast<char>('a' + i % 3)), (i * 7) % 5 - 2, i % 4 == 0 ? "other" : "demo"));
    }
  };
  auto request = [](int count) { return wants(count, {"demo", "other", "idle"}); };
  fill();
  Ids singly;
  for (int i = 0; i < 60; ++i) singly.push_back(store_->claim(request(1), now_).at(0).image.value);
  EXPECT_TRUE(store_->claim(request(1), now_).empty());
  store_.reset();
  store_ = GetParam().open(true);
  fill();
  Ids together = images_of(store_->claim(request(45), now_));
  EXPECT_EQ(together.size(), 45u);
  for (std::int64_t id : images_of(store_->claim(request(100), now_))) together.push_back(id);
  EXPECT_EQ(together, singly);
}

TEST_P(StoreConformance, OwnersTakeTurnsAlsoInAClaimOfAsManyAsALimitAllows) {
  Ids a, b;
  for (int i = 0; i < 4; ++i) a.push_back(upload("a").id.value);
  for (int i = 0; i < 2; ++i) b.push_back(upload("b").id.value);
  ASSERT_TRUE(store_->change_queue(kQueue, {.rate = RateLimit{3, minutes(1)}}, {"admin", ""}, now_));
  EXPECT_EQ(images_of(store_->claim(wants(3), now_)), (Ids{a[0], b[0], a[1]}));
}

// Other writes do not wait until all of them are through.
TEST_P(StoreConformance, AClaimThatMeetsManyThatHaveExpiredLeavesSomeToTheNext) {
  NewImage late = photo();
  late.expires_at = now_ + seconds(1);
  for (int i = 0; i < 450; ++i) upload(late);
  auto good = upload().id.value;
  now_ += seconds(1);
  EXPECT_TRUE(store_->claim(wants(1), now_).empty());
  EXPECT_EQ(store_->count_jobs().queued, 251);
  EXPECT_TRUE(store_->claim(wants(1), now_).empty());
  EXPECT_EQ(claim_one().image.value, good);
}

TEST_P(StoreConformance, EachOfManyClaimedTogetherHasItsAttemptAndItsEvent) {
  for (int i = 0; i < 70; ++i) upload("a", i % 3);
  std::vector<Event> heard;
  store_->on_commit([&](const std::vector<Event>& events) { heard.insert(heard.end(), events.begin(), events.end()); });
  auto jobs = store_->claim(wants(70), now_);
  ASSERT_EQ(jobs.size(), 70u);
  ASSERT_EQ(heard.size(), 70u);
  store_->on_commit({});
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    auto record = store_->find_job(jobs[i].public_id);
    EXPECT_EQ(record->state, domain::JobState::running);
    EXPECT_EQ(record->node, kNode);
    EXPECT_EQ(record->attempt, 1);
    auto attempts = store_->attempts_of(record->id);
    ASSERT_EQ(attempts.size(), 1u);
    EXPECT_EQ(attempts[0].number, 1);
    EXPECT_EQ(attempts[0].started_at, now_);
    EXPECT_EQ(heard[i].type, "job.started");
    EXPECT_EQ(heard[i].job, jobs[i].public_id);
    EXPECT_EQ(heard[i].image, jobs[i].image);
    auto logged = store_->events(heard[i].id - 1, std::nullopt, 1).at(0);
    EXPECT_EQ(logged.job, jobs[i].public_id);
    EXPECT_EQ(logged.data, R"({"attempt":1})");
    EXPECT_EQ(logged.data, heard[i].data);
    EXPECT_TRUE(finish(jobs[i], success()).applied);
  }
}

TEST_P(StoreConformance, EightClaimersTakeTwoThousandJobsEachOnceAndInOrder) {
  constexpr std::size_t kJobs = 2000;
  std::mutex mutex;
  std::map<std::int64_t, std::tuple<int, std::int64_t>> place;  // by job: priority and arrival, of one owner
  in_parallel(10, [&](int priority) {
    for (std::size_t i = 0; i < kJobs / 10; ++i) {
      std::int64_t job = upload("a", priority).job.id.value;
      std::lock_guard lock(mutex);
      place[job] = {-priority, job};
    }
  });
  std::set<std::int64_t> taken;
  {
    std::vector<std::jthread> claimers;
    for (int c = 0; c < 8; ++c) {
      claimers.emplace_back([&, c] {
        std::tuple<int, std::int64_t> last{-1000, 0};
        for (auto jobs = store_->claim(wants(c % 4 + 1), now_); !jobs.empty(); jobs = store_->claim(wants(c % 4 + 1), now_)) {
          std::lock_guard lock(mutex);
          for (const auto& job : jobs) {
            EXPECT_TRUE(taken.insert(job.fence.job.value).second) << "taken twice";
            EXPECT_LT(last, place.at(job.fence.job.value)) << "out of order for this claimer";
            last = place.at(job.fence.job.value);
          }
        }
      });
    }
  }
  EXPECT_EQ(taken.size(), kJobs);
}

// --- lanes of one priority ---

TEST_P(StoreConformance, ALaneDoesNotWaitAsLongAsAnOlderBacklogOfAnotherModelLasts) {
  for (int i = 0; i < 60; ++i) upload(photo("a", 0, "demo"));
  for (int i = 0; i < 60; ++i) upload(photo("a", 0, "other"));
  upload(photo("a", -1, "lower"));
  std::vector<int> others, expected;  // the starts that a job of the younger backlog had
  for (int start = 0; start < 60; ++start) {
    now_ += milliseconds(500);
    auto jobs = store_->claim(wants(1, {"demo", "other", "lower"}), now_);
    ASSERT_EQ(jobs.size(), 1u);
    EXPECT_EQ(jobs[0].priority, 0);
    if (jobs[0].model == "other") others.push_back(start);
    finish(jobs[0], success());
  }
  for (int start = 2; start < 60; start += 4) expected.insert(expected.end(), {start, start + 1});
  EXPECT_EQ(others, expected) << "half of all starts as soon as it has waited for a second, and no change of the model within one";
}

// Of two owners with a model each the younger one had a start every five seconds, as long as the backlog of the other lasted.
TEST_P(StoreConformance, OwnersOfDifferentModelsTakeTurnsByStretches) {
  for (int i = 0; i < 120; ++i) upload(photo("bulk", 0, "demo"));
  for (int i = 0; i < 60; ++i) upload(photo("minji", 0, "other"));
  int others = 0, changes = 0;
  std::string before;
  for (int start = 0; start < 130; ++start) {
    auto job = store_->claim(wants(1, {"demo", "other"}), now_).at(0);
    now_ += milliseconds(100);
    finish(job, success());
    others += job.model == "other" ? 1 : 0;
    changes += start > 0 && job.model != before ? 1 : 0;
    before = job.model;
  }
  EXPECT_EQ(others, 60) << "all of them within thirteen seconds of the slot";
  EXPECT_LE(changes, 13);
}

// To load a model takes three seconds here: if that counted, each stretch would be over with its first job.
TEST_P(StoreConformance, AStretchBeginsToCountWhenItsModelIsLoaded) {
  for (int i = 0; i < 240; ++i) upload(photo("a", 0, i % 2 ? "demo" : "other"));
  std::string before;
  int changes = 0;
  for (int start = 0; start < 120; ++start) {
    auto job = store_->claim(wants(1, {"demo", "other"}), now_).at(0);
    bool changed = job.model != before;
    now_ += changed ? milliseconds(3100) : milliseconds(100);
    finish(job, success());
    changes += changed ? 1 : 0;
    before = job.model;
  }
  EXPECT_LE(changes, 13) << "ten jobs or more to each load";
}

TEST_P(StoreConformance, OfLanesThatWaitTooLongTheOneThatWaitsLongestGoesFirst) {
  for (const char* model : {"demo", "other", "third"}) {
    for (int i = 0; i < 3; ++i) upload(photo("a", 0, model));
  }
  auto take = [&](std::vector<std::string> models) { return store_->claim(wants(1, std::move(models)), now_).at(0).model; };
  EXPECT_EQ(take({"third"}), "third");
  now_ += seconds(1);
  EXPECT_EQ(take({"demo"}), "demo");
  now_ += seconds(1);
  EXPECT_EQ(take({"other"}), "other");
  now_ += minutes(1);
  std::string order;
  for (const auto& job : store_->claim(wants(6, {"demo", "other", "third"}), now_)) order += job.model + " ";
  EXPECT_EQ(order, "third third demo demo other other ");
}

// One of its own owner's photos came before that, and it is not its turn.
TEST_P(StoreConformance, OfLanesOfOnePriorityThatWhoseNextPhotoCameFirstGoesFirst) {
  auto first = upload(photo("a", 0, "demo")).id.value, last = upload(photo("a", 0, "demo")).id.value;
  auto other = upload(photo("c", 0, "other")).id.value, turn = upload(photo("b", 0, "demo")).id.value;
  for (std::int64_t next : {first, other, turn, last}) EXPECT_EQ(store_->claim(wants(1, {"demo", "other"}), now_).at(0).image.value, next);
}

// It had waited for long, and those behind it in its lane have just come.
TEST_P(StoreConformance, AHeadThatHasExpiredLetsNobodyBehindItGoFirst) {
  NewImage brief = photo("a", 0, "other");
  brief.expires_at = now_ + seconds(1);
  upload(brief);
  now_ += seconds(2);
  auto earlier = upload(photo("a", 0, "demo")).id.value, later = upload(photo("a", 0, "other")).id.value;
  EXPECT_EQ(images_of(store_->claim(wants(2, {"demo", "other"}), now_)), (Ids{earlier, later}));
}

// --- ageing ---

// Level 10 is never empty, level -5 has waited for an hour, level 0 for half of one.
TEST_P(StoreConformance, WithoutAgeingOnlyPriorityDecides) {
  upload("old", -5);
  now_ += minutes(60);
  for (int i = 0; i < 20; ++i) upload("busy", 10);
  for (const auto& job : store_->claim(wants(20), now_)) EXPECT_EQ(job.priority, 10);
}

TEST_P(StoreConformance, EveryEighthStartTakesTheLevelHeadThatWaitedLongestOverTheBound) {
  Ids low{upload("a", -5).id.value, upload("a", -5).id.value};
  now_ += minutes(30);
  auto middle = upload("a", 0).id.value;
  now_ += minutes(30);
  auto recent = upload("a", 5).id.value;
  Ids busy;
  for (int i = 0; i < 40; ++i) busy.push_back(upload("a", 10).id.value);
  ASSERT_TRUE(store_->change_queue(kQueue, {.ageing = Duration(minutes(20))}, {"admin", ""}, now_));
  now_ += minutes(1);
  Ids order = claim_order(32);
  EXPECT_EQ(order[7], low[0]);
  EXPECT_EQ(order[15], low[1]);
  EXPECT_EQ(order[23], middle);
  EXPECT_NE(order[31], recent) << "it has not waited for the bound";
  for (std::size_t i = 0, next = 0; i < 32; ++i) {
    if (i == 7 || i == 15 || i == 23) continue;
    EXPECT_EQ(order[i], busy[next++]) << "start " << i + 1;
  }
}

TEST_P(StoreConformance, AgeingCountsTheSameForAClaimOfManyAndForFinish) {
  auto low = upload("a", -5).id.value;
  auto lower = upload("a", -6).id.value;
  now_ += minutes(60);
  for (int i = 0; i < 40; ++i) upload("a", 10);
  ASSERT_TRUE(store_->change_queue(kQueue, {.ageing = Duration(minutes(20))}, {"admin", ""}, now_));
  Ids order = images_of(store_->claim(wants(5), now_));
  auto jobs = store_->claim(wants(1), now_);
  order.push_back(jobs.at(0).image.value);
  for (std::int64_t id : images_of(finish(jobs.at(0), success(), 12).next)) order.push_back(id);
  ASSERT_EQ(order.size(), 18u);
  EXPECT_EQ(order[7], low);
  EXPECT_EQ(order[15], lower);
}

TEST_P(StoreConformance, AgeingIsCountedForEachLaneByItself) {
  auto old_demo = upload(photo("a", -5, "demo")).id.value;
  auto old_other = upload(photo("a", -5, "other")).id.value;
  now_ += minutes(60);
  for (int i = 0; i < 20; ++i) upload(photo("a", 10, "demo")), upload(photo("a", 10, "other"));
  ASSERT_TRUE(store_->change_queue(kQueue, {.ageing = Duration(minutes(20))}, {"admin", ""}, now_));
  Ids demo = images_of(store_->claim(wants(9, {"demo"}), now_));
  EXPECT_EQ(demo[7], old_demo);
  Ids other = images_of(store_->claim(wants(9, {"other"}), now_));
  EXPECT_EQ(other[7], old_other);
}

TEST_P(StoreConformance, TheHeadOfALevelIsWhoseTurnItIs) {
  auto first = upload("a", -5).id.value;
  upload("a", -5);
  auto other = upload("b", -5).id.value;
  ASSERT_EQ(claim_one().image.value, first);
  now_ += minutes(60);
  for (int i = 0; i < 20; ++i) upload("busy", 10);
  ASSERT_TRUE(store_->change_queue(kQueue, {.ageing = Duration(minutes(20))}, {"admin", ""}, now_));
  EXPECT_EQ(claim_order(8)[7], other);
}

TEST_P(StoreConformance, AgeingThatIsSwitchedOnAgainCountsFromTheFirstStart) {
  auto low = upload("a", -5).id.value;
  now_ += minutes(60);
  for (int i = 0; i < 30; ++i) upload("a", 10);
  QueueChange on{.ageing = Duration(minutes(20))}, off{.ageing = std::optional<Duration>()};
  ASSERT_TRUE(store_->change_queue(kQueue, on, {"admin", ""}, now_));
  claim_order(7);
  ASSERT_TRUE(store_->change_queue(kQueue, off, {"admin", ""}, now_));
  ASSERT_TRUE(store_->change_queue(kQueue, on, {"admin", ""}, now_));
  Ids order = claim_order(8);
  EXPECT_EQ(order[7], low);
  EXPECT_EQ(std::ranges::count(order, low), 1);
}

TEST_P(StoreConformance, AgeingCanBeSwitchedOffAgain) {
  upload("a", -5);
  now_ += minutes(60);
  for (int i = 0; i < 30; ++i) upload("a", 10);
  ASSERT_TRUE(store_->change_queue(kQueue, {.ageing = Duration(minutes(20))}, {"admin", ""}, now_));
  claim_order(7);
  ASSERT_TRUE(store_->change_queue(kQueue, {.ageing = std::optional<Duration>()}, {"admin", ""}, now_));
  for (const auto& job : store_->claim(wants(10), now_)) EXPECT_EQ(job.priority, 10);
}

}  // namespace
}  // namespace darkroom::store
