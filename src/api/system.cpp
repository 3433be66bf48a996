// How the server itself is: alive, ready, what it runs.
#include "api/handlers.h"
#include "api/json.h"
#include "api/metrics.h"

#include <algorithm>

namespace darkroom::api {
namespace {

namespace json = boost::json;

struct Check {
  std::string name;
  bool ok = false;
  std::string detail;
};

// Whether a runner lives; a model of engine `http` needs none.
Check runner_check(const RunnerReport& runners) {
  for (const RunnerState& runner : runners.runners) {
    if (runner.pid > 0 && runner.problem.empty()) return {"runner", true, runner.model + ", " + runner.sandbox};
  }
  return {"runner", runners.default_model_ready, runners.default_model_ready ? "none is needed" : "none runs yet"};
}

// For people: a line for each check.
http::Response in_words(const std::vector<Check>& checks, bool ready) {
  http::Response response;
  response.status = ready ? 200 : 503;
  response.content_type = "text/plain; charset=utf-8";
  for (const Check& check : checks) response.body += (check.ok ? "[+] " : "[-] ") + check.name + ": " + check.detail + "\n";
  response.body += ready ? "ready\n" : "not ready\n";
  return response;
}

std::vector<Check> readiness(const Parts& parts) {
  RunnerReport runners = parts.report();
  std::int64_t free = parts.blobs.free_bytes();
  parts.store.has_receivers();  // a look that costs nothing: throws when the database cannot be read
  std::vector<Check> checks = {{"database", true, "readable"},
                               {"disk", free >= parts.config.free_disk_floor, std::to_string(free / 1'000'000) + " MB free, floor " + std::to_string(parts.config.free_disk_floor / 1'000'000) + " MB"}};
  if (runners.runs_here) {
    checks.push_back({"default_model", runners.default_model_ready, runners.default_model_ready ? parts.config.default_model : runners.default_model_problem});
    checks.push_back(runner_check(runners));
  }
  if (parts.stopping()) checks.push_back({"stopping", false, "the server was told to stop and takes nothing more in"});
  return checks;
}

}  // namespace

http::Reply livez(const Parts&, const http::Request&) {
  http::Response response;
  response.content_type = "text/plain; charset=utf-8";
  response.body = "ok\n";
  return response;
}

bool is_ready(const Parts& parts) { return std::ranges::all_of(readiness(parts), &Check::ok); }

http::Reply readyz(const Parts& parts, const http::Request& request) {
  std::vector<Check> checks = readiness(parts);
  bool ready = std::ranges::all_of(checks, &Check::ok);
  if (request.query.contains("verbose")) return in_words(checks, ready);
  json::array items;
  for (const Check& check : checks) items.push_back(json::object{{"name", check.name}, {"ok", check.ok}, {"detail", check.detail}});
  return json_response(ready ? 200 : 503, json::object{{"ready", ready}, {"checks", std::move(items)}});
}

http::Reply status(const Parts& parts, const http::Request&) {
  RunnerReport runners = parts.report();
  json::array states;
  for (const RunnerState& runner : runners.runners) {
    json::value problem = runner.problem.empty() ? json::value(nullptr) : json::value(runner.problem);
    states.push_back(json::object{{"model", runner.model}, {"version", runner.version}, {"sandbox", runner.sandbox}, {"pid", runner.pid}, {"problem", std::move(problem)}});
  }
  json::array unusable;
  for (const models::Unusable& model : parts.catalogue.unusable()) unusable.push_back(json::object{{"name", model.name}, {"problem", model.error.message}});
  return json_response(200, json::object{{"version", parts.config.version},
                                         {"default_model", parts.config.default_model},
                                         {"slots", runners.slots},
                                         {"run_limits", {{"soft_seconds", parts.config.soft_limit.count()}, {"hard_seconds", parts.config.hard_limit.count()}}},
                                         {"jobs", counts_json(parts.store.count_jobs())},
                                         {"free_bytes", parts.blobs.free_bytes()},
                                         {"runners", std::move(states)},
                                         {"unusable_models", std::move(unusable)}});
}

}  // namespace darkroom::api
