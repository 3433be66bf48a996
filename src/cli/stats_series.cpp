// `darkroom stats --minutes`: what the queues did, step by step.
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/local_server.h"

namespace darkroom::cli {

namespace json = boost::json;

int show_series(const Session& session, const std::map<std::string, std::string>& query) {
  if (auto queue = query.find("queue"); queue != query.end()) {  // that it is not there is told as by `queues`
    auto client = connect(session.config, session.url, session.token);
    if (!client) return report(client.error());
    auto answer = client->get("/api/v1/queues/" + escaped(queue->second));
    if (!answer) return report(answer.error());
    if (!answer->ok()) return report(answer->error());
  }
  std::string path = "/api/v1/stats/series";
  for (const auto& [name, value] : query) path += (path.ends_with("series") ? "?" : "&") + name + "=" + escaped(value);
  return ask(session, {.path = path}, [](const json::object& answer) {
    std::vector<std::vector<std::string>> lines = {{"from", "completed", "failed", "cancelled", "wait p50/p95", "run p50/p95", "in line"}};
    auto both = [](const json::value& value) {
      const json::object* object = value.if_object();
      return object ? shown(*object, "p50").substr(0, 6) + " / " + shown(*object, "p95").substr(0, 6) : std::string("-");
    };
    for (const json::value& item : answer.at("items").as_array()) {
      const json::object& step = item.as_object();
      lines.push_back({shown(step, "at").substr(0, 16), shown(step, "completed"), shown(step, "failed"), shown(step, "cancelled"), both(step.at("wait_seconds")),
                       both(step.at("run_seconds")), shown(step, "depth")});
    }
    return table(lines);
  });
}

}  // namespace darkroom::cli
