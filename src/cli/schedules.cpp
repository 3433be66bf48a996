// Commands about schedules: list, kinds, slots, show, add, remove, run, pause, resume.
#include "cli/ask.h"
#include "cli/local_server.h"
#include "domain/schedule.h"
#include "json/text.h"

#include <algorithm>

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

// Why slots made no job, by the slot: of those whose log may be read.
std::map<std::string, std::string> skips_of(const Session& session, const std::string& name, const json::object& answer) {
  std::map<std::string, std::string> reasons;
  const json::array& fires = answer.at("fires").as_array();
  auto skipped = [](const json::value& fire) { return fire.at("job_id").is_null(); };
  auto oldest = std::find_if(fires.rbegin(), fires.rend(), skipped);
  if (oldest == fires.rend()) return reasons;
  auto client = connect(session.config, session.url, session.token);
  auto log = client ? client->get("/api/v1/audit?type=schedule.skipped&limit=500&since=" + escaped(std::string(oldest->at("fired_at").as_string()))) : Result<Answer>(client.error());
  if (!log || !log->ok()) return reasons;
  for (const json::value& event : log->body.at("items").as_array()) {
    std::string reason(event.at("reason").as_string());
    for (const json::value& fire : fires) {
      std::string slot(fire.at("slot").as_string());
      std::string begin = "slot " + slot + " of schedule " + name;
      if (reason.starts_with(begin + ":") || reason.starts_with(begin + ",")) reasons[slot] = reason.substr(begin.size());
    }
  }
  return reasons;
}

std::string describe_fires(const json::object& answer, const std::map<std::string, std::string>& skips) {
  std::vector<std::vector<std::string>> lines{{"SLOT", "FIRED", "JOB"}};
  for (const json::value& item : answer.at("fires").as_array()) {
    const json::object& fire = item.as_object();
    std::string job = fire.at("job_id").is_null() ? "none: skipped" : shown(fire, "job_id");
    auto reason = skips.find(shown(fire, "slot"));
    if (reason != skips.end()) job += printable(reason->second);
    else if (fire.at("missed").to_number<int>() > 0) job += ", also for " + shown(fire, "missed") + " missed before it";
    lines.push_back({shown(fire, "slot"), shown(fire, "fired_at"), job});
  }
  return lines.size() == 1 ? "it has not fired yet\n" : table(lines);
}

// How the newest job that it made has ended, with what it did.
std::string describe_last_run(const Session& session, const json::object& answer) {
  for (const json::value& fire : answer.at("fires").as_array()) {
    if (fire.at("job_id").is_null()) continue;
    auto client = connect(session.config, session.url, session.token);
    auto found = client ? client->get("/api/v1/jobs/" + std::string(fire.at("job_id").as_string())) : Result<Answer>(client.error());
    if (!found || !found->ok()) return "";
    const json::object& job = found->body.at("job").as_object();
    const json::value* did = job.if_contains("result");
    return "last run: " + shown(job, "state") + (did && did->is_object() ? " " + darkroom::json::to_text(*did) : "") + "\n";
  }
  return "";
}

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

int show_schedule(const Session& session, const std::string& name) {
  if (!domain::can_name_schedule(name)) return report({"not_found", "There is no schedule '" + name + "'. `darkroom schedules` lists them."});
  return ask(session, {.path = "/api/v1/schedules/" + escaped(name)}, [&](const json::object& answer) {
    return describe_schedule(answer) + describe_last_run(session, answer) + describe_fires(answer, skips_of(session, name, answer));
  });
}

int show_slots(const Session& session, const std::string& cron, const std::string& zone, int count) {
  std::string path = "/api/v1/schedules/slots?cron=" + escaped(cron) + "&count=" + std::to_string(count) + (zone.empty() ? "" : "&zone=" + escaped(zone));
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
