// Commands that look: jobs, one job, one image.
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/local_server.h"
#include "json/text.h"

#include <functional>
#include <iostream>

namespace darkroom::cli {
namespace {

namespace json = boost::json;

// Gets `path` and prints it as JSON, or in words by `describe`.
int show(const Session& session, const std::string& path, const std::function<std::string(const json::object&)>& describe) {
  auto client = connect(session.config, session.url, session.token);
  if (!client) return report(client.error());
  auto answer = client->get(path);
  if (!answer) return report(answer.error());
  if (!answer->ok()) return report(answer->error());
  std::cout << (session.json ? darkroom::json::to_text(answer->body) + "\n" : describe(answer->body.as_object()));
  return kOk;
}

std::string text(const json::object& object, const char* key) {
  const json::value& value = object.at(key);
  if (value.is_null()) return "-";
  return value.is_string() ? std::string(value.as_string()) : darkroom::json::to_text(value);
}

std::string describe_attempts(const json::object& of) {
  std::string words;
  for (const json::value& item : of.at("attempts").as_array()) {
    const json::object& attempt = item.as_object();
    words += "  attempt " + text(attempt, "number") + "  " + text(attempt, "started_at") + "  " + text(attempt, "worker") + "  " + text(attempt, "ending");
    if (!attempt.at("error_message").is_null()) words += "  " + text(attempt, "error_code") + ": " + text(attempt, "error_message");
    if (!attempt.at("timings").is_null()) words += "  us " + text(attempt, "timings");
    words += "\n";
  }
  return words;
}

std::string job_line(const json::object& job) {
  std::string line = text(job, "job_id") + "  image " + text(job, "image_id") + "  " + text(job, "state") + "  priority " + text(job, "priority") + "  " + text(job, "model") + "  attempt " +
                     text(job, "attempt") + "/" + text(job, "max_attempts");
  if (!job.at("next_attempt_at").is_null()) line += "  next " + text(job, "next_attempt_at");
  if (!job.at("error_message").is_null()) line += "  " + text(job, "error_code") + ": " + text(job, "error_message");
  const json::value* place = job.if_contains("place");
  if (place && place->is_object()) line += "  " + text(place->as_object(), "code") + ": " + text(place->as_object(), "message");
  return line + "\n";
}

}  // namespace

int show_jobs(const Session& session, const ListOptions& options) {
  return ask_pages(session, "/api/v1/jobs", options, [](const json::object& answer) {
    const json::object& counts = answer.at("counts").as_object();
    std::string lines = "scheduled " + counted(counts, "scheduled") + ", queued " + counted(counts, "queued") + ", running " + counted(counts, "running") + "\n";
    for (const json::value& job : answer.at("items").as_array()) lines += job_line(job.as_object());
    return lines;
  });
}

int show_job(const Session& session, const std::string& id) {
  return show(session, "/api/v1/jobs/" + id, [](const json::object& answer) {
    const json::object& job = answer.at("job").as_object();
    const json::value* did = job.if_contains("result");
    return job_line(job) + (did && did->is_object() ? "  did " + darkroom::json::to_text(*did) + "\n" : "") + describe_attempts(job);
  });
}

int show_image(const Session& session, const std::string& id) {
  return show(session, "/api/v1/images/" + id, [](const json::object& answer) {
    const json::object& image = answer.at("image").as_object();
    return describe_image(image) + "  job " + text(image, "job_id") + "  uploaded by " + text(image, "uploaded_by") + " at " + text(image, "created_at") + "\n" + describe_attempts(image);
  });
}

}  // namespace darkroom::cli
