// What happened lately, in numbers: how many photos ended, how long they took, and why some failed.
#include "api/handlers.h"
#include "api/json.h"
#include "api/problem.h"
#include "api/query.h"

#include <algorithm>
#include <map>

namespace darkroom::api {
namespace {

namespace json = boost::json;

constexpr int kMost = 10'000;  // newest jobs that are looked at

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

// p50, p95 and p99, nearest rank; null without any.
json::value spread(std::vector<double> values) {
  if (values.empty()) return nullptr;
  std::ranges::sort(values);
  auto at = [&](double share) { return values[std::min(values.size() - 1, static_cast<std::size_t>(share * static_cast<double>(values.size())))]; };
  return json::object{{"p50", at(0.50)}, {"p95", at(0.95)}, {"p99", at(0.99)}};
}

json::object window_json(const char* name, std::chrono::seconds length, const std::vector<store::EndedJob>& all, Time now) {
  std::map<domain::JobState, std::int64_t> counts;
  std::map<std::string, std::int64_t> causes;
  std::vector<double> wait, run, total;
  for (const store::EndedJob& job : all) {
    if (job.finished_at <= now - length) continue;
    ++counts[job.state];
    if (job.state == domain::JobState::failed) ++causes[job.error_code.value_or("internal")];
    if (job.state != domain::JobState::completed || !job.started_at) continue;
    wait.push_back(seconds(*job.started_at - job.created_at));
    run.push_back(seconds(job.finished_at - *job.started_at));
    total.push_back(seconds(job.finished_at - job.created_at));
  }
  // Where more ended than are looked at, the oldest of them begins the span.
  bool cut = all.size() == kMost && all.back().finished_at > now - length;
  double span = cut ? std::max(seconds(now - all.back().finished_at), 0.001) : static_cast<double>(length.count());
  json::object failures;
  for (const auto& [code, count] : causes) failures[code] = count;
  return {{"window", name}, {"seconds", span}, {"completed", counts[domain::JobState::completed]}, {"failed", counts[domain::JobState::failed]},
          {"cancelled", counts[domain::JobState::cancelled]}, {"completed_per_second", static_cast<double>(counts[domain::JobState::completed]) / span},
          {"wait_seconds", spread(std::move(wait))}, {"run_seconds", spread(std::move(run))}, {"total_seconds", spread(std::move(total))}, {"failures", std::move(failures)}};
}

}  // namespace

http::Reply stats(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {}); !known) return problem(known.error());
  Time now = parts.store.clock(parts.clock.now());
  auto ended = parts.store.ended_since(now - std::chrono::hours(24), kMost);
  json::array windows;
  windows.push_back(window_json("minute", std::chrono::minutes(1), ended, now));
  windows.push_back(window_json("hour", std::chrono::hours(1), ended, now));
  windows.push_back(window_json("day", std::chrono::hours(24), ended, now));
  return json_response(200, json::object{{"windows", std::move(windows)}, {"now", counts_json(parts.store.count_jobs())}});
}

}  // namespace darkroom::api
