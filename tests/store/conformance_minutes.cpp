// What the queues did minute by minute: counted once a minute is over, the same before and after it was written down.
#include "store/conformance.h"

namespace darkroom::store {
namespace {

using namespace std::chrono_literals;

double seconds(const domain::Latencies& latencies, double share) { return std::chrono::duration<double>(latencies.quantile(share).value()).count(); }

// The store as a test of this file drives it, on a clock that begins at a full hour.
struct Minutes {
  Store& store;
  Time& now;

  Minutes(Store& of, Time& at) : store(of), now(at) { now = std::chrono::ceil<std::chrono::hours>(now); }

  ImageRecord upload() {
    NewImage image{.title = "a", .owner = "minji", .sha256 = std::string(64, 'a'), .byte_count = 1, .format = "JPEG", .width = 1, .height = 1, .model = "demo"};
    return store.create_image(image, {"admin", ""}, now).value();
  }

  domain::ClaimedJob claim() {
    return store.claim({.node = "01890000-0000-7000-8000-000000000001", .worker = "worker-1", .lanes = {domain::lane_of(domain::kProcessQueue, "demo")}, .count = 1}, now).at(0);
  }

  void finish(const domain::ClaimedJob& job, domain::Ending ending) {
    store.finish({job.fence, std::move(ending), "worker-1", "v1"}, {.node = "01890000-0000-7000-8000-000000000001", .worker = "worker-1", .lanes = {}, .count = 0}, {}, now).stored.get();
  }

  void run_one(domain::Ending ending, std::chrono::seconds wait, std::chrono::seconds run) {
    upload();
    now += wait;
    auto job = claim();
    now += run;
    finish(job, std::move(ending));
  }

