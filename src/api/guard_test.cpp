#include "api/guard.h"

#include "api/rules.h"
#include "base/hash.h"
#include "base/id.h"
#include "store/open_store.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

namespace darkroom::api {
namespace {

class GuardTest : public testing::Test {
 protected:
  GuardTest() : folder_(testing::TempDir() + "guard-" + std::to_string(::getpid())) {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
    store_ = store::open_store(folder_ + "/darkroom.db", clock_.now());
    for (const char* role : {"uploader", "viewer", "operator", "admin"}) {
      store_->put_account({role, role, "h"}, {"system", ""}, clock_.now());
      store_->put_token(role, role, sha256_hex(std::string(role) + "-token"), "oken", clock_.now());
    }
    guard_ = make_guard({*store_, "", clock_});
  }

  int ask(const char* rule, const std::string& authorization, const std::string& pattern = "/x", const std::string& id = "") {
    http::Route route{.pattern = pattern, .access = rule, .handler = {}};
    request_ = {};
    if (!authorization.empty()) request_.headers.emplace_back("Authorization", authorization);
    if (!id.empty()) request_.params["id"] = id;
    auto refusal = guard_(route, request_);
    body_ = refusal ? refusal->body : "";
    return refusal ? refusal->status : 200;
  }
  // With the cookie of a session that began, and was last used, so long ago.
  int ask_in_session(Duration ago, Duration length) {
    Time begun = clock_.now() - ago;
    std::string secret = make_uuid_v7(begun);
    store_->create_session({make_uuid_v7(begun), "viewer", "127.0.0.1", "test", begun, begun, begun + length}, sha256_hex(secret), {"viewer", "log-in"});
    http::Route route{.pattern = "/x", .access = kSee, .handler = {}};
    request_ = {};
    request_.headers.emplace_back("Cookie", "sid=" + secret);
    auto refusal = guard_(route, request_);
    return refusal ? refusal->status : 200;
  }
  int ask_as(const std::string& role, const char* rule, const std::string& pattern = "/x", const std::string& id = "") { return ask(rule, "Bearer " + role + "-token", pattern, id); }

  store::ImageRecord image_of(const std::string& owner) {
    store::NewImage image{.title = "a", .owner = owner, .external_id = {}, .sha256 = std::string(64, 'a'), .byte_count = 1, .format = "JPEG", .width = 1, .height = 1, .model = "demo"};
    return store_->create_image(image, {owner, ""}, clock_.now()).value();
  }

