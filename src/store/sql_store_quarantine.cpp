// Contents that crashed a runner twice, until someone releases them.
#include "domain/error_codes.h"
#include "domain/job_rules.h"
#include "store/sql_new_jobs.h"
#include "store/sql_rows.h"
#include "store/sql_store.h"

namespace darkroom::store {
namespace {

constexpr int kImagesShown = 20;

constexpr const char* kQuarantined = "SELECT sha256, crashes, last_at FROM content_crash WHERE crashes >= $1 ORDER BY last_at DESC, sha256 LIMIT $2";
constexpr const char* kImagesWith = "SELECT id FROM image WHERE sha256 = $1 ORDER BY id DESC LIMIT $2";
constexpr const char* kRelease = "DELETE FROM content_crash WHERE sha256 = $1 AND crashes >= $2 RETURNING crashes";

}  // namespace

std::vector<Quarantined> SqlStore::list_quarantine(int limit) {
  return database_->read([&](Connection& connection) {
    std::vector<Quarantined> list;
    for (const Row& row : connection.execute(kQuarantined, {domain::kCrashesUntilQuarantine, limit})) {
      Quarantined content{row.text(0), row.small(1), row.time(2), {}};
      for (const Row& image : connection.execute(kImagesWith, {content.sha256, kImagesShown})) content.images.push_back(ImageId{image.integer(0)});
      list.push_back(std::move(content));
    }
    return list;
  });
}

Result<void> SqlStore::release_quarantine(std::string_view sha256, const Actor& actor, Time now) {
  return database_->write([&](Transaction& transaction) -> Result<void> {
    Rows released = transaction.execute(kRelease, {sha256, domain::kCrashesUntilQuarantine});
    if (released.empty()) return Error{std::string(domain::code::not_found), "No photo with the content " + std::string(sha256) + " is quarantined."};
    append_event(transaction, {.at = now, .type = "quarantine.released", .actor = actor.name, .reason = actor.reason,
                               .data = "{\"sha256\":\"" + std::string(sha256) + "\",\"crashes\":" + std::to_string(released.front().integer(0)) + "}"});
    return {};
  });
}

}  // namespace darkroom::store
