// Commands about webhooks: receivers, deliveries, secrets.
#include "cli/ask.h"

namespace darkroom::cli {
namespace {

namespace json = boost::json;

const std::vector<std::string> kEndpointHead = {"ENDPOINT", "STATE", "EVENTS", "URL", "DESCRIPTION"};
const std::vector<std::string> kDeliveryHead = {"DELIVERY", "STATE", "TRIES", "TYPE", "IMAGE", "RECEIVER", "LAST", "NEXT TRY"};

std::string events_of(const json::object& endpoint) {
  std::string text;
  for (const json::value& event : endpoint.at("events").as_array()) text += (text.empty() ? "" : ",") + printable(std::string(event.as_string()));
  return text.empty() ? "all" : text;
}

std::vector<std::string> endpoint_line(const json::object& endpoint) {
  std::string state = endpoint.at("enabled").as_bool() ? "on" : "off: " + shown(endpoint, "disabled_reason");
  return {shown(endpoint, "id"), state, events_of(endpoint), shown(endpoint, "url"), shown(endpoint, "description")};
}

std::string describe_endpoint(const json::object& answer) {
  if (!answer.contains("endpoint")) return "done\n";
  std::string text = table({kEndpointHead, endpoint_line(answer.at("endpoint").as_object())});
  if (answer.contains("secret")) text += "secret  " + shown(answer, "secret") + "\nIt is told this once: put it where the receiver checks signatures.\n";
  return text;
}

std::string receiver_of(const json::object& delivery) {
  const json::object& receiver = delivery.at("receiver").as_object();
  std::string kind = shown(receiver, "kind");
  return kind == "endpoint" ? shown(receiver, "id") : kind == "site" ? "site " + shown(receiver, "name") : shown(receiver, "url");
}

std::vector<std::string> delivery_line(const json::object& delivery) {
  std::string last = delivery.at("last_error").is_null() ? shown(delivery, "last_status") : shown(delivery, "last_error");
  return {shown(delivery, "id"), shown(delivery, "state"), shown(delivery, "tries"), shown(delivery, "type"), shown(delivery, "image_id"), receiver_of(delivery), last, shown(delivery, "next_try_at")};
}

std::string describe_one(const json::object& answer) { return table({kDeliveryHead, delivery_line(answer.at("delivery").as_object())}); }

std::string describe_with_tries(const json::object& answer) {
  std::vector<std::vector<std::string>> lines = {{"TRY", "AT", "SECONDS", "STATUS", "ERROR", "ANSWER"}};
  for (const json::value& item : answer.at("tries").as_array()) {
    const json::object& made = item.as_object();
    lines.push_back({shown(made, "number"), shown(made, "started_at"), shown(made, "seconds"), shown(made, "status"), shown(made, "error"), shown(made, "excerpt")});
  }
  return describe_one(answer) + (lines.size() == 1 ? "" : "\n" + table(lines));
}

}  // namespace

int show_endpoints(const Session& session) {
  return ask(session, {.path = "/api/v1/endpoints"}, [](const json::object& answer) {
    std::vector<std::vector<std::string>> lines = {kEndpointHead};
    for (const json::value& item : answer.at("items").as_array()) lines.push_back(endpoint_line(item.as_object()));
    return lines.size() == 1 ? "no endpoints yet: darkroom endpoints add URL\n" : table(lines);
  });
}

int add_endpoint(const Session& session, const json::object& body) { return ask(session, {"POST", "/api/v1/endpoints", body}, describe_endpoint); }

int change_endpoint(const Session& session, const std::string& id, const json::object& body) {
  return ask(session, {"PATCH", "/api/v1/endpoints/" + escaped(id), body}, describe_endpoint);
}

int act_on_endpoint(const Session& session, const std::string& action, const std::string& id, const json::object& body) {
  std::string path = "/api/v1/endpoints/" + escaped(id);
  if (action == "remove") return ask(session, {"DELETE", path}, [](const json::object&) { return std::string("removed\n"); });
  if (action == "test") return ask(session, {"POST", path + "/test"}, describe_one);
  return ask(session, {"POST", path + "/" + action, body}, describe_endpoint);
}

int show_webhook_secret(const Session& session, const std::string& site, const std::string& token) {
  std::string query = !site.empty() ? "?site=" + escaped(site) : !token.empty() ? "?token=" + escaped(token) : "";
  return ask(session, {.path = "/api/v1/webhook-secret" + query}, [](const json::object& answer) { return shown(answer, "secret") + "\n"; });
}

int show_deliveries(const Session& session, const json::object& filter, int limit) {
  std::string path = "/api/v1/deliveries?limit=" + std::to_string(limit);
  for (const auto& condition : filter) path += "&" + std::string(condition.key()) + "=" + escaped(std::string(condition.value().as_string()));
  return ask(session, {.path = path}, [](const json::object& answer) {
    std::vector<std::vector<std::string>> lines = {kDeliveryHead};
    for (const json::value& item : answer.at("items").as_array()) lines.push_back(delivery_line(item.as_object()));
    return lines.size() == 1 ? "no deliveries\n" : table(lines);
  });
}

int show_delivery(const Session& session, const std::string& id) { return ask(session, {.path = "/api/v1/deliveries/" + escaped(id)}, describe_with_tries); }

int replay_deliveries(const Session& session, const std::string& id, const json::object& filter) {
  if (!id.empty()) return ask(session, {"POST", "/api/v1/deliveries/" + escaped(id) + "/replay", filter}, describe_one);
  return ask(session, {"POST", "/api/v1/deliveries/replay", filter}, [](const json::object& answer) {
    std::string done = answer.at("dry_run").as_bool() ? " would be sent again\n" : " are sent again\n";
    return shown(answer, "changed") + " of " + shown(answer, "matched") + " deliveries" + done;
  });
}

}  // namespace darkroom::cli