  std::string folder_;
  SystemClock clock_;
  std::unique_ptr<store::Store> store_;
  http::Guard guard_;
  http::Request request_;
  std::string body_;
};

TEST_F(GuardTest, KnowsAValidTokenFromAnInvalidOne) {
  EXPECT_EQ(ask(kPublic, ""), 200);
  EXPECT_EQ(request_.principal, "");
  EXPECT_EQ(ask_as("admin", kAdmin), 200);
  EXPECT_EQ(request_.principal, "admin");
  EXPECT_EQ(request_.caller.role, "admin");
  for (const char* value : {"", "Bearer wrong-token", "Basic YTphZG1pbi10b2tlbg==", "Bearer "}) EXPECT_EQ(ask(kAdmin, value), 401) << value;
}

TEST_F(GuardTest, LetsInTheRolesOfTheRule) {
  struct Row {
    const char* rule;
    int uploader, viewer, operator_, admin;
  };
  for (const Row& row : {Row{kSelf, 200, 200, 200, 200}, Row{kSee, 200, 200, 200, 200}, Row{kSend, 200, 403, 200, 200}, Row{kOwn, 200, 403, 200, 200}, Row{kJob, 200, 403, 200, 200},
                         Row{kOperate, 403, 403, 200, 200}, Row{kQueues, 403, 403, 200, 200}, Row{kWatch, 403, 200, 200, 200}, Row{kModels, 403, 403, 403, 200},
                         Row{kUsers, 403, 403, 403, 200}, Row{kAdmin, 403, 403, 403, 200}, Row{kMetrics, 403, 200, 200, 200}, Row{kSite, 200, 403, 200, 200}}) {
    EXPECT_EQ(ask_as("uploader", row.rule), row.uploader) << row.rule;
    EXPECT_EQ(ask_as("viewer", row.rule), row.viewer) << row.rule;
    EXPECT_EQ(ask_as("operator", row.rule), row.operator_) << row.rule;
    EXPECT_EQ(ask_as("admin", row.rule), row.admin) << row.rule;
  }
}

TEST_F(GuardTest, AnothersImageIsLikeAMissingOneForAnUploader) {
  std::string own = std::to_string(image_of("uploader").id.value), other = std::to_string(image_of("minji").id.value);
  const char* pattern = "/api/v1/images/{id}/preview";
  EXPECT_EQ(ask_as("uploader", kSee, pattern, own), 200);
  EXPECT_EQ(ask_as("uploader", kSee, pattern, other), 404);
  std::string refused = body_;
  refused.replace(refused.find("'" + other + "'"), other.size() + 2, "'99'");
  EXPECT_EQ(ask_as("uploader", kSee, pattern, "99"), 404);
  EXPECT_EQ(refused, body_);
  EXPECT_EQ(ask_as("viewer", kSee, pattern, other), 200);
}

TEST_F(GuardTest, OriginalsAreForTheOwnerAndOperators) {
  std::string other = std::to_string(image_of("minji").id.value), viewers = std::to_string(image_of("viewer").id.value);
  const char* pattern = "/api/v1/images/{id}/original";
  EXPECT_EQ(ask_as("uploader", kOriginal, pattern, other), 404);
  EXPECT_EQ(ask_as("viewer", kOriginal, pattern, other), 403);
  EXPECT_EQ(ask_as("viewer", kOriginal, pattern, viewers), 200);
  EXPECT_EQ(ask_as("operator", kOriginal, pattern, other), 200);
}

TEST_F(GuardTest, JobsAndBatchesHaveTheirOwners) {
  auto image = image_of("minji");
  auto batch = store_->create_batch("b", "uploader", {"uploader", ""}, clock_.now());
  EXPECT_EQ(ask_as("uploader", kJob, "/api/v1/jobs/{id}/cancel", image.job.public_id), 404);
  EXPECT_EQ(ask_as("uploader", kSee, "/api/v1/jobs/{id}", "no uuid"), 404);
  EXPECT_EQ(ask_as("uploader", kSee, "/api/v1/batches/{id}", batch.public_id), 200);
  EXPECT_EQ(ask_as("operator", kJob, "/api/v1/jobs/{id}/cancel", image.job.public_id), 200);
}

TEST_F(GuardTest, TheOldContractTakesTheTokenAsPassword) {
  EXPECT_EQ(ask(kSite, "Basic c2l0ZTphZG1pbi10b2tlbg=="), 200);  // site:admin-token
  EXPECT_EQ(ask(kSee, "Basic c2l0ZTphZG1pbi10b2tlbg=="), 401);
}

TEST_F(GuardTest, ASessionEndsAtItsTimeAndWhenNobodyUsesIt) {
  using std::chrono::hours, std::chrono::minutes;
  AccessConfig bounds;
  EXPECT_EQ(ask_in_session(bounds.session_idle - minutes(1), hours(12)), 200);
  EXPECT_EQ(request_.caller.name, "viewer");
  EXPECT_EQ(ask_in_session(bounds.session_idle + minutes(1), hours(12)), 401);
  EXPECT_EQ(ask_in_session(minutes(10), minutes(11)), 200);
  EXPECT_EQ(ask_in_session(minutes(10), minutes(9)), 401);
}

TEST_F(GuardTest, WhoeverUsesASessionKeepsIt) {
  using std::chrono::hours, std::chrono::minutes;
  AccessConfig bounds;
  ASSERT_EQ(ask_in_session(bounds.session_idle - minutes(1), hours(12)), 200);
  Time later = clock_.now() + bounds.session_idle - minutes(1);
  EXPECT_TRUE(is_still_known(*store_, bounds, request_, later)) << "it counts from the last request, not from the first";
}

TEST_F(GuardTest, ATokenTellsWhenItWasLastUsed) {
  auto used = [&] { return store_->find_token(sha256_hex("viewer-token"))->token.used_at; };
  EXPECT_FALSE(used());
  Time before = clock_.now();
  ASSERT_EQ(ask_as("viewer", kSee), 200);
  ASSERT_TRUE(used());
  EXPECT_GE(*used(), before);
}

TEST_F(GuardTest, AnAnswerThatGoesOnKnowsItsSessionAsLongAsTheGuardDoes) {
  using std::chrono::hours, std::chrono::minutes;
  AccessConfig bounds;
  ASSERT_EQ(ask_in_session(minutes(1), hours(12)), 200);
  EXPECT_TRUE(is_still_known(*store_, bounds, request_, clock_.now()));
  EXPECT_FALSE(is_still_known(*store_, bounds, request_, clock_.now() + bounds.session_idle + minutes(1)));
}

TEST_F(GuardTest, ListedAddressesNeedNoCredentialWhereTheRuleSaysSo) {
  guard_ = make_guard({*store_, "", clock_, {}, [](std::string_view rule, const http::Request&) { return rule == kMetrics ? std::optional<std::string>("open") : std::nullopt; }});
  EXPECT_EQ(ask(kMetrics, ""), 200);
  EXPECT_EQ(request_.principal, "open");
  EXPECT_EQ(ask(kMetrics, "Bearer wrong"), 401);
  EXPECT_EQ(ask(kSite, ""), 401);
}

TEST(Rules, ARouteWithoutARuleDoesNotStart) {
  EXPECT_THROW(require_rule("", "/new"), std::logic_error);
  EXPECT_THROW(require_rule("everybody", "/new"), std::logic_error);
  EXPECT_THROW(require_rule(kOwn, "/api/v1/unknown/{id}"), std::logic_error);
  EXPECT_NO_THROW(require_rule(kOwn, "/api/v1/images/{id}"));
}

}  // namespace
}  // namespace darkroom::api
