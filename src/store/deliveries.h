// Who is told of what, durably: endpoints, and the deliveries that the transaction of an ending writes for them, for sites and for a photo's own
// callbacks. A part of store.h.
#pragma once

#include "base/result.h"
#include "domain/webhook.h"
#include "store/acting.h"
#include "store/records.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace darkroom::store {

// Secrets are sealed by the caller; the store keeps what it is given.
struct EndpointRecord {
  std::int64_t id = 0;
  std::string public_id;
  std::string url;
  std::string description;
  std::vector<std::string> events;  // of domain::webhook::kTypes; empty: all
  std::string sealed_secret;
  std::optional<std::string> sealed_old_secret;  // signs too, until
  std::optional<Time> old_secret_until;
  bool enabled = true;
  std::string disabled_reason;  // why it is not
  Time created_at{};
  Time updated_at{};
};

// What is not given stays.
struct EndpointChange {
  std::optional<std::string> url = {};
  std::optional<std::string> description = {};
  std::optional<std::vector<std::string>> events = {};
  std::optional<bool> enabled = {};
  std::optional<std::string> new_sealed_secret = {};  // the present one becomes the old one
  std::optional<Time> old_secret_until = {};          // with it
};

struct DeliveryRecord {
  std::int64_t id = 0;
  std::string public_id;  // the webhook-id
  std::string target;
  std::optional<std::string> endpoint;  // public id
  std::string url;                      // of a photo's own callback; of others as configured when it is sent
  std::string signer;                   // the token whose secret signs a callback_url
  domain::CallbackFormat format = domain::CallbackFormat::standard;
  std::string type;
  std::optional<ImageId> image;
  std::optional<std::int64_t> number = {};  // the receiver's own of the photo, where the body names no other
  std::optional<std::string> job;           // public id
  std::string body;
  domain::DeliveryState state = domain::DeliveryState::waiting;
  Time due_at{};
  int tries = 0;              // since it was written or replayed
  std::int64_t claim_no = 0;  // all of them
  std::optional<int> last_status;
  std::optional<std::string> last_error;
  Time created_at{};
  std::optional<Time> finished_at;
};

struct TryRecord {
  std::int64_t number = 0;
  Time started_at{};
  Duration took{};
  std::optional<int> status;         // of the answer; none: there was none
  std::optional<std::string> error;  // none: it was taken
  std::string excerpt;               // of the answer's body
};

struct ClaimedDelivery {
  DeliveryRecord delivery;
  std::optional<EndpointRecord> endpoint;
};

struct DeliveryClaim {
  int count = 1;
  int per_target = 4;  // tries under way at once, of all processes together
  Duration lease{};    // a try that is not settled by then may be made again by others
};

struct ClaimedDeliveries {
  std::vector<ClaimedDelivery> deliveries;
  Time at{};                     // of the clock by which they were due
  std::optional<Time> next_due;  // the earliest after that of those that wait
};

// How a try ended.
struct SettledTry {
  std::int64_t id = 0;
  std::int64_t claim_no = 0;  // the fence
  TryRecord made;
  enum class Verdict { delivered, again, dead, gone } verdict = Verdict::dead;  // gone: dead, and its endpoint is disabled
  Duration wait{};                                                               // of again: until it is due
  std::optional<Duration> hold = {};                                             // the receiver asked that nothing be sent to it for so long
};

struct DeliveryFilter {
  std::optional<std::string> endpoint = {};  // public id
  std::optional<std::string> site = {};      // name
  std::optional<ImageId> image = {};
  std::optional<domain::DeliveryState> state = {};
  std::optional<std::string> type = {};
  std::optional<Time> created_from = {};    // inclusive
  std::optional<Time> created_before = {};  // exclusive
};

struct DeliveryPage {
  std::vector<DeliveryRecord> deliveries;  // newest first
  std::optional<std::int64_t> next;        // give it as `before` to go on
};

class Deliveries {
 public:
  virtual ~Deliveries() = default;

  // --- receivers ---
  virtual EndpointRecord create_endpoint(const EndpointRecord& endpoint, const Actor& actor, Time now) = 0;  // ids and times are given by the store
  virtual Result<EndpointRecord> change_endpoint(std::string_view public_id, const EndpointChange& change, const Actor& actor, Time now) = 0;  // not_found
  // With its deliveries; not_found. The one verb of many transactions: where there are many deliveries it is disabled with the first, and stays so, to be
  // deleted again, if the last is not reached.
  virtual Result<void> delete_endpoint(std::string_view public_id, const Actor& actor, Time now) = 0;
  virtual std::vector<EndpointRecord> list_endpoints() = 0;  // oldest first
  virtual std::optional<EndpointRecord> find_endpoint(std::string_view public_id) = 0;
  // A delivery of type endpoint.test, due at once. Errors: not_found; conflict when the endpoint is disabled.
  virtual Result<DeliveryRecord> test_endpoint(std::string_view public_id, const Actor& actor, Time now) = 0;

  // --- sending ---
  // Takes deliveries that are due, at most `per_target` under way for each target, none to a disabled endpoint or a receiver that asked to be left alone, and of one target and photo (one image, or one
  // number of the receiver's) one after the other: what is due while an older one is under way waits, and one that has a newer beside it is superseded instead.
  virtual ClaimedDeliveries claim_deliveries(const DeliveryClaim& claim, Time now) = 0;
  // Writes the try, what becomes of the delivery, and for how long its target is left alone, by every process. One that shall be tried again while a newer one is there is superseded. False, and nothing is written, when the
  // claim is no longer ours.
  virtual bool settle_delivery(const SettledTry& settled, Time now) = 0;
  // Tries that nobody settled in time wait again, due at once: those whose lease is over; where the store is not shared, `all` of them, at the start.
  virtual int release_deliveries(bool all, Time now) = 0;
  // Those that are over.
  virtual void forget_holds(Time now) = 0;
  // Somebody may have to be told of endings: an endpoint, a photo's callback, or a delivery that waits.
  virtual bool has_receivers() = 0;

  // --- looking ---
  virtual DeliveryPage list_deliveries(const DeliveryFilter& filter, std::optional<std::int64_t> before, int limit) = 0;
  virtual std::optional<DeliveryRecord> find_delivery(std::string_view public_id) = 0;
  virtual std::vector<TryRecord> tries_of(std::int64_t delivery) = 0;  // oldest first

  // --- again ---
  // The same delivery, with the same webhook-id, from the first try on. Errors: not_found; conflict while it waits or is being sent, and when its photo has a newer
  // one for the same target.
  virtual Result<DeliveryRecord> replay_delivery(std::string_view public_id, const Actor& actor, Time now) = 0;
  // The same for all that match and can be replayed; of no state given: those that are dead.
  virtual BulkResult replay_deliveries(const DeliveryFilter& filter, bool dry_run, const Actor& actor, Time now) = 0;
  // Removes deliveries that ended before this time, at most a thousand; how many.
  virtual int prune_deliveries(Time before) = 0;
};

}  // namespace darkroom::store
