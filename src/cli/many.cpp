// Commands that act on jobs: cancel and priority by ids, and these, retry and reprocess for all jobs that a filter matches.
#include "cli/ask.h"
#include "cli/exit_codes.h"
#include "cli/local_server.h"
#include "json/text.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>

namespace darkroom::cli {
namespace {

namespace json = boost::json;

std::string done_word(const std::string& action) {
  if (action == "cancel") return "cancelled";
  return action == "reprioritise" ? "moved to their new priority" : "given a new job";
}

std::string count_of(const json::object& answer, const char* key) { return shown(answer, key); }

std::string describe_many(const std::string& action, const json::object& answer) {
  std::string of = " of " + count_of(answer, "matched") + " matching jobs ";
  return count_of(answer, "changed") + of + (answer.at("dry_run").as_bool() ? "would be " : "were ") + done_word(action) + "\n";
}

json::object order_by_filter(const ManyOptions& options, bool dry_run) {
  json::object body = options.how;
  body["action"] = options.action;
  body["filter"] = options.filter;
  body["dry_run"] = dry_run;
  return body;
}

int act_by_filter(const Session& session, const ManyOptions& options) {
  if (!options.dry_run) {
    if (auto go = confirm_many(session, options); !go) return report(go.error());
  }
  json::object body = order_by_filter(options, options.dry_run);
  return ask(session, {.method = "POST", .path = "/api/v1/jobs/actions", .body = body}, [&](const json::object& answer) { return describe_many(options.action, answer); });
}

// The job that an id means: a UUID is one, a number is an image's newest.
Result<std::string> job_named(const Client& client, const std::string& id) {
  if (!std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; })) return id;
  auto answer = client.get("/api/v1/images/" + id);
  if (!answer) return answer.error();
  if (!answer->ok()) return answer->error();
  return std::string(answer->body.as_object().at("image").as_object().at("job_id").as_string());
}

Result<json::object> act_on_one(const Client& client, const ManyOptions& options, const std::string& id) {
  auto job = job_named(client, id);
  if (!job) return job.error();
  bool cancels = options.action == "cancel";
  auto answer = client.send(cancels ? "POST" : "PATCH", "/api/v1/jobs/" + escaped(*job) + (cancels ? "/cancel" : ""), options.how);
  if (!answer) return answer.error();
  if (!answer->ok()) return answer->error();
  return answer->body.as_object().at("job").as_object();
}

// What the order would do to the jobs that are named.
int count_by_ids(const Session& session, const ManyOptions& options) {
  auto client = connect(session.config, session.url, session.token);
  if (!client) return report(client.error());
  json::array jobs;
  for (const std::string& id : options.ids) {
    auto job = job_named(*client, id);
    if (!job) return report(job.error());
    jobs.emplace_back(*job);
  }
  json::object body = options.how;
  body["action"] = options.action;
  body["ids"] = std::move(jobs);
  body["dry_run"] = true;
  return ask(session, {.method = "POST", .path = "/api/v1/jobs/actions", .body = body}, [&](const json::object& answer) { return describe_many(options.action, answer); });
}

int act_by_ids(const Session& session, const ManyOptions& options) {
  auto client = connect(session.config, session.url, session.token);
  if (!client) return report(client.error());
  int code = kOk;
  json::array jobs;
  for (const std::string& id : options.ids) {
    auto job = act_on_one(*client, options, id);
    if (!job) {
      int failed = report(job.error());
      code = code == kOk ? failed : code;
    } else if (session.json) {
      jobs.push_back(std::move(*job));
    } else {
      std::cout << shown(*job, "job_id") << "  image " << shown(*job, "image_id") << "  " << shown(*job, "state") << "  priority " << shown(*job, "priority") << "\n";
    }
  }
  if (session.json) std::cout << darkroom::json::to_text(json::object{{"jobs", std::move(jobs)}}) << "\n";
  return code;
}

}  // namespace

Result<void> confirm_many(const Session& session, const ManyOptions& options) {
  if (options.yes || !::isatty(STDIN_FILENO) || !::isatty(STDERR_FILENO)) return {};
  auto client = connect(session.config, session.url, session.token);
  if (!client) return client.error();
  auto answer = client->send("POST", "/api/v1/jobs/actions", order_by_filter(options, true));
  if (!answer) return answer.error();
  if (!answer->ok()) return answer->error();
  std::cerr << describe_many(options.action, answer->body.as_object()) << "Do it? [y/N] " << std::flush;
  std::string line;
  std::getline(std::cin, line);
  if (line == "y" || line == "Y" || line == "yes") return {};
  return Error{"declined", "nothing was changed"};
}

int act_on_many(const Session& session, const ManyOptions& options) {
  if (options.ids.empty() == options.filter.empty()) {
    return wrong_use("say which jobs: either their ids, or conditions such as --state and --owner, or --all");
  }
  if (options.filter.empty()) return options.dry_run ? count_by_ids(session, options) : act_by_ids(session, options);
  return act_by_filter(session, options);
}

}  // namespace darkroom::cli
