// Finding images. What is asked for decides which index is walked (an owner's, those with an error, titles in order ...); everything else is judged on the
// way, so no statement sorts. Where little may match, the walk goes a window of ids at a time and looks at the clock between them: a page that the time
// has cut off says where to go on.
#include "store/sql_finding.h"
#include "store/sql_images.h"
#include "store/sql_job_lists.h"
#include "store/sql_many.h"
#include "store/sql_rows.h"
#include "store/sql_selection.h"
#include "store/sql_store.h"
#include "text/unicode.h"

#include <algorithm>
#include <chrono>
#include <functional>
#include <limits>

namespace darkroom::store {
namespace {

using domain::JobState;

// Every statement takes all parameters: $1 and $2 bound the walk, $3 is the most rows. A condition that is not asked for is NULL. They are one term, and not a dozen:
// of a dozen SQLite believes that hardly a row meets them, and sorts.
#define DARKROOM_JUDGED                                                                                                          \
  " AND NOT ((CAST($4 AS TEXT) IS NOT NULL AND image.owner <> CAST($4 AS TEXT)) "                                               \
  "OR (CAST($5 AS TEXT) IS NOT NULL AND job.model <> CAST($5 AS TEXT)) "                                                        \
  "OR (CAST($6 AS TEXT) IS NOT NULL AND COALESCE(job.error_code, '') <> CAST($6 AS TEXT)) "                                     \
  "OR (CAST($7 AS TEXT) IS NOT NULL AND instr(image.title_folded, CAST($7 AS TEXT)) = 0) "                                      \
  "OR (CAST($8 AS TEXT) IS NOT NULL AND instr(image.labels, CAST($8 AS TEXT)) = 0) "                                            \
  "OR (CAST($9 AS TEXT) IS NOT NULL AND job.state NOT IN (CAST($9 AS TEXT), CAST($10 AS TEXT))) "                               \
  "OR (CAST($11 AS BIGINT) IS NOT NULL AND image.created_at < CAST($11 AS BIGINT)) "                                            \
  "OR (CAST($12 AS BIGINT) IS NOT NULL AND image.created_at >= CAST($12 AS BIGINT)) "                                           \
  "OR (CAST($13 AS TEXT) IS NOT NULL AND NOT image.id " DARKROOM_LISTED("$13") ") "                                             \
  "OR (CAST($14 AS TEXT) IS NOT NULL AND COALESCE(job.batch_id, 0) <> COALESCE((SELECT batch.id FROM batch WHERE batch.public_id = CAST($14 AS TEXT)), -1))) "
// Whole images, or only which they are and what a cursor of them needs. Both meet the same ones.
#define DARKROOM_WHOLE "SELECT " DARKROOM_JOB_COLUMNS ", " DARKROOM_IMAGE_COLUMNS " FROM "
#define DARKROOM_WHICH "SELECT image.id, image.title_folded FROM "
#define DARKROOM_OF_IMAGE(what, where, order) \
  what DARKROOM_IMAGE_TABLES " WHERE image.id > $1 AND image.id < $2 AND " where DARKROOM_JUDGED "ORDER BY image.id" order " LIMIT $3"
#define DARKROOM_OF_JOB(what, where, order)                                                                                        \
  what "job JOIN image ON image.id = job.image_id AND image.job_id = job.id LEFT JOIN result ON result.job_id = image.result_job_id " \
  "WHERE job.image_id > $1 AND job.image_id < $2 AND " where DARKROOM_JUDGED "ORDER BY job.image_id" order " LIMIT $3"
#define DARKROOM_BOTH(of, where) \
  {of(DARKROOM_WHOLE, where, " DESC"), of(DARKROOM_WHOLE, where, ""), of(DARKROOM_WHICH, where, " DESC"), of(DARKROOM_WHICH, where, "")}
#define DARKROOM_TITLES(what, and_up_to)                                                                                                                        \
  what DARKROOM_IMAGE_TABLES " WHERE (0 + image.id) > $1 AND (0 + image.id) < $2 AND (image.title_folded, image.id) > (CAST($15 AS TEXT), CAST($16 AS BIGINT))" \
      and_up_to DARKROOM_JUDGED "ORDER BY image.title_folded, image.id LIMIT $3"
#define DARKROOM_BY_TITLE(what) \
  {DARKROOM_TITLES(what, ""), DARKROOM_TITLES(what, " AND (image.title_folded, image.id) <= (CAST($17 AS TEXT), CAST($18 AS BIGINT))")}

struct Walk {
  const char* down;
  const char* up;
  const char* which_down;
  const char* which_up;
};

struct Titles {
  const char* left;  // all after a key
  const char* to;    // those of a window
};

constexpr Walk kAny = DARKROOM_BOTH(DARKROOM_OF_IMAGE, "1 = 1");
constexpr Walk kOwner = DARKROOM_BOTH(DARKROOM_OF_IMAGE, "image.owner = CAST($4 AS TEXT)");
constexpr Walk kListed = DARKROOM_BOTH(DARKROOM_OF_IMAGE, "image.id " DARKROOM_LISTED("$13"));
constexpr Walk kError = DARKROOM_BOTH(DARKROOM_OF_JOB, "job.error_code = CAST($6 AS TEXT)");
constexpr Walk kFailed = DARKROOM_BOTH(DARKROOM_OF_JOB, "job.state = 'failed'");
constexpr Walk kCancelled = DARKROOM_BOTH(DARKROOM_OF_JOB, "job.state = 'cancelled'");
constexpr Titles kTitles = DARKROOM_BY_TITLE(DARKROOM_WHOLE);
constexpr Titles kWhichTitles = DARKROOM_BY_TITLE(DARKROOM_WHICH);
// The key that ends a window of so many titles.
constexpr const char* kTitleAfter =
    "SELECT title_folded, id FROM image WHERE (title_folded, id) > (CAST($1 AS TEXT), CAST($2 AS BIGINT)) ORDER BY title_folded, id LIMIT 1 OFFSET CAST($3 AS BIGINT)";

constexpr const char* kOldestAndNewest = "SELECT (SELECT COALESCE(MIN(id), 0) FROM image), (SELECT COALESCE(MAX(id), 0) FROM image)";
// So many that sorting them costs little; more of them are met soon enough on the way.
constexpr int kFew = 1000;
constexpr const char* kFewOf[] = {
    "SELECT image_id FROM job WHERE state = 'scheduled' AND image_id IS NOT NULL LIMIT $1", "SELECT image_id FROM job WHERE state = 'queued' AND image_id IS NOT NULL LIMIT $1",
    "SELECT image_id FROM job WHERE state = 'running' AND image_id IS NOT NULL LIMIT $1"};
constexpr const char* kImagesOfBatch =
    "SELECT image_id FROM job WHERE batch_id = (SELECT id FROM batch WHERE public_id = $1) AND image_id IS NOT NULL LIMIT $2";

constexpr std::int64_t kFirstWindow = 10'000;
constexpr std::int64_t kLargestWindow = 50'000;
constexpr std::int64_t kFirstTitles = 250;  // where such a window ends has to be looked for

enum class Reads { whole, which };

class Search {
 public:
  // Each row of the page is handed on; its key is where a next page may go on.
  using Take = std::function<ImageKey(const Row&)>;

