// The server's side of the runners: zygotes by model, slots that run one job at a time, limits enforced from outside.
#pragma once

#include "domain/job.h"
#include "domain/model.h"
#include "domain/photo_limits.h"
#include "domain/picture.h"
#include "domain/run_limits.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace darkroom::runner {

struct PoolConfig {
  std::string runner_path;   // the darkroom-runner executable
  std::string run_as = "";   // user for runners when we are root; empty: "nobody"
  bool require_sandbox = false;  // refuse to run a model when a part of the wall is missing
  int nice = 10;
  domain::PhotoLimits photo;
  domain::RunLimits run;
  bool test_mode = false;  // the null engine obeys markers in photos (runner/process/test_markers.h)
  std::string fail_points = "";  // armed in runners in test mode, see base/fail_point.h
  std::chrono::milliseconds load_timeout{120'000};   // for starting a runner and loading its model
  std::chrono::milliseconds control_timeout{5'000};  // for a fork; a zygote that takes longer is killed and replaced
  int jobs_per_child = 2'000;                        // then it is replaced, so that nothing can pile up in it
};

struct RunRequest {
  int photo_fd = -1;  // open for reading, at offset 0; stays the caller's
  std::int64_t byte_count = 0;
  int thumbnail_side = 0;  // pixels: a thumbnail of the same decode shall follow the outcome, see Slot::take_thumbnail(); 0: none
  std::int64_t pixel_count = 0;  // as the photo's header says: bounds what decoding may cost; 0: not known
};

using RenderEnd = std::variant<domain::Picture, domain::Failed, domain::Crashed, domain::Interrupted>;
using RunEnd = std::variant<domain::Outcome, domain::Failed, domain::Crashed, domain::Interrupted>;

class Zygotes;  // one zygote process a model, started when first needed, replaced when it dies

// Runs one job at a time in a child that it keeps from job to job, one child for each model and version. Not thread-safe: one slot, one thread.
// It must not outlive its Zygotes.
class Slot {
 public:
  explicit Slot(Zygotes& zygotes);
  ~Slot();

  // Blocks until the job ended, one way or another. Crashed: the child died of SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL or SIGSYS
  // (decoder_crash), or was killed by us at the hard limit or for what decoding cost (timeout). Interrupted: anyone else's SIGKILL, the zygote
  // gone, or `abandon` called. Failed transient: the model could not be loaded (model_unavailable), or the soft limit (timeout).
  RunEnd run(const domain::Model& model, const RunRequest& request);

  // The thumbnail (a JPEG) of the run before, which the child makes when it has told the outcome, so that this can be stored meanwhile. Blocks until it is
  // there. Empty: none was asked for, the engine took no pixels, it could not be made, or `abandon` was called: all of it says nothing about that run. The
  // next run drops one that was not taken.
  std::string take_thumbnail();

  // As run(), for a picture: decodes the photo in the runner of the model-less preview engine and renders it there. Blocks; ends as run() does.
  // Failed besides: invalid_field, for an order whose side or quality is out of bounds; too_large, for one with more marks than a message holds.
  RenderEnd render(const RunRequest& request, const domain::RenderOrder& order);

  // Lets go of children that have not worked since `since`, or within a second where memory is tight, and of those whose version was retired (run() does
  // the latter, too). Called by the slot's own thread between jobs.
  void release_idle(std::chrono::steady_clock::time_point since);

  // From another thread: ends the run in progress at once, as Interrupted, by killing the child; without one, the next run ends so before it
  // begins. Holds until rearm().
  void abandon();
  // What was abandoned before this call no longer counts. The caller orders it against abandon(): a run is rearmed before others can learn of it.
  void rearm();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

struct ZygoteStatus {
  std::string model;
  std::string version;
  std::string sandbox;  // what the wall is made of: "seccomp, landlock 7, uid nobody"
  int pid = 0;
  std::optional<Error> error;     // why it could not be started
  std::optional<domain::ModelReport> report = {};  // of the last successful load
  std::vector<domain::Candidate> candidates = {};  // where the error is model_ambiguous
};

class Zygotes {
 public:
  // Throws when we are root and the user to run as does not exist.
  explicit Zygotes(PoolConfig config);
  ~Zygotes();  // ends every runner process

  // Starts the model's zygote unless it runs, and returns how it stands. Blocks while it loads. Another version of the same model goes on beside it;
  // a version that was retired takes part again. Its error is of now, or `unavailable` where stop() cut it short. Throws what is this machine's trouble.
  ZygoteStatus warm_up(const domain::Model& model);
  // Cuts short every warm_up() in progress and from now on; runs of slots go on.
  void stop();
  // That version takes no part any more: its process ends when its last child has. A run that still names it is done, by a process started
  // for it alone. Blocks while that very version loads or forks.
  void retire(const std::string& model, const std::string& version);
  // Ends processes that have no child, longest unused first, until all runners together use at most `budget_bytes` (PSS); the kept model is spared.
  // Returns how many were ended. While that is not enough for a budget that is not 0, slots keep no idle child.
  int trim(std::int64_t budget_bytes, const std::string& kept_model);
  bool is_tight() const;  // it was not enough
  std::vector<ZygoteStatus> status() const;
  // Proportional share (PSS) of all runners, estimated where we may not look. The kernel walks their page tables for it: not for every request.
  std::int64_t memory_bytes() const;

 private:
  friend class Slot;
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace darkroom::runner
