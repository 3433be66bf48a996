// Commands about schedules: list, kinds, slots, add, remove, run, pause, resume.
#include "cli/ask.h"

namespace darkroom::cli {
namespace {

namespace json = boost::json;

std::vector<std::string> line_of(const json::object& schedule) {
  std::string state = schedule.at("enabled").as_bool() ? "on" : "paused";
  return {shown(schedule, "name"), shown(schedule, "cron"), shown(schedule, "zone"), shown(schedule, "kind"),
          state, shown(schedule, "missed"), shown(schedule, "next_slot"), shown(schedule, "last_slot")};
}

const std::vector<std::string> kHead = {"SCHEDULE", "CRON", "ZONE", "KIND", "STATE", "MISSED", "NEXT", "LAST"};

std::string describe_schedules(const json::object& answer) {
  std::vector<std::vector<std::string>> lines{kHead};
  for (const json::value& item : answer.at("items").as_array()) lines.push_back(line_of(item.as_object()));
  return lines.size() == 1 ? "no schedules yet: darkroom schedules add NAME --cron '30 3 * * *' --kind KIND\n" : table(lines);
}

std::string describe_schedule(const json::object& answer) { return table({kHead, line_of(answer.at("schedule").as_object())}); }

std::string describe_kinds(const json::object& answer) {
  std::vector<std::vector<std::string>> lines{{"KIND", "WHAT IT DOES"}};
  for (const json::value& item : answer.at("items").as_array()) {
    lines.push_back({shown(item.as_object(), "kind"), shown(item.as_object(), "description")});
  }
  return table(lines);
}

}  // namespace

int show_schedules(const Session& session) { return ask(session, {.path = "/api/v1/schedules"}, describe_schedules); }

int show_schedule_kinds(const Session& session) { return ask(session, {.path = "/api/v1/schedules/kinds"}, describe_kinds); }

int show_slots(const Session& session, const std::string& cron, const std::string& zone) {
  std::string path = "/api/v1/schedules/slots?cron=" + escaped(cron) + (zone.empty() ? "" : "&zone=" + escaped(zone));
  return ask(session, {.path = path}, [](const json::object& answer) {
    std::string lines;
    for (const json::value& slot : answer.at("items").as_array()) lines += std::string(slot.as_string()) + "\n";
    return lines;
  });
}

int put_schedule(const Session& session, const std::string& name, const json::object& rule) {
  return ask(session, {"PUT", "/api/v1/schedules/" + escaped(name), rule}, describe_schedule);
}

int remove_schedule(const Session& session, const std::string& name) {
  return ask(session, {"DELETE", "/api/v1/schedules/" + escaped(name)}, [](const json::object&) { return std::string("removed\n"); });
}

int act_on_schedule(const Session& session, const std::string& action, const std::string& name, const json::object& body) {
  std::string path = "/api/v1/schedules/" + escaped(name) + "/" + action;
  if (action == "run") return ask(session, {"POST", path, body}, [](const json::object& answer) { return "job " + shown(answer, "job_id") + "\n"; });
  return ask(session, {"POST", path, body}, describe_schedule);
}

}  // namespace darkroom::cli
