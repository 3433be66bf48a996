#include "store/sql_selection.h"

#include "base/id.h"
#include "base/json_text.h"
#include "domain/job_rules.h"
#include "store/sql_failures.h"

#include <algorithm>
#include <set>
#include <utility>

namespace darkroom::store {
namespace {

using domain::JobState;

constexpr int kPage = 50'000;

// Every condition is there in every statement, and one that is not asked for is NULL. What stands before them leads to an index.
#define DARKROOM_CONDITIONS                                                                                      \
  "(job.image_id IS NULL OR image.job_id = job.id) AND job.state = CAST($8 AS TEXT) "                            \
  "AND (CAST($1 AS TEXT) IS NULL OR job.queue = CAST($1 AS TEXT)) "                                              \
  "AND (CAST($2 AS TEXT) IS NULL OR job.model = CAST($2 AS TEXT)) "                                              \
  "AND (CAST($3 AS TEXT) IS NULL OR job.owner = CAST($3 AS TEXT)) "                                              \
  "AND (CAST($4 AS TEXT) IS NULL OR job.error_code = CAST($4 AS TEXT)) "                                         \
  "AND (CAST($5 AS BIGINT) IS NULL OR job.created_at >= CAST($5 AS BIGINT)) "                                    \
  "AND (CAST($6 AS BIGINT) IS NULL OR job.created_at < CAST($6 AS BIGINT)) "                                     \
  "AND (CAST($7 AS BIGINT) IS NULL OR job.batch_id = CAST($7 AS BIGINT)) "                                       \
  "AND (CAST($9 AS TEXT) IS NULL OR job.id " DARKROOM_LISTED("$9") ") "                                          \
  "AND " DARKROOM_OF_KIND("job.kind", "$13")
#define DARKROOM_FITS_IN_ALL_BUT_MODEL                                                                            \
  "(CAST($10 AS BIGINT) IS NULL OR job.priority <> CAST($10 AS BIGINT)) AND (CAST($11 AS BIGINT) IS NULL OR "   \
  "(job.image_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM content_crash WHERE content_crash.sha256 = image.sha256 " \
  "AND content_crash.crashes >= CAST($11 AS BIGINT))))"
#define DARKROOM_HAS_MODEL "(CAST($12 AS TEXT) IS NULL OR job.model IN (SELECT value FROM json_each(CAST($12 AS TEXT))))"
#define DARKROOM_FITS DARKROOM_FITS_IN_ALL_BUT_MODEL " AND " DARKROOM_HAS_MODEL
#define DARKROOM_MATCHES(first) " FROM job LEFT JOIN image ON image.id = job.image_id WHERE " first DARKROOM_CONDITIONS
#define DARKROOM_SUM_OF(condition) "COALESCE(SUM(CASE WHEN " condition " THEN 1 ELSE 0 END), 0)"
#define DARKROOM_COUNT(first) \
  "SELECT COUNT(*), " DARKROOM_SUM_OF(DARKROOM_FITS) ", " DARKROOM_SUM_OF(DARKROOM_FITS_IN_ALL_BUT_MODEL) DARKROOM_MATCHES(first)
#define DARKROOM_PAGE(first, id) "SELECT job.id" DARKROOM_MATCHES(first) " AND " DARKROOM_FITS " AND " id " > $14 ORDER BY " id " LIMIT $15"
// The id is an expression, so that the rows are read from the index of their state, and not from among all the history.
#define DARKROOM_IN_STATE(state) {DARKROOM_COUNT("job.state = '" state "' AND "), DARKROOM_PAGE("job.state = '" state "' AND ", "(0 + job.id)")}
#define DARKROOM_OTHER(first) {DARKROOM_COUNT(first), DARKROOM_PAGE(first, "job.id")}

}  // namespace

struct Selection::Texts {
  const char* count;
  const char* page;
};

namespace {

constexpr const char* kJobsNamed = "SELECT id FROM job WHERE public_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))";
constexpr const char* kJobsOfImages = "SELECT job_id FROM image WHERE id " DARKROOM_LISTED("$1");
constexpr const char* kBatchNamed = "SELECT id FROM batch WHERE public_id = $1";

template <class Range, class Text>
std::string json_array(const Range& items, Text text) {
  std::string list = "[";
  for (const auto& item : items) {
    if (list.size() > 1) list += ',';
    list += text(item);
  }
  return list + "]";
}

std::set<std::int64_t> ids_of(const Rows& rows) {
  std::set<std::int64_t> ids;
  for (const Row& row : rows) ids.insert(row.integer(0));
  return ids;
}

// What the filter names by ids: none when it names nothing, else those that are there.
std::optional<std::set<std::int64_t>> named(Connection& connection, const JobFilter& filter) {
  std::optional<std::set<std::int64_t>> found;
  if (!filter.jobs.empty()) {
    std::vector<std::string> uuids;
    std::ranges::copy_if(filter.jobs, std::back_inserter(uuids), [](const std::string& id) { return is_uuid(id); });
    found = ids_of(connection.execute(kJobsNamed, {json_texts(uuids)}));
  }
  if (!filter.images.empty()) {
    auto of_images = ids_of(connection.execute(kJobsOfImages, {json_array(filter.images, [](ImageId id) { return std::to_string(id.value); })}));
    if (found) std::erase_if(of_images, [&](std::int64_t id) { return !found->contains(id); });
    found = std::move(of_images);
  }
  if (filter.cause) {
    auto failed = failed_of(connection, filter);
    if (found) std::erase_if(failed, [&](std::int64_t id) { return !found->contains(id); });
    found = std::move(failed);
  }
  return found;
}

// Those that can be run, where it matters which model the job has.
const std::vector<std::string>* models_of(const BulkAction& action) {
  const auto* how = std::get_if<Reprocess>(&action);
  const auto* retry = std::get_if<Retry>(&action);
  if (how && how->model) return nullptr;
  const auto& models = how ? how->models : retry->models;
  return models ? &*models : nullptr;
}

}  // namespace

std::string json_list(const std::vector<std::int64_t>& ids) {
  return json_array(ids, [](std::int64_t id) { return std::to_string(id); });
}

std::string json_texts(const std::vector<std::string>& texts) {
  return json_array(texts, [](const std::string& text) { return json_text(text); });
}

Selection::Selection(Connection& connection, const JobFilter& filter, const BulkAction& action) : filter_(filter), states_(filter.states) {
  if (states_.empty()) states_ = {JobState::scheduled, JobState::queued, JobState::running, JobState::completed, JobState::failed, JobState::cancelled};
  std::ranges::sort(states_);
  states_.erase(std::unique(states_.begin(), states_.end()), states_.end());
  if (std::holds_alternative<Cancel>(action)) {
    fitting_ = {JobState::scheduled, JobState::queued, JobState::running};
  } else if (const auto* move = std::get_if<Reprioritise>(&action)) {
    fitting_ = {JobState::scheduled, JobState::queued};
    going_to_fit_ = {JobState::running};
    other_than_ = move->priority;
  } else {
    fitting_ = {JobState::completed, JobState::failed, JobState::cancelled};
    crashes_ = domain::kCrashesUntilQuarantine;
    if (const auto* models = models_of(action)) models_ = json_texts(*models);
    passes_ = 1;
  }
  if (filter.batch) {
    Rows found = connection.execute(kBatchNamed, {*filter.batch});
    found.empty() ? nothing_ = true : (batch_ = found.front().integer(0)).has_value();
  }
  if (auto ids = named(connection, filter)) {
    if (ids->empty()) nothing_ = true;
    listed_ = json_list({ids->begin(), ids->end()});
  }
}

bool Selection::fits(JobState state) const { return std::ranges::find(fitting_, state) != fitting_.end(); }

const Selection::Texts& Selection::of_state(JobState state) {
  static constexpr Texts kScheduled = DARKROOM_IN_STATE("scheduled");
  static constexpr Texts kQueued = DARKROOM_IN_STATE("queued");
  static constexpr Texts kRunning = DARKROOM_IN_STATE("running");
  static constexpr Texts kCompleted = DARKROOM_OTHER("");  // nearly all that there is
  static constexpr Texts kFailed = DARKROOM_IN_STATE("failed");
  static constexpr Texts kCancelled = DARKROOM_IN_STATE("cancelled");
  switch (state) {
    case JobState::scheduled: return kScheduled;
    case JobState::queued: return kQueued;
    case JobState::running: return kRunning;
    case JobState::completed: return kCompleted;
    case JobState::failed: return kFailed;
    case JobState::cancelled: return kCancelled;
  }
  return kCompleted;
}

const Selection::Texts& Selection::texts_for(JobState state) const {
  static constexpr Texts kOfBatch = DARKROOM_OTHER("job.batch_id = CAST($7 AS BIGINT) AND ");
  static constexpr Texts kListed = DARKROOM_OTHER("job.id " DARKROOM_LISTED("$9") " AND ");
  if (listed_) return kListed;
  return batch_ ? kOfBatch : of_state(state);
}

std::vector<const char*> Selection::statements_by_index() {
  std::vector<const char*> statements;
  for (JobState state : {JobState::scheduled, JobState::queued, JobState::running, JobState::failed, JobState::cancelled}) {
    statements.push_back(of_state(state).count);
    statements.push_back(of_state(state).page);
  }
  return statements;
}

BulkResult Selection::count(Connection& connection) const {
  BulkResult result;
  if (nothing_) return result;
  for (JobState state : states_) {
    Row counts = connection
                     .execute(texts_for(state).count, {filter_.queue, filter_.model, filter_.owner, filter_.error_code, filter_.created_from, filter_.created_before, batch_,
                                                       domain::to_string(state), listed_, other_than_, crashes_, models_, filter_.kind})
                     .front();
    result.matched += counts.integer(0);
    if (!fits(state)) continue;
    result.changed += counts.integer(1);
    result.without_model += counts.integer(2) - counts.integer(1);
  }
  return result;
}

std::vector<std::int64_t> Selection::ids_in(Connection& connection, const std::vector<JobState>& states) const {
  std::vector<std::int64_t> ids;
  if (nothing_) return ids;
  for (JobState state : states_) {
    if (std::ranges::find(states, state) == states.end()) continue;
    Rows page;
    do {
      std::int64_t after = page.empty() ? 0 : ids.back();
      page = connection.execute(texts_for(state).page, {filter_.queue, filter_.model, filter_.owner, filter_.error_code, filter_.created_from, filter_.created_before,
                                                        batch_, domain::to_string(state), listed_, other_than_, crashes_, models_, filter_.kind, after, kPage});
      for (const Row& row : page) ids.push_back(row.integer(0));
    } while (std::cmp_equal(page.size(), kPage));
  }
  return ids;
}

}  // namespace darkroom::store
