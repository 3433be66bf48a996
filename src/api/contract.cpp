// The contract, for machines at /openapi.json and for people at /docs: Swagger UI out of the program itself, which asks no other server for anything.
#include "api/contract_texts.h"
#include "api/entity_tag.h"
#include "api/handlers.h"
#include "api/problem.h"
#include "base/hash.h"
#include "domain/error_codes.h"

#include <map>

namespace darkroom::api {
namespace {

constexpr const char* kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

constexpr const char* kStart = R"(window.ui = SwaggerUIBundle({
  url: "/openapi.json", dom_id: "#swagger-ui", deepLinking: true, validatorUrl: null, docExpansion: "none", tryItOutEnabled: true, persistAuthorization: false
});
)";

constexpr const char* kPage = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Darkroom API</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/docs/swagger-ui.css"></head>
<body><div id="swagger-ui"></div><script src="/docs/swagger-ui-bundle.js"></script><script src="/docs/start.js"></script></body></html>
)";

constexpr const char* kPlainPage = R"(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Darkroom API</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/style.css"></head>
<body><main><h1>Darkroom API</h1><p>This build has no viewer of its contract. The contract itself: <a href="/openapi.json">/openapi.json</a></p></main></body></html>
)";

struct Asset {
  std::string content_type;
  std::string_view text;
  std::string tag;
};

const std::map<std::string, Asset, std::less<>>& assets() {
  static const std::map<std::string, Asset, std::less<>> kAssets = [] {
    std::map<std::string, Asset, std::less<>> all = {{"swagger-ui-bundle.js", {"text/javascript; charset=utf-8", swagger_script(), ""}},
                                                     {"swagger-ui.css", {"text/css; charset=utf-8", swagger_style(), ""}},
                                                     {"start.js", {"text/javascript; charset=utf-8", kStart, ""}},
                                                     {"openapi.json", {"application/json", openapi_json(), ""}}};
    for (auto& [name, asset] : all) asset.tag = '"' + sha256_hex(asset.text).substr(0, 32) + '"';
    return all;
  }();
  return kAssets;
}

http::Response shown(const http::Request& request, const Asset& asset) {
  http::Response response;
  response.content_type = asset.content_type;
  response.headers = {{"Cache-Control", "no-cache"}, {"Content-Security-Policy", kPolicy}};
  if (!names_tag(request.header("if-none-match"), asset.tag)) response.body = asset.text;
  return with_tag(request, std::move(response), asset.tag);
}

}  // namespace

http::Reply openapi_document(const Parts&, const http::Request& request) { return shown(request, assets().at("openapi.json")); }

http::Reply docs_page(const Parts&, const http::Request&) {
  http::Response page;
  page.content_type = "text/html; charset=utf-8";
  page.headers = {{"Content-Security-Policy", kPolicy}, {"Cache-Control", "no-cache"}};
  page.body = swagger_script().empty() ? kPlainPage : kPage;
  return page;
}

http::Reply docs_asset(const Parts&, const http::Request& request) {
  auto found = assets().find(request.params.at("file"));
  if (found == assets().end() || found->first == "openapi.json" || found->second.text.empty()) return problem(domain::code::not_found, "There is no file of this name here.");
  return shown(request, found->second);
}

}  // namespace darkroom::api
