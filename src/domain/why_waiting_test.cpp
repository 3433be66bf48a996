#include "domain/why_waiting.h"

#include "domain/error_codes.h"
#include "domain/job_rules.h"

#include <gtest/gtest.h>

namespace darkroom::domain {
namespace {

using std::chrono::seconds;

const Time kNow = from_micros(1'700'000'000'000'000);

Situation waiting() {
  Situation s;
  s.queue = "ai_processing";
  s.model = "demo";
  s.run_at = kNow - seconds(5);
  s.max_attempts = 4;
  s.servers = {{"alpha", 2, true, false}};
  return s;
}

void expect(const Situation& s, std::string_view code, std::initializer_list<const char*> words) {
  Reason reason = why_waiting(s, kNow);
  EXPECT_EQ(reason.code, code) << reason.message;
  for (const char* word : words) EXPECT_NE(reason.message.find(word), std::string::npos) << word << " is not in: " << reason.message;
}

TEST(WhyWaiting, WhereOtherModelsWaitForTheSameSlotsNothingIsPromised) {
  auto s = waiting();
  s.beside = 1;
  s.shares_line = true;
  expect(s, why::next, {"2 of 2 slots"});
  s.busy_slots = 1;
  expect(s, why::in_line, {"first in line of its model", "not known", "other models"});
  s.ahead = 3;
  expect(s, why::in_line, {"3 jobs are ahead", "other models"});
}

TEST(WhyWaiting, EachCauseHasItsCodeWithItsNumbers) {
  auto s = waiting();
  expect(s, why::next, {"2 of 2 slots", "about to start"});
  s.ahead = 3;
  s.busy_slots = 2;
  expect(s, why::in_line, {"3 jobs are ahead", "2 of 2 slots", "not known"});
  s.estimate = StartEstimate{seconds(200), seconds(20), seconds(220), true};
  expect(s, why::in_line, {"3 min 20 s", "20 s"});
  s.estimate->sharp = false;
  expect(s, why::in_line, {"within 3 min 40 s"});
  s.rate = RateLimit{10, seconds(60)};
  s.starts = 10;
  s.next_start = kNow + seconds(7);
  expect(s, why::rate_limited, {"10/m", "10 starts", "2023-11-14T22:13:27"});
  s.concurrency = 1;
  s.running = 1;
  expect(s, why::concurrency_limited, {"1 of 1 job is running", "--concurrency"});
  s.servers[0].draining = true;
  expect(s, why::draining, {"alpha", "'demo'"});
  s.servers[0].has_model = false;
  expect(s, why::no_worker, {"alpha", "'demo'", "cancel this job and then reprocess"});
  s.servers.clear();
  expect(s, why::no_worker, {"darkroom worker"});
  s.paused = true;
  s.paused_by = "minji";
  s.pause_reason = "the disk is being changed";
  expect(s, why::paused, {"minji", "the disk is being changed", "darkroom queue resume ai_processing"});
  s.state = JobState::scheduled;
  s.run_at = kNow + seconds(90);
  expect(s, why::scheduled, {"2023-11-14T22:14:50", "1 min 30 s"});
  s.error = Error{"photo_unreachable", "The process that holds the photo does not answer."};
  expect(s, why::retry_wait, {"put off", "photo_unreachable", "does not answer"});
  s.attempt = 2;
  s.error = Error{"model_unavailable", "The model is not ready."};
  expect(s, why::retry_wait, {"Attempt 2 of 4", "model_unavailable", "not ready"});
  s.state = JobState::running;
  s.worker = "alpha/1";
  s.started_at = kNow - seconds(3);
  expect(s, why::running, {"alpha/1", "3 s"});
  s.state = JobState::failed;
  s.finished_at = kNow;
  expect(s, why::finished, {"failed", "model_unavailable", "Retry"});
  s.state = JobState::completed;
  expect(s, why::finished, {"completed at 2023-11-14T22:13:20"});
}

TEST(WhyWaiting, WhoeverEndedWithoutAResultIsToldWhatCanBeDone) {
  auto s = waiting();
  s.state = JobState::failed;
  auto told = [&](std::string_view code, const std::string& message) {
    s.error = Error{std::string(code), message};
    return why_waiting(s, kNow).message;
  };
  EXPECT_TRUE(told(code::timeout, "It took too long.").ends_with("It took too long. Retry it to run the photo again, as a new job."));
  EXPECT_TRUE(told(code::expired, "Retry it if it is still wanted.").ends_with(", Retry it if it is still wanted."));
  EXPECT_TRUE(told(code::quarantined, "Release it, then retry.").ends_with(", Release it, then retry."));
  EXPECT_TRUE(told(code::decoder_crash, "It died." + std::string(kSaysQuarantined)).ends_with("Release it from the quarantine, then retry this job."));
  s.queue = kMaintenanceQueue;
  EXPECT_TRUE(told(code::internal, "It broke.").ends_with("darkroom schedules run NAME."));
  s.state = JobState::cancelled;
  EXPECT_EQ(why_waiting(s, kNow).message.find("photo"), std::string::npos);
  s.queue = kProcessQueue;
  EXPECT_TRUE(why_waiting(s, kNow).message.ends_with("Retry it to run the photo again, as a new job."));
}

TEST(WhyWaiting, NobodyIsToldToRetryOnAModelThatIsGone) {
  auto s = waiting();
  s.image = 7;
  s.model = "yolo";
  s.can_run = false;
  for (JobState state : {JobState::failed, JobState::cancelled}) {
    s.state = state;
    s.error = Error{"model_unavailable", "There is no model 'yolo' here."};
    expect(s, why::finished, {"darkroom model add FILE --name yolo", "darkroom reprocess 7 --model NAME"});
    EXPECT_EQ(why_waiting(s, kNow).message.find("Retry"), std::string::npos);
  }
  s.state = JobState::completed;
  EXPECT_EQ(why_waiting(s, kNow).message, "It has completed.");
}

TEST(WhyWaiting, OneWorkerThatStaysIsEnough) {
  auto s = waiting();
  s.servers = {{"alpha", 2, true, true}, {"beta", 1, true, false}, {"gamma", 8, false, false}};
  s.busy_slots = 1;
  EXPECT_EQ(open_slots(s), 1);
  expect(s, why::in_line, {"first in line", "1 of 1 slot"});
}

TEST(WhyWaiting, FarBackItSaysOver) {
  auto s = waiting();
  s.ahead = 10'000;
  s.over_limit = true;
  expect(s, why::in_line, {"Over 10000 jobs", "not known"});
}

void expect_korean(const Situation& s, std::string_view code, std::initializer_list<const char*> words) {
  Reason reason = why_waiting(s, kNow);
  EXPECT_EQ(reason.code, code) << reason.korean;
  for (const char* word : words) EXPECT_NE(reason.korean.find(word), std::string::npos) << word << " is not in: " << reason.korean;
}

TEST(WhyWaiting, IsToldInKoreanWithTheSameNumbersAndCommands) {
  auto s = waiting();
  expect_korean(s, why::next, {"슬롯 2개", "2개가 비어", "곧 시작"});
  s.ahead = 3;
  s.busy_slots = 2;
  expect_korean(s, why::in_line, {"앞에 작업이 3개 있습니다", "2개 가운데 2개", "알 수 없습니다"});
  s.estimate = StartEstimate{seconds(200), seconds(20), seconds(220), true};
  expect_korean(s, why::in_line, {"3분 20초", "오차 20초"});
  s.estimate->sharp = false;
  expect_korean(s, why::in_line, {"3분 40초 안에"});
  s.rate = RateLimit{10, seconds(60)};
  s.starts = 10;
  s.next_start = kNow + seconds(7);
  expect_korean(s, why::rate_limited, {"10/m", "1분 0초 동안 10번", "2023-11-14T22:13:27", "앞에 작업이 3개"});
  s.concurrency = 1;
  s.running = 1;
  expect_korean(s, why::concurrency_limited, {"한도 1개 가운데 1개", "--concurrency N"});
  s.servers[0].draining = true;
  expect_korean(s, why::draining, {"alpha", "'demo'"});
  s.servers[0].has_model = false;
  expect_korean(s, why::no_worker, {"워커 1개(alpha)", "'demo'"});
  s.paused = true;
  s.paused_by = "minji";
  s.pause_reason = "디스크 교체";
  expect_korean(s, why::paused, {"minji 님", "(디스크 교체)", "darkroom queue resume ai_processing"});
  s.state = JobState::scheduled;
  s.run_at = kNow + seconds(90);
  expect_korean(s, why::scheduled, {"2023-11-14T22:14:50", "1분 30초 뒤"});
  s.error = Error{"photo_unreachable", "The process that holds the photo does not answer."};
  expect_korean(s, why::retry_wait, {"미루어졌습니다", "photo_unreachable", "does not answer"});
  s.attempt = 2;
  s.error = Error{"model_unavailable", "The model is not ready."};
  expect_korean(s, why::retry_wait, {"시도 2/4", "model_unavailable"});
  s.state = JobState::running;
  s.worker = "alpha/1";
  s.started_at = kNow - seconds(3);
  expect_korean(s, why::running, {"alpha/1에서", "3초", "시도 2/4"});
  s.state = JobState::failed;
  s.finished_at = kNow;
  expect_korean(s, why::finished, {"실패했습니다: model_unavailable", "재시도"});
  s.can_run = false;
  s.image = 7;
  expect_korean(s, why::finished, {"darkroom model add FILE --name demo", "darkroom reprocess 7 --model NAME"});
  s.state = JobState::cancelled;
  expect_korean(s, why::finished, {"취소되었습니다."});
}

TEST(WhyWaiting, InKoreanMaintenanceNeedsNoModel) {
  auto s = waiting();
  s.queue = std::string(kMaintenanceQueue);
  s.servers.clear();
  expect_korean(s, why::no_worker, {"유지 관리", "darkroom web"});
  s.state = JobState::failed;
  expect_korean(s, why::finished, {"darkroom schedules run NAME"});
}

}  // namespace
}  // namespace darkroom::domain
