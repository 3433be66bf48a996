#include "store/sql_rows.h"

#include "store/sql_deliveries.h"

#include <algorithm>

namespace darkroom::store {

std::optional<Error> error_from(const Row& row, std::size_t code_column) {
  if (row.is_null(code_column)) return std::nullopt;
  return Error{row.text(code_column), row.optional_text(code_column + 1).value_or("")};
}

JobRecord job_from(const Row& row, std::size_t first) {
  JobRecord job;
  std::size_t at = first;
  job.id = JobId{row.integer(at++)};
  job.public_id = row.text(at++);
  job.image = ImageId{row.is_null(at) ? 0 : row.integer(at)};
  job.kind = row.text(++at);
  job.queue = row.text(++at);
  job.model = row.text(++at);
  job.owner = row.text(++at);
  job.state = domain::parse_job_state(row.text(++at)).value();
  job.priority = row.small(++at);
  job.run_at = row.time(++at);
  job.attempt = row.small(++at);
  job.max_attempts = row.small(++at);
  job.crashes = row.small(++at);
  job.interruptions = row.small(++at);
  job.worker = row.optional_text(++at);
  job.started_at = row.optional_time(++at);
  job.finished_at = row.optional_time(++at);
  job.retry_of = row.optional_text(++at);
  job.error = error_from(row, ++at);
  at += 2;
  job.created_at = row.time(at++);
  job.updated_at = row.time(at++);
  job.node = row.optional_text(at++);
  job.expires_at = row.optional_time(at++);
  job.batch = row.optional_text(at++);
  return job;
}

ImageRecord image_from(const Row& row) {
  ImageRecord image;
  image.job = job_from(row);
  std::size_t at = kJobColumns;
  image.id = ImageId{row.integer(at++)};
  image.title = row.text(at++);
  image.owner = row.text(at++);
  image.external_id = row.optional_text(at++);
  image.metadata = row.text(at++);
  image.sha256 = row.text(at++);
  image.byte_count = row.integer(at++);
  image.format = row.text(at++);
  image.width = row.small(at++);
  image.height = row.small(at++);
  image.created_at = row.time(at++);
  image.updated_at = std::max(row.time(at), image.job.updated_at);
  image.document = row.optional_text(++at);
  return image;
}

AttemptRecord attempt_from(const Row& row) {
  AttemptRecord attempt;
  attempt.number = row.small(0);
  attempt.worker = row.text(1);
  attempt.started_at = row.time(2);
  attempt.finished_at = row.optional_time(3);
  attempt.ending = row.optional_text(4);
  attempt.error = error_from(row, 5);
  attempt.model_version = row.optional_text(7);
  attempt.timings = row.optional_text(8);
  return attempt;
}

Event event_from(const Row& row) {
  Event event;
  event.id = row.integer(0);
  event.at = row.time(1);
  event.type = row.text(2);
  if (!row.is_null(3)) event.image = ImageId{row.integer(3)};
  event.job = row.optional_text(4);
  event.actor = row.text(5);
  event.reason = row.text(6);
  event.data = row.text(7);
  return event;
}

constexpr const char* kReadImage = "SELECT " DARKROOM_JOB_COLUMNS ", " DARKROOM_IMAGE_COLUMNS " FROM " DARKROOM_IMAGE_TABLES " WHERE image.id = $1";

std::string lines_of(const std::set<std::string_view>& labels) {
  std::string text;
  for (std::string_view label : labels) (text += text.empty() ? "\n" : "").append(label) += '\n';
  return text;
}

std::optional<ImageRecord> read_image(Connection& connection, ImageId id) {
  Rows rows = connection.execute(kReadImage, {id.value});
  return rows.empty() ? std::nullopt : std::optional(image_from(rows.front()));
}

constexpr RowSql kPostEvent{"INSERT INTO event (id, at, type, image_id, job_id, actor, reason, data) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)", "iititttt"};

namespace {

void add_columns(RowParams& values, const Event& event) {
  std::optional<std::int64_t> image = event.image ? std::optional(event.image->value) : std::nullopt;
  values.insert(values.end(), {event.at, event.type, image, event.job, event.actor, event.reason, event.data});
}

// Tells them to the listener and to the endpoints that want them. Each has its id.
void publish(Transaction& transaction, std::vector<Event> events, const std::optional<Interest>& interest) {
  std::size_t count = events.size();
  std::move(events.begin(), events.end(), std::back_inserter(transaction.events));
  write_deliveries(transaction, std::span(transaction.events).last(count), interest);
}

}  // namespace

void append_event(Transaction& transaction, Event event) {
  std::vector<Event> one;
  one.push_back(std::move(event));
  append_events(transaction, std::move(one));
}

void append_events(Transaction& transaction, std::vector<Event> events, const std::optional<Interest>& interest) {
  if (events.empty()) return;
  Answers given = transaction.connection.execute_together({}, {{"event", events.size()}});
  for (std::size_t i = 0; i < events.size(); ++i) {
    events[i].id = given.ids.at(i);
    events[i].at = given.clock.value_or(events[i].at);
  }
  post_events(transaction, std::move(events), interest);
}

void post_events(Transaction& transaction, std::vector<Event> events, const std::optional<Interest>& interest) {
  if (events.empty()) return;
  if (events.front().id == 0) return append_events(transaction, std::move(events), interest);
  RowParams values;
  values.reserve(events.size() * kPostEvent.types.size());
  for (const Event& event : events) {
    values.emplace_back(event.id);
    add_columns(values, event);
  }
  transaction.post_rows(kPostEvent, values);
  publish(transaction, std::move(events), interest);
}

}  // namespace darkroom::store
