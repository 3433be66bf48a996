// Hostile cookies and filters by the thousand, as http/fuzz_test does it for what lies before: each test checks what must hold whatever comes.
#include "api/cookies.h"
#include "api/image_query.h"
#include "http/mutator_for_test.h"
#include "http/percent.h"
#include "text/unicode.h"

#include <gtest/gtest.h>

#include <set>

namespace darkroom::api {
namespace {

constexpr int kRounds = 20'000;
constexpr std::size_t kLongestCondition = 400;  // characters, as docs/openapi.yaml says

std::string secret_in(const std::string& cookies, bool is_secure) {
  http::Request request;
  request.headers = {{"Cookie", cookies}};
  request.is_secure = is_secure;
  return session_cookie({}, request);
}

TEST(Fuzz, ACookieIsFoundWhateverStandsBesideIt) {
  http::Mutator mutator({"sid=s3cret", "theme=dark; __Host-sid=s3cret; lang=ko", "sid=a; sid=b", "__Host-sid=; sid=plain", "a=\"b; sid=c\"; d"},
                        {";", "; ", "=", "sid=", "__Host-sid=", "sid", " ", "\t", ",", "\"", "%3b", "\0", "\xff", "\r\n"});
  int found = 0;
  for (int round = 0; round < kRounds; ++round) {
    std::string cookies = mutator.next();
    bool is_secure = round % 2 == 0;
    std::string secret = secret_in(cookies, is_secure);
    ASSERT_EQ(secret.find(';'), std::string::npos) << cookies;
    ASSERT_TRUE(secret.empty() || cookies.find((is_secure ? "__Host-sid=" : "sid=") + secret) != std::string::npos) << cookies;
    ASSERT_EQ(secret_in("zone=utc; " + cookies, is_secure), secret) << cookies;
    ASSERT_EQ(secret_in(cookies + "; zone=utc", is_secure), secret) << cookies;
    found += !secret.empty();
  }
  EXPECT_GT(found, kRounds / 6);
}

bool is_well_formed(const store::ImageQuery& query) {
  for (const auto* text : {&query.model, &query.owner, &query.label, &query.error_code, &query.title, &query.batch}) {
    if (*text && ((*text)->empty() || text::characters(**text) > kLongestCondition)) return false;
  }
  return query.limit >= 1 && query.limit <= 200;
}

TEST(Fuzz, FiltersAreUnderstoodOrRefusedAndNeverShowAnothersPhotos) {
  http::Mutator mutator({"/i?status=failed&model=demo&limit=20", "/i?uploader=joon&search=%EA%B3%A0%EC%96%91%EC%9D%B4&sort=title", "/i?since=2026-01-31T09:30:00Z&until=2026-02-01T00:00:00%2B09:00",
                         "/i?batch=01890000-0000-7000-8000-000000000001&label=person&error=timeout", "/i?before=17&limit=200", "/i?cursor=AAAAAAAAAAAAAAAA.MTcgYQ&sort=oldest"},
                        {"&", "=", "%", "%00", "%ff", "+", "uploader=", "uploader=admin", "limit=", "-1", "99999999999999999999", "cursor=", "status=", "sort=", "since=", "\"", "'", " OR 1=1", "--", "\xff"});
  int understood = 0;
  for (int round = 0; round < kRounds; ++round) {
    auto target = http::parse_target(mutator.next());
    if (!target) continue;
    http::Request request;
    request.query = target->query;
    request.caller = {.name = "minji", .role = "uploader"};
    auto query = read_image_query(request);
    if (!query) {
      ASSERT_TRUE((std::set<std::string>{"invalid_field", "unknown_field"}.contains(query.error().code))) << query.error().code;
      ASSERT_FALSE(query.error().message.empty());
      continue;
    }
    ++understood;
    ASSERT_TRUE(is_well_formed(*query));
    ASSERT_TRUE(query->owner && (*query->owner == "minji" || *query->owner == "\1")) << "an uploader sees their own, or nobody's";
  }
  EXPECT_GT(understood, kRounds / 50);
}

}  // namespace
}  // namespace darkroom::api
