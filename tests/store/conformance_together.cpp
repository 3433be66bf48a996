// Many callers at one moment, and many endings in one call: they are served together, and each gets what it would have got alone.
#include "store/conformance.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <thread>

namespace darkroom::store {
namespace {

using domain::JobState;

TEST_P(StoreConformance, ManyEndingsInOneCallEachHaveTheirOwnEnd) {
  for (int i = 0; i < 5; ++i) {
    auto image = photo();
    image.sha256 = std::string(64, static_cast<char>('a' + i));
    upload(image);
  }
  auto jobs = store_->claim(wants(4), now_);
  ASSERT_EQ(jobs.size(), 4u);
  std::vector<Finish> endings = {{jobs[0].fence, success(R"({"n":"0 \"quoted\" \\ {,}"})"), "w", "v1"},
                                 {jobs[1].fence, permanent(), "w", "v1"},
                                 {jobs[2].fence, transient(), "w", "v1"},
                                 {jobs[3].fence, crash(), "w", "v1"}};
  now_ += std::chrono::seconds(1);
  auto finished = store_->finish_all(endings, wants(10), policy_, now_);
  finished.stored.get();
  EXPECT_EQ(finished.applied, std::vector<bool>(4, true));
  ASSERT_EQ(finished.next.size(), 2u);  // the crashed one went back to the head of the line
  EXPECT_EQ(finished.next[0].fence.job, jobs[3].fence.job);
  std::vector<JobState> states;
  for (const auto& job : jobs) states.push_back(store_->find_job(job.public_id)->state);
  EXPECT_EQ(states, (std::vector{JobState::completed, JobState::failed, JobState::scheduled, JobState::running}));
  EXPECT_EQ(store_->result_of(jobs[0].public_id), R"({"n":"0 \"quoted\" \\ {,}"})");
  EXPECT_FALSE(store_->result_of(jobs[1].public_id));
  EXPECT_EQ(event_types(jobs[1].image), (std::vector<std::string>{"image.created", "job.started", "job.failed"}));
}

TEST_P(StoreConformance, OfManyEndingsThoseOfLostClaimsAreRefusedAlone) {
  upload();
  upload("jisoo");
  auto jobs = store_->claim(wants(2), now_);
  std::vector<Finish> endings = {{{jobs[0].fence.job, jobs[0].fence.claim_no + 1}, success(), "w", "v1"},
                                 {jobs[1].fence, success(), "w", "v1"},
                                 {jobs[1].fence, permanent(), "w", "v1"}};  // told twice: the first counts
  auto finished = store_->finish_all(endings, wants(0), policy_, now_);
  finished.stored.get();
  EXPECT_EQ(finished.applied, (std::vector<bool>{false, true, false}));
  EXPECT_EQ(store_->find_job(jobs[0].public_id)->state, JobState::running);
  EXPECT_EQ(store_->find_job(jobs[1].public_id)->state, JobState::completed);
  EXPECT_EQ(store_->attempts_of(jobs[1].fence.job).size(), 1u);
}

TEST_P(StoreConformance, TwoCrashesOfOneContentInOneCallAreTwo) {
  upload();
  upload();
  auto jobs = store_->claim(wants(2), now_);
  std::vector<Finish> endings = {{jobs[0].fence, crash(), "w", "v1"}, {jobs[1].fence, crash(), "w", "v1"}};
  store_->finish_all(endings, wants(0), policy_, now_).stored.get();
  EXPECT_EQ(store_->find_job(jobs[0].public_id)->error->code, domain::code::quarantined) << "it went back, and waits with what the other has quarantined";
  EXPECT_EQ(store_->find_job(jobs[1].public_id)->error->code, "decoder_crash");
}

TEST_P(StoreConformance, ARunIsShownWhileItRunsAndWhenItHasEnded) {
  upload();
  auto job = claim_one();
  auto runs = store_->attempts_of(job.fence.job);
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].number, 1);
  EXPECT_EQ(runs[0].worker, "worker-1");
  EXPECT_EQ(runs[0].started_at, now_);
  EXPECT_FALSE(runs[0].ending);
  ASSERT_TRUE(store_->cancel_job(job.public_id, {"admin", ""}, now_ + Duration(5)));
  runs = store_->attempts_of(job.fence.job);
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0].started_at, now_);
  EXPECT_EQ(runs[0].finished_at, now_ + Duration(5));
  EXPECT_EQ(runs[0].ending, "cancelled");
}

// Half of the uploads name a batch that is not there: each is refused by itself, whoever came at the same moment.
TEST_P(StoreConformance, UploadsOfManyCallersAreAnsweredEachByItself) {
  std::mutex mutex;
  std::set<std::int64_t> images;
  int refused = 0;
  {
    std::vector<std::jthread> callers;
    for (int caller = 0; caller < 8; ++caller) {
      callers.emplace_back([&, caller] {
        for (int i = 0; i < 10; ++i) {
          NewImage image = photo("owner-" + std::to_string(caller));
          if (i % 2) image.batch = "01890000-0000-7000-8000-00000000ffff";
          auto made = store_->create_image(image, {"admin", ""}, now_);
          std::lock_guard guard(mutex);
          made ? static_cast<void>(images.insert(made->id.value)) : static_cast<void>(++refused);
          if (made) {
            EXPECT_EQ(made->owner, image.owner);
          }
        }
      });
    }
  }
  EXPECT_EQ(images.size(), 40u);
  EXPECT_EQ(refused, 40);
  EXPECT_EQ(store_->count_jobs().queued, 40);
  for (std::int64_t id : images) EXPECT_EQ(event_types(ImageId{id}), (std::vector<std::string>{"image.created"}));
}

// What the caller is told is what is stored.
TEST_P(StoreConformance, AnUploadIsAnsweredWithTheImageAsItIsRead) {
  auto image = photo("minji", 7);
  image.external_id = "x-1";
  image.metadata = R"({"a":"b"})";
  image.run_at = now_ + std::chrono::hours(1);
  image.expires_at = now_ + std::chrono::hours(2);
  image.batch = store_->create_batch("b", "minji", {"admin", ""}, now_).public_id;
  auto told = upload(image);
  auto read = store_->find_image(told.id).value();
  auto parts = [](const ImageRecord& r) {
    return std::tuple(r.id, r.title, r.owner, r.external_id, r.metadata, r.sha256, r.byte_count, r.format, r.width, r.height, r.created_at, r.updated_at, r.document, r.replayed);
  };
  auto parts_of_job = [](const JobRecord& j) {
    return std::tuple(std::tuple(j.id, j.public_id, j.image, j.kind, j.queue, j.model, j.owner, j.state, j.priority, j.run_at, j.attempt, j.max_attempts, j.crashes),
                      std::tuple(j.interruptions, j.node, j.worker, j.started_at, j.finished_at, j.retry_of, j.error.has_value(), j.created_at, j.updated_at, j.expires_at, j.batch));
  };
  EXPECT_EQ(parts(told), parts(read));
  EXPECT_EQ(parts_of_job(told.job), parts_of_job(read.job));
}

}  // namespace
}  // namespace darkroom::store
