#include "api/fixture_for_test.h"
#include "api/handlers.h"

namespace darkroom::api {
namespace {

// What a build without the admin page shows.
class FrontPage : public ApiFixture {
 protected:
  http::Response asked(const std::string& language, const std::string& host = "127.0.0.1:8470") {
    http::Request request;
    request.headers = {{"Accept-Language", language}, {"Host", host}};
    return std::get<http::Response>(front_page(*parts_, request));
  }
};

TEST_F(FrontPage, SpeaksKoreanOrEnglish) {
  std::string korean = asked("ko-KR,ko;q=0.9,en;q=0.5").body;
  EXPECT_NE(korean.find("<html lang=\"ko\">"), std::string::npos);
  EXPECT_NE(korean.find("실행 중입니다"), std::string::npos);
  for (const char* language : {"en-US", "fr"}) EXPECT_NE(asked(language).body.find("Darkroom is running"), std::string::npos) << language;
  EXPECT_NE(asked("en").body.find("Version 0.7"), std::string::npos);
  EXPECT_NE(asked("en", "photos.example:81").body.find("http://photos.example:81/api"), std::string::npos);
}

TEST_F(FrontPage, AHostHeaderCannotWriteIntoIt) { EXPECT_EQ(asked("en", "evil.example/<script>").body.find("<script>"), std::string::npos); }

}  // namespace
}  // namespace darkroom::api
