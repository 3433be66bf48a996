// What a process counts and writes down about itself: metrics from its events and its worker, and the access log.
#pragma once

#include "config/config.h"
#include "domain/job.h"
#include "http/access_log.h"
#include "http/route.h"
#include "metrics/counters.h"
#include "metrics/job_flow.h"
#include "store/records.h"

#include <memory>
#include <vector>

namespace darkroom::roles {

class Observing {
 public:
  // Throws std::runtime_error when the access log cannot be opened.
  explicit Observing(const config::Config& config);

  metrics::Counters& counters() { return counters_; }
  // On the committing thread: quick.
  void hear(const std::vector<store::Event>& events);
  // An attempt that this process ran was handed in; `applied` is false when its job was no longer ours.
  void note_attempt(const domain::ClaimedJob& job, const domain::Ending& ending, bool applied);
  http::Hooks hooks();

 private:
  metrics::Counters counters_;
  metrics::JobFlow flow_{counters_};
  std::unique_ptr<http::AccessLog> access_log_;
};

}  // namespace darkroom::roles
