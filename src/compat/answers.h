// What the service that Darkroom replaces answers and calls back with, field by field and in its order. Pure: texts and numbers in, JSON out.
#pragma once

#include "base/clock.h"
#include "base/result.h"

#include <boost/json.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace darkroom::compat {

// {"status": "queued", "image_id": ..., "message": ..., "queue_size": ...}
boost::json::object queued_body(std::int64_t image_id, std::int64_t queue_size);

// {"queue_size": ..., "is_processing": ..., "current_task": number or null}
boost::json::object queue_status_body(std::int64_t queue_size, bool is_processing, std::optional<std::int64_t> current);

// {"status": "healthy", "model_loaded": ..., "queue_size": ..., "timestamp": ...}; "unhealthy" when no model can run.
boost::json::object health_body(bool can_run, std::int64_t queue_size, Time now);

// Local time as Python's datetime.now().isoformat() writes it: 2026-01-31T18:30:00.123456, without a zone.
std::string local_time(Time time);

// How a job ended, in the old service's words: what its callback sends as `result`, and what compat.reply = "result" answers.
// Of a success {"status": "success", "result": {...}, "image_info": {"size", "format", "mode"}, "processing_time": ...}, from the result document
// (docs/results.md); what the old service had no word for (model, recipe, timings) is left out, findings of other kinds stay within `result`.
boost::json::object success_body(const std::string& document);
// Of a failure: {"status": "error", "error": ...} where the photo or the model is the cause, {"error": ..., "status": "failed"} where the queue is (a limit,
// a crash, a cancellation), as the old service's model and its queue's own handler told them apart.
boost::json::object failure_body(const Error& error);
Error cancelled_error();

// {"image_id": ..., "result": R, "timestamp": ...}
std::string callback_body(std::int64_t image_id, boost::json::object result, Time now);

}  // namespace darkroom::compat
