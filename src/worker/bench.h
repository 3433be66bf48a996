// A bench: where one job at a time is worked on, by one thread. Benches of this machine hold a runner slot and take jobs of every model that runs
// here; those of a model of engine `http` hold a connection to its service and take its jobs only, so that waiting for someone else's machine takes
// no processor's place.
#pragma once

#include "models/catalogue.h"
#include "remote/remote_model.h"
#include "runner/pool/pool.h"
#include "store/store.h"
#include "worker/process_job.h"

#include <chrono>
#include <future>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <variant>
#include <vector>

namespace darkroom::worker {

// One of the places that a service has: its model, and which of its `concurrency` calls, from 1.
struct ServicePlace {
  std::string model;
  int number = 1;
  bool operator==(const ServicePlace&) const = default;
};

class Bench {
 public:
  // `at` ends its name: of what process it is, where there are several.
  Bench(int number, const std::string& at, runner::Zygotes& zygotes);
  Bench(const ServicePlace& place, const std::string& at);

  const std::string& name() const { return name_; }
  const std::optional<ServicePlace>& place() const { return place_; }
  Tool tool();
  std::stop_token stop() const { return stop_.get_token(); }  // of the run that was armed last
  // What it may claim now; empty for a place that its service does not have (any more).
  std::vector<std::string> lanes(const models::Catalogue& catalogue) const;
  void release_idle(std::chrono::seconds idle);  // by the bench's own thread, between jobs
  void abandon();                                // from any thread
  void rearm();

  // An ending that the store has, or will have, but that is not known to be durable.
  struct Unstored {
    store::Finish finish;
    std::shared_future<void> stored = {};  // not valid: it has to be offered
  };
  std::optional<Unstored> last = {};  // the bench's thread's own
  // The same: since when a claim is without an answer, which may have been made all the same.
  std::optional<std::chrono::steady_clock::time_point> unanswered_since = {};

  struct InProgress {
    domain::Fence fence;
    std::string public_id;
    domain::ImageId image;
  };
  std::optional<InProgress> job = {};  // guarded by the worker's mutex
  bool ended = false;                  // the same
  std::jthread thread;                 // started and joined by the worker

 private:
  std::string name_;
  std::optional<ServicePlace> place_;
  std::optional<runner::Slot> slot_;
  std::optional<remote::RemoteCall> call_;
  std::stop_source stop_;
};

// The places of all services in the catalogue.
std::vector<ServicePlace> service_places(const models::Catalogue& catalogue);

}  // namespace darkroom::worker
