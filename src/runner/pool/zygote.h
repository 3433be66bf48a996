// A version of a model as the pool sees it: always there; behind it one process after another, started when needed and replaced when it
// dies or stops answering. All functions may be called by all slots; calls to the process take turns.
#pragma once

#include "runner/pool/start_pause.h"
#include "runner/pool/zygote_process.h"

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>

namespace darkroom::runner {

class Zygote {
 public:
  Zygote(const PoolParts& parts, domain::Model model);

  const domain::Model& model() const { return model_; }

  // Starts the process unless it runs, however lately it failed to start. Errors: model_unavailable or model_ambiguous, kCalledOff.
  Result<void> start_afresh(int call_off);
  // A new child; starts or replaces the process when that is needed. Errors as above, also those of a short while ago.
  Result<Child> fork(int call_off);

  // The wait status of a child that has ended; none when its zygote process is gone or does not tell.
  std::optional<int> exit_status(const Child& child);
  // Kills the child and lets go of it.
  void dismiss(Child child);
  bool is_current(const Child& child) const;
  void job_done() { deaths_ = 0; }  // a child has done a job: the process is worth something

  // From now on no process stays without a child: the present one ends when its last child is dismissed.
  void retire();
  void revive() { retired_ = false; }
  bool is_retired() const { return retired_; }

  // Ends the process if it has no child and nobody is just about to get one. False: there is none, or it is in use.
  bool end_if_idle();
  SteadyClock::time_point last_used() const;
  ZygoteStatus status() const;
  std::int64_t memory_bytes() const;  // see Zygotes::memory_bytes(); 0: not running

 private:
  Result<void> start_locked(int call_off);
  void drop_process(const Error& why);
  void drop_if_done();
  void note_failure(Started& failed);
  void publish();

  PoolParts parts_;
  domain::Model model_;

  mutable std::mutex mutex_;  // of all below; held while the process starts or is asked
  std::unique_ptr<ZygoteProcess> process_;
  StartPause pause_;
  std::atomic<bool> retired_ = false;
  std::atomic<int> deaths_ = 0;  // in a row, without a job done between

  mutable std::mutex status_mutex_;  // of what others may see at any time
  ZygoteStatus status_;
  std::vector<int> family_;
  SteadyClock::time_point last_used_{};
  std::uint64_t generation_ = 0;
};

}  // namespace darkroom::runner
