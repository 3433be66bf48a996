#include "store/sql_intake.h"

#include "domain/error_codes.h"
#include "store/access.h"
#include "store/sql_bytes.h"
#include "store/sql_deliveries.h"
#include "store/sql_failures.h"
#include "store/sql_new_jobs.h"
#include "store/sql_rows.h"

#include <algorithm>
#include <map>
#include <set>

namespace darkroom::store {
namespace {

namespace code = domain::code;
using domain::JobState;

// The number only keeps these locks apart from others. Written out, since PostgreSQL starts an executor of its own for the body of lock_content().
constexpr RowSql kLockContent{"SELECT pg_advisory_xact_lock(hashtextextended($1, 6271)) /*FROM GIVEN*/", "t"};
// Nothing for a content that nothing is known against; crashes -1 for one that is being removed.
constexpr RowSql kObjections{
    "SELECT sha256, -1 FROM blob_removal /*, GIVEN*/ WHERE sha256 = $1 UNION ALL SELECT sha256, crashes FROM content_crash /*, GIVEN*/ WHERE sha256 = $1", "t"};
// Two that add to the photos of one account wait for each other here, so that each sees what the other added.
constexpr const char* kHoldQuota = "SELECT byte_quota FROM account WHERE name = $1 AND byte_quota IS NOT NULL /*FOR UPDATE*/";
constexpr const char* kMaxRetries = "SELECT max_retries FROM queue WHERE name = $1";
constexpr RowSql kInsertImage{
    "INSERT INTO image (id, title, owner, external_id, metadata, sha256, byte_count, format, width, height, job_id, result_job_id, created_at, updated_at, "
    "title_folded) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11, $12, $12, $13)",
    "ittttt" "itiiii" "t"};
constexpr RowSql kInsertJob{
    "INSERT INTO job (id, public_id, kind, image_id, queue, model, lane, owner, priority, rank, state, run_at, max_attempts, expires_at, batch_id, "
    "error_code, error_message, finished_at, created_at, updated_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $19)",
    "ittitttt" "iitii" "iitt" "ii"};

// A photo on its way to its rows.
struct Entrant {
  Intake& intake;
  std::string lane;
  std::optional<std::int64_t> batch = {};
  std::optional<Error> failed = {};  // from the start, for this reason
  JobRecord job = {};
  std::int64_t rank = 0;
  std::int64_t event = 0;  // the id of that it was created

  const NewImage& image() const { return intake.image; }
  bool is_due() const { return !image().run_at || *image().run_at <= intake.now; }
  Line line() const { return {lane, image().priority, image().owner}; }
};

RowParams contents_of(std::span<Intake* const> intakes) {
  std::vector<std::string_view> contents;
  for (const Intake* intake : intakes) contents.push_back(intake->image.sha256);
  std::ranges::sort(contents);
  contents.erase(std::unique(contents.begin(), contents.end()), contents.end());
  return RowParams(contents.begin(), contents.end());
}

std::map<std::string, std::int64_t> objections(const Rows& rows) {
  std::map<std::string, std::int64_t> found;
  for (const Row& row : rows) {
    auto [known, is_new] = found.emplace(row.text(0), row.integer(1));
    if (!is_new && row.integer(1) < 0) known->second = -1;
  }
  return found;
}

// How much the owners of these photos have, and may have.
class Quotas {
 public:
  Quotas(Transaction& transaction, std::span<Intake* const> intakes) {
    for (const Intake* intake : intakes) {
      if (intake->image.within_quota) rooms_.try_emplace(intake->image.owner);
    }
    for (auto& [owner, room] : rooms_) {  // in their order, so that none waits for another in a circle
      Rows quota = transaction.execute(kHoldQuota, {owner});
      if (quota.empty()) continue;
      room.quota = quota.front().integer(0);
      room.used = bytes_of_owner(transaction.connection, owner);
    }
  }

  std::optional<Error> refuse(const NewImage& image) {
    auto found = rooms_.find(image.owner);
    if (!image.within_quota || found == rooms_.end() || !found->second.quota) return std::nullopt;
    Room& room = found->second;
    if (room.used + image.byte_count > *room.quota) return quota_exceeded(image.owner, room.used, *room.quota);
    room.used += image.byte_count;
    return std::nullopt;
  }

