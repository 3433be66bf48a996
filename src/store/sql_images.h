// Holding and removing images inside a transaction that is already open: shared by the store's verbs for one image and for retention.
#pragma once

#include "store/finding.h"
#include "store/records.h"
#include "store/sql/database.h"

#include <optional>
#include <span>
#include <string>

namespace darkroom::store {

// The image, which nobody else changes until the transaction ends. An expectation that is empty demands nothing. Errors: not_found, precondition_failed.
Result<ImageRecord> hold_image(Transaction& transaction, ImageId id, const Expectation<ImageRecord>& as_expected);

// The image's job that has not ended, if there is one (batch_id, public_id): nobody else starts, ends or moves it until the transaction ends.
Rows hold_open_job(Transaction& transaction, ImageId id);

// What a deletion needs of others before it takes the image: its content, and its job that has not ended, which is returned (batch_id, public_id).
Rows hold_for_deletion(Transaction& transaction, ImageId id);

// Deletes the image with its event. Returns its content if no other image has it, which is then noted for removal; empty otherwise. Error: not_found.
Result<std::optional<std::string>> delete_image_in(Transaction& transaction, ImageId id, const Actor& actor, Time now);

// The asks are of Intake; see sql_intake.h.
void take_in_all(Transaction& transaction, std::span<void* const> asks);

// Notes a content for removal unless an image has it. Returns whether it did.
bool note_if_unused(Transaction& transaction, const std::string& sha256, Time now);

}  // namespace darkroom::store