  Search(Connection& connection, const ImageQuery& query, Reads reads, Take take) : connection_(connection), query_(query), reads_(reads), take_(std::move(take)) {
    if (query.title) title_ = text::folded(*query.title);
    if (query.label) label_ = "\n" + *query.label + "\n";
    if (!query.states.empty()) {
      first_state_ = domain::to_string(query.states.front());
      last_state_ = domain::to_string(query.states.back());
    }
  }

  // Where the next page goes on; none: nothing is left.
  std::optional<ImageKey> run(Duration longest) {
    choose();
    if (query_.sort == ImageSort::title) {
      walk_titles(longest);
    } else {
      walk(longest);
    }
    return std::move(next_);
  }

  // Those of these images that meet the conditions, by their ids; the query's limit is at least their number.
  std::vector<std::int64_t> meeting(const std::vector<std::int64_t>& images) {
    std::vector<std::int64_t> met;
    listed_ = json_list(images);
    for (const Row& row : look(kListed.which_up, images.front() - 1, images.back() + 1)) met.push_back(row.integer(0));
    return met;
  }

 private:
  // Ids in order, when there are few: otherwise they are met on the way.
  std::optional<std::vector<std::int64_t>> few() {
    std::vector<std::int64_t> ids;
    auto add = [&](const Rows& rows) {
      for (const Row& row : rows) ids.push_back(row.integer(0));
    };
    if (query_.batch) {
      add(connection_.execute(kImagesOfBatch, {*query_.batch, kFew + 1}));
    } else {
      for (JobState state : query_.states) {
        if (domain::is_final(state)) return std::nullopt;
        add(connection_.execute(kFewOf[static_cast<int>(state)], {kFew + 1}));
      }
    }
    return ids.size() > kFew ? std::nullopt : std::optional(std::move(ids));
  }

