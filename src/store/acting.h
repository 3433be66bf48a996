// Acting on jobs that are there: cancel, move, run again, one by one or all that match a filter; batches; quarantine. A part of store.h.
#pragma once

#include "base/result.h"
#include "store/records.h"

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace darkroom::store {

// Which jobs: all that meet every condition given. Only the newest job of each image is looked at.
struct JobFilter {
  std::vector<ImageId> images = {};              // empty: any
  std::vector<std::string> jobs = {};            // public ids; empty: any
  std::vector<domain::JobState> states = {};     // empty: any
  std::optional<std::string> queue = {};
  std::optional<std::string> model = {};
  std::optional<std::string> owner = {};
  std::optional<std::string> error_code = {};
  std::optional<std::string> batch = {};         // public id
  std::optional<Time> created_from = {};         // inclusive
  std::optional<Time> created_before = {};       // exclusive
  std::optional<std::string> cause = {};         // failed for this reason, see failures.h
  std::optional<std::string> kind = {};          // of this kind, or of those that begin with this word
  std::optional<Time> failed_from = {};          // with cause; inclusive
};

struct Cancel {};
struct Reprioritise {
  int priority = 0;
};
struct Retry {
  std::optional<std::vector<std::string>> models = {};  // those that can be run: a job of another one is left; none: any
};
using BulkAction = std::variant<Cancel, Reprioritise, Retry, Reprocess>;

struct BulkResult {
  std::int64_t matched = 0;  // jobs that meet the filter at the beginning
  std::int64_t changed = 0;  // of these, those that the action changed; in a dry run, those that it would change
  std::int64_t without_model = 0;  // of the rest, those that it fitted but for their model, which is not among those that can be run
};

inline constexpr std::int64_t kExactInBatch = 100'000;

struct BatchRecord {
  std::int64_t id = 0;
  std::string public_id;
  std::string title;
  std::string owner;
  std::int64_t total = 0;  // jobs
  std::int64_t waiting = 0;
  std::int64_t running = 0;
  std::int64_t completed = 0;
  std::int64_t failed = 0;
  std::int64_t cancelled = 0;
  bool over_limit = false;  // there are more than kExactInBatch of a state, which are not counted; never of one that is completed
  Time created_at{};
  std::optional<Time> sealed_at;     // nothing is added any more
  std::optional<Time> completed_at;  // sealed and every job final; the event batch.completed was written with it, once
  bool sealed_now = false;           // of seal_batch(): this call sealed it
};

struct Quarantined {
  std::string sha256;
  int crashes = 0;
  Time last_at{};
  std::vector<ImageId> images;  // that hold this content, at most 20
};

class Acting {
 public:
  virtual ~Acting() = default;

  // --- one job, named by its public id ---
  // scheduled, queued and running become cancelled at once; a running one's slot is freed by its worker, which hears of it or asks (Running::beat), and
  // its late result is refused. Errors: not_found; conflict when it is final.
  virtual Result<JobRecord> cancel_job(std::string_view public_id, const Actor& actor, Time now) = 0;
  // Acts at the next claim. Errors: not_found; precondition_failed; conflict unless scheduled or queued; invalid_field outside -100..100.
  virtual Result<JobRecord> reprioritise_job(std::string_view public_id, int priority, const Actor& actor, Time now, const Expectation<JobRecord>& as_expected = {}) = 0;

  // --- many jobs ---
  // Does to every matching job what the verb for one job does, skipping those that the action does not fit (a final job is not cancelled, an image
  // whose job is not final is not reprocessed, a quarantined photo or one whose model is not among `models` is not retried). In chunks, so that no other write waits long; each chunk is one
  // transaction and a job that no longer meets the filter in it is skipped; but one that goes back to wait meanwhile is cancelled or moved all the same.
  // Only jobs that met the filter at the beginning are changed, and none that came to meet it since. A dry run only counts.
  virtual BulkResult act_on_jobs(const JobFilter& filter, const BulkAction& action, bool dry_run, const Actor& actor, Time now) = 0;

  // --- batches ---
  // Open for jobs until it is sealed. NewImage::batch and Reprocess::batch put jobs into it. A job retried in a batch that is not completed takes the
  // failed job's place in it. `filled_by` is the node of whoever makes it, fills it and seals it in one go: if that process is gone before, complete_batches() seals it.
  virtual BatchRecord create_batch(std::string_view title, std::string_view owner, const Actor& actor, Time now, std::string_view filled_by = {}) = 0;
  // Errors: not_found. Sealing a sealed one changes nothing; `sealed_now` says which of the two it was. An empty batch completes at once.
  virtual Result<BatchRecord> seal_batch(std::string_view public_id, const Actor& actor, Time now) = 0;
  virtual std::optional<BatchRecord> find_batch(std::string_view public_id) = 0;
  // Newest first; of one owner, if one is given; those made before the batch with this row id, if one is given.
  virtual std::vector<BatchRecord> list_batches(int limit, const std::optional<std::string>& owner = {}, const std::optional<std::int64_t>& before = {}) = 0;
  // Batches that are sealed, have no open job and were not completed by the transaction of their last job (two of them ended at the same moment on two
  // nodes): completes them, each once, and returns their number. Before that, seals what a process that is gone was filling.
  virtual int complete_batches(Time now) = 0;

  // --- quarantine: contents that crashed a runner twice ---
  virtual std::vector<Quarantined> list_quarantine(int limit) = 0;  // newest first
  // Photos of this content may run again. Error: not_found.
  virtual Result<void> release_quarantine(std::string_view sha256, const Actor& actor, Time now) = 0;
};

}  // namespace darkroom::store
