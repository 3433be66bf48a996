// The page at / of a build without the admin page: it says that Darkroom runs, which version, and what to type next.
#include "api/handlers.h"

#include <algorithm>
#include <cctype>

namespace darkroom::api {
namespace {

constexpr const char* kStyle = R"(:root { color-scheme: light dark; --ink: #1d1d1f; --paper: #fafafa; --soft: #6b6b70; --box: #ececef; --alive: #1a7f37; }
@media (prefers-color-scheme: dark) { :root { --ink: #ececee; --paper: #161618; --soft: #a0a0a6; --box: #26262a; --alive: #4cc36a; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; color: var(--ink); background: var(--paper);
       font: 1rem/1.6 system-ui, "Apple SD Gothic Neo", "Noto Sans KR", "Malgun Gothic", sans-serif; word-break: keep-all; }
main { width: min(40rem, 100%); }
h1 { margin: 0; font-size: 1.6rem; }
h1 span { display: inline-block; width: .7em; height: .7em; border-radius: 50%; background: var(--alive); margin-right: .4em; }
p { margin: .6rem 0; }
.soft { color: var(--soft); }
pre { margin: .4rem 0 1rem; padding: .8rem 1rem; border-radius: .5rem; background: var(--box); overflow-x: auto;
      font: .9rem/1.5 ui-monospace, "DejaVu Sans Mono", monospace; }
)";

struct Words {
  const char* language;
  const char* running;
  const char* version;
  const char* next;
  const char* curl;
  const char* token;
};

constexpr Words kEnglish = {"en", "Darkroom is running", "Version", "Next: process a photo from a terminal on this machine.", "Or from any program:",
                            "The token lies in the file admin.token of the data folder."};
constexpr Words kKorean = {"ko", "Darkroom이 실행 중입니다", "버전", "다음 단계: 이 컴퓨터의 터미널에서 사진을 처리해 보세요.", "다른 프로그램에서는 이렇게 보냅니다:",
                           "토큰은 데이터 폴더의 admin.token 파일에 있습니다."};

// The address that the reader used, so that the example works as it stands; the header is data from outside, so only an address passes.
std::string address_for(const http::Request& request) {
  std::string host(request.header("host"));
  bool plain = !host.empty() && std::ranges::all_of(host, [](unsigned char c) { return std::isalnum(c) || c == '.' || c == ':' || c == '-' || c == '[' || c == ']'; });
  return "http://" + (plain ? host : "127.0.0.1:8470");
}

// The first language of Accept-Language decides; anything but Korean reads English.
const Words& words_for(const http::Request& request) { return request.header("accept-language").starts_with("ko") ? kKorean : kEnglish; }

}  // namespace

http::Reply front_page(const Parts& parts, const http::Request& request) {
  const Words& words = words_for(request);
  http::Response page;
  page.content_type = "text/html; charset=utf-8";
  page.headers = {{"Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"}, {"Vary", "Accept-Language"}};
  page.body = std::string("<!doctype html>\n<html lang=\"") + words.language +
              "\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">"
              "<title>Darkroom</title><link rel=\"stylesheet\" href=\"/style.css\"></head>\n<body><main>\n<h1><span aria-hidden=\"true\"></span>" +
              words.running + "</h1>\n<p class=\"soft\">" + words.version + " " + parts.config.version + "</p>\n<p>" + words.next +
              "</p>\n<pre>./run photo.jpg</pre>\n<p>" + words.curl +
              "</p>\n<pre>curl -H \"Authorization: Bearer $TOKEN\" -F file=@photo.jpg \\\n     \"" + address_for(request) + "/api/v1/images?wait=30\"</pre>\n<p class=\"soft\">" + words.token + "</p>\n</main></body>\n</html>\n";
  return page;
}

http::Reply front_style(const Parts&, const http::Request&) {
  http::Response style;
  style.content_type = "text/css; charset=utf-8";
  style.headers = {{"Cache-Control", "public, max-age=3600"}};
  style.body = kStyle;
  return style;
}

}  // namespace darkroom::api
