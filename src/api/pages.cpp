#include "api/pages.h"

#include "api/entity_tag.h"
#include "api/handlers.h"
#include "api/problem.h"
#include "domain/error_codes.h"
#include "http/ascii.h"

#include <algorithm>

namespace darkroom::api {
namespace {

// Nothing from elsewhere, no script or style in the markup, no frame around it. blob: is for photos that are shown before they are sent.
constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

bool refuses(std::string_view parameters) {
  auto q = parameters.find("q=");
  if (q == std::string_view::npos) return false;
  std::string_view value = http::trim(parameters.substr(q + 2));
  return value.find_first_not_of("0.") == std::string_view::npos;
}

}  // namespace

const WebFile* find_web_file(std::span<const WebFile> files, std::string_view name) {
  auto found = std::ranges::lower_bound(files, name, {}, &WebFile::name);
  return found != files.end() && found->name == name ? &*found : nullptr;
}

bool takes_gzip(std::string_view accept_encoding) {
  while (!accept_encoding.empty()) {
    auto comma = std::min(accept_encoding.find(','), accept_encoding.size());
    std::string_view one = accept_encoding.substr(0, comma);
    auto parameters = std::min(one.find(';'), one.size());
    std::string_view name = http::trim(one.substr(0, parameters));
    if (http::equals_ignoring_case(name, "gzip") || name == "*") return !refuses(one.substr(parameters));
    accept_encoding.remove_prefix(std::min(comma + 1, accept_encoding.size()));
  }
  return false;
}

http::Response file_answer(const http::Request& request, const WebFile& file) {
  bool gzip = !file.gzipped.empty() && takes_gzip(request.header("accept-encoding"));
  bool page = file.name == "index.html";
  http::Response response;
  response.content_type = file.content_type;
  response.headers = {{"Cache-Control", page ? "no-cache" : "public, max-age=31536000, immutable"}, {"Vary", "Accept-Encoding"}, {"Cross-Origin-Resource-Policy", "same-origin"}};
  if (page) response.headers.insert(response.headers.end(), {{"Content-Security-Policy", kPolicy}, {"Cross-Origin-Opener-Policy", "same-origin"}, {"X-Frame-Options", "DENY"}});
  if (gzip) response.headers.emplace_back("Content-Encoding", "gzip");
  // What is compressed has a tag of its own, as other bytes do.
  std::string tag(file.tag);
  if (gzip) tag.insert(tag.size() - 1, "-gzip");
  if (!names_tag(request.header("if-none-match"), tag)) response.body = gzip ? file.gzipped : file.bytes;
  return with_tag(request, std::move(response), tag);
}

http::Reply page(const Parts& parts, const http::Request& request) {
  const WebFile* index = find_web_file(web_files(), "index.html");
  return index ? http::Reply(file_answer(request, *index)) : front_page(parts, request);
}

http::Reply page_asset(const Parts&, const http::Request& request) {
  const WebFile* file = find_web_file(web_files(), request.params.at("file"));
  if (!file || file->name == "index.html") return problem(domain::code::not_found, "The page has no file of this name. Load the page again: it may have been renewed.");
  return file_answer(request, *file);
}

}  // namespace darkroom::api
