// The invariant check: all work has an owner, and what points somewhere points to the right place. What does not is repaired, with an event, and counted
// by kind; in a healthy store every count is 0.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "domain/retry_policy.h"
#include "store/store.h"

#include <stop_token>
#include <string>
#include <vector>

namespace darkroom::scheduler {

struct CleanUpConfig {
  domain::RetryPolicy retry;
  std::string default_model = "demo";  // of the failed job that a photo gets whose jobs are lost
  int most_stretches = 100;  // of some thousand rows: a larger store is gone through in several runs
};

class CleanUp {
 public:
  CleanUp(CleanUpConfig config, store::Store& store) : config_(std::move(config)), store_(store) {}
  // From one thread: where it left off is kept for the next run, and what a run did that then threw is counted by the next one.
  Result<std::string> run(Time now, std::stop_token stop);

 private:
  void put_sums_right(Time now);
  void repair_sums(Time now, const std::stop_token& stop);

  CleanUpConfig config_;
  store::Store& store_;
  std::int64_t jobs_after_ = 0;
  std::int64_t images_after_ = 0;
  std::string sums_after_;
  std::vector<store::WrongSum> wrong_sums_;  // found, and not yet put right

  struct Made {
    int rescued = 0;
    int batches = 0;
    store::Repairs repairs;
  };
  Made made_;  // since a run last told
};

}  // namespace darkroom::scheduler
