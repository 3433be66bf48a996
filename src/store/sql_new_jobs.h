// Making jobs as a part of a transaction: the first one of an image, and later ones in place of a final one.
#pragma once

#include "base/result.h"
#include "store/records.h"
#include "store/sql/database.h"
#include "store/sql_turns.h"

#include <optional>
#include <string>

namespace darkroom::store {

struct NewJob {
  ImageId image;
  std::string model;
  std::string owner;
  int priority = 0;
  int max_attempts = 0;  // the queue's own setting goes before it
  std::optional<std::string> retry_of = {};
  std::optional<Time> run_at = {};  // in the future: scheduled
  std::optional<Time> expires_at = {};
  std::optional<std::int64_t> batch = {};
  std::optional<Error> failed = {};  // failed from the start, for this reason
  Turns::Entry* turn = nullptr;      // none: nobody else writes jobs of this owner at this moment, or sharing a turn does no harm
};

// Returns the public id; the image points to the job from now on.
std::string insert_job(Transaction& transaction, const NewJob& job, Time now);

// The batch's row, which stays open while this transaction lasts. Errors: not_found; conflict when it is sealed.
Result<std::int64_t> open_batch(Transaction& transaction, const std::string& public_id);

enum class InBatch {
  takes_place,  // the new job stands for the old one in a batch that is not completed
  stays_out,    // the new job is in Reprocess::batch or in none
};

// A new job in place of the image's newest one. `expected` is the public id that it must have, empty for any. The caller has not locked the image.
// Errors: not_found; conflict when the newest job is not final or not the expected one; quarantined; those of open_batch().
Result<ImageRecord> replace_job(Transaction& transaction, ImageId id, std::string_view expected, const Reprocess& how, InBatch in_batch, const Actor& actor, Time now);

// Why a photo of this content is not run; none when it may run.
std::optional<Error> quarantine_of(Connection& connection, const std::string& sha256);
Error quarantined(const std::string& sha256, std::int64_t crashes);

Error not_found(const std::string& what);
// Of a record that is not what an Expectation wants; `what` is "image", say.
Error changed_meanwhile(const std::string& what);

}  // namespace darkroom::store
