#include "auth/scopes.h"

#include "domain/error_codes.h"

#include <algorithm>
#include <array>

namespace darkroom::auth {
namespace {

constexpr std::array kScopes = {scope::all,           scope::images_read,   scope::images_write, scope::jobs_act, scope::queues_manage, scope::system_read,
                                scope::models_manage, scope::users_manage, scope::admin,        scope::metrics_read, scope::site};

}  // namespace

bool covers(const std::vector<std::string>& scopes, std::string_view wanted) {
  return wanted.empty() || std::ranges::any_of(scopes, [&](const std::string& each) { return each == scope::all || each == wanted; });
}

std::vector<std::string> split_scopes(std::string_view text) {
  std::vector<std::string> scopes;
  while (!text.empty()) {
    auto blank = text.find(' ');
    if (blank != 0) scopes.emplace_back(text.substr(0, blank));
    text = blank == std::string_view::npos ? std::string_view() : text.substr(blank + 1);
  }
  return scopes;
}

std::string join_scopes(const std::vector<std::string>& scopes) {
  std::string text;
  for (const std::string& each : scopes) text += (text.empty() ? "" : " ") + each;
  return text;
}

Result<void> check_scopes(const std::vector<std::string>& scopes) {
  std::string known;
  for (std::string_view each : kScopes) known += (known.empty() ? "" : ", ") + std::string(each);
  if (scopes.empty()) return Error{std::string(domain::code::invalid_field), "Say at least one scope of: " + known + "."};
  for (const std::string& each : scopes) {
    if (std::ranges::find(kScopes, each) == kScopes.end()) return Error{std::string(domain::code::invalid_field), "There is no scope '" + each + "'. Known: " + known + "."};
  }
  return {};
}

}  // namespace darkroom::auth