 private:
  struct Room {
    std::optional<std::int64_t> quota;
    std::int64_t used = 0;
  };
  std::map<std::string, Room> rooms_;
};

// Lets it in, or gives it the answer of one that is refused.
bool admit(Transaction& transaction, Entrant& entrant, const std::map<std::string, std::int64_t>& objected, Quotas& quotas) {
  Intake& intake = entrant.intake;
  auto found = objected.find(intake.image.sha256);
  if (found != objected.end() && found->second < 0) {
    intake.other_end = Error{std::string(code::conflict), "The same photo is being deleted at this moment. Send it again."};
    return false;
  }
  if (found != objected.end() && found->second >= domain::kCrashesUntilQuarantine) entrant.failed = quarantined(intake.image.sha256, found->second);
  if (intake.image.batch) {
    auto batch = open_batch(transaction, *intake.image.batch);
    if (!batch) {
      intake.other_end = batch.error();
      return false;
    }
    entrant.batch = *batch;
  }
  if (auto refused = quotas.refuse(intake.image)) {
    intake.other_end = *refused;
    return false;
  }
  return true;
}

void describe_job(Entrant& entrant, std::optional<int> max_retries) {
  const NewImage& image = entrant.image();
  Time now = entrant.intake.now;
  JobRecord& job = entrant.job;
  job.public_id = entrant.intake.public_id;
  job.kind = domain::kProcessKind;
  job.queue = domain::kProcessQueue;
  job.model = image.model;
  job.owner = image.owner;
  job.priority = image.priority;
  job.run_at = std::max(image.run_at.value_or(now), now);
  job.state = entrant.failed ? JobState::failed : entrant.is_due() ? JobState::queued : JobState::scheduled;
  job.max_attempts = max_retries ? *max_retries + 1 : image.max_attempts;
  job.error = entrant.failed;
  if (entrant.failed) job.finished_at = now;
  job.created_at = job.updated_at = now;
  job.expires_at = image.expires_at;
  job.batch = image.batch;
}

void write_rows(Transaction& transaction, const std::vector<Entrant>& entrants) {
  RowParams images, jobs;
  images.reserve(entrants.size() * kInsertImage.types.size());
  jobs.reserve(entrants.size() * kInsertJob.types.size());
  for (const Entrant& entrant : entrants) {
    const NewImage& image = entrant.image();
    const JobRecord& job = entrant.job;
    Time now = entrant.intake.now;
    std::optional<std::string_view> error_code, error_message;
    if (job.error) error_code = job.error->code, error_message = job.error->message;
    images.insert(images.end(), {job.image.value, image.title, image.owner, image.external_id, image.metadata, image.sha256, image.byte_count, image.format,
                                 image.width, image.height, job.id.value, now, entrant.intake.folded_title});
    jobs.insert(jobs.end(), {job.id.value, job.public_id, job.kind, job.image.value, job.queue, job.model, entrant.lane, job.owner, job.priority, entrant.rank,
                             domain::to_string(job.state), job.run_at, job.max_attempts, job.expires_at, entrant.batch, error_code, error_message,
                             job.finished_at, now});
  }
  transaction.post_rows(kInsertImage, images);
  transaction.post_rows(kInsertJob, jobs);
  for (const Entrant& entrant : entrants) {
    if (entrant.failed) note_failure(transaction, entrant.job.id.value, *entrant.failed, entrant.intake.now);
  }
  for (const Entrant& entrant : entrants) keep_callbacks(transaction, entrant.job.image, entrant.image().callbacks, entrant.intake.now);
}

// When the job will start or expire, for whoever promotes and expires: they hear of it with the event.
std::string times_json(const NewImage& image, Time now) {
  std::string data;
  if (image.run_at && *image.run_at > now) data += "\"run_at\":\"" + to_rfc3339(*image.run_at) + '"';
  if (image.expires_at) data += (data.empty() ? "" : ",") + ("\"expires_at\":\"" + to_rfc3339(*image.expires_at) + '"');
  return '{' + data + '}';
}

void tell(Transaction& transaction, const std::vector<Entrant>& entrants) {
  std::vector<Event> created, failed;
  for (const Entrant& entrant : entrants) {
    const Actor& actor = entrant.intake.actor;
    Time now = entrant.intake.now;
    created.push_back({.id = entrant.event, .at = now, .type = "image.created", .image = entrant.job.image, .job = entrant.job.public_id, .actor = actor.name,
                       .reason = actor.reason, .data = times_json(entrant.image(), now)});
    if (!entrant.failed) continue;
    failed.push_back({.at = now, .type = "job.failed", .image = entrant.job.image, .job = entrant.job.public_id, .actor = "system", .reason = entrant.failed->message});
  }
  post_events(transaction, std::move(created));
  append_events(transaction, std::move(failed));
}

}  // namespace

Error quota_exceeded(const std::string& owner, std::int64_t used, std::int64_t quota) {
  return {std::string(code::quota_exceeded), "The photos of " + owner + " use " + std::to_string(used) + " of " + std::to_string(quota) +
                                                 " bytes, so this one has no room. Delete some, or ask an administrator for more."};
}

void lock_contents(Transaction& transaction, std::vector<std::string_view> contents) {
  std::ranges::sort(contents);  // always in the same order: two that lock the same ones do not wait for each other in a circle
  transaction.connection.post_locks(kLockContent, RowParams(contents.begin(), contents.end()));
}

Result<ImageRecord> Intake::answer() && {
  if (!job) return std::move(*other_end);
  return ImageRecord{.id = job->image, .title = image.title, .owner = image.owner, .external_id = image.external_id, .metadata = image.metadata, .sha256 = image.sha256,
                     .byte_count = image.byte_count, .format = image.format, .width = image.width, .height = image.height, .created_at = now, .updated_at = now,
                     .job = std::move(*job), .document = std::nullopt};
}

void hold_quotas(Transaction& transaction, std::span<void* const> asks) {
  std::set<std::string_view> owners;
  for (void* ask : asks) {
    if (const NewImage& image = static_cast<Intake*>(ask)->image; image.within_quota) owners.insert(image.owner);
  }
  for (std::string_view owner : owners) transaction.post(kHoldQuota, {owner});
}

// All that has to be known is asked at once, also for those that will be refused.
void take_in(Transaction& transaction, std::span<Intake* const> intakes) {
  Quotas quotas(transaction, intakes);
  std::vector<Entrant> entrants;
  std::vector<Line> lines;
  entrants.reserve(intakes.size());  // the lines refer to them
  for (Intake* intake : intakes) {
    intake->job.reset();
    intake->other_end.reset();
    lines.push_back(entrants.emplace_back(Entrant{*intake, domain::lane_of(domain::kProcessQueue, intake->image.model)}).line());
  }
  Ranks ranks(std::move(lines));
  std::size_t count = intakes.size();
  Ask asks[] = {{kObjections, contents_of(intakes)}, {kMaxRetries, {domain::kProcessQueue}}, ranks.ask()};
  Answers found = transaction.connection.execute_together(asks, {{"image", count}, {"job", count}, {"event", count}});
  for (Intake* intake : intakes) intake->now = found.clock.value_or(intake->now);  // whether a photo is due is said by the clock that promotes
  auto objected = objections(found.rows[0]);
  const Rows& queue = found.rows[1];
  std::optional<int> max_retries = queue.empty() || queue.front().is_null(0) ? std::nullopt : std::optional(queue.front().small(0));
  ranks.read(found.rows[2]);

  std::vector<Entrant> admitted;
  admitted.reserve(count);
  for (Entrant& entrant : entrants) {
    if (!admit(transaction, entrant, objected, quotas)) continue;
    if (entrant.image().keep_again) entrant.image().keep_again();
    describe_job(entrant, max_retries);
    if (entrant.job.state == JobState::queued) entrant.rank = ranks.take(entrant.line(), entrant.intake.turn);
    std::size_t place = admitted.size();
    entrant.job.image = ImageId{found.ids[place]};
    entrant.job.id = JobId{found.ids[count + place]};
    entrant.event = found.ids[2 * count + place];
    admitted.push_back(entrant);
  }
  if (admitted.empty()) return;
  write_rows(transaction, admitted);
  tell(transaction, admitted);
  for (Entrant& entrant : admitted) entrant.intake.job = std::move(entrant.job);
}

std::vector<const char*> hot_intake_statements() { return {kMaxRetries, kHoldQuota}; }
std::vector<RowSql> hot_intake_rows() { return {kObjections, kInsertImage, kInsertJob}; }

}  // namespace darkroom::store
