#include "cli/command_line.h"

#include "base/fail_point.h"
#include "base/log.h"
#include "cli/add_command.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "domain/job.h"
#include "roles/serve.h"
#include "roles/version.h"

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <iostream>
#include <utility>

extern char** environ;

namespace darkroom::cli {
namespace {

constexpr int kYear = 366 * 24 * 3600;  // seconds

constexpr const char* kExamples = R"(
Examples:
  darkroom serve                          run everything, in the foreground
  darkroom submit --wait photo.jpg        process a photo and print what is in it
  darkroom image 7                        one image with its result and attempts
  darkroom doctor --photo photo.jpg       check this machine, and the photo in the sandbox

Exit codes: 0 ok, 1 failure or a failed job, 2 usage, 3 not found, 4 conflict, 5 no server answers.)";

// The service's folder for root, a folder in the home otherwise.
std::string default_data_dir() {
  if (::geteuid() == 0) return "/var/lib/darkroom";
  if (const char* data = std::getenv("XDG_DATA_HOME"); data && *data) return std::string(data) + "/darkroom";
  const char* home = std::getenv("HOME");
  return std::string(home && *home ? home : ".") + "/.local/share/darkroom";
}

std::map<std::string, std::string> darkroom_environment() {
  std::map<std::string, std::string> found;
  for (char** entry = environ; *entry; ++entry) {
    std::string_view text(*entry);
    auto equals = text.find('=');
    bool is_ours = text.starts_with("DARKROOM_") || text.substr(0, equals) == config::kDjangoCallback;
    if (is_ours && equals != std::string_view::npos) found[std::string(text.substr(0, equals))] = text.substr(equals + 1);
  }
  return found;
}

// By its flag, else by its variable, unless a folder is named by a flag: then that folder's server is meant.
std::string of_server(const Chosen& chosen, const std::string& given, const char* variable) {
  auto found = chosen.sources.environment.find(variable);
  return !given.empty() || chosen.sources.flags.contains("data_dir") || found == chosen.sources.environment.end() ? given : found->second;
}

}  // namespace

void add_flag_of_key(CLI::App& command, Chosen& chosen, const std::string& flag, const std::string& key, const std::string& help) {
  command.add_option_function<std::string>(flag, [&chosen, key](const std::string& text) { chosen.sources.flags[key] = text; }, help);
}

void add_common(CLI::App& command, Chosen& chosen) {
  add_flag_of_key(command, chosen, "--data-dir", "data_dir", "Folder of the database, the photos and the credentials (DARKROOM_DATA_DIR)");
  command.add_option("--config", chosen.sources.file, "Configuration file (DARKROOM_CONFIG; default: darkroom.toml in the data folder)");
}

CLI::Validator is_text() {
  return {[](const std::string& text) { return text.empty() ? std::string("must not be empty") : std::string(); }, ""};
}

CLI::Validator is_priority() { return CLI::Range(domain::kLowestPriority, domain::kHighestPriority); }

CLI::App* add_client(CLI::App& app, Chosen& chosen, const std::string& name, const std::string& help, std::function<int(const Session&)> run) {
  CLI::App* command = app.add_subcommand(name, help);
  add_common(*command, chosen);
  command->add_option("--url", chosen.url, "Server to talk to (DARKROOM_URL; default: the one of the data folder)");
  command->add_option("--token", chosen.token, "Its token (DARKROOM_TOKEN, which other users of the machine do not see; default: the credential of the data folder)");
  command->add_flag("--json", chosen.json, "Answer as one JSON document");
  command->callback([&chosen, run = std::move(run)] {
    if (chosen.command) return;  // a subcommand, whose callback comes first
    chosen.command = [&chosen, run](const config::Loaded& loaded) {
      return run({loaded.config, of_server(chosen, chosen.url, config::kServerUrl), of_server(chosen, chosen.token, config::kServerToken), chosen.json});
    };
  });
  return command;
}

