// Records as JSON: the only place where the API's field names stand.
#pragma once

#include "store/acting.h"
#include "store/queues.h"
#include "store/records.h"

#include <boost/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace darkroom::api {

boost::json::object image_json(const store::ImageRecord& image, const std::vector<store::AttemptRecord>& attempts);
boost::json::object job_json(const store::JobRecord& job, const std::vector<store::AttemptRecord>& attempts);
boost::json::object queue_settings_json(const store::QueueSettings& settings);
boost::json::object place_json(const store::Place& place, bool korean);  // the language of its message
boost::json::object attempt_json(const store::AttemptRecord& attempt);
// What acting on many did. `without_model` is there when any were left for want of their model.
boost::json::object bulk_json(const store::BulkResult& done, bool dry_run);
boost::json::object batch_json(const store::BatchRecord& batch);
boost::json::object counts_json(const store::JobCounts& counts);
boost::json::object event_json(const store::Event& event);

// The image status of a job state: scheduled, queued -> pending; running -> processing; the final ones as they are.
std::string_view image_status(domain::JobState state);

// What is counted to 10,000: the number, and whether there are more.
void add_count(boost::json::object& object, const std::string& name, std::int64_t count);

// What there is, or null; a time as RFC 3339 writes it.
template <class Value>
boost::json::value or_null(const std::optional<Value>& value) {
  return value ? boost::json::value(*value) : boost::json::value(nullptr);
}
inline boost::json::value or_null(const std::optional<Time>& time) { return time ? boost::json::value(to_rfc3339(*time)) : boost::json::value(nullptr); }

// Stored JSON, parsed; null when it does not parse.
boost::json::value parsed(const std::string& text);

}  // namespace darkroom::api
