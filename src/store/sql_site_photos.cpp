#include "store/sql_site_photos.h"

#include "store/sql_deliveries.h"
#include "store/sql_many.h"
#include "store/sql_new_jobs.h"
#include "store/sql_rows.h"
#include "store/sql_selection.h"
#include "store/sql_store.h"

#include <map>
#include <set>
#include <tuple>

namespace darkroom::store {
namespace {

using Key = std::tuple<std::string, std::int64_t, std::string>;

constexpr RowSql kFindPhotos{
    "SELECT site, number, sha256, image_id FROM site_photo /*, GIVEN*/ WHERE site = $1 AND number = $2 AND sha256 = $3", "tit"};
constexpr RowSql kKeepPhoto{"INSERT INTO site_photo (site, number, sha256, image_id, callback_from) VALUES ($1, $2, $3, $4, $5)", "titii"};
constexpr const char* kFindPhoto = "SELECT image_id FROM site_photo WHERE site = $1 AND number = $2 AND sha256 = $3";
constexpr const char* kHoldOpenJobs =
    "SELECT id FROM job WHERE id IN (SELECT job_id FROM image WHERE id " DARKROOM_LISTED("$1") ") AND state IN ('scheduled', 'queued', 'running') ORDER BY id /*FOR UPDATE*/";
constexpr const char* kHoldOpenJob =
    "SELECT id, state, priority FROM job WHERE id = (SELECT job_id FROM image WHERE id = $1) AND state IN ('scheduled', 'queued', 'running') /*FOR UPDATE*/";
constexpr const char* kAskedAgain = "UPDATE site_photo SET callback_from = $2 WHERE image_id = $1 AND callback_from < $2";
constexpr const char* kNewMetadata = "UPDATE image SET metadata = $2 WHERE id = $1";

Key key_of(const Intake& intake) {
  const SitePhoto& photo = *intake.image.site_photo;
  return {photo.site, photo.number, intake.image.sha256};
}

// The photo's image as it is now that it was asked for once more: with the job that has not ended, or with a new one.
Result<ImageRecord> once_more(Transaction& transaction, const Intake& intake, ImageId id) {
  const NewImage& asked = intake.image;
  Time now = transaction.clock(intake.now);
  transaction.post(kAskedAgain, {id.value, asked.site_photo->callback_from});
  Rows open = transaction.execute(kHoldOpenJob, {id.value});
  if (open.empty()) {
    transaction.post(kNewMetadata, {id.value, asked.metadata});
    Reprocess how{.model = asked.model, .priority = asked.priority, .max_attempts = asked.max_attempts};
    auto begun = replace_job(transaction, id, "", how, InBatch::stays_out, intake.actor, now);
    if (begun) keep_callbacks(transaction, id, asked.callbacks, now);
    return begun;
  }
  std::int64_t job = open.front().integer(0);
  bool waits = open.front().text(1) != domain::to_string(domain::JobState::running);
  if (waits && asked.priority > open.front().small(2)) {
    move_jobs(transaction, {&job, 1}, asked.priority, intake.actor, now);
  }
  keep_callbacks(transaction, id, asked.callbacks, now);
  ImageRecord image = read_image(transaction.connection, id).value();
  image.replayed = true;
  return image;
}

// By their images, those of one in the order in which they came. All jobs of theirs that have not ended are held: in their own order, before any image is.
std::multimap<std::int64_t, Intake*> hold_known(Transaction& transaction, std::span<Intake* const> known) {
  std::multimap<std::int64_t, Intake*> sorted;
  if (known.empty()) return sorted;
  std::map<Key, std::int64_t> images;
  RowParams wanted;
  std::vector<std::int64_t> ids;
  for (const Intake* intake : known) {
    const SitePhoto& photo = *intake->image.site_photo;
    wanted.insert(wanted.end(), {photo.site, photo.number, intake->image.sha256});
  }
  for (const Row& row : transaction.execute_rows(kFindPhotos, wanted)) {
    if (images.emplace(Key(row.text(0), row.integer(1), row.text(2)), row.integer(3)).second) ids.push_back(row.integer(3));
  }
  transaction.execute(kHoldOpenJobs, {json_list(ids)});
  for (Intake* intake : known) {
    auto found = images.find(key_of(*intake));
    sorted.emplace(found == images.end() ? 0 : found->second, intake);
  }
  return sorted;
}

}  // namespace

SiteIntakes look_up_site_photos(Transaction& transaction, std::span<Intake* const> intakes) {
  SiteIntakes sorted;
  RowParams wanted;
  for (const Intake* intake : intakes) {
    const SitePhoto& photo = *intake->image.site_photo;
    wanted.insert(wanted.end(), {photo.site, photo.number, intake->image.sha256});
  }
  std::set<Key> known;
  for (const Row& row : transaction.execute_rows(kFindPhotos, wanted)) known.emplace(row.text(0), row.integer(1), row.text(2));
  for (Intake* intake : intakes) (known.insert(key_of(*intake)).second ? sorted.fresh : sorted.known).push_back(intake);
  return sorted;
}

void settle_site_photos(Transaction& transaction, const SiteIntakes& intakes) {
  RowParams kept;
  for (const Intake* intake : intakes.fresh) {
    const SitePhoto& photo = *intake->image.site_photo;
    if (intake->job) kept.insert(kept.end(), {photo.site, photo.number, intake->image.sha256, intake->job->image.value, photo.callback_from});
  }
  transaction.post_rows(kKeepPhoto, kept);
  for (auto [image, intake] : hold_known(transaction, intakes.known)) {
    intake->job.reset();
    const SitePhoto& photo = *intake->image.site_photo;
    Rows found = transaction.execute(kFindPhoto, {photo.site, photo.number, intake->image.sha256});
    if (found.empty()) {  // the one it would have joined was refused a moment ago
      take_in(transaction, {&intake, 1});
      settle_site_photos(transaction, {.known = {}, .fresh = {intake}});
    } else {
      intake->other_end = once_more(transaction, *intake, ImageId{found.front().integer(0)});
    }
  }
}

namespace {

constexpr const char* kPhotoOf = "SELECT site, number, callback_from FROM site_photo WHERE image_id = $1";
constexpr const char* kAnyInWork = "SELECT 1 FROM job WHERE queue = $1 AND state = 'running' ORDER BY id LIMIT 1";
constexpr const char* kInWork =
    "SELECT site_photo.number FROM job JOIN site_photo ON site_photo.image_id = job.image_id WHERE job.queue = $1 AND job.state = 'running' "
    "ORDER BY job.started_at, job.id LIMIT 1";
constexpr const char* kWaitingInLine =
    "SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE state = 'queued' AND lane >= $1 AND lane < $2 LIMIT $3) AS waiting";
constexpr const char* kWaitingForTheirTime = "SELECT COUNT(*) FROM (SELECT 1 FROM job WHERE state = 'scheduled' AND queue = $1 ORDER BY id LIMIT $2) AS waiting";

}  // namespace

std::optional<SitePhoto> SqlStore::site_photo(ImageId image) {
  return database_->read([&](Connection& connection) -> std::optional<SitePhoto> {
    Rows found = connection.execute(kPhotoOf, {image.value});
    if (found.empty()) return std::nullopt;
    return SitePhoto{found.front().text(0), found.front().integer(1), found.front().time(2)};
  });
}

InWork SqlStore::in_work() {
  return database_->read([](Connection& connection) {
    InWork work;
    work.any = !connection.execute(kAnyInWork, {domain::kProcessQueue}).empty();
    Rows found = connection.execute(kInWork, {domain::kProcessQueue});
    if (!found.empty()) work.number = found.front().integer(0);
    return work;
  });
}

std::int64_t SqlStore::count_waiting(std::int64_t most) {
  // The lanes of the queue: QUEUE/MODEL, and '0' is the character after '/'.
  std::string first = domain::lane_of(domain::kProcessQueue, ""), end = std::string(domain::kProcessQueue) + '0';
  return database_->read([&](Connection& connection) {
    std::int64_t in_line = connection.execute(kWaitingInLine, {first, end, most}).front().integer(0);
    return in_line + connection.execute(kWaitingForTheirTime, {domain::kProcessQueue, most}).front().integer(0);
  });
}

std::vector<const char*> hot_site_statements() { return {kFindPhoto, kHoldOpenJobs, kHoldOpenJob, kAskedAgain, kPhotoOf, kAnyInWork, kWaitingInLine, kWaitingForTheirTime}; }
std::vector<RowSql> hot_site_rows() { return {kFindPhotos, kKeepPhoto}; }

}  // namespace darkroom::store
