// How the commands of users, tokens and the audit are declared.
#include "cli/access.h"
#include "cli/add_command.h"

#include <memory>

namespace darkroom::cli {
namespace {

using Body = std::shared_ptr<boost::json::object>;

void add_reason(CLI::App& command, Body body) {
  command.add_option_function<std::string>("--reason", [body](const std::string& text) { (*body)["reason"] = text; }, "Kept in the log");
}

void add_quota(CLI::App& command, Body body) {
  command.add_option_function<std::int64_t>("--quota", [body](std::int64_t bytes) { (*body)["byte_quota"] = bytes; }, "Most bytes of its photos together");
}

// A change of one user that is a command of its own.
CLI::App* add_change(CLI::App& users, Chosen& chosen, const std::string& name, const std::string& help, Body change) {
  auto user = std::make_shared<std::string>();
  CLI::App* command = add_client(users, chosen, name, help, [=](const Session& session) { return change_user(session, *user, *change); });
  command->add_option("user", *user, "Name of the user")->required();
  add_reason(*command, change);
  return command;
}

void add_token_commands(CLI::App& app, Chosen& chosen) {
  auto user = std::make_shared<std::string>("*"), name = std::make_shared<std::string>();
  auto token = std::make_shared<boost::json::object>();
  auto scopes = std::make_shared<std::vector<std::string>>();
  CLI::App* tokens = app.add_subcommand("tokens", "Tokens of programs")->require_subcommand(1);
  CLI::App* list = add_client(*tokens, chosen, "list", "Whose, for what, and when each was used last", [user](const Session& session) { return show_tokens(session, *user); });
  list->add_option("--user", *user, "Only of this user");
  CLI::App* create = add_client(*tokens, chosen, "create", "Make one; it is shown once", [=](const Session& session) {
    (*token)["name"] = *name;
    boost::json::array wanted;
    for (const std::string& each : *scopes) wanted.push_back(boost::json::value(each));
    (*token)["scopes"] = std::move(wanted);
    return create_token(session, *token);
  });
  create->add_option("name", *name, "Its name")->required();
  create->add_option("--scope", *scopes, "What it is for, such as images:write; may be given several times; * is whatever the user may")->required();
  create->add_option_function<std::string>("--user", [token](const std::string& text) { (*token)["user"] = text; }, "Whose rights it has (default: yours)");
  create->add_option_function<std::string>("--expires-at", [token](const std::string& text) { (*token)["expires_at"] = text; }, "Such as 2027-01-31T09:30:00Z (default: never, or with the token that makes it)");
  add_reason(*create, token);
  add_client(*tokens, chosen, "revoke", "It is of no use from now on", [name](const Session& session) { return revoke_token(session, *name); })
      ->add_option("name", *name, "Its name")
      ->required();
}

}  // namespace

void add_users(CLI::App& users, Chosen& chosen) {
  auto fresh = std::make_shared<boost::json::object>(), role = std::make_shared<boost::json::object>(), off = std::make_shared<boost::json::object>(),
       on = std::make_shared<boost::json::object>(), room = std::make_shared<boost::json::object>();
  auto name = std::make_shared<std::string>();
  add_client(users, chosen, "list", "All users, their roles and how much room their photos take", show_users);
  CLI::App* add = add_client(users, chosen, "add", "Make a user; its password is shown once", [=](const Session& session) {
    (*fresh)["name"] = *name;
    return add_user(session, *fresh);
  });
  add->add_option("user", *name, "Name of the user")->required();
  auto roles = CLI::IsMember({"uploader", "viewer", "operator", "admin"});
  add->add_option_function<std::string>("--role", [fresh](const std::string& text) { (*fresh)["role"] = text; }, "uploader, viewer, operator or admin")->required()->check(roles);
  add_quota(*add, fresh);
  add_reason(*add, fresh);
  add_change(users, chosen, "set-role", "Give a user another role; its sessions end", role)
      ->add_option_function<std::string>("role", [role](const std::string& text) { (*role)["role"] = text; }, "uploader, viewer, operator or admin")
      ->required()
      ->check(roles);
  (*off)["disabled"] = true, (*on)["disabled"] = false;
  add_change(users, chosen, "disable", "End all its sessions and tokens at once", off);
  add_change(users, chosen, "enable", "Let it log in again", on);
  add_quota(*add_change(users, chosen, "set-quota", "How much room its photos may take; none: no bound", room), room);
  (*room)["byte_quota"] = nullptr;
  add_client(users, chosen, "remove", "Remove a user with its tokens and sessions; its photos stay", [name](const Session& session) { return remove_user(session, *name); })
      ->add_option("user", *name, "Name of the user")
      ->required();
}

void add_access(CLI::App& app, Chosen& chosen) {
  add_token_commands(app, chosen);
  auto conditions = std::make_shared<std::map<std::string, std::string>>();
  CLI::App* audit = add_client(app, chosen, "audit", "Who did what, and why, newest first", [conditions](const Session& session) { return show_audit(session, *conditions); });
  for (auto [flag, help] : {std::pair("actor", "Only of this one"), std::pair("type", "Only this, such as token.created, or token for all of them"),
                            std::pair("before", "Only events with smaller ids"), std::pair("since", "Only at this time or later, such as 2026-01-31T09:30:00Z"),
                            std::pair("until", "Only before this time"), std::pair("limit", "How many")}) {
    std::string key(flag);
    audit->add_option_function<std::string>("--" + key, [conditions, key](const std::string& text) { (*conditions)[key] = text; }, help);
  }
}

}  // namespace darkroom::cli
