// What the store takes in and gives out, as plain values.
#pragma once

#include "base/clock.h"
#include "domain/job.h"
#include "domain/job_rules.h"
#include "domain/webhook.h"

#include <cstdint>
#include <functional>
#include <future>
#include <optional>
#include <string>
#include <vector>

namespace darkroom::store {

using domain::ImageId;
using domain::JobId;

// Who did something, and why, for the event that tells it.
struct Actor {
  std::string name;    // "admin", "worker-1", "system"
  std::string reason;  // may be empty
};

// Whether a record is what somebody takes it for who wants to change it; empty: it may be anything. Asked with nobody changing the record meanwhile; when it says no,
// the error is precondition_failed and nothing was changed.
template <class Record>
using Expectation = std::function<bool(const Record&)>;

// The same key again within a scope gives the first answer again; with another request it is an error.
struct IdempotencyKey {
  std::string scope;  // who sent it
  std::string key;
  std::string request_sha256;  // of all that was asked, hex
};

// Who is told of what becomes of a photo, besides the endpoints: a site of the configuration, or an address that came with the photo.
struct NewCallback {
  std::string site;    // its name; empty: the url counts
  std::string url;     // checked by the caller
  std::string signer;  // the token whose secret signs what goes to the url
  domain::CallbackFormat format = domain::CallbackFormat::standard;
  std::optional<std::int64_t> foreign_id = {};  // the sender's own number of the photo, for compat
  std::optional<Time> not_before = {};          // of the first try
  Duration after_answer{};                      // with it: the first try comes at least so long after the caller of create_image() was answered
};

// A photo as a site numbers it. The same number and photo again is the same image: while its job has not ended, the same job, with the higher priority.
struct SitePhoto {
  std::string site;
  std::int64_t number = 0;  // the site's own image id
  Time callback_from{};     // no callback goes out before
};

struct NewImage {
  std::string title;
  std::string owner;  // on whose behalf this is: whose turn it takes in the queue
  std::optional<std::string> external_id;
  std::string metadata = "{}";  // JSON object
  std::string sha256;
  std::int64_t byte_count = 0;
  std::string format;  // JPEG, PNG, WEBP, GIF
  int width = 0;       // as the file's header says
  int height = 0;
  std::string model;
  int priority = 0;
  int max_attempts = 4;
  std::optional<Time> run_at = {};      // not before; none or past: at once
  std::optional<Time> expires_at = {};  // not started by then: it fails with the code expired
  std::optional<std::string> batch = {};  // public id
  bool within_quota = false;              // only if the owner's photos stay within the byte_quota of the account of that name
  std::optional<IdempotencyKey> idempotency = {};
  std::vector<NewCallback> callbacks = {};  // of one site or host one
  std::optional<SitePhoto> site_photo = {};  // not together with an idempotency key
  std::function<void()> keep_again = {};  // sees to it that the content's bytes are there; called before the commit, when nobody can remove them any more
};

struct JobRecord {
  JobId id;
  std::string public_id;
  ImageId image;  // value 0: of no image
  std::string kind;
  std::string queue;
  std::string model;
  std::string owner;
  domain::JobState state = domain::JobState::queued;
  int priority = 0;
  Time run_at{};
  int attempt = 0;
  int max_attempts = 0;
  int crashes = 0;
  int interruptions = 0;
  std::optional<std::string> node;    // that runs it
  std::optional<std::string> worker;  // the slot of the node
  std::optional<Time> started_at;
  std::optional<Time> finished_at;
  std::optional<std::string> retry_of;
  std::optional<Error> error;
  Time created_at{};
  Time updated_at{};
  std::optional<Time> expires_at;
  std::optional<std::string> batch;  // public id
};

struct AttemptRecord {
  int number = 0;
  std::string worker;
  Time started_at{};
  std::optional<Time> finished_at;
  std::optional<std::string> ending;  // completed, failed, crashed, interrupted, cancelled; none while it runs
  std::optional<Error> error;
  std::optional<std::string> model_version;
  std::optional<std::string> timings;  // JSON, microseconds by stage
};

struct ImageRecord {
  ImageId id;
  std::string title;
  std::string owner;
  std::optional<std::string> external_id;
  std::string metadata;
  std::string sha256;
  std::int64_t byte_count = 0;
  std::string format;
  int width = 0;
  int height = 0;
  Time created_at{};
  Time updated_at{};
  JobRecord job;                        // the newest
  std::optional<std::string> document;  // the newest result, JSON
  bool replayed = false;                // create_image() found it by its idempotency key or its site's number: nothing was made
};

struct Event {
  std::int64_t id = 0;
  Time at{};
  std::string type;
  std::optional<ImageId> image;
  std::optional<std::string> job;  // public id
  std::string actor;
  std::string reason;
  std::string data = "{}";  // JSON object
};

struct ClaimRequest {
  std::string node;    // id of the process, as registered
  std::string worker;  // the slot, for people
  std::vector<std::string> lanes;  // domain::lane_of(queue, model)
  int count = 1;                   // free slots: a claim never takes more
};

struct Finish {
  domain::Fence fence;
  domain::Ending ending;
  std::string worker;
  std::string model_version;
};

struct Finished {
  bool applied = false;  // false: the claim was no longer ours, nothing was stored
  std::vector<domain::ClaimedJob> next;
  std::shared_future<void> stored;  // get() returns when all of it is durable, or throws StoreUnavailable: then none of it happened
};

// The same for several endings at once.
struct AllFinished {
  std::vector<bool> applied;  // of each ending, in their order
  std::vector<domain::ClaimedJob> next;
  std::shared_future<void> stored;
};

struct Promoted {
  int count = 0;
  std::optional<Time> next_due;  // of the jobs that still wait for their time
};

struct NewBatch {
  std::string title;
  std::string owner;
  std::string filled_by = {};  // the node of whoever makes it, fills it and seals it in one go; empty: open for all
};

struct Reprocess {
  std::optional<std::string> model = {};  // none: as before
  std::optional<int> priority = {};
  int max_attempts = 4;
  std::optional<std::string> batch = {};  // public id
  std::optional<NewBatch> new_batch = {};  // what `batch` is, which is made with its first job: there is none of nothing
  std::optional<std::vector<std::string>> models = {};  // of many, where `model` is none: as Retry::models
};

struct ImagePage {
  std::vector<ImageRecord> images;  // newest first
  std::optional<ImageId> next;      // give it as `before` to go on
};

struct JobCounts {  // each up to 10,001
  std::int64_t scheduled = 0;
  std::int64_t queued = 0;
  std::int64_t running = 0;
};

struct Account {
  std::string name;
  std::string role;
  std::string password_hash;
  std::optional<Time> disabled_at = {};
  std::optional<std::int64_t> byte_quota = {};  // none: as much as the disk has
  Time created_at{};
};

}  // namespace darkroom::store
