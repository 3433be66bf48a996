#include "http/router.h"

#include "http/percent.h"

#include <algorithm>
#include <set>
#include <stdexcept>

namespace darkroom::http {
namespace {

bool is_parameter(std::string_view segment) { return segment.size() > 2 && segment.front() == '{' && segment.back() == '}'; }

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  path.remove_prefix(1);
  while (true) {
    std::size_t slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == std::string_view::npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

bool comes_before(const std::string& left, const std::string& right) {
  if (is_parameter(left) != is_parameter(right)) return is_parameter(right);
  return left < right;
}

bool fits(const std::vector<std::string>& pattern, const std::vector<std::string>& path) {
  return std::ranges::equal(pattern, path, [](const std::string& wanted, const std::string& given) {
    return is_parameter(wanted) ? !given.empty() : wanted == given;
  });
}

std::optional<std::vector<std::string>> decode(std::string_view raw_path) {
  std::vector<std::string> decoded;
  for (std::string_view segment : split(raw_path)) {
    auto text = percent_decode(segment);
    if (!text) return std::nullopt;
    decoded.push_back(std::move(*text));
  }
  return decoded;
}

std::string allow_header(std::set<std::string_view> methods) {
  if (methods.contains("GET")) methods.insert("HEAD");
  methods.insert("OPTIONS");
  std::string text;
  for (std::string_view method : methods) {
    if (!text.empty()) text += ", ";
    text += method;
  }
  return text;
}

bool serves(const Route& route, Method method) {
  return route.method == method || (method == Method::head && route.method == Method::get);
}

RouteMatch make_match(const Route& route, const std::vector<std::string>& pattern, const std::vector<std::string>& path) {
  RouteMatch match{&route, {}, {}};
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (is_parameter(pattern[i])) match.params.emplace(pattern[i].substr(1, pattern[i].size() - 2), path[i]);
    match.path += '/';
    match.path += path[i];
  }
  return match;
}

}  // namespace

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {
  for (const Route& route : routes_) {
    if (!route.pattern.starts_with('/'))
      throw std::invalid_argument("route pattern does not begin with a slash: " + route.pattern);
    Entry entry{{}, &route};
    std::set<std::string_view> names;
    for (std::string_view segment : split(route.pattern)) {
      if (is_parameter(segment) && !names.insert(segment).second) {
        throw std::invalid_argument("route pattern names a parameter twice: " + route.pattern);
      }
      entry.segments.emplace_back(segment);
    }
    entries_.push_back(std::move(entry));
  }
  std::ranges::stable_sort(entries_, [](const Entry& left, const Entry& right) {
    return std::ranges::lexicographical_compare(left.segments, right.segments, comes_before);
  });
}

RouteSearch Router::find(std::optional<Method> method, std::string_view raw_path) const {
  if (raw_path == "*")
    return method == Method::options ? RouteSearch(OtherMethods{allowed_everywhere()}) : RouteSearch(NoRoute{});
  auto path = decode(raw_path);
  if (!path) return BadPath{};
  std::set<std::string_view> methods;
  const std::vector<std::string>* closest = nullptr;
  for (const Entry& entry : entries_) {
    if (!fits(entry.segments, *path)) continue;
    // A literal path hides the parameters that it would also fit: /images/export is never {id} of another method.
    bool hidden = closest != nullptr && !std::ranges::equal(*closest, entry.segments, {}, is_parameter, is_parameter);
    if (hidden && !(entry.route->behind_literals && entry.route->method == method)) continue;
    if (!hidden) closest = &entry.segments;
    if (method && serves(*entry.route, *method)) return make_match(*entry.route, entry.segments, *path);
    methods.insert(to_string(entry.route->method));
  }
  if (closest == nullptr) return NoRoute{};
  return OtherMethods{allow_header(std::move(methods))};
}

std::string Router::allowed_everywhere() const {
  std::set<std::string_view> methods;
  for (const Route& route : routes_) methods.insert(to_string(route.method));
  return allow_header(std::move(methods));
}

}  // namespace darkroom::http
