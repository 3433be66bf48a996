// What the handlers work with. Built once, in roles/app.
#pragma once

#include "api/access_config.h"
#include "api/compat_config.h"
#include "api/log_in_gate.h"
#include "api/queue_gauge.h"
#include "api/settings.h"
#include "api/webhooks.h"
#include "auth/sealing.h"
#include "base/clock.h"
#include "blob/blob_store.h"
#include "domain/photo_limits.h"
#include "models/librarian.h"
#include "store/store.h"
#include "views/pictures.h"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace darkroom::api {

struct ApiConfig {
  std::string version;
  std::string default_model;
  std::int64_t free_disk_floor = 0;  // bytes
  domain::PhotoLimits photo;
  int max_attempts = 4;
  std::chrono::seconds soft_limit{};  // of a run: it is asked to stop
  std::chrono::seconds hard_limit{};  // and killed
  CompatConfig compat = {};
  AccessConfig access = {};
  std::string node = {};  // id of this process, as registered
  std::string time_zone = "UTC";  // of schedules that name none
};

struct RunnerState {
  std::string model;
  std::string version;
  std::string sandbox;  // what its wall is made of
  int pid = 0;          // 0: not running
  std::string problem;  // why not; empty: none
};

// What the page and the status route say of the runners; asked of the pool by roles/.
struct RunnerReport {
  bool runs_here = true;  // false: this process takes in and answers, workers elsewhere run the models
  int slots = 0;
  bool default_model_ready = false;
  std::string default_model_problem;  // why not, for people
  std::vector<RunnerState> runners;
};

struct Resumable;  // resumable.h
class MetricsPage;

struct Parts {
  ApiConfig config;
  store::Store& store;
  blob::BlobStore& blobs;
  const models::Catalogue& catalogue;
  const Clock& clock;
  std::function<RunnerReport()> report;
  std::function<void()> remove_freed_blobs;  // after a deletion
  // Models that workers elsewhere say they can run, besides those of the catalogue; and with those that workers said who are away and not forgotten.
  std::function<std::vector<std::string>()> models_elsewhere = [] { return std::vector<std::string>(); };
  std::function<std::set<std::string>()> models_known_elsewhere = [] { return std::set<std::string>(); };
  models::Librarian* librarian = nullptr;  // of `catalogue`; never null in a server
  views::Pictures* pictures = nullptr;  // for the routes of pictures; never null in a server
  LogInGate* log_in = nullptr;            // never null in a server
  const auth::Sealer* sealer = nullptr;  // for secrets that are stored; never null in a server
  const Resumable* resumable = nullptr;  // uploads in pieces; never null in a server
  QueueGauge* gauge = nullptr;          // how many wait, and whether a model can run; never null in a server
  MetricsPage* metrics = nullptr;       // never null in a server
  std::function<void(std::int64_t bytes)> note_upload = [](std::int64_t) {};  // a photo was taken in that was not there
  std::function<bool()> stopping = [] { return false; };  // told to stop: not ready, takes nothing in
  blob::BlobReader* photos = nullptr;   // also those that other processes of the installation keep; null: only `blobs`
  Webhooks webhooks = {};
  std::vector<Setting> settings = {};   // what this process was started with
};

// Whether some process of the installation can run it, or is trying it, or could run it before it went away: a job waits until it is back. The default model
// counts also where no worker has been seen yet.
bool can_run(const Parts& parts, const std::string& model);
std::vector<std::string> models_that_run(const Parts& parts);
// Of a model that cannot be run: unknown_model with those that can, or model_refused with the reason.
Error cannot_run(const Parts& parts, const std::string& model);
// Of a job that has ended and is to run again on the model that it had; none when it can.
std::optional<Error> cannot_run_again(const Parts& parts, const store::JobRecord& job);

}  // namespace darkroom::api