namespace {

void add_role(CLI::App& app, Chosen& chosen, roles::Role role, const std::string& help) {
  CLI::App* command = app.add_subcommand(std::string(roles::to_string(role)), help);
  add_common(*command, chosen);
  add_flag_of_key(*command, chosen, "--database", "database", "postgresql://... that several processes share (DARKROOM_DATABASE; default: SQLite in the data folder)");
  if (role != roles::Role::worker) add_flag_of_key(*command, chosen, "--listen", "listen", "Address and port (DARKROOM_LISTEN; default 127.0.0.1:8470)");
  add_flag_of_key(*command, chosen, "--models-dir", "models_dir", "Folder of models (DARKROOM_MODELS_DIR)");
  add_flag_of_key(*command, chosen, "--default-model", "default_model", "Model of uploads that name none");
  if (role != roles::Role::web) add_flag_of_key(*command, chosen, "--slots", "run.slots", "Jobs that run at the same time; 0: one a core");
  command->add_flag("--test-mode", chosen.test_mode, "For tests and measuring: adds the null engine");
  command->callback([&chosen, role] { chosen.command = [role](const config::Loaded& loaded) { return roles::serve(loaded, role); }; });
}

void add_roles(CLI::App& app, Chosen& chosen) {
  add_role(app, chosen, roles::Role::serve, "Run server, queue and workers in one process, in the foreground, until SIGTERM");
  add_role(app, chosen, roles::Role::web, "Take photos in and answer, beside workers on this or other machines; needs PostgreSQL");
  add_role(app, chosen, roles::Role::worker, "Run jobs for web processes on this or other machines; needs PostgreSQL");
}

void add_submit(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<SubmitOptions>();
  CLI::App* command = add_client(app, chosen, "submit", "Send photos to be processed", [options](const Session& session) { return submit(session, *options); });
  command->add_option("photos", options->photos, "JPEG, PNG, WebP or GIF files; HEIC and AVIF where the server takes them (photo.heif)")->required();
  command->add_flag("--wait", options->wait, "Wait for the results and print each as it finishes");
  command->add_flag("--resumable", options->resumable, "Send in pieces, and go on where it was after the connection or the server was lost");
  command->add_flag("--start-server", options->start_server, "Start a server for this run if none is running");
  for (const char* field : {"model", "priority", "title", "uploader", "external-id", "metadata", "run-at", "site", "callback-url"}) {
    std::string key(field);
    std::replace(key.begin(), key.end(), '-', '_');
    command->add_option_function<std::string>(std::string("--") + field, [options, key](const std::string& text) { options->fields[key] = text; }, "The upload's field " + key);
  }
  command->get_option("--priority")->check(is_priority());
  auto seconds = [&](const std::string& flag, const char* field, int least, const char* help) {
    command->add_option_function<std::string>(flag, [options, field](const std::string& text) { options->fields[field] = text; }, help)->check(CLI::Range(least, kYear));
  };
  seconds("--delay", "delay_seconds", 0, "Start no sooner than in so many seconds");
  seconds("--expires-in", "expires_in_seconds", 1, "Fail if not started within so many seconds");
  CLI::Option* made = command->add_option("--batch", options->batch, "Make a batch of this title of the photos")->check(is_text());
  command->add_option_function<std::string>("--into", [options](const std::string& text) { options->fields["batch"] = text; }, "Send them into the open batch of this id, which stays open")
      ->check(is_text())
      ->excludes(made);
  command->add_option("--idempotency-key", options->idempotency_key, "Sent again with the same key, the same photos make no second job")->check(is_text());
}

void add_picture(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<PictureOptions>();
  CLI::App* command = add_client(app, chosen, "picture", "Save a picture of an image: small, large, with what was found drawn over it, or as it was uploaded",
                                 [options](const Session& session) { return fetch_picture(session, *options); });
  command->add_option("image", options->image, "The image's number")->required();
  command->add_option("kind", options->kind, "thumbnail, preview, overlay or original")->required()->check(CLI::IsMember({"thumbnail", "preview", "overlay", "original"}));
  command->add_option("-o,--output", options->output, "File to write; - for standard output");
  command->add_option("--job", options->job, "Draw the result of this job (default: the newest)");
  command->add_option("--min-confidence", options->min_confidence, "Draw only what has at least this confidence")->check(CLI::Range(0.0, 1.0));
}

void add_looking(CLI::App& app, Chosen& chosen) {
  auto id = std::make_shared<std::string>(), photo = std::make_shared<std::string>();
  add_client(app, chosen, "job", "One job with its attempts", [id](const Session& session) { return show_job(session, *id); })->add_option("id", *id, "job_id, a UUID")->required();
  add_client(app, chosen, "image", "One image with its result", [id](const Session& session) { return show_image(session, *id); })->add_option("id", *id, "The image's number")->required();
  add_picture(app, chosen);
  add_client(app, chosen, "doctor", "Check this machine, the data folder, the runner", [photo](const Session& session) { return doctor(session, *photo); })
      ->add_option("--photo", *photo, "Also process this photo in the sandbox, without a server")
      ->check(CLI::ExistingFile);
}

void add_models(CLI::App& app, Chosen& chosen) {
  auto model = std::make_shared<NewModel>();
  auto which = std::make_shared<ChosenVersion>();
  add_client(app, chosen, "models", "The models of the server, as `model list`", show_models);
  CLI::App* models = app.add_subcommand("model", "List, add, activate or remove models, while the server runs")->require_subcommand(1);
  add_client(*models, chosen, "list", "The models of the server", show_models);
  auto show = [which](const Session& session) { return show_model(session, which->name); };
  add_client(*models, chosen, "show", "One model: its versions, how its file is read, and why", show)->add_option("name", which->name, "Its name")->required();
  CLI::App* add = add_client(*models, chosen, "add", "Add a model, or a new version of it: tried first, then run", [model](const Session& session) {
    return add_model(session, *model);
  });
  add->add_option("file", model->file, "The .onnx file; without it the choice is about a version that is there, or --sidecar names a service");
  add->add_option("--name", model->name, "Its name (default: as the file is called)");
  add->add_option("--labels", model->labels, "File with a class name a line");
  add->add_option("--sidecar", model->sidecar, "File with what is to be known about it, see docs/models.md");
  for (auto [field, help] : {std::pair("family", "How its output is laid out"), std::pair("task", "What it is for"), std::pair("reason", "Kept in the log"),
                             std::pair("version", "Without a file: which version is meant (default: the newest)")}) {
    add->add_option_function<std::string>(std::string("--") + field, [model, field = std::string(field)](const std::string& text) { model->fields[field] = text; }, help);
  }
  add->add_flag_callback("--no-activate", [model] { model->activate = false; }, "Only try it and keep it; `model activate` runs it");
  CLI::App* activate = add_client(*models, chosen, "activate", "Run this version from now on", [which](const Session& session) { return activate_model(session, *which); });
  CLI::App* remove = add_client(*models, chosen, "remove", "Remove a model, or one version of it", [which](const Session& session) { return remove_model(session, *which); });
  for (CLI::App* command : {activate, remove}) {
    command->add_option("name", which->name, "The model")->required();
    command->add_option("version", which->version, command == activate ? "As `model show` lists it" : "Only this version; not the current one")->required(command == activate);
    command->add_option("--reason", which->reason, "Kept in the log");
  }
  remove->add_flag("--force", which->force, "Also while jobs wait for it");
}

// A number, or none to remove what is set.
void add_limit(CLI::App& command, std::shared_ptr<boost::json::object> change, const std::string& flag, const char* field, const std::string& help) {
  auto check = [](const std::string& text) {
    bool whole = !text.empty() && text.size() <= 9 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
    return whole || text == "none" ? std::string() : "must be a whole number, or none";
  };
  auto store = [change, field](const std::string& text) { (*change)[field] = text == "none" ? boost::json::value(nullptr) : boost::json::value(std::stoll(text)); };
  command.add_option_function<std::string>(flag, store, help + "; none removes it")->check(check);
}

void add_queues(CLI::App& app, Chosen& chosen) {
  auto name = std::make_shared<std::string>();
  add_client(app, chosen, "queues", "What each queue holds, how fast it moves, and its limits", [name](const Session& session) { return show_queues(session, *name); })
      ->add_option("name", *name, "Only this one");
  add_client(app, chosen, "workers", "The processes that run jobs", show_workers);
  add_client(app, chosen, "why", "Why a job is not running, its place in the line and when it may start", [name](const Session& session) { return why(session, *name); })
      ->add_option("id", *name, "job_id, or an image's number")
      ->required();
  CLI::App* queue = app.add_subcommand("queue", "Pause, resume or limit a queue; acts at the next claim, everywhere")->require_subcommand(1);
  for (const char* action : {"pause", "resume", "set"}) {
    auto change = std::make_shared<boost::json::object>();
    CLI::App* command = add_client(*queue, chosen, action, "", [=](const Session& session) { return change_queue(session, *name, *change); });
    command->add_option("name", *name, "The queue")->required();
    command->add_option_function<std::string>("--reason", [change](const std::string& text) { (*change)["reason"] = text; }, "Told to who asks why, and kept in the log");
    if (action != std::string("set")) {
      (*change)["paused"] = action == std::string("pause");
      command->description(action == std::string("pause") ? "Start nothing more of it; what runs goes on" : "Start its jobs again");
      continue;
    }
    command->description("Change its limits");
    command->add_option_function<std::string>(
        "--rate", [change](const std::string& text) { (*change)["rate"] = text == "none" ? boost::json::value(nullptr) : boost::json::value(text); }, "Starts in any time: 10/m, 2/s, 5/30s; none removes it");
    add_limit(*command, change, "--concurrency", "concurrency", "Jobs that run at the same time, everywhere");
    add_limit(*command, change, "--ageing", "ageing_seconds", "Every 8th start takes who waited longest over so many seconds");
    add_limit(*command, change, "--max-retries", "max_retries", "Retries of jobs made from now on; fewer hold for those that are there as well");
    add_limit(*command, change, "--first-retry", "first_retry_seconds", "Seconds before the first retry, doubled for each further one");
  }
}

void add_watching(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<MonitorOptions>();
  CLI::App* command = add_client(app, chosen, "monitor", "Health, queues, running jobs, workers and alerts, live", [options](const Session& session) { return monitor(session, *options); });
  command->add_flag("--once", options->once, "Show it once");
  command->add_option("--every", options->every_seconds, "Seconds between two looks (default 2)")->check(CLI::Range(1, 3600));
  auto ended = std::make_shared<bool>(false);
  add_client(app, chosen, "alerts", "What stands badly: alerts that were raised and have not ended", [ended](const Session& session) { return show_alerts(session, *ended); })
      ->add_flag("--ended", *ended, "Those that have ended, the newest first");
}

void add_schedules(CLI::App& app, Chosen& chosen) {
  auto name = std::make_shared<std::string>();
  auto rule = std::make_shared<boost::json::object>();
  CLI::App* schedules = add_client(app, chosen, "schedules", "List schedules; show, add, remove, run, pause or resume one", show_schedules);
  add_client(*schedules, chosen, "kinds", "What a schedule may run", show_schedule_kinds);
  add_client(*schedules, chosen, "show", "One with the newest slots that it fired, and why one made no job", [=](const Session& session) { return show_schedule(session, *name); })
      ->add_option("name", *name, "Its name")
      ->required();
  auto cron = std::make_shared<std::string>(), zone = std::make_shared<std::string>();
  auto count = std::make_shared<int>(5);
  CLI::App* slots = add_client(*schedules, chosen, "slots", "The next times at which an expression fires", [=](const Session& session) { return show_slots(session, *cron, *zone, *count); });
  slots->add_option("--count", *count, "How many (default 5)")->check(CLI::Range(1, 50));
  slots->add_option("cron", *cron, "Five fields, minute to day of week, or a macro: '30 3 * * *', @daily")->required();
  slots->add_option("--zone", *zone, "Time zone of its clock (default: the setting time_zone)");
  CLI::App* add = add_client(*schedules, chosen, "add", "Make a schedule, or replace the one of this name", [=](const Session& session) { return put_schedule(session, *name, *rule); });
  add->add_option("name", *name, "Its name")->required();
  auto text = [&](const char* field, const char* help) {
    return add->add_option_function<std::string>(std::string("--") + field, [rule, field](const std::string& value) { (*rule)[field] = value; }, help);
  };
  text("cron", "Five fields, minute to day of week, or a macro: '30 3 * * *', @daily")->required();
  text("kind", "What it runs, see darkroom schedules kinds")->required();
  text("zone", "Time zone of its clock, for example Asia/Seoul (default: the setting time_zone)");
  text("missed", "What becomes of slots that nobody fired: skip, once (default), all")->check(CLI::IsMember({"skip", "once", "all"}));
  add->add_flag_callback("--paused", [rule] { (*rule)["enabled"] = false; }, "Fire no slots until it is resumed");
  add_client(*schedules, chosen, "remove", "Remove it; jobs that it made stay. One that is built in is paused instead", [name](const Session& session) { return remove_schedule(session, *name); })
      ->add_option("name", *name, "Its name")
      ->required();
  auto why = std::make_shared<boost::json::object>();
  for (const auto& [action, help] : {std::pair("run", "Make its job now, beside its slots"), std::pair("pause", "Fire no slots until it is resumed"), std::pair("resume", "Fire its slots again")}) {
    CLI::App* act = add_client(*schedules, chosen, action, help, [=, act = std::string(action)](const Session& session) { return act_on_schedule(session, act, *name, *why); });
    act->add_option("name", *name, "Its name")->required();
    act->add_option_function<std::string>("--reason", [why](const std::string& words) { (*why)["reason"] = words; }, "Kept in the log");
  }
}

void add_local(CLI::App& app, Chosen& chosen) {
  CLI::App* configuration = app.add_subcommand("config", "The configuration")->require_subcommand(1);
  CLI::App* shown = configuration->add_subcommand("show", "Every key with its value and where it comes from");
  add_common(*shown, chosen);
  shown->add_flag("--json", chosen.json, "Answer as one JSON document");
  shown->callback([&chosen] { chosen.command = [&chosen](const config::Loaded& loaded) { return show_config(loaded, chosen.json); }; });
  configuration->add_subcommand("sample", "A configuration file with every key and its default")->callback([&chosen] {
    chosen.command = [](const config::Loaded&) {
      std::cout << config::sample_file();
      return static_cast<int>(kOk);
    };
  });
  auto user = std::make_shared<std::string>("admin");
  CLI::App* users = app.add_subcommand("users", "People who may log in")->require_subcommand(1);
  add_users(*users, chosen);
  CLI::App* reset = users->add_subcommand("reset-password", "Give a user a new password; works while the server is stopped");
  add_common(*reset, chosen);
  reset->add_option("user", *user, "Name of the user (default admin)");
  reset->callback([&chosen, user] { chosen.command = [user](const config::Loaded& loaded) { return reset_password(loaded.config, *user); }; });
}

// Beside this program, whichever way it was called.
std::string runner_path() { return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "darkroom-runner").string(); }

