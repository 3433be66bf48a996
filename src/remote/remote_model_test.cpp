// Calls of a service over real sockets.
#include "remote/remote_model.h"

#include "domain/error_codes.h"
#include "remote/service_for_test.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <future>

namespace darkroom::remote {
namespace {

namespace code = domain::code;
using domain::Failed;
using domain::Interrupted;
using domain::Outcome;
using test::answer;
using testing::HasSubstr;

constexpr const char* kGood =
    R"({"status": "success", "result": {"detected_objects": [{"class": "pixel", "confidence": 1, "bbox": [0, 0, 2, 1]}], "text": "hi"}})";

// A white PNG of 2 x 1 pixels, with whatever comes after its end.
std::string tiny_png(std::size_t more = 0) {
  static constexpr unsigned char kPng[] = {0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00,
                                           0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00, 0x00, 0x7b, 0x40, 0xe8, 0xdd, 0x00,
                                           0x00, 0x00, 0x0b, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9c, 0x63, 0xf8, 0x0f, 0x06, 0x00, 0x14, 0xf2, 0x05,
                                           0xfb, 0xa4, 0x0d, 0x7c, 0x5e, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};
  return std::string(reinterpret_cast<const char*>(kPng), sizeof kPng) + std::string(more, 'm');
}

class RemoteCallTest : public testing::Test {
 protected:
  RemoteCallTest() { use(tiny_png()); }

  void use(const std::string& photo) {
    photo_ = photo;
    file_ = FileDescriptor(::memfd_create("photo", MFD_CLOEXEC));
    ASSERT_EQ(::pwrite(file_.get(), photo.data(), photo.size(), 0), static_cast<ssize_t>(photo.size()));
  }

  domain::Model model() const {
    domain::Model model{.name = "ocr", .engine = domain::EngineKind::http};
    model.remote = domain::RemoteService{.url = service_.url(), .timeout = timeout_, .headers = {{"Authorization", "Bearer secret"}}};
    return model;
  }

  RemoteEnd run() {
    return call_.run(model(), {file_.get(), static_cast<std::int64_t>(photo_.size()), std::string(64, 'a'), "0189-job", 42, R"({"album":"봄"})", -7});
  }

  Failed failure(const std::string& said) {
    service_.say({said});
    RemoteEnd end = run();
    if (auto* failed = std::get_if<Failed>(&end)) return *failed;
    ADD_FAILURE() << "no failure";
    return {};
  }

