// Finds the route of a request: patterns with {parameter} segments, a literal segment before a parameter.
#pragma once

#include "http/route.h"

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace darkroom::http {

struct RouteMatch {
  const Route* route;
  std::map<std::string, std::string> params;  // decoded; an encoded slash is data within its segment
  std::string path;                           // decoded
};
// The path exists, but not for this method; `allow` is the value of the Allow header.
struct OtherMethods {
  std::string allow;
};
struct NoRoute {};
struct BadPath {};  // not percent-encoded UTF-8

using RouteSearch = std::variant<RouteMatch, OtherMethods, NoRoute, BadPath>;

class Router {
 public:
  // Throws std::invalid_argument for a pattern that does not begin with a slash or names a parameter twice.
  explicit Router(std::vector<Route> routes);

  // `method` is nullopt for one that this server does not know. HEAD finds the route of GET. OPTIONS finds a route of
  // its own or else OtherMethods; the path "*" stands for the whole server.
  RouteSearch find(std::optional<Method> method, std::string_view raw_path) const;

  const std::vector<Route>& routes() const { return routes_; }

 private:
  struct Entry {
    std::vector<std::string> segments;  // a parameter keeps its braces
    const Route* route;
  };
  std::string allowed_everywhere() const;

  std::vector<Route> routes_;
  std::vector<Entry> entries_;  // literal segments sorted before parameters, so that the first match is the closest
};

}  // namespace darkroom::http
