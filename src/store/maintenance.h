// Verbs of the maintenance jobs: removing what retention allows, repairing what no one owns, alerts. A part of store.h.
//
// None of them holds the writer for long: a verb looks at a stretch of rows in a read, then changes at most some hundreds in one transaction,
// each checked once more there. The caller goes on with the cursor until there is none.
#pragma once

#include "store/records.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace darkroom::store {

struct Stretch {
  std::int64_t count = 0;            // rows of the named thing that were removed or repaired
  std::optional<std::int64_t> next;  // where to go on; none: the end was reached
};

// Work that no one owns, by kind. All zero in a healthy store.
struct Repairs {
  std::int64_t open_attempts = 0;       // of jobs that are not running them: closed as interrupted
  std::int64_t wrong_lanes = 0;         // waiting jobs whose lane is not that of their queue and model: put into it
  std::int64_t images_without_job = 0;  // a failed job is made, so that the photo can be retried
  std::int64_t stale_jobs = 0;          // images that do not point to their newest job: pointed to it
  std::int64_t stale_results = 0;       // images that do not show their newest result: pointed to it
  std::int64_t wrong_sums = 0;          // owners whose photos were counted as more or fewer bytes than they are: put right
  bool operator==(const Repairs&) const = default;
  Repairs& operator+=(const Repairs& more) {
    open_attempts += more.open_attempts;
    wrong_lanes += more.wrong_lanes;
    images_without_job += more.images_without_job;
    stale_jobs += more.stale_jobs;
    stale_results += more.stale_results;
    wrong_sums += more.wrong_sums;
    return *this;
  }
};

struct RepairStretch {
  Repairs repairs;
  std::optional<std::int64_t> next;
};

// An owner whose photos were counted as more or fewer bytes than they were, at one moment.
struct WrongSum {
  std::string owner;
  std::int64_t noted = 0;    // bytes
  std::int64_t bytes = 0;    // of the photos
  std::int64_t repairs = 0;  // of this owner's sum until then
};

// The same where the cursor is an owner; it begins with "".
struct SumsStretch {
  std::vector<WrongSum> wrong;
  std::optional<std::string> next;
};

struct AlertText {
  std::string message;      // one sentence with the numbers
  std::string said = "{}";  // what the sentence says, a JSON object by name: {"seconds":4000,"bound":3600}
};

struct Alert {
  std::string name;  // "disk_low"
  std::string node;  // name of the process whose machine it is about; empty: it is about the work of all of them
  AlertText text;
  Time raised_at{};
  std::optional<Time> ended_at = {};
};

class Maintenance {
 public:
  virtual ~Maintenance() = default;

  // --- retention; cursors begin at 0 ---
  // Jobs of images that ended before `before`, with attempts and results, except the newest job of each image, the one that its result is of, and
  // those of a batch that is not completed.
  virtual Stretch prune_history(std::int64_t after, Time before) = 0;
  // Batches that were completed before `before` and of whose jobs none is left.
  virtual Stretch prune_batches(std::int64_t after, Time before) = 0;
  // Images whose newest job ended in this state before `before`, as delete_image() does, with its event and its note for the blob.
  virtual Stretch prune_images(std::int64_t after, domain::JobState state, Time before, const Actor& actor, Time now) = 0;
  // The oldest events, up to the first that is to stay. One that lies ahead of now, by a clock that was wrong, is passed over.
  virtual Stretch prune_events(std::int64_t after, Time before, Time now) = 0;
  // Finished jobs of the queue `maintenance` with their attempts, events and slots.
  virtual Stretch prune_maintenance(Time before) = 0;

  // --- blobs ---
  // Those of these contents that no image has.
  virtual std::vector<std::string> unused_blobs(const std::vector<std::string>& contents) = 0;
  // Notes those of these contents that no image has for removal, as delete_image() does, and returns them.
  virtual std::vector<std::string> note_unused_blobs(const std::vector<std::string>& contents, Time now) = 0;

  // --- repair; each repair writes an event ---
  virtual RepairStretch repair_jobs(std::int64_t after, Time now) = 0;
  // An image without any job gets a failed one for this model.
  virtual RepairStretch repair_images(std::int64_t after, std::string_view default_model, Time now) = 0;
  // Looks whether what bytes_of() says of each owner is what its photos take, and changes nothing.
  virtual SumsStretch look_at_sums(std::string_view after) = 0;
  // Puts the sum of an owner right by what was found, however many photos came or went since. False: somebody else has done it since.
  virtual bool repair_sum(const WrongSum& wrong, Time now) = 0;

  // --- watching ---
  virtual std::int64_t failures_since(Time since) = 0;  // jobs that failed; exact to 10,000
  // Since when the bound of this name is seen crossed by whoever looks: noted with the first look that finds it so, forgotten with the first that does not.
  virtual std::optional<Time> note_crossing(std::string_view name, bool crossed, Time now) = 0;
  // Notes that the alert stands (a text) or not (none). Returns whether that is a change; only a change writes an event, alert.raised or alert.cleared.
  virtual bool set_alert(std::string_view name, std::string_view node, const std::optional<AlertText>& text, Time now) = 0;
  virtual std::vector<Alert> alerts() = 0;                 // that stand, by name and node
  virtual std::vector<Alert> ended_alerts(int limit) = 0;  // newest first; the last 500 are kept
};

}  // namespace darkroom::store
