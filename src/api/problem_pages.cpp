// /problems/{code}: the page behind a problem's `type`, in English and Korean.
#include "api/handlers.h"
#include "api/language.h"
#include "api/problem.h"
#include "domain/error_codes.h"
#include "domain/error_texts.h"

namespace darkroom::api {

http::Reply problem_page(const Parts&, const http::Request& request) {
  const std::string& name = request.params.at("code");
  const domain::ErrorText* text = domain::error_text(name);
  const domain::ErrorKind& kind = domain::error_kind(name);
  if (!text || kind.code != name) return problem(domain::code::not_found, "There is no error code of this name.");
  auto chosen = request.query.find("lang");
  bool korean = chosen == request.query.end() ? prefers_korean(request) : chosen->second == "ko";
  std::string code(kind.code);
  std::string_view title = korean ? text->title_korean : kind.title, about = korean ? text->about_korean : text->about;
  http::Response page;
  page.content_type = "text/html; charset=utf-8";
  page.headers = {{"Content-Security-Policy", "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
                  {"Vary", "Accept-Language"}, {"Content-Language", korean ? "ko" : "en"}, {"Cache-Control", "public, max-age=3600"}};
  page.body = "<!doctype html>\n<html lang=\"" + std::string(korean ? "ko" : "en") +
              "\">\n<head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>" + code +
              " - Darkroom</title><link rel=\"stylesheet\" href=\"/style.css\"></head>\n<body><main>\n<h1>" + std::string(title) + "</h1>\n<p class=\"soft\">" + code + " · HTTP " +
              std::to_string(kind.http_status) + "</p>\n<p>" + std::string(about) + "</p>\n<p class=\"soft\"><a href=\"/problems/" + code + (korean ? "?lang=en\">English" : "?lang=ko\">한국어") +
              "</a></p>\n</main></body>\n</html>\n";
  return page;
}

}  // namespace darkroom::api
