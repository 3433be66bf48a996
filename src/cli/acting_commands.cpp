// How the commands are declared that act on jobs and images, one or many, and those of batches.
#include "cli/add_command.h"

#include <memory>

namespace darkroom::cli {
namespace {

// The conditions of a filter, and what an action on many jobs has besides. `model_flag` differs where --model is what the jobs shall get.
void add_filter(CLI::App& command, std::shared_ptr<ManyOptions> options, const std::string& model_flag) {
  auto condition = [&](const std::string& flag, const char* key, const std::string& help) {
    return command.add_option_function<std::string>(flag, [options, key](const std::string& text) { options->filter[key] = text; }, help)->group("Conditions");
  };
  condition("--state", "state", "Only in this state")->check(CLI::IsMember({"scheduled", "queued", "running", "completed", "failed", "cancelled"}));
  condition(model_flag, "model", "Only of this model");
  condition("--owner", "owner", "Only of this owner");
  condition("--queue", "queue", "Only of this queue");
  condition("--kind", "kind", "Only of this kind, or of those that begin with this word: maintenance (without it and --queue: only photos)");
  condition("--error", "error", "Only with this error code");
  condition("--batch", "batch", "Only of this batch");
  condition("--cause", "cause", "Only those that failed for this reason, as `failures` shows it");
  condition("--created-from", "created_from", "Only made at this time or later, such as 2026-01-31T09:30:00Z");
  condition("--created-before", "created_before", "Only made before this time");
  command.add_flag_callback("--all", [options] { options->filter["all"] = true; }, "All of them: all photos, or what --kind or --queue names")->group("Conditions");
  command.add_flag("--dry-run", options->dry_run, "Only count");
  command.add_flag("--yes", options->yes, "Do not ask at a terminal");
  command.add_option_function<std::string>("--reason", [options](const std::string& text) { options->how["reason"] = text; }, "Kept in the log");
}

// What new jobs of images that are there shall be.
void add_new_jobs(CLI::App& command, std::shared_ptr<ManyOptions> options) {
  command.add_option_function<std::string>("--model", [options](const std::string& text) { options->how["model"] = text; }, "The model that they shall get");
  command.add_option_function<int>("--priority", [options](int number) { options->how["priority"] = number; }, "-100 to 100, larger first")->check(is_priority());
}

void add_delete(CLI::App& app, Chosen& chosen) {
  auto options = std::make_shared<DeleteOptions>();
  CLI::App* command = add_client(app, chosen, "delete", "Delete images, their photos, jobs and results", [options](const Session& session) { return delete_images(session, *options); });
  command->add_option("images", options->images, "Images' numbers");
  auto take = [options](const std::string& name, const std::string& text) { options->filter[name] = text; };
  add_image_conditions(*command, take);
  command->add_flag_callback("--all", [options] { options->filter["all"] = true; }, "All of them");
  command->add_flag("--dry-run", options->dry_run, "Only count");
  command->add_flag("--yes", options->yes, "Do not ask at a terminal");
  command->add_option("--reason", options->reason, "With conditions: kept in the log");
}

}  // namespace

void add_acting(CLI::App& app, Chosen& chosen) {
  auto cancel = std::make_shared<ManyOptions>(), move = std::make_shared<ManyOptions>(), retried = std::make_shared<ManyOptions>(), again = std::make_shared<ManyOptions>();
  cancel->action = "cancel", move->action = "reprioritise", retried->action = "retry", again->action = "reprocess";
  auto run_many = [](auto options) { return [options](const Session& session) { return act_on_many(session, *options); }; };
  CLI::App* command = add_client(app, chosen, "cancel", "Cancel jobs; a running one's slot is freed", run_many(cancel));
  command->add_option("ids", cancel->ids, "job_ids, or images' numbers");
  add_filter(*command, cancel, "--model");
  command = add_client(app, chosen, "priority", "Give waiting jobs another priority; acts at the next start", run_many(move));
  command->add_option("ids", move->ids, "job_ids, or images' numbers");
  command->add_option_function<int>("--to", [move](int number) { move->how["priority"] = number; }, "-100 to 100, larger first")->required()->check(is_priority());
  add_filter(*command, move, "--model");
  command = add_client(app, chosen, "retry", "Run finished jobs again, each as a new job", run_many(retried));
  command->add_option("ids", retried->ids, "job_ids, or images' numbers");
  add_filter(*command, retried, "--model");
  command = add_client(app, chosen, "reprocess", "Process images again, if wanted with another model", run_many(again));
  command->add_option("ids", again->ids, "Images' numbers, or job_ids");
  add_new_jobs(*command, again);
  add_filter(*command, again, "--from-model");
  add_delete(app, chosen);
}

void add_batches(CLI::App& app, Chosen& chosen) {
  auto id = std::make_shared<std::string>();
  auto wait = std::make_shared<bool>(false);
  auto seconds = std::make_shared<int>(60);
  auto list = std::make_shared<ListOptions>();
  list->limit = 50;
  CLI::App* batches = add_client(app, chosen, "batches", "Batches and their progress, newest first", [=](const Session& session) {
    if (id->empty()) return show_batches(session, *list);
    return *wait ? wait_for_batch(session, *id, *seconds) : show_batch(session, *id);
  });
  CLI::Option* one = batches->add_option("id", *id, "Only this one")->check(is_text());
  batches->add_option("--limit", list->limit, "Without an id: how many (default 50)")->check(CLI::Range(1, 100000))->excludes(one);
  CLI::Option* waits = batches->add_flag("--wait", *wait, "With an id: answer when it has completed; exit code 1 when a job failed, 4 when it has not completed in time")->needs(one);
  batches->add_option("--within", *seconds, "With --wait: at most so many seconds (default 60)")->needs(waits)->check(CLI::Range(0, 7 * 24 * 3600));
  add_client(*batches, chosen, "seal", "Nothing more is sent into it: it completes with its last job", [id](const Session& session) { return seal_batch(session, *id); })
      ->add_option("id", *id, "The batch")
      ->required();
  auto again = std::make_shared<ManyOptions>();
  again->action = "reprocess";
  CLI::App* make = add_client(*batches, chosen, "make", "Process images again as one batch, sealed at once", [again](const Session& session) { return make_batch(session, *again); });
  make->add_option("title", again->title, "What it is, for people")->required()->check(is_text());
  make->add_option("ids", again->ids, "Images' numbers, or job_ids; or conditions");
  make->add_option("--for", again->owner, "Whose batch it is (default: yours)")->check(is_text());
  add_new_jobs(*make, again);
  add_filter(*make, again, "--from-model");
  auto limit = std::make_shared<int>(50);
  CLI::App* quarantine = add_client(app, chosen, "quarantine", "Photos that crashed a runner twice and are not run any more", [limit](const Session& session) { return show_quarantine(session, *limit); });
  quarantine->add_option("--limit", *limit, "How many (default 50)")->check(CLI::Range(1, 200));
  auto reason = std::make_shared<std::string>();
  CLI::App* release = add_client(*quarantine, chosen, "release", "Let photos of this content run again", [=](const Session& session) { return release_quarantine(session, *id, *reason); });
  release->add_option("sha256", *id, "The content, as the list shows it")->required();
  release->add_option("--reason", *reason, "Kept in the log");
}

}  // namespace darkroom::cli
