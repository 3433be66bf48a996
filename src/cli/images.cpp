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

int show_images(const Session& session, const ListOptions& options) {
  return ask_pages(session, "/api/v1/images", options, [&](const json::object& answer) {
    std::string lines;
    for (const json::value& image : answer.at("items").as_array()) lines += describe_image(image.as_object());
    if (lines.empty()) lines = options.query.empty() ? "no images yet: darkroom submit PHOTO\n" : "no image meets these conditions\n";
    return lines;
  });
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
