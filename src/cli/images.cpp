// `darkroom images`, which finds them, `edit` and `stats`.
#include "cli/ask.h"
#include "cli/commands.h"
#include "cli/exit_codes.h"
#include "cli/local_server.h"
#include "json/text.h"

#include <algorithm>
#include <iostream>

namespace darkroom::cli {

namespace json = boost::json;

namespace {

constexpr int kLargestPage = 200;

std::string page_path(const ImageListOptions& options, int limit, const std::string& cursor) {
  std::string path = "/api/v1/images?limit=" + std::to_string(limit);
  for (const auto& [name, value] : options.query) path += "&" + name + "=" + escaped(value);
  return cursor.empty() ? path : path + "&cursor=" + cursor;
}

}  // namespace

// Follows the pages until it has as many as wanted: a search that finds little answers with short ones.
int show_images(const Session& session, const ImageListOptions& options) {
  auto client = connect(session.config, session.url, session.token);
  if (!client) return report(client.error());
  json::array items;
  std::string cursor;
  do {
    auto answer = client->get(page_path(options, std::min(options.limit - static_cast<int>(items.size()), kLargestPage), cursor));
    if (!answer) return report(answer.error());
    if (!answer->ok()) return report(answer->error());
    json::object& page = answer->body.as_object();
    for (json::value& item : page.at("items").as_array()) items.push_back(std::move(item));
    cursor = page.at("next_cursor").is_null() ? "" : std::string(page.at("next_cursor").as_string());
  } while (!cursor.empty() && static_cast<int>(items.size()) < options.limit);
  if (session.json) {
    json::value next = cursor.empty() ? json::value(nullptr) : json::value(cursor);
    std::cout << darkroom::json::to_text(json::object{{"items", std::move(items)}, {"next_cursor", std::move(next)}}) << "\n";
    return kOk;
  }
  for (const json::value& image : items) std::cout << describe_image(image.as_object());
  if (items.empty()) std::cout << (options.query.empty() ? "no images yet: darkroom submit PHOTO\n" : "no image meets these conditions\n");
  return kOk;
}

int show_stats(const Session& session) {
  return ask(session, {.path = "/api/v1/stats"}, [](const json::object& answer) {
    std::vector<std::vector<std::string>> lines = {{"last", "completed", "failed", "cancelled", "per second", "wait p50/p95/p99", "run p50/p95/p99"}};
    auto spread = [](const json::value& value) {
      const json::object* object = value.if_object();
      return object ? shown(*object, "p50").substr(0, 6) + " / " + shown(*object, "p95").substr(0, 6) + " / " + shown(*object, "p99").substr(0, 6) : std::string("-");
    };
    for (const json::value& item : answer.at("windows").as_array()) {
      const json::object& window = item.as_object();
      lines.push_back({shown(window, "window"), shown(window, "completed"), shown(window, "failed"), shown(window, "cancelled"), shown(window, "completed_per_second").substr(0, 6),
                       spread(window.at("wait_seconds")), spread(window.at("run_seconds"))});
    }
    return table(lines);
  });
}

int edit_image(const Session& session, const std::string& image, const json::object& change) {
  return ask(session, {"PATCH", "/api/v1/images/" + escaped(image), change}, [](const json::object& answer) { return describe_image(answer.at("image").as_object()); });
}

}  // namespace darkroom::cli
