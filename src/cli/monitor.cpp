// `darkroom monitor`: what an operator wants on the wall. On a terminal it draws itself anew; elsewhere it writes plain lines.
#include "cli/ask.h"
#include "cli/exit_codes.h"
#include "cli/local_server.h"
#include "json/text.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <thread>

namespace darkroom::cli {
namespace {

namespace json = boost::json;

constexpr int kMostRunning = 20;

// What one look at the server gave; a part that could not be had is null.
struct Look {
  bool reachable = false;
  json::object all;  // health, queues, workers, running, alerts
};

json::value part(const Client& client, const std::string& path, bool also_unready = false) {
  auto answer = client.get(path);
  if (!answer || !(answer->ok() || (also_unready && answer->status == 503))) return nullptr;
  return answer->body;
}

json::value items(const Client& client, const std::string& path) {
  json::value body = part(client, path);
  const auto* object = body.if_object();
  return object && object->if_contains("items") ? object->at("items") : json::value(nullptr);
}

Look look(const Client& client) {
  Look seen;
  seen.reachable = is_running(client);
  seen.all["reachable"] = seen.reachable;
  if (!seen.reachable) return seen;
  seen.all["health"] = part(client, "/readyz", true);
  seen.all["queues"] = items(client, "/api/v1/queues");
  seen.all["workers"] = items(client, "/api/v1/workers");
  seen.all["running"] = items(client, "/api/v1/jobs?state=running&limit=" + std::to_string(kMostRunning));
  seen.all["alerts"] = items(client, "/api/v1/alerts");
  return seen;
}

class Paint {
 public:
  explicit Paint(bool colours) : colours_(colours) {}
  std::string good(const std::string& text) const { return with("32", text); }
  std::string bad(const std::string& text) const { return with("31", text); }
  std::string strong(const std::string& text) const { return with("1", text); }