void configure_log(const config::Config& config) {
  bool text = config.log_format == "text" || (config.log_format == "auto" && ::isatty(STDERR_FILENO));
  log::configure(text ? log::Format::text : log::Format::json, config.log_level);
}

// Where the server is may also be said before the command: it is moved behind it, where the command takes it.
std::vector<std::string> arguments_of(int argc, char** argv) {
  static constexpr std::array<std::string_view, 4> kOfServer = {"--data-dir", "--config", "--url", "--token"};
  std::vector<std::string> words(argv + 1, argv + argc);
  auto command = words.begin();
  while (command != words.end() && std::ranges::find(kOfServer, command->substr(0, command->find('='))) != kOfServer.end()) {
    bool has_value = command->find('=') != std::string::npos;
    command += has_value ? 1 : std::min<std::ptrdiff_t>(2, words.end() - command);
  }
  std::rotate(words.begin(), command, words.end());
  return words;
}

}  // namespace

int run(int argc, char** argv) {
  // Photos, results and password hashes are for the owner alone, also in a data folder that others may enter.
  ::umask(077);
  Chosen chosen;
  CLI::App app("Darkroom: photos go in, a model looks at them, results come out. Durable, on one machine or many.", "darkroom");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("darkroom ") + roles::kVersion);
  app.footer(kExamples);
  add_roles(app, chosen);
  add_submit(app, chosen);
  add_finding(app, chosen);
  add_looking(app, chosen);
  add_acting(app, chosen);
  add_batches(app, chosen);
  add_models(app, chosen);
  add_queues(app, chosen);
  add_watching(app, chosen);
  add_schedules(app, chosen);
  add_webhooks(app, chosen);
  add_access(app, chosen);
  add_local(app, chosen);
  try {
    std::vector<std::string> words = arguments_of(argc, argv);
    std::ranges::reverse(words);  // as the parser takes them
    app.parse(std::move(words));
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kOk : kUsage;
  }
  chosen.sources.environment = darkroom_environment();
  chosen.sources.default_data_dir = default_data_dir();
  if (auto file = chosen.sources.environment.find("DARKROOM_CONFIG"); file != chosen.sources.environment.end() && chosen.sources.file.empty()) {
    chosen.sources.file = file->second;
  }
  chosen.sources.test_mode = chosen.test_mode;
  auto loaded = config::load(chosen.sources);
  if (!loaded) {
    std::cerr << "darkroom: the configuration cannot be used:\n" << loaded.error().message << "\n";
    return kUsage;
  }
  loaded->config.runner.runner_path = runner_path();
  loaded->config.runner.test_mode = chosen.test_mode;
  loaded->config.runner.fail_points = loaded->config.fail_points;
  arm_fail_points(loaded->config.fail_points).value();
  configure_log(loaded->config);
  return chosen.command(*loaded);
}

}  // namespace darkroom::cli
