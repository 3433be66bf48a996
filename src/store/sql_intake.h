// Taking photos in: any number of images, each with its first job and its event, in one transaction and with few statements.
#pragma once

#include "base/result.h"
#include "store/records.h"
#include "store/sql/database.h"
#include "store/sql_turns.h"
#include "text/unicode.h"

#include <optional>
#include <span>
#include <vector>

namespace darkroom::store {

// One photo that asks to be taken in. What needs no database is done outside the transaction, which others wait for.
struct Intake {
  const NewImage& image;
  Turns::Entry* turn;  // none where one writes at a time
  const Actor& actor;
  Time now;                                          // the caller's, and as soon as the database is asked its own
  std::string public_id;                             // of the job
  std::string folded_title = text::folded(image.title);
  std::optional<JobRecord> job = {};                 // it was taken in
  std::optional<Result<ImageRecord>> other_end = {};  // it was not: why, or what an earlier request has made

  // The caller's answer, when it was served.
  Result<ImageRecord> answer() &&;
};

// Held until the end of the transaction by whoever makes the first image of a content, or removes the last one: of the two one sees what the other
// did. (On SQLite there is one writer, and nothing to wait for.)
void lock_contents(Transaction& transaction, std::vector<std::string_view> contents);

// Holds the accounts whose quotas these intakes count against, in their order: before anything that is asked for one intake after the other.
void hold_quotas(Transaction& transaction, std::span<void* const> asks);

// Gives each its job, or why it has none. Their contents are locked. Errors are those of Store::create_image().
void take_in(Transaction& transaction, std::span<Intake* const> intakes);

std::vector<const char*> hot_intake_statements();
std::vector<RowSql> hot_intake_rows();

}  // namespace darkroom::store
