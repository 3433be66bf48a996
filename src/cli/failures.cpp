// `darkroom failures`: what failed, by its cause.
#include "cli/ask.h"
#include "cli/commands.h"

namespace darkroom::cli {

namespace json = boost::json;

int show_failures(const Session& session, const std::map<std::string, std::string>& query) {
  std::string path = "/api/v1/failures";
  for (const auto& [name, value] : query) path += (path.ends_with("failures") ? "?" : "&") + name + "=" + escaped(value);
  return ask(session, {.path = path}, [](const json::object& answer) {
    if (answer.at("items").as_array().empty()) return std::string("nothing has failed that was not dealt with\n");
    std::vector<std::vector<std::string>> lines = {{"failed", "code", "queue", "model", "last", "images", "cause", "message"}};
    for (const json::value& item : answer.at("items").as_array()) {
      const json::object& group = item.as_object();
      std::string images;
      for (const json::value& sample : group.at("samples").as_array()) {
        if (!sample.at("image_id").is_null()) images += (images.empty() ? "" : " ") + shown(sample.as_object(), "image_id");
      }
      lines.push_back({shown(group, "count"), shown(group, "error_code"), shown(group, "queue"), shown(group, "model"), shown(group, "last_at").substr(0, 19), images,
                       shown(group, "cause"), shown(group, "message")});
    }
    return table(lines) + "Run those of a cause again: darkroom retry --cause CAUSE\n";
  });
}

}  // namespace darkroom::cli
