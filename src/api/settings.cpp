// What the server was started with, and where each value came from. Nothing is changed here: that takes a file, a variable or a flag, and a start.
#include "api/settings.h"

#include "api/handlers.h"
#include "api/json.h"
#include "api/problem.h"
#include "api/query.h"

namespace darkroom::api {
namespace {

namespace json = boost::json;

// The file's way of writing a text knows no escapes, JSON's does.
json::value value_of(const std::string& text) {
  bool quoted = text.size() >= 2 && text.front() == '"' && text.back() == '"';
  return quoted ? json::value(text.substr(1, text.size() - 2)) : parsed(text);
}

json::object setting_json(const Setting& setting) {
  bool hidden = setting.secret && setting.value.empty();
  auto blank = setting.origin.find(' ');
  return {{"key", setting.key},
          {"value", hidden ? json::value(nullptr) : value_of(setting.value)},
          {"secret", setting.secret},
          {"is_set", hidden || setting.value != "\"\""},
          {"origin", setting.origin.substr(0, blank)},
          {"origin_detail", blank == std::string::npos ? json::value(nullptr) : json::value(setting.origin.substr(blank + 1))},
          {"environment", setting.environment},
          {"description", setting.sentence},
          {"allowed", setting.allowed}};
}

// A password in an address is one.
std::string without_password(const std::string& url) {
  auto begin = url.find("://");
  auto at = begin == std::string::npos ? begin : url.find('@', begin);
  return at == std::string::npos || at > url.find('/', begin + 3) ? url : url.substr(0, begin + 3) + url.substr(at + 1);
}

json::object site_json(const delivery::Site& site) {
  return {{"name", site.name}, {"callback", without_password(site.callback)}, {"format", domain::to_string(site.format)}, {"has_own_secret", !site.secret.empty()}};
}

}  // namespace

http::Reply list_settings(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {}); !known) return problem(known.error());
  json::array items, sites;
  for (const Setting& setting : parts.settings) items.push_back(setting_json(setting));
  for (const delivery::Site& site : parts.webhooks.sites) sites.push_back(site_json(site));
  return json_response(200, json::object{{"items", std::move(items)}, {"sites", std::move(sites)}});
}

}  // namespace darkroom::api