  void choose() {
    if (query_.batch || !query_.states.empty()) {
      if (auto ids = few()) {
        listed_ = json_list(*ids);
        walk_ = &kListed;
        return;
      }
    }
    if (query_.error_code) {
      walk_ = &kError;
    } else if (query_.states.size() == 1 && query_.states.front() == JobState::failed) {
      walk_ = &kFailed;
    } else if (query_.states.size() == 1 && query_.states.front() == JobState::cancelled) {
      walk_ = &kCancelled;
    } else if (query_.owner) {
      walk_ = &kOwner;
    }
  }

  // Titles after `from` up to `to`; all that are left where there is none.
  Rows look_at_titles(const ImageKey& from, const std::optional<ImageKey>& to) {
    constexpr std::int64_t none = 0, all = std::numeric_limits<std::int64_t>::max();
    int most = query_.limit + 1 - taken_;
    const Titles& titles = reads_ == Reads::whole ? kTitles : kWhichTitles;
    if (to) {
      return connection_.execute(titles.to, {none, all, most, query_.owner, query_.model, query_.error_code, title_, label_, first_state_, last_state_, query_.created_from,
                                             query_.created_before, listed_, query_.batch, from.title, from.id, to->title, to->id});
    }
    return connection_.execute(titles.left, {none, all, most, query_.owner, query_.model, query_.error_code, title_, label_, first_state_, last_state_, query_.created_from,
                                            query_.created_before, listed_, query_.batch, from.title, from.id});
  }

  Rows look(const char* sql, std::int64_t above, std::int64_t below) {
    return connection_.execute(sql, {above, below, query_.limit + 1 - taken_, query_.owner, query_.model, query_.error_code, title_, label_, first_state_, last_state_,
                                     query_.created_from, query_.created_before, listed_, query_.batch});
  }

  // Takes what fits into the page; false when one more was there.
  bool take(const Rows& rows) {
    for (const Row& row : rows) {
      if (taken_ == query_.limit) {
        next_ = std::move(last_);
        return false;
      }
      last_ = take_(row);
      ++taken_;
    }
    return true;
  }

  const char* step(bool down) const {
    if (reads_ == Reads::whole) return down ? walk_->down : walk_->up;
    return down ? walk_->which_down : walk_->which_up;
  }

  void walk_titles(Duration longest) {
    ImageKey from = query_.after.value_or(ImageKey{});
    auto until = std::chrono::steady_clock::now() + longest;
    for (std::int64_t window = kFirstTitles;; window = std::min(window * 2, kLargestWindow)) {
      Rows end = connection_.execute(kTitleAfter, {from.title, from.id, window});
      auto to = end.empty() ? std::nullopt : std::optional(ImageKey{end.front().integer(1), end.front().text(0)});
      if (!take(look_at_titles(from, to)) || !to) return;
      from = *to;
      if (std::chrono::steady_clock::now() < until) continue;
      next_ = from;
      return;
    }
  }

