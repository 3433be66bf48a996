// One process of Darkroom, whatever its role: every part built once, by constructor, in order, and taken down in the opposite one.
#pragma once

#include "api/metrics.h"
#include "api/parts.h"
#include "api/rate_limit.h"
#include "base/loop.h"
#include "http/server.h"
#include "roles/credentials.h"
#include "roles/ground.h"
#include "roles/model_keeping.h"
#include "roles/observing.h"
#include "roles/registration.h"
#include "roles/telling.h"
#include "roles/upkeep.h"
#include "roles/uploading.h"
#include "roles/viewing.h"
#include "roles/working.h"

#include <atomic>
#include <memory>
#include <optional>
#include <string>

namespace darkroom::roles {

// Where a process that answers HTTP notes the address that it listens on, for the command line on the same machine: "127.0.0.1:8470 <pid>".
std::string address_file(const std::string& data_dir);

class App {
 public:
  // Opens the data folder and the database, gives back the jobs of a server that was killed, and does what its role is. Throws with words for the operator.
  App(const config::Config& config, Role role);
  ~App();

  // Empty where nothing listens.
  std::string url() const;
  const LogIn& log_in() const { return log_in_; }
  // Takes nothing more in, lets running work end within the grace time, gives the rest back.
  void drain();

 private:
  void make_parts();
  void serve_http();
  void serve_metrics();
  void show_presence();
  void watch_gauge();
  bool can_run() const;
  http::Guard guard();
  api::RunnerReport report() const;
  void hear(const std::vector<store::Event>& events);

  config::Config config_;
  Ground ground_;
  LogIn log_in_;
  Observing observing_;
  std::optional<Registration> registration_;  // ends behind all that may claim
  std::unique_ptr<api::MetricsPage> metrics_page_;
  std::atomic<bool> stopping_ = false;
  std::unique_ptr<Upkeep> upkeep_;
  std::unique_ptr<Working> working_;
  std::unique_ptr<ModelKeeping> models_;
  std::unique_ptr<Viewing> viewing_;  // of a process that answers
  std::unique_ptr<Telling> telling_;  // likewise
  std::unique_ptr<api::QueueGauge> gauge_;
  std::unique_ptr<api::LogInGate> log_in_gate_;
  std::unique_ptr<api::Parts> parts_;
  std::unique_ptr<Uploading> uploading_;
  std::optional<api::RateLimiter> limiter_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<http::Server> metrics_server_;  // of a worker that shall answer how it does
  std::unique_ptr<Loop> gauge_rounds_;
  std::unique_ptr<worker::LeaseKeeper> presence_;  // of a process that answers and does not work
};

}  // namespace darkroom::roles