 private:
  std::string with(const char* code, const std::string& text) const { return colours_ ? "\033[" + std::string(code) + "m" + text + "\033[0m" : text; }
  bool colours_;
};

std::string seconds(const json::value& value) {
  if (value.is_null()) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.0f s", value.to_number<double>());
  return text;
}

// Since a time like 2026-01-31T09:30:00.123456Z, which is UTC.
std::string elapsed(const json::object& job) {
  const json::value* started = job.if_contains("started_at");
  if (!started || !started->is_string()) return "-";
  std::tm utc{};
  if (!::strptime(started->as_string().c_str(), "%Y-%m-%dT%H:%M:%S", &utc)) return "-";
  auto since = std::time(nullptr) - ::timegm(&utc);
  return std::to_string(since > 0 ? since : 0) + " s";
}

std::string health_line(const json::object& all, const Paint& paint) {
  const auto* health = all.at("health").if_object();
  if (!health || !health->if_contains("ready")) return paint.bad("health unknown") + "\n";
  if (health->at("ready").as_bool()) return paint.good("ready") + "\n";
  std::string text = paint.bad("not ready") + "\n";
  for (const json::value& item : health->at("checks").as_array()) {
    const json::object& check = item.as_object();
    if (!check.at("ok").as_bool()) text += "  " + shown(check, "name") + ": " + shown(check, "detail") + "\n";
  }
  return text;
}

std::string alert_lines(const json::object& all, const Paint& paint) {
  std::string text;
  if (const auto* alerts = all.at("alerts").if_array()) {
    for (const json::value& alert : *alerts) text += paint.bad("ALERT " + shown(alert.as_object(), "name")) + "  " + shown(alert.as_object(), "message") + "\n";
  }
  return text;
}

std::string queue_table(const json::object& all) {
  const auto* queues = all.at("queues").if_array();
  if (!queues) return "";
  std::vector<std::vector<std::string>> lines{{"QUEUE", "QUEUED", "SCHEDULED", "RUNNING", "OLDEST", "LAST MIN", "LAST HOUR", "STATE"}};
  for (const json::value& item : *queues) {
    const json::object& queue = item.as_object();
    lines.push_back({shown(queue, "name"), counted(queue, "queued"), counted(queue, "scheduled"), shown(queue, "running"),
                     seconds(queue.at("oldest_age_seconds")), shown(queue, "finished_last_minute"), shown(queue, "finished_last_hour"), queue.at("paused").as_bool() ? "paused" : "runs"});
  }
  return "\n" + table(lines);
}

std::string running_table(const json::object& all) {
  const auto* running = all.at("running").if_array();
  if (!running || running->empty()) return "\nnothing is running\n";
  std::vector<std::vector<std::string>> lines{{"RUNNING", "IMAGE", "MODEL", "FOR", "ATTEMPT"}};
  for (const json::value& item : *running) {
    const json::object& job = item.as_object();
    lines.push_back({shown(job, "job_id"), shown(job, "image_id"), shown(job, "model"), elapsed(job), shown(job, "attempt")});
  }
  return "\n" + table(lines);
}

std::string worker_table(const json::object& all, const Paint& paint) {
  const auto* workers = all.at("workers").if_array();
  if (!workers) return "";
  std::vector<std::vector<std::string>> lines{{"WORKER", "SLOTS", "RUNNING", "SEEN", "STATE"}};
  for (const json::value& item : *workers) {
    const json::object& node = item.as_object();
    std::string state = shown(node, "state");
    if (state == "stopped") continue;
    lines.push_back({shown(node, "name"), shown(node, "slots"), shown(node, "running"), shown(node, "seen_at"), state == "lost" ? paint.bad(state) : state});
  }
  return "\n" + table(lines);
}

std::string describe(const Look& seen, const std::string& url, const Paint& paint) {
  std::time_t now = std::time(nullptr);
  char time[32];
  std::tm local{};
  std::strftime(time, sizeof time, "%Y-%m-%d %H:%M:%S", ::localtime_r(&now, &local));
  std::string text = paint.strong("Darkroom") + " at " + printable(url) + "  " + time + "  ";
  if (!seen.reachable) return text + paint.bad("no server answers") + "\n";
  return text + health_line(seen.all, paint) + alert_lines(seen.all, paint) + queue_table(seen.all) + running_table(seen.all) + worker_table(seen.all, paint);
}

}  // namespace

int monitor(const Session& session, const MonitorOptions& options) {
  auto client = connect(session.config, session.url, session.token);
  if (!client) return report(client.error());
  bool terminal = ::isatty(STDOUT_FILENO) && !session.json;
  const char* no_colour = std::getenv("NO_COLOR");
  Paint paint(terminal && !(no_colour && *no_colour));
  while (true) {
    Look seen = look(*client);
    if (terminal && !options.once) std::cout << "\033[H\033[2J";
    std::cout << (session.json ? darkroom::json::to_text(seen.all) + "\n" : describe(seen, client->url(), paint)) << std::flush;
    if (options.once) return seen.reachable ? kOk : kUnreachable;
    if (!std::cout) return kOk;  // nobody reads any more
    std::this_thread::sleep_for(std::chrono::seconds(options.every_seconds));
  }
}

int show_alerts(const Session& session, bool ended) {
  return ask(session, {.path = ended ? "/api/v1/alerts?state=ended" : "/api/v1/alerts"}, [ended](const json::object& answer) {
    std::vector<std::vector<std::string>> lines{{"ALERT", "SINCE", "UNTIL", "WHAT"}};
    for (const json::value& item : answer.at("items").as_array()) {
      const json::object& alert = item.as_object();
      lines.push_back({shown(alert, "name"), shown(alert, "raised_at"), shown(alert, "ended_at"), shown(alert, "message")});
    }
    if (lines.size() == 1) return std::string(ended ? "no alert has ended\n" : "no alert stands\n");
    return table(lines);
  });
}

}  // namespace darkroom::cli
