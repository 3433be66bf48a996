#include "api/json.h"

#include "domain/rate.h"

namespace darkroom::api {
namespace {

namespace json = boost::json;

json::array attempts_json(const std::vector<store::AttemptRecord>& attempts) {
  json::array list;
  for (const store::AttemptRecord& attempt : attempts) list.push_back(attempt_json(attempt));
  return list;
}

// What an image and its job say alike.
void add_progress(json::object& object, const store::JobRecord& job, const std::vector<store::AttemptRecord>& attempts) {
  object["priority"] = job.priority;
  object["model"] = job.model;
  object["job_id"] = job.public_id;
  object["error_code"] = job.error ? json::value(job.error->code) : json::value(nullptr);
  object["error_message"] = job.error ? json::value(job.error->message) : json::value(nullptr);
  object["attempt"] = job.attempt;
  object["max_attempts"] = job.max_attempts;
  object["next_attempt_at"] = job.state == domain::JobState::scheduled ? json::value(to_rfc3339(job.run_at)) : json::value(nullptr);
  object["expires_at"] = or_null(job.expires_at);
  object["batch_id"] = or_null(job.batch);
  object["attempts"] = attempts_json(attempts);
}

}  // namespace

json::object attempt_json(const store::AttemptRecord& attempt) {
  return {{"number", attempt.number},
          {"worker", attempt.worker},
          {"started_at", to_rfc3339(attempt.started_at)},
          {"finished_at", or_null(attempt.finished_at)},
          {"ending", or_null(attempt.ending)},
          {"error_code", attempt.error ? json::value(attempt.error->code) : json::value(nullptr)},
          {"error_message", attempt.error ? json::value(attempt.error->message) : json::value(nullptr)},
          {"model_version", or_null(attempt.model_version)},
          {"timings", attempt.timings ? parsed(*attempt.timings) : json::value(nullptr)}};
}

std::string_view image_status(domain::JobState state) {
  using domain::JobState;
  switch (state) {
    case JobState::scheduled:
    case JobState::queued: return "pending";
    case JobState::running: return "processing";
    case JobState::completed: return "completed";
    case JobState::failed: return "failed";
    case JobState::cancelled: return "cancelled";
  }
  return "";
}

json::value parsed(const std::string& text) {
  boost::system::error_code error;
  json::value value = json::parse(text, error);
  return error ? json::value(nullptr) : value;
}

// Addresses below this server; the overlay's is null while there is nothing to draw.
void add_pictures(json::object& object, const store::ImageRecord& image) {
  std::string address = "/api/v1/images/" + std::to_string(image.id.value);
  object["thumbnail_url"] = address + "/thumbnail";
  object["preview_url"] = address + "/preview";
  object["overlay_url"] = image.document ? json::value(address + "/overlay") : json::value(nullptr);
  object["original_url"] = address + "/original";
}

json::object image_json(const store::ImageRecord& image, const std::vector<store::AttemptRecord>& attempts) {
  json::object object{{"id", image.id.value},
                      {"title", image.title},
                      {"status", image_status(image.job.state)},
                      {"result", image.document ? parsed(*image.document) : json::value(nullptr)},
                      {"uploaded_by", image.owner},
                      {"external_id", or_null(image.external_id)},
                      {"metadata", parsed(image.metadata)},
                      {"format", image.format},
                      {"stored_size", {image.width, image.height}},
                      {"bytes", image.byte_count},
                      {"sha256", image.sha256},
                      {"created_at", to_rfc3339(image.created_at)},
                      {"updated_at", to_rfc3339(image.updated_at)}};
  add_pictures(object, image);
  add_progress(object, image.job, attempts);
  return object;
}

json::object job_json(const store::JobRecord& job, const std::vector<store::AttemptRecord>& attempts) {
  json::object object{{"image_id", job.image.value > 0 ? json::value(job.image.value) : json::value(nullptr)},
                      {"kind", job.kind},
                      {"queue", job.queue},
                      {"state", domain::to_string(job.state)},
                      {"owner", job.owner},
                      {"crashes", job.crashes},
                      {"interruptions", job.interruptions},
                      {"worker", or_null(job.worker)},
                      {"retry_of", or_null(job.retry_of)},
                      {"created_at", to_rfc3339(job.created_at)},
                      {"updated_at", to_rfc3339(job.updated_at)},
                      {"started_at", or_null(job.started_at)},
                      {"finished_at", or_null(job.finished_at)}};
  add_progress(object, job, attempts);
  return object;
}

json::object queue_settings_json(const store::QueueSettings& settings) {
  return {{"name", settings.name},
          {"paused", settings.paused},
          {"paused_by", settings.paused ? json::value(settings.paused_by) : json::value(nullptr)},
          {"pause_reason", settings.paused ? json::value(settings.pause_reason) : json::value(nullptr)},
          {"rate", settings.rate ? json::value(domain::to_text(*settings.rate)) : json::value(nullptr)},
          {"concurrency", or_null(settings.concurrency)},
          {"ageing_seconds", settings.ageing ? json::value(settings.ageing->count() / 1'000'000) : json::value(nullptr)},
          {"max_retries", or_null(settings.max_retries)},
          {"first_retry_seconds", settings.first_retry ? json::value(settings.first_retry->count()) : json::value(nullptr)}};
}

void add_count(json::object& object, const std::string& name, std::int64_t count) {
  object[name] = std::min(count, store::kExactPosition);
  object[name + "_over_limit"] = count > store::kExactPosition;
}

json::object counts_json(const store::JobCounts& counts) {
  json::object object;
  add_count(object, "scheduled", counts.scheduled);
  add_count(object, "queued", counts.queued);
  add_count(object, "running", counts.running);
  return object;
}

json::object bulk_json(const store::BulkResult& done, bool dry_run) {
  json::object object{{"matched", done.matched}, {"changed", done.changed}, {"dry_run", dry_run}};
  if (done.without_model > 0) object["without_model"] = done.without_model;
  return object;
}

json::object batch_json(const store::BatchRecord& batch) {
  return {{"id", batch.public_id},
          {"title", batch.title},
          {"owner", batch.owner},
          {"state", batch.completed_at ? "completed" : batch.sealed_at ? "sealed" : "open"},
          {"total", batch.total},
          {"waiting", batch.waiting},
          {"running", batch.running},
          {"completed", batch.completed},
          {"failed", batch.failed},
          {"cancelled", batch.cancelled},
          {"counts_over_limit", batch.over_limit},
          {"created_at", to_rfc3339(batch.created_at)},
          {"sealed_at", or_null(batch.sealed_at)},
          {"completed_at", or_null(batch.completed_at)}};
}

json::object event_json(const store::Event& event) {
  return {{"id", event.id},
          {"at", to_rfc3339(event.at)},
          {"type", event.type},
          {"image_id", event.image ? json::value(event.image->value) : json::value(nullptr)},
          {"job_id", or_null(event.job)},
          {"actor", event.actor},
          {"reason", event.reason},
          {"data", parsed(event.data)}};
}

}  // namespace darkroom::api