  std::string photo_;
  FileDescriptor file_;
  std::chrono::milliseconds timeout_{60'000};
  test::Service service_;
  RemoteCall call_;
};

TEST_F(RemoteCallTest, PostsThePhotoAndReadsTheResult) {
  service_.say({answer(200, kGood)});
  RemoteEnd end = run();
  const auto& outcome = std::get<Outcome>(end);
  EXPECT_EQ(outcome.found.objects.at(0).label, "pixel");
  EXPECT_EQ(outcome.extra, R"({"text":"hi"})");
  EXPECT_EQ(outcome.engine, "http");
  EXPECT_EQ(outcome.image.width, 2);
  EXPECT_EQ(outcome.image.format, "PNG");
  EXPECT_GT(outcome.timings.infer, 0);
  auto request = service_.requests(1).at(0);
  EXPECT_THAT(request.head, testing::StartsWith("POST /process-image/ HTTP/1.1\r\n"));
  EXPECT_THAT(request.head, HasSubstr("X-Darkroom-Job: 0189-job\r\n"));
  EXPECT_THAT(request.head, HasSubstr("Authorization: Bearer secret\r\n"));
  EXPECT_THAT(request.head, testing::Not(HasSubstr("Expect:")));
  EXPECT_THAT(request.body, HasSubstr("name=\"image_id\"\r\n\r\n42\r\n"));
  EXPECT_THAT(request.body, HasSubstr("name=\"priority\"\r\n\r\n-7\r\n"));
  EXPECT_THAT(request.body, HasSubstr("name=\"metadata\"\r\n\r\n{\"album\":\"봄\"}\r\n"));
  EXPECT_THAT(request.body, HasSubstr("name=\"file\"; filename=\"aaaaaaaaaaaa.png\"\r\nContent-Type: image/png\r\n\r\n" + photo_ + "\r\n"));
}

TEST_F(RemoteCallTest, KeepsItsConnection) {
  service_.say({answer(200, kGood)});
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(std::holds_alternative<Outcome>(run()));
  for (const auto& request : service_.requests(3)) EXPECT_EQ(request.connection, 1);
}

TEST_F(RemoteCallTest, AKeptConnectionThatDiedIsReplacedAndTheWholePhotoSentAgain) {
  use(tiny_png(3'000'000));
  service_.say({answer(200, kGood), test::kHangUp, answer(200, kGood)});
  EXPECT_TRUE(std::holds_alternative<Outcome>(run()));
  EXPECT_TRUE(std::holds_alternative<Outcome>(run()));
  auto requests = service_.requests(3);
  ASSERT_EQ(requests.size(), 3u);
  EXPECT_EQ(requests[2].connection, 2);
  EXPECT_THAT(requests[2].body, HasSubstr(photo_.substr(0, 80)));
  EXPECT_EQ(requests[1].body.size(), requests[2].body.size());
}

TEST_F(RemoteCallTest, ARefusalIsPermanentAndInTheServicesWords) {
  for (int status : {400, 401, 404, 413, 422}) {
    Failed failed = failure(answer(status, R"({"detail": "no text in this photo"})"));
    EXPECT_EQ(failed.error.code, code::service_failed);
    EXPECT_EQ(failed.kind, Failed::Kind::permanent) << status;
    EXPECT_EQ(failed.error.message, "The service of model 'ocr' answered " + std::to_string(status) + ": no text in this photo");
  }
}

TEST_F(RemoteCallTest, TroubleOfTheServiceMayPass) {
  for (int status : {408, 425, 429, 500, 502, 503, 504}) {
    Failed failed = failure(answer(status, "CUDA out of memory"));
    EXPECT_EQ(failed.error.code, code::service_failed);
    EXPECT_EQ(failed.kind, Failed::Kind::transient) << status;
    EXPECT_THAT(failed.error.message, HasSubstr("CUDA out of memory"));
  }
}

TEST_F(RemoteCallTest, WhenToComeBackIsPassedOn) {
  EXPECT_EQ(failure(answer(503, "busy", "Retry-After: 17\r\n")).retry_after, std::chrono::seconds(17));
  EXPECT_EQ(failure(answer(429, "busy")).retry_after, std::chrono::seconds(0));
}

TEST_F(RemoteCallTest, RedirectsAreNotFollowed) {
  Failed failed = failure(answer(307, "", "Location: " + service_.url("/elsewhere") + "\r\n"));
  EXPECT_EQ(failed.kind, Failed::Kind::permanent);
  EXPECT_THAT(failed.error.message, HasSubstr("points to " + service_.url("/elsewhere")));
  EXPECT_EQ(service_.requests(1).size(), 1u);
}

TEST_F(RemoteCallTest, AServiceThatIsNotThereMayComeBack) {
  domain::Model away = model();
  away.remote->url = "http://127.0.0.1:1/";
  RemoteEnd end = call_.run(away, {file_.get(), static_cast<std::int64_t>(photo_.size())});
  const auto& failed = std::get<Failed>(end);
  EXPECT_EQ(failed.error.code, code::service_failed);
  EXPECT_EQ(failed.kind, Failed::Kind::transient);
  EXPECT_THAT(failed.error.message, HasSubstr("cannot be reached"));
}

TEST_F(RemoteCallTest, AServiceThatHangsUpMayAnswerNextTime) {
  Failed failed = failure(test::kHangUp);
  EXPECT_EQ(failed.error.code, code::service_failed);
  EXPECT_EQ(failed.kind, Failed::Kind::transient);
}

TEST_F(RemoteCallTest, SilenceEndsAtTheTimeOut) {
  timeout_ = std::chrono::milliseconds(200);
  Failed failed = failure(test::kSilence);
  EXPECT_EQ(failed.error.code, code::timeout);
  EXPECT_THAT(failed.error.message, HasSubstr("within 0.2 s"));
  EXPECT_EQ(failed.kind, Failed::Kind::transient);
  EXPECT_TRUE(service_.sees_a_close());
}

TEST_F(RemoteCallTest, AnAnswerWithoutEndIsBrokenOff) {
  Failed failed = failure(answer(200, "{\"detected_objects\": [], \"text\": \"" + std::string(9'000'000, 'x') + "\"}"));
  EXPECT_EQ(failed.error.code, code::model_output);
  EXPECT_EQ(failed.kind, Failed::Kind::permanent);
  EXPECT_THAT(failed.error.message, HasSubstr("8 MB"));
}

TEST_F(RemoteCallTest, CallingItOffClosesTheConnectionAtOnce) {
  service_.say({test::kSilence});
  auto end = std::async(std::launch::async, [this] { return run(); });
  ASSERT_EQ(service_.requests(1).size(), 1u);
  call_.abandon();
  ASSERT_EQ(end.wait_for(std::chrono::seconds(20)), std::future_status::ready);
  EXPECT_TRUE(std::holds_alternative<Interrupted>(end.get()));
  EXPECT_TRUE(service_.sees_a_close());
}

TEST_F(RemoteCallTest, ItStaysCalledOffUntilItIsRearmed) {
  service_.say({answer(200, kGood)});
  call_.abandon();
  EXPECT_TRUE(std::holds_alternative<Interrupted>(run()));
  call_.rearm();
  EXPECT_TRUE(std::holds_alternative<Outcome>(run()));
  EXPECT_EQ(service_.requests(1).size(), 1u);
}

// Pages that a mapped file does not have would end the server with SIGBUS.
TEST_F(RemoteCallTest, APhotoThatIsShorterThanItWasAtUploadFails) {
  for (std::int64_t missing : {1, 100'000}) {
    RemoteEnd end = call_.run(model(), {file_.get(), static_cast<std::int64_t>(photo_.size()) + missing});
    ASSERT_TRUE(std::holds_alternative<Failed>(end)) << missing;
    EXPECT_EQ(std::get<Failed>(end).error.code, code::blob_missing);
    EXPECT_THAT(std::get<Failed>(end).error.message, HasSubstr("shorter than it was at upload"));
  }
}

TEST_F(RemoteCallTest, AModelWithoutAServiceSaysSo) {
  domain::Model none{.name = "ocr", .engine = domain::EngineKind::http};
  RemoteEnd end = call_.run(none, {file_.get(), static_cast<std::int64_t>(photo_.size())});
  EXPECT_EQ(std::get<Failed>(end).error.code, code::model_unavailable);
}

TEST_F(RemoteCallTest, ALineBreakInAHeaderAddsNoHeader) {
  domain::Model odd = model();
  odd.remote->headers["X-Odd"] = "a\r\nX-Evil: b";
  service_.say({answer(200, kGood)});
  call_.run(odd, {file_.get(), static_cast<std::int64_t>(photo_.size())});
  EXPECT_THAT(service_.requests(1).at(0).head, HasSubstr("X-Odd: a  X-Evil: b\r\n"));
}

}  // namespace
}  // namespace darkroom::remote
