// The words of `darkroom images`, `edit`, `watch` and `stats`.
#include "cli/add_command.h"

#include <memory>

namespace darkroom::cli {

void add_finding(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<ImageListOptions>();
  CLI::App* images = add_client(app, chosen, "images", "Find images, newest first", [options](const Session& session) { return show_images(session, *options); });
  images->add_option("--limit", options->limit, "How many")->check(CLI::Range(1, 100000));
  auto condition = [&](const std::string& name, const char* help) {
    return images->add_option_function<std::string>("--" + name, [options, name](const std::string& text) { options->query[name] = text; }, help);
  };
  condition("status", "Only these")->check(CLI::IsMember({"pending", "processing", "completed", "failed", "cancelled"}));
  condition("model", "Only of this model");
  condition("uploader", "Only of this uploader");
  condition("label", "Only those in which this was found");
  condition("error", "Only with this error code");
  condition("search", "Only those with this in their title, in any case");
  condition("since", "Only uploaded at this time or later, such as 2026-01-31T09:30:00Z");
  condition("until", "Only uploaded before this time");
  condition("batch", "Only of this batch");
  condition("sort", "newest, oldest or title")->check(CLI::IsMember({"newest", "oldest", "title"}));
  auto watched = std::make_shared<WatchOptions>();
  CLI::App* watching = add_client(app, chosen, "watch", "Print events as they happen", [watched](const Session& session) { return watch(session, *watched); });
  auto watch_only = [&](const std::string& name, const char* help) {
    watching->add_option_function<std::string>("--" + name, [watched, name](const std::string& text) { watched->query[name] = text; }, help);
  };
  watch_only("after", "Begin after the event of this id (default: now)");
  watch_only("image", "Only of this image");
  watch_only("batch", "Only of this batch");
  watch_only("types", "Only of these types, with commas between them; job. means all that begin so");
  watching->add_option("--count", watched->count, "End after so many events");
  add_client(app, chosen, "stats", "How many photos ended lately, how long they took, why some failed", show_stats);
  auto change = std::make_shared<boost::json::object>();
  auto id = std::make_shared<std::string>();
  CLI::App* edit = add_client(app, chosen, "edit", "Change an image's title or priority", [=](const Session& session) { return edit_image(session, *id, *change); });
  edit->add_option("image", *id, "The image's number")->required();
  edit->add_option_function<std::string>("--title", [change](const std::string& text) { (*change)["title"] = text; }, "Its new title");
  edit->add_option_function<int>("--priority", [change](int number) { (*change)["priority"] = number; }, "-100 to 100, larger first; acts at the next start");
  edit->add_option_function<std::string>("--reason", [change](const std::string& text) { (*change)["reason"] = text; }, "Kept in the log");
}

}  // namespace darkroom::cli
