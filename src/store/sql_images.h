// Holding and removing images inside a transaction that is already open: shared by the store's verbs for one image and for retention.
#pragma once

#include "store/finding.h"
#include "store/records.h"
#include "store/sql/database.h"

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace darkroom::store {

// The image, which nobody else changes until the transaction ends. An expectation that is empty demands nothing. Errors: not_found, precondition_failed.
Result<ImageRecord> hold_image(Transaction& transaction, ImageId id, const Expectation<ImageRecord>& as_expected);

// The image's job that has not ended, if there is one: nobody else starts, ends or moves it until the transaction ends.
void hold_open_job(Transaction& transaction, ImageId id);

struct OpenJob {
  std::int64_t id = 0;
  ImageId image;
  std::string public_id;
  std::optional<std::int64_t> batch;
};

// Holds the contents of these images, at most kMany, then their jobs that have not ended, then the images, and returns the jobs. None when an image has got
// another job before it was held: that comes before the images, so the transaction ends with nothing done, and begins anew.
std::optional<std::vector<OpenJob>> hold_for_deletion(Transaction& transaction, std::span<const std::int64_t> images);

// Runs `work(transaction, open jobs)` in a transaction that holds these images.
template <class Work>
auto write_holding(Database& database, std::span<const std::int64_t> images, Work work) {
  for (;;) {
    auto done = database.write([&](Transaction& transaction) {
      auto open = hold_for_deletion(transaction, images);
      return open ? std::optional(work(transaction, *open)) : std::nullopt;
    });
    if (done) return std::move(*done);
  }
}

struct Deleted {
  std::int64_t count = 0;
  std::vector<std::string> unused;  // contents that no image has any more, noted for removal
};

// Deletes images that are held with all that hold_for_deletion() holds; `open` may be of more. Each has its event.
Deleted delete_held(Transaction& transaction, const std::vector<std::int64_t>& images, const std::vector<OpenJob>& open, const Actor& actor, Time now);

// The asks are of Intake; see sql_intake.h.
void take_in_all(Transaction& transaction, std::span<void* const> asks);

// Notes those of these contents, which are held, for removal that no image has, and returns them.
std::vector<std::string> note_unused(Transaction& transaction, const std::vector<std::string>& contents, Time now);

}  // namespace darkroom::store
