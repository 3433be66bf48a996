// Commands that act on jobs: cancel, priority, retry and reprocess, on those that are named and on all that a filter matches.
#include "cli/ask.h"
#include "cli/exit_codes.h"
#include "cli/local_server.h"
#include "domain/job.h"
#include "json/text.h"

#include <algorithm>
#include <charconv>
#include <iostream>

namespace darkroom::cli {
namespace {

namespace json = boost::json;

std::string done_word(const std::string& action) {
  if (action == "cancel") return "cancelled";
  return action == "reprioritise" ? "moved to their new priority" : "given a new job";
}

std::string describe_many(const std::string& action, const json::object& answer) {
  std::string of = " of " + shown(answer, "matched") + " matching jobs ";
  return shown(answer, "changed") + of + (answer.at("dry_run").as_bool() ? "would be " : "were ") + done_word(action) + "\n" + without_model(answer) + missing_words(answer);
}

json::object order_by_filter(const ManyOptions& options, bool dry_run) {
  json::object body = options.how;
  body["action"] = options.action;
  body["filter"] = jobs_meant(options);
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

Result<json::object> got(Result<Answer> answer) {
  if (!answer) return answer.error();
  if (!answer->ok()) return answer->error();
  return answer->body.is_object() ? answer->body.as_object() : json::object();
}

bool is_number(const std::string& id) {
  return !id.empty() && std::ranges::all_of(id, [](char c) { return c >= '0' && c <= '9'; });
}

// The job that an id means: a UUID is one, a number is an image's newest.
Result<std::string> job_named(const Client& client, const std::string& id) {
  if (!is_number(id)) return id;
  auto answer = got(client.get("/api/v1/images/" + id));
  if (!answer) return answer.error();
  return std::string(answer->at("image").as_object().at("job_id").as_string());
}

Result<Question> order_for(const Client& client, const ManyOptions& options, const std::string& id) {
  if (options.action == "reprocess") {
    auto image = image_named(client, id);
    if (!image) return image.error();
    return Question{"POST", "/api/v1/images/" + std::to_string(*image) + "/reprocess", options.how};
  }
  auto job = job_named(client, id);
  if (!job) return job.error();
  std::string path = "/api/v1/jobs/" + escaped(*job);
  if (options.action == "reprioritise") return Question{"PATCH", path, options.how};
  return Question{"POST", path + "/" + options.action, options.how};
}

// The job that was changed, or the image with its new one.
Result<json::object> act_on_one(const Client& client, const ManyOptions& options, const std::string& id) {
  auto order = order_for(client, options, id);
  if (!order) return order.error();
  return got(client.send(order->method, order->path, order->body));
}

// What the order would do to the jobs that are named.
int count_by_ids(const Session& session, const ManyOptions& options) {
  auto client = connect(session.config, session.url, session.token);
  if (!client) return report(client.error());
  json::array jobs;
  for (const std::string& id : options.ids) {
    std::string named = id;
    if (options.action == "reprocess") {  // it is the image that counts, whichever of its jobs was named
      auto image = image_named(*client, id);
      if (!image) return report(image.error());
      named = std::to_string(*image);
    }
    auto job = job_named(*client, named);
    if (!job) return report(job.error());
    jobs.emplace_back(*job);
  }
  json::object body = options.how;
  body["action"] = options.action;
  body["ids"] = std::move(jobs);
  body["dry_run"] = true;
  return ask(session, {.method = "POST", .path = "/api/v1/jobs/actions", .body = body}, [&](const json::object& answer) { return describe_many(options.action, answer); });
}

std::string describe_one(const json::object& answer) {
  if (const json::value* image = answer.if_contains("image")) return describe_image(image->as_object());
  const json::object& job = answer.at("job").as_object();
  return shown(job, "job_id") + "  image " + shown(job, "image_id") + "  " + shown(job, "state") + "  priority " + shown(job, "priority") + "\n";
}

bool makes_jobs(const ManyOptions& options) { return options.action == "retry" || options.action == "reprocess"; }

int act_by_ids(const Session& session, const ManyOptions& options) {
  auto client = connect(session.config, session.url, session.token);
  if (!client) return report(client.error());
  int code = kOk;
  const char* each = makes_jobs(options) ? "image" : "job";
  json::array done;
  for (const std::string& id : options.ids) {
    auto answer = act_on_one(*client, options, id);
    if (!answer) {
      int failed = report(answer.error());
      code = code == kOk ? failed : code;
    } else if (session.json) {
      done.push_back(std::move(answer->at(each)));
    } else {
      std::cout << describe_one(*answer);
    }
  }
  if (!session.json) return code;
  bool alone = makes_jobs(options) && options.ids.size() == 1;
  if (alone && done.empty()) return code;
  std::cout << darkroom::json::to_text(alone ? json::object{{each, done.front()}} : json::object{{std::string(each) + "s", std::move(done)}}) << "\n";
  return code;
}

}  // namespace

std::string without_model(const json::object& answer) {
  if (!answer.contains("without_model")) return "";
  return "left out for want of their model: " + shown(answer, "without_model") + ". Name another: darkroom reprocess --model NAME\n";
}

std::string missing_words(const json::object& answer) {
  return answer.contains("missing") ? shown(answer, "missing") + " of those that were named are not there\n" : "";
}

Result<std::int64_t> image_named(const Client& client, const std::string& id) {
  std::int64_t number = 0;
  if (is_number(id) && std::from_chars(id.data(), id.data() + id.size(), number).ec == std::errc()) return number;
  auto answer = got(client.get("/api/v1/jobs/" + escaped(id)));
  if (!answer) return answer.error();
  const json::value& image = answer->at("job").as_object().at("image_id");
  if (image.is_null()) return Error{"not_found", "Job " + id + " is of no image."};
  return image.as_int64();
}

json::object jobs_meant(const ManyOptions& options) {
  json::object filter = options.filter;
  if (!filter.contains("kind") && !filter.contains("queue")) filter["kind"] = domain::kProcessKind;
  return filter;
}

Result<void> confirm_many(const Session& session, const ManyOptions& options) {
  if (!wants_yes(options.yes)) return {};
  auto client = connect(session.config, session.url, session.token);
  if (!client) return client.error();
  auto answer = got(client->send("POST", "/api/v1/jobs/actions", order_by_filter(options, true)));
  if (!answer) return answer.error();
  return ask_for_yes(describe_many(options.action, *answer));
}

int act_on_many(const Session& session, const ManyOptions& options) {
  if (options.ids.empty() == options.filter.empty()) {
    return wrong_use("say which jobs: either their ids, or conditions such as --state and --owner, or --all");
  }
  if (options.filter.empty()) return options.dry_run ? count_by_ids(session, options) : act_by_ids(session, options);
  return act_by_filter(session, options);
}

}  // namespace darkroom::cli
