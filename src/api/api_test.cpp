#include "api/fixture_for_test.h"
#include "api/handlers.h"
#include "api/json.h"
#include "api/metrics.h"
#include "api/pages.h"
#include "api/problem.h"
#include "api/query.h"
#include "api/resumable.h"
#include "api/routes.h"
#include "api/rules.h"
#include "api/upload_fields.h"
#include "base/fail_point.h"
#include "domain/error_codes.h"

#include <algorithm>
#include <future>
#include <set>
#include <stdexcept>
#include <vector>

namespace darkroom::api {
namespace {

class ApiTest : public ApiFixture {
 protected:
  Result<store::NewImage> form(std::map<std::string, std::string> fields, const std::string& file = "photo.jpg") {
    return read_upload_form({std::move(fields), file}, *parts_, {.name = "admin", .signer = "admin"});
  }
};

TEST_F(ApiTest, AnUploadWithoutFieldsTakesItsDefaults) {
  auto image = form({}, "C:\\album\\봄 소풍.jpg").value();
  EXPECT_EQ(image.title, "봄 소풍.jpg");
  EXPECT_EQ(image.owner, "admin");
  EXPECT_EQ(image.model, "demo");
  EXPECT_EQ(image.priority, 0);
  EXPECT_EQ(image.metadata, "{}");
  EXPECT_FALSE(image.external_id);
  EXPECT_EQ(form({}, "").value().title, "photo");
  EXPECT_EQ(form({}, "../../etc/passwd").value().title, "passwd");
}

TEST_F(ApiTest, LongFileNamesAreCutAtACharacter) {
  std::string name;
  for (int i = 0; i < 300; ++i) name += "가";
  EXPECT_EQ(form({}, name).value().title.size(), 200u * 3);
}

TEST_F(ApiTest, FieldsOutsideTheirRangeAreRefusedByName) {
  EXPECT_EQ(form({{"priority", "101"}}).error().code, domain::code::invalid_field);
  EXPECT_NE(form({{"priority", "high"}}).error().message.find("priority"), std::string::npos);
  EXPECT_EQ(form({{"metadata", "[1]"}}).error().code, domain::code::invalid_field);
  EXPECT_EQ(form({{"metadata", "{"}}).error().code, domain::code::invalid_field);
  EXPECT_EQ(form({{"title", std::string(201, 'a')}}).error().code, domain::code::invalid_field);
  EXPECT_EQ(form({{"title", "a\x01"}}).error().code, domain::code::invalid_field);
  EXPECT_EQ(form({{"uploader", "\xff"}}).error().code, domain::code::invalid_field);
  EXPECT_EQ(form({{"model", "none"}}).error().code, domain::code::unknown_model);
}

TEST_F(ApiTest, TheOwnerIsTheUploaderThatTheSenderNames) { EXPECT_EQ(form({{"uploader", "minji"}}).value().owner, "minji"); }

TEST_F(ApiTest, TheseRoutesAndNoOthersAreOpenToAnybody) {
  std::set<std::string> open;
  for (const http::Route& route : make_routes(*parts_)) {
    bool shows_a_page = std::ranges::any_of(kPages, [&](std::string_view name) { return (route.pattern + "/").starts_with("/" + std::string(name) + "/"); });
    if (route.access == kPublic && !shows_a_page) open.insert(route.pattern);
  }
  EXPECT_EQ(open, (std::set<std::string>{"/", "/style.css", "/assets/{file}", "/livez", "/readyz", "/healthz", "/openapi.json", "/docs", "/docs/{file}", "/problems/{code}", "/api/v1/uploads", "/health/", "/admin/", "/api/v1/session"}));
}

TEST(ImageStatus, FollowsTheJob) {
  using domain::JobState;
  EXPECT_EQ(image_status(JobState::scheduled), "pending");
  EXPECT_EQ(image_status(JobState::queued), "pending");
  EXPECT_EQ(image_status(JobState::running), "processing");
  EXPECT_EQ(image_status(JobState::completed), "completed");
  EXPECT_EQ(image_status(JobState::failed), "failed");
  EXPECT_EQ(image_status(JobState::cancelled), "cancelled");
}

TEST(ImageJson, AWaitingRetryIsPendingAndSaysWhen) {
  store::ImageRecord image;
  image.job.state = domain::JobState::scheduled;
  image.job.attempt = 2;
  image.job.max_attempts = 4;
  image.job.run_at = from_micros(1'769'851'800'000'000);
  image.metadata = "{}";
  auto json = image_json(image, {});
  EXPECT_EQ(json["status"], "pending");
  EXPECT_EQ(json["attempt"], 2);
  EXPECT_EQ(json["max_attempts"], 4);
  EXPECT_EQ(json["next_attempt_at"], "2026-01-31T09:30:00.000Z");
}

TEST(Problem, CarriesCodeStatusAndAdvice) {
  auto response = problem(domain::code::too_large, "Send a smaller one.");
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(response.content_type, "application/problem+json");
  auto body = boost::json::parse(response.body).as_object();
  EXPECT_EQ(body["code"], "too_large");
  EXPECT_EQ(body["detail"], "Send a smaller one.");
}

// Not a moment later, when the runners are gone: until then a balancer would send photos that are refused.
TEST_F(ApiTest, TheOldHealthCheckFailsAsSoonAsTheServerStops) {
  QueueGauge gauge(*store_);
  gauge.note(true);
  parts_->gauge = &gauge;
  auto status = [&] { return std::get<http::Response>(compat_health(*parts_, {})).status; };
  EXPECT_EQ(status(), 200);
  parts_->stopping = [] { return true; };
  EXPECT_EQ(status(), 503);
}

TEST_F(ApiTest, TheMetricsGoOnWhenTheClockIsPutBack) {
  struct MovedClock final : Clock {
    Time now() const override { return at; }
    Time at = SystemClock().now();
  } clock;
  Parts parts{parts_->config, *store_, *blobs_, catalogue_, clock, [] { return RunnerReport{}; }, [] {}};
  metrics::Counters counters;
  MetricsPage page(counters, [] { return http::Traffic{}; }, clock.now());
  auto waiting = [&] { return page.text(parts, true).find("{queue=\"ai_processing\",state=\"queued\"} 1\n") != std::string::npos; };
  EXPECT_FALSE(waiting());
  clock.at -= std::chrono::hours(1);
  store::NewImage image{.title = "a", .owner = "minji", .external_id = {}, .sha256 = std::string(64, 'a'), .byte_count = 1, .format = "JPEG", .width = 1, .height = 1, .model = "demo"};
  store_->create_image(image, {"minji", ""}, clock.now()).value();
  EXPECT_TRUE(waiting());
}

// Each look-up may hold a thread for as long as a name server likes.
TEST_F(ApiTest, WhereACallbackLeadsIsLookedUpOnceForManyPhotos) {
  int asked = 0;
  delivery::Guard guard({}, [&](const std::string&) {
    ++asked;
    return delivery::Lookup{{delivery::parse_address("93.184.216.34").value()}, false};
  }, [] { return std::vector<delivery::Address>(); });
  parts_->webhooks.guard = &guard;
  http::Request request;
  request.principal = "admin";
  request.headers = {{"Content-Type", "multipart/form-data; boundary=B"}};
  std::string body = "--B\r\nContent-Disposition: form-data; name=\"callback_url\"\r\n\r\nhttps://shop.example/hook\r\n";
  for (int i = 0; i < 3; ++i) body += "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\nno photo\r\n";
  auto opened = upload_many(*parts_, request);
  auto& receiver = std::get<http::BodyReceiver>(opened);
  EXPECT_FALSE(receiver.receive(body + "--B--\r\n"));
  auto answer = std::get<http::Response>(receiver.finish());
  EXPECT_EQ(answer.status, 207) << answer.body;
  EXPECT_NE(answer.body.find("\"refused\":3"), std::string::npos) << answer.body;
  EXPECT_EQ(asked, 1);
}

TEST_F(ApiTest, AnUploadThatIsNotCompleteIsForgottenAfterItsTime) {
  using std::chrono::hours;
  blob::PartialFiles files(folder_ + "/uploads");
  Resumable resumable{files, "here", 1'000'000};
  parts_->resumable = &resumable;
  Time now = clock_.now();
  for (const auto& [id, ends] : std::map<std::string, Time>{{"old", now - hours(1)}, {"busy", now - hours(1)}, {"young", now + hours(1)}}) {
    ASSERT_TRUE(store_->begin_upload({id, "minji", 100, "{}", "here", now - hours(2), ends}, resumable.most_bytes));
    files.create(id);
    files.write_to(id, false)->write("half");
  }
  auto writer = files.write_to("busy", false);
  sweep_uploads(*parts_);
  EXPECT_FALSE(store_->find_upload("old"));
  EXPECT_FALSE(files.size_of("old"));
  EXPECT_TRUE(store_->find_upload("busy")) << "somebody is adding to it";
  EXPECT_TRUE(store_->find_upload("young"));
  EXPECT_EQ(files.size_of("young"), 4);
  writer.reset();
  sweep_uploads(*parts_);
  EXPECT_FALSE(store_->find_upload("busy"));
}

class UploadsTest : public ApiTest {
 protected:
  UploadsTest() { parts_->resumable = &resumable_; }

  // With these of its bytes, as a crash leaves it.
  store::UploadRecord left(const std::string& id, std::string_view bytes, Duration ago = {}) {
    Time begun = clock_.now() - ago;
    auto upload = store_->begin_upload({id, "minji", static_cast<std::int64_t>(kPhoto.size()), "{}", "here", begun, begun + std::chrono::hours(24)}, resumable_.most_bytes).value();
    files_.create(id);
    files_.write_to(id, false)->write(bytes);
    return upload;
  }

  static constexpr std::string_view kPhoto{"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\1\0\1\0\0\2\2D\1\0;", 35};
  blob::PartialFiles files_{folder_ + "/uploads"};
  Resumable resumable_{files_, "here", 1'000'000};
};

TEST_F(UploadsTest, WhatACrashHasLeftCompleteBecomesItsImageHoweverManyAreOpen) {
  for (int i = 100; i < 250; ++i) left(std::to_string(i), "half");
  left("last", kPhoto);
  sweep_uploads(*parts_);
  EXPECT_TRUE(store_->find_upload("last")->image);
  EXPECT_FALSE(files_.size_of("last"));
  EXPECT_FALSE(store_->find_upload("100")->image);
}

// The client need not come back: all of it was received.
TEST_F(UploadsTest, WhatIsCompleteHasADayMoreToBecomeItsImage) {
  using std::chrono::hours;
  left("incomplete", "half", hours(25));
  left("complete", kPhoto, hours(25));
  left("never", std::string(kPhoto.size(), 'x'), hours(49));
  sweep_uploads(*parts_);
  EXPECT_FALSE(store_->find_upload("incomplete"));
  EXPECT_FALSE(store_->find_upload("never"));
  ASSERT_TRUE(store_->find_upload("complete"));
  EXPECT_TRUE(store_->find_upload("complete")->image);
  sweep_uploads(*parts_);
  EXPECT_FALSE(store_->find_upload("complete")) << "what is known of it goes, as of every other";
  EXPECT_TRUE(store_->find_image({1}));
}

TEST_F(UploadsTest, WhatIsCompleteKeepsNobodyFromWhatHasExpired) {
  using std::chrono::hours;
  resumable_.most_bytes = 1'000'000'000;
  for (int i = 0; i < 1'001; ++i) left("complete" + std::to_string(i), kPhoto, hours(26));
  left("incomplete", "half", hours(25));
  ASSERT_TRUE(arm_fail_points("K31=error@100%"));
  EXPECT_ANY_THROW(sweep_uploads(*parts_));
  ASSERT_TRUE(arm_fail_points(""));
  EXPECT_TRUE(store_->find_upload("complete0"));
  EXPECT_FALSE(store_->find_upload("incomplete"));
}

TEST_F(UploadsTest, OneThatCannotBeCompletedKeepsBackNoOther) {
  left("broken", kPhoto);
  left("sound", kPhoto);
  ASSERT_TRUE(arm_fail_points("K31=error@1"));
  EXPECT_ANY_THROW(sweep_uploads(*parts_)) << "whoever sweeps hears of it";
  ASSERT_TRUE(arm_fail_points(""));
  EXPECT_FALSE(store_->find_upload("broken")->image);
  EXPECT_TRUE(store_->find_upload("sound")->image);
}

TEST_F(UploadsTest, AskedSideBySideEachIsToldTheImageOrToWait) {
  for (int round = 0; round < 50; ++round) {
    auto upload = left("upload" + std::to_string(round), kPhoto);
    std::vector<std::future<std::set<std::int64_t>>> askers;
    for (int i = 0; i < 4; ++i) {
      askers.push_back(std::async(std::launch::async, [&] {
        std::set<std::int64_t> told;
        for (int asked = 0; asked < 1000 && told.empty(); ++asked) {
          auto image = complete_upload(*parts_, upload);
          if (image) told.insert(image->value);
          else if (image.error().code != domain::code::locked) throw std::runtime_error(image.error().message);
        }
        return told;
      }));
    }
    std::set<std::int64_t> told;
    for (auto& asker : askers) told.merge(asker.get());
    EXPECT_EQ(told, (std::set<std::int64_t>{round + 1}));
  }
}

TEST(Problem, AFullDiskAndALostDatabaseHaveTheirOwnAnswers) {
  auto full = with_world_errors<http::Reply>([]() -> http::Reply { throw blob::DiskFull("no room"); });
  EXPECT_EQ(std::get<http::Response>(full).status, 507);
  auto lost = with_world_errors<http::Reply>([]() -> http::Reply { throw store::StoreUnavailable("secret cause"); });
  EXPECT_EQ(std::get<http::Response>(lost).status, 503);
  EXPECT_EQ(std::get<http::Response>(lost).body.find("secret"), std::string::npos);
}

TEST(Query, UnknownParametersAndBadNumbersAreRefused) {
  http::Request request;
  request.query = {{"limit", "ten"}, {"limt", "5"}};
  EXPECT_EQ(allow_query(request, {"limit"}).error().code, domain::code::unknown_field);
  EXPECT_EQ(whole_number(request, "limit", {1, 200}, 50).error().code, domain::code::invalid_field);
  EXPECT_EQ(whole_number(request, "absent", {1, 200}, 50).value(), 50);
}

TEST(Query, ABodyThatNamesAFieldTwiceIsRefused) {
  auto read = [](const std::string& body) {
    http::Request request;
    request.body = body;
    return json_body(request, {"a", "b"});
  };
  for (const char* body : {R"({"a":1,"a":1})", R"({"a":1,"\u0061":2})", R"({"a":{"x":1,"y":[{"z":1,"z":2}]}})", R"({"b":"\\","a":"\"","a":":"})"}) {
    auto refused = read(body);
    ASSERT_FALSE(refused) << body;
    EXPECT_EQ(refused.error().code, domain::code::malformed_body) << body;
  }
  for (const char* body : {R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})", R"({"a":"\"a\":1,\"a\":2","b":"\\"})", R"({ "a" : ":" })"}) EXPECT_TRUE(read(body)) << body;
}

}  // namespace
}  // namespace darkroom::api
