// How commands are declared: what all of them share. Those of a subject may stand in a file of their own, which command_line.cpp calls.
#pragma once

#include "cli/commands.h"
#include "config/config.h"

#include <CLI/CLI.hpp>

#include <functional>
#include <string>

namespace darkroom::cli {

// What the words on the command line have chosen.
struct Chosen {
  config::Sources sources;
  std::string url;
  std::string token;
  bool json = false;
  bool test_mode = false;
  std::function<int(const config::Loaded&)> command;
};

void add_flag_of_key(CLI::App& command, Chosen& chosen, const std::string& flag, const std::string& key, const std::string& help);
void add_common(CLI::App& command, Chosen& chosen);
// A command that talks to a server.
CLI::App* add_client(CLI::App& app, Chosen& chosen, const std::string& name, const std::string& help, std::function<int(const Session&)> run);

// The conditions that lists of images and orders about them share; finding_commands.cpp.
void add_image_conditions(CLI::App& command, const std::function<void(const std::string& name, const std::string& value)>& take);
CLI::Validator is_text();      // not empty, as a variable without a value is
CLI::Validator is_priority();  // -100 to 100

void add_webhooks(CLI::App& app, Chosen& chosen);  // command_line_webhooks.cpp
void add_acting(CLI::App& app, Chosen& chosen);   // acting_commands.cpp
void add_batches(CLI::App& app, Chosen& chosen);
void add_finding(CLI::App& app, Chosen& chosen);  // finding_commands.cpp
void add_access(CLI::App& app, Chosen& chosen);   // access_commands.cpp
void add_users(CLI::App& users, Chosen& chosen);  // below `users`

}  // namespace darkroom::cli
