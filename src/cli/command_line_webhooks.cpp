// The words of the commands about webhooks.
#include "cli/add_command.h"

#include <memory>

namespace darkroom::cli {
namespace {

namespace json = boost::json;

using Body = std::shared_ptr<json::object>;
using Text = std::shared_ptr<std::string>;

// What an endpoint is made of, each by its flag.
void add_fields(CLI::App& command, const Body& body) {
  command.add_option_function<std::string>("--description", [body](const std::string& text) { (*body)["description"] = text; }, "What it is, for people");
  command.add_option_function<std::vector<std::string>>("--event", [body](const std::vector<std::string>& events) {
    json::array list;
    for (const std::string& event : events) {
      if (event != "all") list.emplace_back(event);
    }
    (*body)["events"] = std::move(list);
  }, "Only these: job.completed, job.failed, job.cancelled, batch.completed, alert.raised, alert.cleared; all: every one");
}

void add_endpoint_actions(CLI::App& endpoints, Chosen& chosen, const Text& id, const Body& body) {
  struct Action {
    const char* name;
    const char* help;
  };
  for (const Action& action : {Action{"remove", "Remove it with its deliveries"}, Action{"enable", "Send to it again, what waited first"}, Action{"disable", "Send nothing to it until it is enabled"},
                               Action{"test", "Send it an event of type endpoint.test"}}) {
    CLI::App* command = add_client(endpoints, chosen, action.name, action.help, [=, name = std::string(action.name)](const Session& session) { return act_on_endpoint(session, name, *id, *body); });
    command->add_option("id", *id, "Its id")->required();
    std::string name = action.name;
    if (name == "enable" || name == "disable") command->add_option_function<std::string>("--reason", [body](const std::string& text) { (*body)["reason"] = text; }, "Kept in the log");
  }
  CLI::App* rotate = add_client(endpoints, chosen, "rotate", "Give it a new secret, told once; the old one signs beside it for a while", [=](const Session& session) { return act_on_endpoint(session, "rotate-secret", *id, *body); });
  rotate->add_option("id", *id, "Its id")->required();
  rotate->add_option_function<std::int64_t>("--overlap", [body](std::int64_t seconds) { (*body)["overlap_seconds"] = seconds; }, "Seconds that the old secret still signs (default a day)");
}

void add_endpoints(CLI::App& app, Chosen& chosen) {
  auto body = std::make_shared<json::object>();
  auto id = std::make_shared<std::string>(), url = std::make_shared<std::string>(), site = std::make_shared<std::string>();
  CLI::App* endpoints = add_client(app, chosen, "endpoints", "Receivers of webhooks; add, change, remove, test, enable, disable or rotate one", show_endpoints);
  CLI::App* add = add_client(*endpoints, chosen, "add", "Send events to a URL; its secret is told once", [=](const Session& session) {
    (*body)["url"] = *url;
    return add_endpoint(session, *body);
  });
  add->add_option("address", *url, "https://example.com/hook")->required();
  add_fields(*add, body);
  CLI::App* change = add_client(*endpoints, chosen, "change", "Change what is given, the rest stays", [=](const Session& session) { return change_endpoint(session, *id, *body); });
  change->add_option("id", *id, "Its id")->required();
  change->add_option_function<std::string>("--address", [body](const std::string& text) { (*body)["url"] = text; }, "Where it is");
  add_fields(*change, body);
  add_endpoint_actions(*endpoints, chosen, id, body);
  auto token = std::make_shared<std::string>();
  CLI::App* secret = add_client(*endpoints, chosen, "secret", "The secret that signs your callback_url, or what a site gets", [=](const Session& session) {
    return show_webhook_secret(session, *site, *token);
  });
  CLI::Option* of_site = secret->add_option("--site", *site, "A site of the configuration");
  secret->add_option("--of-token", *token, "What this token sent")->excludes(of_site);
}

void add_conditions(CLI::App& command, const Body& filter) {
  for (const auto& [name, help] : {std::pair("endpoint", "To this endpoint"), std::pair("site", "To this site of the configuration"), std::pair("image", "Of this image"),
                                   std::pair("state", "waiting, sending, delivered, superseded or dead"), std::pair("type", "Of this type, such as job.completed")}) {
    command.add_option_function<std::string>(std::string("--") + name, [filter, key = std::string(name)](const std::string& text) { (*filter)[key] = text; }, help);
  }
  command.add_option_function<std::string>("--created-from", [filter](const std::string& text) { (*filter)["created_from"] = text; }, "Made at this time or later, such as 2026-01-31T09:30:00Z");
  command.add_option_function<std::string>("--created-before", [filter](const std::string& text) { (*filter)["created_before"] = text; }, "Made before this time");
}

}  // namespace

void add_webhooks(CLI::App& app, Chosen& chosen) {
  add_endpoints(app, chosen);
  auto filter = std::make_shared<json::object>();
  auto id = std::make_shared<std::string>();
  auto limit = std::make_shared<int>(20);
  CLI::App* deliveries = add_client(app, chosen, "deliveries", "What was told to whom, newest first; show one with its tries, or replay", [=](const Session& session) { return show_deliveries(session, *filter, *limit); });
  add_conditions(*deliveries, filter);
  deliveries->add_option("--limit", *limit, "How many")->check(CLI::Range(1, 200));
  add_client(*deliveries, chosen, "show", "One with its tries", [=](const Session& session) { return show_delivery(session, *id); })->add_option("id", *id, "Its id, the webhook-id")->required();
  CLI::App* replay = add_client(*deliveries, chosen, "replay", "Send one again, or all that meet the conditions; without --state the dead ones", [=](const Session& session) { return replay_deliveries(session, *id, *filter); });
  replay->add_option("id", *id, "Its id; or conditions");
  add_conditions(*replay, filter);
  replay->add_flag_callback("--all", [filter] { (*filter)["all"] = true; }, "All of them");
  replay->add_flag_callback("--dry-run", [filter] { (*filter)["dry_run"] = true; }, "Only count");
  replay->add_option_function<std::string>("--reason", [filter](const std::string& text) { (*filter)["reason"] = text; }, "Kept in the log");
}

}  // namespace darkroom::cli
