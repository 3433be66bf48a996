// The words of `darkroom jobs`, `images`, `results`, `failures`, `edit`, `watch` and `stats`.
#include "cli/add_command.h"

#include <memory>

namespace darkroom::cli {
namespace {

// The conditions and the order of a list of images, as parameters of its address.
void add_conditions(CLI::App& command, const std::shared_ptr<std::map<std::string, std::string>>& query) {
  auto take = [query](const std::string& name, const std::string& text) { (*query)[name] = text; };
  add_image_conditions(command, take);
  command.add_option_function<std::string>("--sort", [take](const std::string& text) { take("sort", text); }, "newest, oldest or title")->check(CLI::IsMember({"newest", "oldest", "title"}));
}

void add_results(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<ResultsOptions>();
  CLI::App* results = add_client(app, chosen, "results", "The newest results of all images that meet conditions; or all of one image", [options](const Session& session) { return fetch_results(session, *options); });
  results->add_option("--format", options->format, "json: a line an image; csv: a row for each thing found")->check(CLI::IsMember({"json", "csv"}));
  results->add_option("-o,--output", options->output, "A file; standard output without it");
  results->add_option("--image", options->image, "All results of this image instead: the newest of each model, then older ones");
  results->add_option("--job", options->job, "With --image: what this job found")->needs("--image");
  add_conditions(*results, {options, &options->query});
  results->add_option_function<std::string>("--limit", [options](const std::string& text) { options->query["limit"] = text; }, "So many images at most")->check(CLI::PositiveNumber);
}

void add_failures(CLI::App& app, Chosen& chosen) {
  auto query = std::make_shared<std::map<std::string, std::string>>();
  CLI::App* failures = add_client(app, chosen, "failures", "What failed and was not dealt with, by its cause", [query](const Session& session) { return show_failures(session, *query); });
  auto condition = [&](const std::string& name, const char* help) {
    return failures->add_option_function<std::string>("--" + name, [query, name](const std::string& text) { (*query)[name] = text; }, help);
  };
  condition("since", "Only what failed at this time or later, such as 2026-01-31T09:30:00Z");
  condition("queue", "Only of this queue");
  condition("model", "Only of this model");
  condition("limit", "So many causes (default 50)")->check(CLI::Range(1, 200));
}

void add_jobs(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<ListOptions>();
  CLI::App* jobs = add_client(app, chosen, "jobs", "List jobs, newest first, or those in line in the order in which they start, and why each waits", [options](const Session& session) {
    if (auto order = options->query.find("order"); order != options->query.end() && order->second == "line") options->query["place"] = "true";
    return show_jobs(session, *options);
  });
  jobs->add_option("--limit", options->limit, "How many")->check(CLI::Range(1, 100000));
  auto condition = [&](const std::string& name, const char* help) {
    return jobs->add_option_function<std::string>("--" + name, [options, name](const std::string& text) { options->query[name] = text; }, help);
  };
  condition("state", "Only these")->check(CLI::IsMember({"scheduled", "queued", "running", "completed", "failed", "cancelled"}));
  condition("queue", "Only of this queue");
  condition("owner", "Only of this owner");
  condition("model", "Only of this model");
  condition("kind", "Only of this kind, or of those that begin with this word: maintenance");
  condition("batch", "Only of this batch");
  condition("image", "Only of this image");
  condition("order", "newest, or line: the queued ones, first the one that starts next")->check(CLI::IsMember({"newest", "line"}));
}

}  // namespace

void add_image_conditions(CLI::App& command, const std::function<void(const std::string& name, const std::string& value)>& take) {
  auto condition = [&](const std::string& name, const char* help) {
    return command.add_option_function<std::string>("--" + name, [take, name](const std::string& text) { take(name, text); }, help);
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
}

void add_finding(CLI::App& app, Chosen& chosen) {
  add_jobs(app, chosen);
  auto options = std::make_shared<ListOptions>();
  CLI::App* images = add_client(app, chosen, "images", "Find images, newest first", [options](const Session& session) { return show_images(session, *options); });
  images->add_option("--limit", options->limit, "How many")->check(CLI::Range(1, 100000));
  add_conditions(*images, {options, &options->query});
  add_results(app, chosen);
  add_failures(app, chosen);
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
  auto series = std::make_shared<std::map<std::string, std::string>>();
  CLI::App* stats = add_client(app, chosen, "stats", "How many photos ended lately, how long they took, why some failed", [series](const Session& session) {
    return series->empty() ? show_stats(session) : show_series(session, *series);
  });
  stats->add_option_function<std::string>("--minutes", [series](const std::string& text) { (*series)["minutes"] = text; }, "Minute by minute, of so many; by the hour over 6 hours")
      ->check(CLI::Range(1, 7 * 24 * 60));
  stats->add_option_function<std::string>("--queue", [series](const std::string& text) { (*series)["queue"] = text; }, "Minute by minute, of this queue");
  auto change = std::make_shared<boost::json::object>();
  auto id = std::make_shared<std::string>();
  CLI::App* edit = add_client(app, chosen, "edit", "Change an image's title or priority", [=](const Session& session) { return edit_image(session, *id, *change); });
  edit->add_option("image", *id, "The image's number")->required();
  edit->add_option_function<std::string>("--title", [change](const std::string& text) { (*change)["title"] = text; }, "Its new title");
  edit->add_option_function<int>("--priority", [change](int number) { (*change)["priority"] = number; }, "-100 to 100, larger first; acts at the next start")->check(is_priority());
  edit->add_option_function<std::string>("--reason", [change](const std::string& text) { (*change)["reason"] = text; }, "Kept in the log");
}

}  // namespace darkroom::cli
