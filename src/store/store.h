// The database in domain verbs. Every verb is one transaction: all of it is durable when the verb returns (finish() tells it apart), or none
// of it happened.
//
// Verbs block and may be called from any thread. They throw StoreUnavailable when the database cannot be used (disk full, lost); what a
// correct caller branches on is returned. Each change writes the event that tells it in the same transaction, and listeners
// hear of it after the commit.
//
// A job is claimed in claim(), the only place that makes one `running`. What makes a late result harmless is the fence: finish() names
// the claim number, which rises with each claim, and stores nothing when it is no longer the job's. What becomes of a job after an
// ending is decided by domain/job_rules.h.
#pragma once

#include "store/access.h"
#include "store/acting.h"
#include "store/deliveries.h"
#include "store/failures.h"
#include "store/finding.h"
#include "store/job_lists.h"
#include "store/maintenance.h"
#include "store/minutes.h"
#include "store/queues.h"
#include "store/records.h"
#include "store/schedules.h"
#include "store/site_photos.h"
#include "store/uploads.h"

#include <functional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace darkroom::store {

class StoreUnavailable : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The verbs of daily work stand here; access, acting on jobs and batches, finding, lists of jobs, queues and nodes, schedules, uploads in pieces, upkeep, deliveries, failures, minutes have a header each.
class Store : public Accounts, public Acting, public Queues, public Schedules, public Maintenance, public Finding, public Uploads, public Deliveries, public SitePhotos, public Failures, public Minutes, public JobLists {
 public:
  // Other processes may use the same database: what runs may be theirs, and its owner is known by its node.
  virtual bool is_shared() const = 0;
  // The clock that all processes of this database go by: its server's, and `now` itself where there is one process. What ends, promotes, fires or removes
  // by a time asks here first, so that one machine with a wrong clock does none of it before its time.
  virtual Time clock(Time now) = 0;

  // --- taking in ---
  // Image, first job (queued, or scheduled for its time) and event. The blob must be durable before. A quarantined content's job is failed from
  // the start. Errors: conflict while a blob of the same content is being removed; idempotency_mismatch; not_found for a batch, conflict for a sealed one;
  // quarantined for a photo that a site sends again; quota_exceeded where within_quota asks for it, exactly also of photos that arrive at the same moment.
  virtual Result<ImageRecord> create_image(const NewImage& image, const Actor& actor, Time now) = 0;
  // What create_image() gives again for this key; none when it would make something. Errors: idempotency_mismatch; conflict when the image has been deleted.
  virtual Result<std::optional<ImageRecord>> image_of_key(const IdempotencyKey& key, Time now) = 0;
  // A new job for the same photo, queued; the old one keeps its final state. Errors: not_found; conflict unless the job is final
  // and the newest of its image, and of a job that has no image.
  virtual Result<ImageRecord> retry_job(std::string_view public_id, const Actor& actor, Time now) = 0;
  // The same from the image, if wanted with another model or priority. The present result stays until a new one succeeds.
  // Errors: not_found; conflict while the newest job is not final; quarantined (of both).
  virtual Result<ImageRecord> reprocess_image(ImageId id, const Reprocess& how, const Actor& actor, Time now) = 0;
  // Image, jobs, attempts and results. Returns the content whose blob no image needs any more, noted to be removed with remove_content(); empty when
  // another image has the same content. `as_expected`, where given, is asked about the image as it is, with nobody changing it meanwhile.
  // Errors: not_found; precondition_failed when it says no.
  virtual Result<std::optional<std::string>> delete_image(ImageId id, const Actor& actor, Time now, const Expectation<ImageRecord>& as_expected = {}) = 0;
  // Unless an image has this content: runs `unlink` while nobody, in any process, can make one, and then forgets that this folder was to remove it; all
  // other folders, by NodeRecord::blob_store, still are. Returns whether it ran. `unlink` is quick, calls no verb, and may run more than once; when it throws,
  // the note stays.
  virtual bool remove_content(std::string_view sha256, std::string_view folder, const std::function<void()>& unlink) = 0;
  // Contents that are to be removed from this folder, oldest first.
  virtual std::vector<std::string> blobs_to_remove(std::string_view folder) = 0;

  // --- running ---
  // Takes at most request.count queued jobs of these lanes, most urgent first: priority, then turns of the owners, then arrival. Queues that are
  // paused or at a limit give none; a job that has expired is ended instead.
  virtual std::vector<domain::ClaimedJob> claim(const ClaimRequest& request, Time now) = 0;
  // Ends an attempt and, in the same transaction, claims what comes next. Returns when the transaction has run and before it is durable, so that
  // a slot need not stand still for a disk: a job may be begun at once, since a claim that is never stored was never made and its
  // job is still queued. Finished::stored tells of the commit. A caller's next finish() is stored after its earlier ones, and not before.
  virtual Finished finish(const Finish& finish, const ClaimRequest& next, const domain::RetryPolicy& policy, Time now) = 0;
  // The same for several attempts at once: one transaction for all of them.
  virtual AllFinished finish_all(std::span<const Finish> finishes, const ClaimRequest& next, const domain::RetryPolicy& policy, Time now) = 0;
  // Scheduled jobs whose time has come become queued, at most `most` of them. One process at a time does so: to another nothing is due for a moment.
  virtual Promoted promote_due(int most, Time now) = 0;
  // Jobs that wait for a retry longer than `longest`, as no rule lets any: a clock that has been put back since was ahead when they failed. They become due,
  // at most `most` of them. Goes through all jobs that wait for longer: not for every round. Returns their number.
  virtual int pull_back_retries(Duration longest, int most, Time now) = 0;
  // Scheduled and queued jobs whose expiry has come end as failed (code expired), at most `most` of them.
  virtual Promoted expire_due(int most, Time now) = 0;
  // At the start of the one process of a store that is not shared: every running job lost its worker. Each ends as Interrupted{reason}; all nodes
  // are stopped, and those that were not seen for long are forgotten.
  virtual int requeue_orphans(std::string_view reason, const domain::RetryPolicy& policy, Time now) = 0;

  // --- looking ---
  virtual std::optional<ImageRecord> find_image(ImageId id) = 0;
  virtual std::optional<JobRecord> find_job(std::string_view public_id) = 0;
  virtual std::optional<std::string> result_of(std::string_view public_id) = 0;  // the result document of this job, JSON; of maintenance: what it did, as long as the log keeps it
  // Newest first, ids below `before` if given, at most `limit`.
  virtual ImagePage list_images(std::optional<ImageId> before, int limit) = 0;
  virtual std::vector<JobRecord> jobs_of(ImageId id) = 0;          // newest first
  virtual std::vector<AttemptRecord> attempts_of(JobId id) = 0;    // oldest first
  // As seen_events() has them, for those who need not know who may see them.
  std::vector<Event> events(std::int64_t after, std::optional<ImageId> image, int limit);
  // Of the states that are not final; of one owner, if one is given.
  virtual JobCounts count_jobs(const std::optional<std::string>& owner = {}) = 0;

  // --- telling ---
  virtual void record(const Event& event) = 0;  // id is given by the store
  // Called after each commit with its events, on the committing thread: must be quick and not call the store. One listener.
  virtual void on_commit(std::function<void(const std::vector<Event>&)> listener) = 0;
};

}  // namespace darkroom::store
