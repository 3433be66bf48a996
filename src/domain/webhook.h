// Telling others: what may be told, in which form, and how often it is tried. Values and pure functions; the store writes deliveries with them.
#pragma once

#include "base/clock.h"
#include "base/result.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace darkroom::domain {

inline constexpr std::string_view kWebhooksQueue = "webhooks";  // the line in which deliveries wait, beside those of jobs

namespace webhook {
inline constexpr std::string_view kJobCompleted = "job.completed";
inline constexpr std::string_view kJobFailed = "job.failed";
inline constexpr std::string_view kJobCancelled = "job.cancelled";
inline constexpr std::string_view kBatchCompleted = "batch.completed";
inline constexpr std::string_view kAlertRaised = "alert.raised";
inline constexpr std::string_view kAlertCleared = "alert.cleared";
inline constexpr std::string_view kTest = "endpoint.test";  // only on demand: no filter names it
inline constexpr std::array kTypes = {kJobCompleted, kJobFailed, kJobCancelled, kBatchCompleted, kAlertRaised, kAlertCleared};
}  // namespace webhook

// One of webhook::kTypes.
bool is_webhook_type(std::string_view type);

// waiting: for its time or its turn; sending: a try is under way; delivered, superseded (a newer result of the same photo took its place) and dead (all
// tries failed, or the receiver is gone) are final until a replay.
enum class DeliveryState { waiting, sending, delivered, superseded, dead };
std::string_view to_string(DeliveryState state);
std::optional<DeliveryState> parse_delivery_state(std::string_view text);

// standard: {type, timestamp, data} of Standard Webhooks; compat: the callback of the service that Darkroom replaces.
enum class CallbackFormat { standard, compat };
std::string_view to_string(CallbackFormat format);
std::optional<CallbackFormat> parse_callback_format(std::string_view text);

// What became of a job, as its receivers are told.
struct JobFacts {
  std::string job;  // public id
  std::int64_t image = 0;
  std::string title;
  std::string owner;
  std::optional<std::string> external_id;
  std::string model;
  std::optional<Error> error;
  std::optional<std::string> document;  // the result, JSON
};

// A body: the same bytes at every try. Results of more than 16,000 bytes are left out of `standard` ("result_omitted": true), and are at urls.job.
std::string standard_job_body(std::string_view type, Time at, const JobFacts& facts);
// `data` is a JSON object.
std::string standard_body(std::string_view type, Time at, std::string_view data);

// The receiver's name in the table of deliveries. Deliveries of one target share its limits, and those of one target and photo are kept in order.
std::string target_of_endpoint(std::int64_t id);
std::string target_of_site(std::string_view name);
std::string target_of_url(std::string_view url);  // by scheme, host and port

// The webhook-id: the same for all tries of a delivery, and after a fail-over, since it comes from what is told to whom.
std::string webhook_id(std::string_view subject, std::string_view type, std::string_view target);

}  // namespace darkroom::domain
