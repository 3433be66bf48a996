// Commands about batches and the quarantine.
#include "cli/ask.h"
#include "cli/exit_codes.h"
#include "cli/local_server.h"

#include <algorithm>
#include <chrono>

namespace darkroom::cli {
namespace {

namespace json = boost::json;

std::vector<std::string> batch_line(const json::object& batch) {
  return {shown(batch, "id"), shown(batch, "state"), shown(batch, "total"), shown(batch, "waiting"), shown(batch, "running"), shown(batch, "completed"),
          shown(batch, "failed"), shown(batch, "cancelled"), shown(batch, "title")};
}

const std::vector<std::string> kHead = {"batch", "state", "jobs", "waiting", "running", "completed", "failed", "cancelled", "title"};

std::string describe_batch(const json::object& answer) { return table({kHead, batch_line(answer.at("batch").as_object())}); }

std::string describe_filled(const json::object& answer) {
  return describe_batch(answer) + shown(answer, "matched") + " jobs matched, " + shown(answer, "left_out") + " of them left out\n" + without_model(answer) + missing_words(answer);
}

// Of a dry run.
std::string describe_counted(const json::object& answer) {
  std::int64_t matched = answer.at("matched").to_number<std::int64_t>(), made = matched - answer.at("left_out").to_number<std::int64_t>();
  return std::to_string(made) + " of " + std::to_string(matched) + " matching jobs would be given a new job\n" + without_model(answer) + missing_words(answer);
}

// Whoever may make it may count, also an uploader its own.
Result<void> confirm_batch(const Client& client, json::object body) {
  body["dry_run"] = true;
  auto counted = client.send("POST", "/api/v1/batches", body);
  if (!counted) return counted.error();
  if (!counted->ok()) return counted->error();
  return ask_for_yes(describe_counted(counted->body.as_object()));
}

constexpr std::chrono::seconds kLongestWait{60};  // of one request
constexpr int kMostListed = 100'000;               // as the help of --limit says

}  // namespace

int show_batch(const Session& session, const std::string& id) { return ask(session, {.path = "/api/v1/batches/" + escaped(id)}, describe_batch); }

int wait_for_batch(const Session& session, const std::string& id, int seconds) {
  auto client = connect(session.config, session.url, session.token);
  if (!client) return report(client.error());
  auto until = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  while (true) {
    auto left = std::max(std::chrono::ceil<std::chrono::seconds>(until - std::chrono::steady_clock::now()), std::chrono::seconds(0));
    auto answer = client->get("/api/v1/batches/" + escaped(id) + "?wait=" + std::to_string(std::min(left, kLongestWait).count()));
    if (!answer) return report(answer.error());
    if (!answer->ok()) return report(answer->error());
    const json::object& batch = answer->body.as_object().at("batch").as_object();
    bool completed = batch.at("state") == "completed";
    if (!completed && left.count() > 0) continue;
    print_answer(session, answer->body.as_object(), describe_batch);
    if (!completed) return report({"conflict", "batch " + id + " has not completed within " + std::to_string(seconds) + " s. Ask again" + (batch.at("state") == "open" ? ", or seal it: nothing completes while it is open" : "")});
    return batch.at("failed").to_number<std::int64_t>() > 0 ? kFailure : kOk;
  }
}

int show_batches(const Session& session, const ListOptions& options) {
  return ask_pages(session, "/api/v1/batches", options, [&](const json::object& answer) {
    std::vector<std::vector<std::string>> lines = {kHead};
    for (const json::value& batch : answer.at("items").as_array()) lines.push_back(batch_line(batch.as_object()));
    if (lines.size() == 1) return std::string("no batches yet: darkroom submit --batch TITLE PHOTO...\n");
    return table(lines) + (answer.at("next_cursor").is_null() ? "" : "there are more: darkroom batches --limit " + std::to_string(std::min(2 * options.limit, kMostListed)) + "\n");
  });
}

int make_batch(const Session& session, const ManyOptions& given) {
  if (given.ids.empty() == given.filter.empty()) {
    return wrong_use("say which images: either their numbers, or conditions such as --state and --owner, or --all");
  }
  ManyOptions options = given;
  options.ids.clear();
  if (!given.ids.empty()) {
    auto client = connect(session.config, session.url, session.token);
    if (!client) return report(client.error());
    json::array images;
    for (const std::string& id : given.ids) {
      auto image = image_named(*client, id);
      if (!image) return report(image.error());
      auto found = client->get("/api/v1/images/" + std::to_string(*image));
      if (!found) return report(found.error());
      if (!found->ok()) return report(found->error());
      images.emplace_back(*image);
    }
    options.filter["image_ids"] = std::move(images);
  }
  // Spelt out, so that what is counted before is what the batch is made of. Of those that are named, what waits or runs is told as left out.
  json::array states = {"completed", "failed", "cancelled"};
  if (!given.ids.empty()) states.insert(states.begin(), {"scheduled", "queued", "running"});
  if (!options.filter.contains("state")) options.filter["state"] = std::move(states);
  json::object body = options.how;
  body["title"] = options.title;
  body["filter"] = jobs_meant(options);
  if (!options.owner.empty()) body["owner"] = options.owner;
  if (options.dry_run) body["dry_run"] = true;
  if (given.ids.empty() && !options.dry_run && wants_yes(options.yes)) {
    auto client = connect(session.config, session.url, session.token);
    auto go = client ? confirm_batch(*client, body) : Result<void>(client.error());
    if (!go) return report(go.error());
  }
  return ask(session, {.method = "POST", .path = "/api/v1/batches", .body = body}, options.dry_run ? describe_counted : describe_filled);
}

int seal_batch(const Session& session, const std::string& id) {
  return ask(session, {.method = "POST", .path = "/api/v1/batches/" + escaped(id) + "/seal"}, describe_batch);
}

int show_quarantine(const Session& session, int limit) {
  return ask(session, {.path = "/api/v1/quarantine?limit=" + std::to_string(limit)}, [](const json::object& answer) {
    std::vector<std::vector<std::string>> lines = {{"sha256", "crashes", "last crash", "images"}};
    for (const json::value& item : answer.at("items").as_array()) {
      const json::object& content = item.as_object();
      lines.push_back({shown(content, "sha256"), shown(content, "crashes"), shown(content, "last_at"), shown(content, "image_ids")});
    }
    return lines.size() == 1 ? "nothing is quarantined\n" : table(lines);
  });
}

int release_quarantine(const Session& session, const std::string& sha256, const std::string& reason) {
  std::string query = reason.empty() ? "" : "?reason=" + escaped(reason);
  return ask(session, {.method = "DELETE", .path = "/api/v1/quarantine/" + escaped(sha256) + query}, [](const json::object&) { return std::string("released: its photos may run again\n"); });
}

}  // namespace darkroom::cli