  void walk(Duration longest) {
    bool down = query_.sort == ImageSort::newest;
    Row ends = connection_.execute(kOldestAndNewest).front();
    std::int64_t oldest = ends.integer(0), newest = ends.integer(1);
    std::int64_t at = query_.after ? query_.after->id : down ? newest + 1 : oldest - 1;
    at = std::clamp(at, oldest - 1, newest + 1);
    auto until = std::chrono::steady_clock::now() + longest;
    for (std::int64_t window = kFirstWindow; down ? at > oldest : at < newest; window = std::min(window * 2, kLargestWindow)) {
      if (walk_ == &kListed) window = newest - oldest + 2;
      std::int64_t end = down ? std::max(at - window, oldest - 1) : std::min(at + window, newest + 1);
      if (!take(down ? look(step(true), end, at) : look(step(false), at, end))) return;
      at = down ? end + 1 : end - 1;
      if (down ? at <= oldest : at >= newest) return;
      if (std::chrono::steady_clock::now() < until) continue;
      next_ = ImageKey{at};
      return;
    }
  }

  Connection& connection_;
  const ImageQuery& query_;
  Reads reads_;
  Take take_;
  const Walk* walk_ = &kAny;
  std::optional<std::string> title_, label_, listed_;
  std::optional<std::string_view> first_state_, last_state_;
  int taken_ = 0;
  ImageKey last_;  // of what was taken
  std::optional<ImageKey> next_;
};

void add_attempts(Connection& connection, FoundImages& found) {
  std::vector<std::int64_t> jobs;
  for (const FoundImage& each : found.images) jobs.push_back(each.image.job.id.value);
  auto attempts = attempts_of_all(connection, jobs);
  for (FoundImage& each : found.images) each.attempts = std::move(attempts[each.image.job.id.value]);
}

}  // namespace

FoundImages SqlStore::find_images(const ImageQuery& query, Duration longest) {
  return database_->read([&](Connection& connection) {
    FoundImages found;
    auto take = [&](const Row& row) {
      const ImageRecord& image = found.images.emplace_back(FoundImage{image_from(row), {}}).image;
      return ImageKey{image.id.value, query.sort == ImageSort::title ? text::folded(image.title) : ""};
    };
    found.next = Search(connection, query, Reads::whole, take).run(longest);
    add_attempts(connection, found);
    return found;
  });
}

FoundIds SqlStore::find_image_ids(const ImageQuery& query, Duration longest) {
  return database_->read([&](Connection& connection) {
    FoundIds found;
    auto take = [&](const Row& row) {
      found.ids.push_back(ImageId{row.integer(0)});
      return ImageKey{row.integer(0), query.sort == ImageSort::title ? row.text(1) : ""};
    };
    found.next = Search(connection, query, Reads::which, take).run(longest);
    return found;
  });
}

// So many at a time, in the order of their ids: some milliseconds of the writer. Whether they meet the conditions is asked once they are held.
std::int64_t SqlStore::delete_found(const std::vector<ImageId>& images, const ImageQuery& query, const Actor& actor, Time now) {
  std::vector<std::int64_t> ids;
  for (ImageId image : images) ids.push_back(image.value);
  std::ranges::sort(ids);
  ImageQuery among = query;
  among.limit = kMany;
  std::int64_t deleted = 0;
  for (std::size_t at = 0; at < ids.size(); at += kMany) {
    std::vector<std::int64_t> some(ids.begin() + static_cast<std::ptrdiff_t>(at), ids.begin() + static_cast<std::ptrdiff_t>(std::min(at + kMany, ids.size())));
    deleted += write_holding(*database_, some, [&](Transaction& transaction, const std::vector<OpenJob>& open) {
      return delete_held(transaction, Search(transaction.connection, among, Reads::which, {}).meeting(some), open, actor, transaction.clock(now)).count;
    });
  }
  return deleted;
}

std::vector<const char*> finding_statements() {
  std::vector<const char*> statements = {kTitleAfter};
  for (const Titles& titles : {kTitles, kWhichTitles}) {
    for (const char* statement : {titles.left, titles.to}) statements.push_back(statement);
  }
  for (const Walk* walk : {&kAny, &kOwner, &kError, &kFailed, &kCancelled}) {
    for (const char* statement : {walk->down, walk->up, walk->which_down, walk->which_up}) statements.push_back(statement);
  }
  return statements;
}

}  // namespace darkroom::store
