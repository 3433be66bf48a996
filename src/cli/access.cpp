// Users, tokens and the audit, from the command line.
#include "cli/access.h"

#include "cli/ask.h"

namespace darkroom::cli {
namespace {

namespace json = boost::json;

std::string user_line(const json::object& answer) {
  const json::object& user = answer.at("user").as_object();
  std::string text = shown(user, "name") + "  " + shown(user, "role") + (user.at("disabled").as_bool() ? "  disabled" : "") + "\n";
  if (const auto* password = answer.if_contains("password")) text += "Password, shown once: " + printable(std::string(password->as_string())) + "\n";
  return text;
}

std::string joined(const json::value& list) {
  std::string text;
  for (const json::value& each : list.as_array()) text += (text.empty() ? "" : " ") + printable(std::string(each.as_string()));
  return text;
}

}  // namespace

int show_users(const Session& session) {
  return ask(session, {"GET", "/api/v1/users"}, [](const json::object& answer) {
    std::vector<std::vector<std::string>> lines{{"USER", "ROLE", "STATE", "BYTES", "QUOTA"}};
    for (const json::value& each : answer.at("items").as_array()) {
      const json::object& user = each.as_object();
      lines.push_back({shown(user, "name"), shown(user, "role"), user.at("disabled").as_bool() ? "disabled" : "active", shown(user, "bytes_used"), shown(user, "byte_quota")});
    }
    return table(lines);
  });
}

int add_user(const Session& session, const json::object& user) { return ask(session, {"POST", "/api/v1/users", user}, user_line); }

int change_user(const Session& session, const std::string& name, const json::object& change) {
  return ask(session, {"PATCH", "/api/v1/users/" + escaped(name), change}, user_line);
}

int remove_user(const Session& session, const std::string& name) {
  return ask(session, {"DELETE", "/api/v1/users/" + escaped(name)}, [&](const json::object&) { return "removed " + printable(name) + "; its photos stay\n"; });
}

int show_tokens(const Session& session, const std::string& user) {
  return ask(session, {"GET", "/api/v1/tokens?user=" + escaped(user)}, [](const json::object& answer) {
    std::vector<std::vector<std::string>> lines{{"TOKEN", "USER", "ENDS WITH", "SCOPES", "UNTIL", "LAST USED"}};
    for (const json::value& each : answer.at("items").as_array()) {
      const json::object& token = each.as_object();
      lines.push_back({shown(token, "name"), shown(token, "user"), shown(token, "last_four"), joined(token.at("scopes")), shown(token, "expires_at"), shown(token, "used_at")});
    }
    return table(lines);
  });
}

int create_token(const Session& session, const json::object& token) {
  return ask(session, {"POST", "/api/v1/tokens", token}, [](const json::object& answer) { return "Token, shown once: " + printable(std::string(answer.at("secret").as_string())) + "\n"; });
}

int revoke_token(const Session& session, const std::string& name) {
  return ask(session, {"DELETE", "/api/v1/tokens/" + escaped(name)}, [&](const json::object&) { return "revoked " + printable(name) + "\n"; });
}

int show_audit(const Session& session, const std::map<std::string, std::string>& conditions) {
  std::string path = "/api/v1/audit?";
  for (const auto& [name, value] : conditions) path += (path.ends_with('?') ? "" : "&") + name + "=" + escaped(value);
  return ask(session, {"GET", path}, [](const json::object& answer) {
    std::vector<std::vector<std::string>> lines{{"ID", "AT", "ACTOR", "WHAT", "REASON", "ABOUT"}};
    for (const json::value& each : answer.at("items").as_array()) {
      const json::object& event = each.as_object();
      lines.push_back({shown(event, "id"), shown(event, "at"), shown(event, "actor"), shown(event, "type"), shown(event, "reason"), shown(event, "data")});
    }
    return table(lines);
  });
}

}  // namespace darkroom::cli
