// Uploads that come in pieces: what is known of them besides their bytes.
#include "domain/error_codes.h"
#include "store/sql_store.h"

namespace darkroom::store {
namespace {

#define DARKROOM_UPLOAD "SELECT id, owner, length, fields, home, created_at, expires_at, image_id FROM upload "
// What has expired takes no room: its own process forgets it, and one that is lost never does.
#define DARKROOM_OPEN_BYTES "SELECT CAST(COALESCE(SUM(length), 0) AS BIGINT) FROM upload WHERE image_id IS NULL AND expires_at > $1"
// Whoever counts what is under way and adds to it is alone with it until that is stored. The number only keeps this lock apart from others.
constexpr RowSql kHoldRoom{"SELECT pg_advisory_xact_lock(6276, hashtext($1)) /*FROM GIVEN*/", "t"};
constexpr const char* kOpenBytes = DARKROOM_OPEN_BYTES;
constexpr const char* kOpenBytesOf = DARKROOM_OPEN_BYTES " AND owner = $2";
constexpr const char* kBegin = "INSERT INTO upload (id, owner, length, fields, home, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
constexpr const char* kFind = DARKROOM_UPLOAD "WHERE id = $1";
constexpr const char* kFinish = "UPDATE upload SET image_id = $2 WHERE id = $1";
constexpr const char* kForget = "DELETE FROM upload WHERE id = $1";
constexpr const char* kOpen = DARKROOM_UPLOAD "WHERE home = $1 AND image_id IS NULL AND id > $2 ORDER BY id LIMIT $3";
constexpr const char* kExpired =
    DARKROOM_UPLOAD "WHERE expires_at <= $2 AND home = $1 AND (expires_at, id) > (CAST($3 AS BIGINT), CAST($4 AS TEXT)) ORDER BY expires_at, id LIMIT $5";
constexpr const char* kAnyOfLost = "SELECT 1 FROM upload WHERE expires_at <= $1 LIMIT 1";
constexpr const char* kForgetOfLost = "DELETE FROM upload WHERE expires_at <= $1";

UploadRecord upload_from(const Row& row) {
  UploadRecord upload{row.text(0), row.text(1), row.integer(2), row.text(3), row.text(4), row.time(5), row.time(6)};
  if (!row.is_null(7)) upload.image = ImageId{row.integer(7)};
  return upload;
}

std::vector<UploadRecord> uploads_from(const Rows& rows) {
  std::vector<UploadRecord> uploads;
  for (const Row& row : rows) uploads.push_back(upload_from(row));
  return uploads;
}

// A process that comes back within this time still finds which of its files have expired.
constexpr Duration kComesBack = std::chrono::hours(24 * 30);

// Announcing costs nothing, so nobody may announce all of the room: one owner has a quarter of it, or one upload that is larger.
constexpr std::int64_t kShareOfOwner = 4;

UploadRecord begun_at(Time at, UploadRecord upload) {
  upload.expires_at = at + (upload.expires_at - upload.created_at);
  upload.created_at = at;
  return upload;
}

Result<void> check_share(Transaction& transaction, const UploadRecord& upload, std::int64_t most_bytes) {
  std::int64_t own = transaction.execute(kOpenBytesOf, {upload.created_at, upload.owner}).front().integer(0), share = most_bytes / kShareOfOwner;
  if (own == 0 || own <= share - upload.length) return {};
  return Error{std::string(domain::code::insufficient_storage), "Your uploads that are under way have announced " + std::to_string(own) + " of " + std::to_string(share) +
                                                                    " bytes, a quarter of uploads.quota_mb. Finish or delete some, then begin this one again."};
}

}  // namespace

Result<UploadRecord> SqlStore::begin_upload(const UploadRecord& announced, std::int64_t most_bytes) {
  return database_->write([&](Transaction& transaction) -> Result<UploadRecord> {
    transaction.connection.post_locks(kHoldRoom, {"upload"});
    UploadRecord upload = begun_at(transaction.clock(announced.created_at), announced);
    std::int64_t open = transaction.execute(kOpenBytes, {upload.created_at}).front().integer(0);
    if (open > most_bytes - upload.length) {
      return Error{std::string(domain::code::insufficient_storage), "Uploads that are under way have announced " + std::to_string(open) + " of " + std::to_string(most_bytes) +
                                                                        " bytes (uploads.quota_mb). Finish or delete some, then begin this one again."};
    }
    if (auto share = check_share(transaction, upload, most_bytes); !share) return share.error();
    transaction.execute(kBegin, {upload.id, upload.owner, upload.length, upload.fields, upload.home, upload.created_at, upload.expires_at});
    return upload;
  });
}

std::optional<UploadRecord> SqlStore::find_upload(std::string_view id) {
  return database_->read([&](Connection& connection) {
    Rows rows = connection.execute(kFind, {id});
    return rows.empty() ? std::nullopt : std::optional(upload_from(rows.front()));
  });
}

void SqlStore::finish_upload(std::string_view id, ImageId image) {
  database_->write([&](Transaction& transaction) { return transaction.execute(kFinish, {id, image.value}); });
}

void SqlStore::forget_upload(std::string_view id) {
  database_->write([&](Transaction& transaction) { return transaction.execute(kForget, {id}); });
}

std::vector<UploadRecord> SqlStore::open_uploads(std::string_view home, std::string_view after, int most) {
  return database_->read([&](Connection& connection) { return uploads_from(connection.execute(kOpen, {home, after, most})); });
}

std::vector<UploadRecord> SqlStore::expired_uploads(std::string_view home, const std::optional<UploadRecord>& after, Time now, int most) {
  Time seen = after ? after->expires_at : from_micros(0);
  std::string_view id = after ? std::string_view(after->id) : "";
  return database_->read([&](Connection& connection) { return uploads_from(connection.execute(kExpired, {home, connection.clock(now), seen, id, most})); });
}

// Looks before it writes: mostly there are none.
void SqlStore::forget_lost_uploads(Time now) {
  if (database_->read([&](Connection& connection) { return connection.execute(kAnyOfLost, {connection.clock(now) - kComesBack}); }).empty()) return;
  database_->write([&](Transaction& transaction) { return transaction.execute(kForgetOfLost, {transaction.clock(now) - kComesBack}); });
}

}  // namespace darkroom::store
