// Deliveries as a part of the transaction whose events they tell; and their rows.
#pragma once

#include "store/deliveries.h"
#include "store/sql/database.h"

#include <optional>
#include <span>
#include <vector>

#define DARKROOM_ENDPOINT_COLUMNS                                                                                                              \
  "endpoint.id, endpoint.public_id, endpoint.url, endpoint.description, endpoint.events, endpoint.secret, endpoint.old_secret, "              \
  "endpoint.old_secret_until, endpoint.enabled, endpoint.disabled_reason, endpoint.created_at, endpoint.updated_at"

#define DARKROOM_DELIVERY_COLUMNS                                                                                                          \
  "delivery.id, delivery.public_id, delivery.target, (SELECT endpoint.public_id FROM endpoint WHERE endpoint.id = delivery.endpoint_id), " \
  "delivery.url, delivery.signer, delivery.format, delivery.type, delivery.image_id, delivery.job_id, delivery.body, delivery.state, "     \
  "delivery.due_at, delivery.tries, delivery.claim_no, delivery.last_status, delivery.last_error, delivery.created_at, delivery.finished_at"

namespace darkroom::store {

inline constexpr std::size_t kDeliveryColumns = 19;

EndpointRecord endpoint_from(const Row& row);
DeliveryRecord delivery_from(const Row& row);

// A newer delivery to the same target, about the same image or the same number of the receiver's, as FROM and WHERE beside a table delivery.
#define DARKROOM_NEWER_OF_IMAGE "FROM delivery AS newer WHERE newer.image_id = delivery.image_id AND newer.target = delivery.target AND newer.id > delivery.id"
#define DARKROOM_NEWER_OF_NUMBER "FROM delivery AS newer WHERE newer.target = delivery.target AND newer.number = delivery.number AND newer.id > delivery.id"
// The number by which the receiver knows the photo stands for another one by now, whether that one has a result to tell or not.
#define DARKROOM_NUMBER_IS_ANOTHERS                                                                                                             \
  "FROM image_callback AS other WHERE other.target = delivery.target AND other.foreign_id = delivery.number AND other.format = 'compat' " \
  "AND other.image_id <> delivery.image_id"

// Whether anybody wants to be told of anything.
struct Interest {
  bool listening = false;  // an endpoint of all photos
  bool carried = false;    // a photo of its own
};
Ask ask_interest();
Interest interest_from(const Rows& rows);

// Writes a delivery of each event that somebody wants to be told of, and supersedes those of its photo that wait for the same target. The rows that the
// events tell of are written already. Where nobody wants to be told: one look, and only when an event is one that can be told;
// none with an interest that was asked in this transaction, after the rows were locked that the events tell of.
void write_deliveries(Transaction& transaction, std::span<const Event> events, const std::optional<Interest>& asked = std::nullopt);

// One that nobody's filter is asked about.
void write_delivery(Transaction& transaction, const DeliveryRecord& delivery, std::int64_t endpoint);

// From now on these are told of the image. Where a receiver knows its photos by numbers of its own, no other image of that number is told of any more.
void keep_callbacks(Transaction& transaction, ImageId image, const std::vector<NewCallback>& callbacks, Time now);

// What an ending asks, pinned by tests not to scan.
std::vector<const char*> hot_delivery_statements();
// What deletes an endpoint: none of them reads the deliveries of others.
std::vector<const char*> endpoint_deletion_statements();
std::vector<RowSql> hot_delivery_rows();
// What a sender asks, the same.
std::vector<const char*> sending_statements();

}  // namespace darkroom::store