  std::vector<std::int64_t> completed(const StintQuery& query) {
    std::vector<std::int64_t> counts;
    for (const Stint& stint : store.stints(query, now)) counts.push_back(stint.completed);
    return counts;
  }
};

TEST_P(StoreConformance, EachMinuteHasWhatEndedInIt) {
  Minutes minutes{*store_, now_};
  Time begin = now_;
  minutes.run_one(success(), 4s, 2s);
  minutes.run_one(permanent(), 1s, 1s);
  now_ = begin + 2min;
  minutes.run_one(success(), 10s, 5s);
  auto cancelled = minutes.upload();
  ASSERT_TRUE(store_->cancel_job(cancelled.job.public_id, {"admin", ""}, now_));
  minutes.upload();
  auto stints = store_->stints({.from = begin}, now_);
  ASSERT_EQ(stints.size(), 3u);
  EXPECT_EQ(stints[0].begin, begin);
  EXPECT_EQ(stints[0].completed, 1);
  EXPECT_EQ(stints[0].failed, 1);
  EXPECT_NEAR(seconds(stints[0].wait, 0.5), 4, 0.2);
  EXPECT_NEAR(seconds(stints[0].run, 0.5), 2, 0.1);
  EXPECT_FALSE(stints[0].depth) << "nobody looked then";
  EXPECT_EQ(stints[1].completed + stints[1].failed + stints[1].cancelled, 0);
  EXPECT_TRUE(stints[1].wait.empty());
  EXPECT_EQ(stints[2].completed, 1);
  EXPECT_EQ(stints[2].cancelled, 1);
  EXPECT_EQ(stints[2].depth, 1);
}

TEST_P(StoreConformance, MinutesThatAreWrittenDownSayTheSame) {
  Minutes minutes{*store_, now_};
  Time begin = now_;
  for (int i = 0; i < 5; ++i) {
    minutes.run_one(success(), 3s, 1s);
    now_ = begin + (i + 1) * 1min;
    minutes.upload();
    EXPECT_FALSE(store_->note_minutes(now_ + 6s));
    now_ += 10s;
    minutes.finish(minutes.claim(), permanent());
  }
  now_ = begin + 6min;
  store_->note_minutes(now_ + 6s);
  now_ += 7s;
  auto stints = store_->stints({.from = begin}, now_);
  ASSERT_EQ(stints.size(), 7u);
  for (int i = 0; i < 5; ++i) {
    const Stint& stint = stints[static_cast<std::size_t>(i)];
    EXPECT_EQ(stint.completed, 1) << i;
    EXPECT_EQ(stint.failed, i == 0 ? 0 : 1) << i;
    EXPECT_EQ(stint.depth, 1) << i;
    EXPECT_NEAR(seconds(stint.wait, 0.95), 3, 0.15) << i;
  }
  EXPECT_EQ(stints[5].failed, 1);
  auto hours = store_->stints({.from = begin, .step = 60min}, now_);
  ASSERT_EQ(hours.size(), 1u);
  EXPECT_EQ(hours[0].completed, 5);
  EXPECT_EQ(hours[0].failed, 5);
  EXPECT_EQ(hours[0].depth, 1);
  EXPECT_NEAR(seconds(hours[0].run, 0.5), 1, 0.05);
}

TEST_P(StoreConformance, AMinuteIsWrittenDownOnceItIsOverAndALateEndIsStillCounted) {
  Minutes minutes{*store_, now_};
  Time begin = now_;
  minutes.run_one(success(), 1s, 1s);
  store_->note_minutes(begin + 64s);
  EXPECT_EQ(minutes.completed({.from = begin}), (std::vector<std::int64_t>{1}));
  store_->note_minutes(begin + 65s);
  minutes.upload();
  auto late = minutes.claim();
  now_ = begin + 59s;
  minutes.finish(late, success());  // committed after the minute was written down
  now_ = begin + 125s;
  store_->note_minutes(now_);
  EXPECT_EQ(minutes.completed({.from = begin}), (std::vector<std::int64_t>{2, 0, 0}));
}

TEST_P(StoreConformance, ALongTimeOfMinutesIsWrittenDownInStretches) {
  Minutes minutes{*store_, now_};
  Time begin = now_;
  for (int i = 0; i < 130; ++i) {
    now_ = begin + i * 1min;
    minutes.run_one(success(), 1s, 1s);
  }
  now_ = begin + 140min;
  int stretches = 1;
  while (store_->note_minutes(now_) && stretches < 10) ++stretches;
  EXPECT_EQ(stretches, 3);
  EXPECT_EQ(minutes.completed({.from = begin, .step = 60min}), (std::vector<std::int64_t>{60, 60, 10}));
  now_ += kMinutesKept;
  store_->note_minutes(now_);
  EXPECT_EQ(minutes.completed({.from = begin, .step = 60min}).at(0), 0);
}

// Nothing was written down until the time came again in which the clock had been put back.
TEST_P(StoreConformance, MinutesGoOnWhenAClockThatWasAheadIsPutBack) {
  Minutes minutes{*store_, now_};
  Time begin = now_;
  store_->note_minutes(begin);
  for (int i = 0; i < 3; ++i) store_->note_minutes(begin + 3h + i * 1min + 6s);
  minutes.upload();
  store_->note_minutes(begin + 2min + 6s);
  now_ = begin + 3h;
  minutes.run_one(success(), 1s, 1s);
  store_->note_minutes(begin + 3h + 1min + 6s);
  auto stints = store_->stints({.from = begin}, begin + 3h + 1min + 6s);
  EXPECT_EQ(stints.at(1).depth, 1);
  EXPECT_EQ(stints.at(180).completed, 1);
}

TEST_P(StoreConformance, AChartOfAQueueShowsItAlone) {
  Minutes minutes{*store_, now_};
  Time begin = now_;
  minutes.run_one(success(), 1s, 1s);
  EXPECT_EQ(minutes.completed({.queue = std::string(domain::kProcessQueue), .from = begin}), (std::vector<std::int64_t>{1}));
  EXPECT_EQ(minutes.completed({.queue = "webhooks", .from = begin}), (std::vector<std::int64_t>{0}));
}

}  // namespace
}  // namespace darkroom::store
