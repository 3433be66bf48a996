// Commands about queues, workers and waiting: queues, queue pause|resume|set, workers, why.
#include "cli/ask.h"
#include "cli/exit_codes.h"
#include "cli/local_server.h"

#include <algorithm>
#include <cstdio>

namespace darkroom::cli {
namespace {

namespace json = boost::json;

std::string seconds(const json::value& value) {
  if (value.is_null()) return "-";
  char text[32];
  double number = value.to_number<double>();
  std::snprintf(text, sizeof text, number < 10 ? "%.2f s" : "%.0f s", number);
  return text;
}

std::string spread(const json::value& value) {
  const auto* object = value.if_object();
  return object ? seconds(object->at("p50")) + " / " + seconds(object->at("p95")) : "-";
}

std::string limits(const json::object& queue) {
  std::string text;
  auto add = [&](const char* key, const std::string& words) {
    if (!queue.at(key).is_null()) text += (text.empty() ? "" : ", ") + words + shown(queue, key);
  };
  add("rate", "rate ");
  add("concurrency", "concurrency ");
  add("ageing_seconds", "ageing s ");
  add("max_retries", "retries ");
  add("first_retry_seconds", "first retry s ");
  return text.empty() ? "none" : text;
}

std::string paused(const json::object& queue) {
  if (!queue.at("paused").as_bool()) return "runs";
  std::string reason = shown(queue, "pause_reason");
  return "paused by " + shown(queue, "paused_by") + (reason.empty() ? "" : " (" + reason + ")");
}

std::string describe_queue(const json::object& answer) {
  const json::object& queue = answer.at("queue").as_object();
  return table({{"queue", shown(queue, "name")},
                {"state", paused(queue)},
                {"limits", limits(queue)},
                {"queued", counted(queue, "queued")},
                {"scheduled", counted(queue, "scheduled")},
                {"running", shown(queue, "running")},
                {"oldest waits", seconds(queue.at("oldest_age_seconds"))},
                {"finished", shown(queue, "finished_last_minute") + " in the last minute, " + counted(queue, "finished_last_hour") + " in the last hour"},
                {"wait p50 / p95", spread(queue.at("wait_seconds"))},
                {"run p50 / p95", spread(queue.at("run_seconds"))}});
}

std::string describe_queues(const json::object& answer) {
  std::vector<std::vector<std::string>> lines{
      {"QUEUE", "QUEUED", "SCHEDULED", "RUNNING", "OLDEST", "LAST MIN", "LAST HOUR", "WAIT p50/p95", "RUN p50/p95", "STATE", "LIMITS"}};
  for (const json::value& item : answer.at("items").as_array()) {
    const json::object& queue = item.as_object();
    lines.push_back({shown(queue, "name"), counted(queue, "queued"), counted(queue, "scheduled"), shown(queue, "running"),
                     seconds(queue.at("oldest_age_seconds")), shown(queue, "finished_last_minute"), counted(queue, "finished_last_hour"),
                     spread(queue.at("wait_seconds")), spread(queue.at("run_seconds")), paused(queue), limits(queue)});
  }
  return table(lines);
}

std::string names(const json::value& list) {
  std::string text;
  for (const json::value& name : list.as_array()) text += (text.empty() ? "" : ", ") + printable(std::string(name.as_string()));
  return text.empty() ? "-" : text;
}

std::string describe_workers(const json::object& answer) {
  std::vector<std::vector<std::string>> lines{{"WORKER", "ROLE", "STATE", "SLOTS", "RUNNING", "SEEN", "VERSION", "MODELS"}};
  for (const json::value& item : answer.at("items").as_array()) {
    const json::object& node = item.as_object();
    lines.push_back({shown(node, "name"), shown(node, "role"), shown(node, "state"), shown(node, "slots"), shown(node, "running"),
                     shown(node, "seen_at"), shown(node, "version"), names(node.at("models"))});
  }
  return lines.size() == 1 ? "no worker has been seen in the last hour\n" : table(lines);
}

std::string describe_place(const json::object& answer) {
  const json::object& place = answer.at("place").as_object();
  return "job " + shown(answer, "job_id") + "  " + shown(answer, "state") + "  " + shown(place, "code") + "\n  " + shown(place, "message") + "\n";
}

}  // namespace

int show_queues(const Session& session, const std::string& name) {
  if (name.empty()) return ask(session, {.path = "/api/v1/queues"}, describe_queues);
  return ask(session, {.path = "/api/v1/queues/" + escaped(name)}, describe_queue);
}

int change_queue(const Session& session, const std::string& name, const json::object& change) {
  if (change.size() == (change.contains("reason") ? 1u : 0u)) return wrong_use("say what to change: --rate, --concurrency, --ageing, --max-retries or --first-retry");
  return ask(session, {"PATCH", "/api/v1/queues/" + escaped(name), change}, describe_queue);
}

int show_workers(const Session& session) { return ask(session, {.path = "/api/v1/workers"}, describe_workers); }

int why(const Session& session, const std::string& id) {
  std::string job = id;
  if (!id.empty() && std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; })) {
    auto client = connect(session.config, session.url, session.token);
    if (!client) return report(client.error());
    auto image = client->get("/api/v1/images/" + id);
    if (!image) return report(image.error());
    if (!image->ok()) return report(image->error());
    job = image->body.at("image").at("job_id").as_string();
  }
  return ask(session, {.path = "/api/v1/jobs/" + escaped(job) + "/place"}, describe_place);
}

}  // namespace darkroom::cli
