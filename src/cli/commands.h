// One function a command: takes what the command line said, returns the exit code.
#pragma once

#include "cli/client.h"
#include "config/config.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace darkroom::cli {

struct Session {
  const config::Config& config;
  std::string url;    // empty: the server of the data folder
  std::string token;  // empty: the data folder's credential
  bool json = false;
};

struct SubmitOptions {
  std::vector<std::string> photos;
  std::map<std::string, std::string> fields;  // of the upload's form
  std::string batch;                          // title of a batch to be made of these photos; empty: none, or fields names one that is open
  std::string idempotency_key;                // of several photos each gets its own, with its number behind it
  bool resumable = false;  // in pieces
  bool wait = false;
  bool start_server = false;
};

struct PictureOptions {
  std::string image;
  std::string kind;  // thumbnail, preview, overlay, original
  std::string output;  // a file, or - for standard output; empty: standard output unless it is a terminal
  std::string job;     // of an overlay; empty: the newest result
  std::optional<double> min_confidence;  // of an overlay
};

struct NewModel {
  std::string file;  // empty: a service, or a choice about a version that is there
  std::string name;  // empty: as the file is called
  std::string labels;   // files; empty: none
  std::string sidecar;
  std::map<std::string, std::string> fields;  // family, task, version, reason
  bool activate = true;
};

struct ChosenVersion {
  std::string name;
  std::string version;  // empty, to remove: all of the model
  std::string reason;
  bool force = false;  // remove it also while jobs wait for it
};

struct ListOptions {
  int limit = 20;
  std::map<std::string, std::string> query;  // conditions and order
};

struct ResultsOptions {
  std::map<std::string, std::string> query;  // conditions and sort
  std::string format = "json";
  std::string output;  // a file; empty or -: standard output
  std::string image;   // its results alone; empty: the newest of all images
  std::string job;     // with image: this one
};

struct WatchOptions {
  std::map<std::string, std::string> query;  // after, image, batch, types
  int count = 0;                             // end after so many; 0: never
};

// One of cancel, reprioritise, retry, reprocess, on jobs that are named or that meet a filter.
struct ManyOptions {
  std::string action;
  std::vector<std::string> ids;  // of jobs, or numbers of images, whose newest job is meant
  boost::json::object filter;
  boost::json::object how;  // priority, model, reason
  std::string title;        // of the batch that they become
  std::string owner;        // of that batch; empty: who asks
  bool dry_run = false;
  bool yes = false;
};

struct DeleteOptions {
  std::vector<std::string> images;
  boost::json::object filter;  // the conditions of the list of images
  std::string reason;
  bool dry_run = false;
  bool yes = false;
};

int submit(const Session& session, const SubmitOptions& options);                                       // submit.cpp
int show_images(const Session& session, const ListOptions& options);                                    // images.cpp
int fetch_results(const Session& session, const ResultsOptions& options);                                // results.cpp
int edit_image(const Session& session, const std::string& image, const boost::json::object& change);
int show_jobs(const Session& session, const ListOptions& options);                                      // show.cpp
int watch(const Session& session, const WatchOptions& options);                                         // watch.cpp
int show_failures(const Session& session, const std::map<std::string, std::string>& query);              // failures.cpp
int show_stats(const Session& session);                                                                 // images.cpp
int show_series(const Session& session, const std::map<std::string, std::string>& query);                // stats_series.cpp
int show_job(const Session& session, const std::string& id);
int show_image(const Session& session, const std::string& id);
int fetch_picture(const Session& session, const PictureOptions& options);                               // picture.cpp
int show_models(const Session& session);                                                                // models.cpp
int show_model(const Session& session, const std::string& name);
int add_model(const Session& session, const NewModel& model);
int activate_model(const Session& session, const ChosenVersion& which);
int remove_model(const Session& session, const ChosenVersion& which);
int show_queues(const Session& session, const std::string& name);                                       // queues.cpp; empty: all
int change_queue(const Session& session, const std::string& name, const boost::json::object& change);
int show_workers(const Session& session);
int why(const Session& session, const std::string& id);                                                 // a job, or an image's newest
int show_schedules(const Session& session);                                                             // schedules.cpp
int show_schedule_kinds(const Session& session);
int show_schedule(const Session& session, const std::string& name);
int show_slots(const Session& session, const std::string& cron, const std::string& zone, int count);    // empty: that of the server
int put_schedule(const Session& session, const std::string& name, const boost::json::object& rule);
int remove_schedule(const Session& session, const std::string& name);
int act_on_schedule(const Session& session, const std::string& action, const std::string& name, const boost::json::object& body);  // run, pause, resume
int act_on_many(const Session& session, const ManyOptions& options);                                    // many.cpp
// Asks a person at a terminal whether to do it to so many. Errors: declined, and those of the server.
Result<void> confirm_many(const Session& session, const ManyOptions& options);
// The filter as the API takes it: of photos' jobs alone, unless it names a kind or a queue.
boost::json::object jobs_meant(const ManyOptions& options);
// The line about those that were left out for want of their model; empty when there are none.
std::string without_model(const boost::json::object& answer);
// The image that an id means: a number is one, a UUID is a job of it.
std::string missing_words(const boost::json::object& answer);
Result<std::int64_t> image_named(const Client& client, const std::string& id);
int show_batches(const Session& session, const ListOptions& options);                                   // batches.cpp
int show_batch(const Session& session, const std::string& id);
// Until it has completed, at most so many seconds. kFailure when a job of it failed, kConflict when it has not completed.
int wait_for_batch(const Session& session, const std::string& id, int seconds);
int seal_batch(const Session& session, const std::string& id);
int make_batch(const Session& session, const ManyOptions& options);
int show_quarantine(const Session& session, int limit);
int release_quarantine(const Session& session, const std::string& sha256, const std::string& reason);
int delete_images(const Session& session, const DeleteOptions& options);                                // deleting.cpp
bool wants_yes(bool given);                        // a person at a terminal who has not said it yet
Result<void> ask_for_yes(const std::string& what);  // Error: declined
int show_endpoints(const Session& session);                                                             // webhooks.cpp
int add_endpoint(const Session& session, const boost::json::object& body);
int change_endpoint(const Session& session, const std::string& id, const boost::json::object& body);
int act_on_endpoint(const Session& session, const std::string& action, const std::string& id, const boost::json::object& body);
int show_webhook_secret(const Session& session, const std::string& site, const std::string& token);     // both empty: the sender's own
int show_deliveries(const Session& session, const boost::json::object& filter, int limit);
int show_delivery(const Session& session, const std::string& id);
int replay_deliveries(const Session& session, const std::string& id, const boost::json::object& filter);
struct MonitorOptions {
  bool once = false;
  int every_seconds = 2;
};
int monitor(const Session& session, const MonitorOptions& options);                                     // monitor.cpp
int show_alerts(const Session& session, bool ended);
int doctor(const Session& session, const std::string& photo);                                           // doctor.cpp
int show_config(const config::Loaded& loaded, bool json);                                               // local.cpp
int reset_password(const config::Config& config, const std::string& user);

// Text from a file name, a model or a server without its control characters, which a terminal would obey.
std::string printable(std::string text);

// Prints the error on standard error and returns its exit code.
int report(const Error& error);

// Says what the command line lacks; kUsage.
int wrong_use(const std::string& message);

// "image 7  street.jpg  completed  0.21 s" and a line for each object, for people.
std::string describe_image(const boost::json::object& image);

}  // namespace darkroom::cli
