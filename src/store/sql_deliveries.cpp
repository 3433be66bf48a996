// Telling as a part of an ending: who wants to be told, in which words, and what is no longer worth telling.
#include "store/sql_deliveries.h"

#include "base/json_text.h"
#include "compat/answers.h"
#include "store/sql/postgres_text.h"

#include <algorithm>
#include <map>
#include <sstream>

namespace darkroom::store {
namespace {

using domain::CallbackFormat;
namespace webhook = domain::webhook;

constexpr const char* kInterest =
    "SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM endpoint WHERE enabled = 1 LIMIT 1) AS listening), "
    "(SELECT COUNT(*) FROM (SELECT 1 FROM image_callback LIMIT 1) AS carried)";
constexpr const char* kListening = "SELECT id, events FROM endpoint WHERE enabled = 1";
// Held where several write at once: whoever takes the image's callbacks away waits until these deliveries are there to be superseded.
constexpr RowSql kCallbacksOf{
    "SELECT image_id, target, url, signer, format, foreign_id, not_before, after_answer FROM image_callback /*, GIVEN*/ WHERE image_id = $1 /*FOR SHARE*/", "i"};
constexpr RowSql kFacts{
    "SELECT job.public_id, image.id, image.title, image.owner, image.external_id, job.model, job.error_code, job.error_message, result.document "
    "FROM job JOIN image ON image.id = job.image_id LEFT JOIN result ON result.job_id = job.id /*, GIVEN*/ WHERE job.public_id = $1", "t"};
// In the order in which all others take them, and not in that of the images.
constexpr RowSql kHoldOld{
    "SELECT delivery.id FROM delivery /*, GIVEN*/ WHERE image_id = $2 AND target = $1 AND state = 'waiting' ORDER BY delivery.id /*FOR UPDATE*/", "ti"};
constexpr RowSql kSupersede{
    "UPDATE delivery SET state = 'superseded', finished_at = $3 /*FROM GIVEN*/ WHERE image_id = $2 AND target = $1 AND state = 'waiting'", "tii"};
constexpr RowSql kInsertDelivery{
    "INSERT INTO delivery (public_id, target, endpoint_id, url, signer, format, type, image_id, job_id, body, due_at, created_at, number) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)", "ttitttt" "ittii" "i"};
constexpr const char* kKeepCallback =
    "INSERT INTO image_callback (image_id, target, url, signer, format, foreign_id, not_before, after_answer) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) "
    "ON CONFLICT (image_id, target) DO UPDATE SET url = excluded.url, signer = excluded.signer, format = excluded.format, foreign_id = excluded.foreign_id, "
    "not_before = excluded.not_before, after_answer = excluded.after_answer";
constexpr const char* kForgetOfNumber = "DELETE FROM image_callback WHERE target = $1 AND foreign_id = $2 AND format = 'compat' AND image_id <> $3";
constexpr const char* kSupersedeOfNumber = "UPDATE delivery SET state = 'superseded', finished_at = $3 WHERE target = $1 AND number = $2 AND state = 'waiting'";

// Longer than it takes until what was taken in is stored and answered.
constexpr Duration kLongestAnswer = std::chrono::seconds(10);

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

struct Listener {
  std::int64_t id = 0;
  std::vector<std::string> events;
  bool wants(std::string_view type) const { return events.empty() || std::ranges::find(events, type) != events.end(); }
};

struct Carried {
  std::string target, url, signer;
  CallbackFormat format = CallbackFormat::standard;
  std::optional<std::int64_t> foreign_id;
  std::optional<Time> not_before;
  Duration after_answer{};

  std::optional<std::int64_t> number() const { return format == CallbackFormat::compat ? foreign_id : std::nullopt; }

  // The transaction that took the photo in could not know when it would be stored and answered. It was before any job of the photo could end.
  Time due_at(Time ended) const {
    if (!not_before) return ended;
    return std::max({ended, *not_before, std::min(ended + after_answer, *not_before + kLongestAnswer)});
  }
};

// Texts of others: what is not UTF-8 would make the body no JSON.
domain::JobFacts facts_from(const Row& row) {
  domain::JobFacts facts{.job = row.text(0), .image = row.integer(1), .title = storable_text(row.text(2)), .owner = storable_text(row.text(3)), .external_id = row.optional_text(4),
                         .model = row.text(5), .error = std::nullopt, .document = row.optional_text(8)};
  if (facts.external_id) facts.external_id = storable_text(*facts.external_id);
  if (!row.is_null(6)) facts.error = Error{row.text(6), storable_text(row.optional_text(7).value_or(""))};
  return facts;
}

// In the words of the service that Darkroom replaces.
std::string compat_body(const Event& event, std::int64_t number, const domain::JobFacts& facts) {
  if (event.type == webhook::kJobCompleted && facts.document) return compat::callback_body(number, compat::success_body(*facts.document), event.at);
  return compat::callback_body(number, compat::failure_body(facts.error.value_or(compat::cancelled_error())), event.at);
}

// What is not about a photo: a batch or an alert. Their data is the event's own.
std::string plain_body(const Event& event) {
  if (event.type == webhook::kBatchCompleted) return domain::standard_body(event.type, event.at, event.data);
  std::string data = event.data.empty() || event.data == "{}" ? "{" : event.data.substr(0, event.data.size() - 1) + ",";
  return domain::standard_body(event.type, event.at, data + "\"message\":" + json_text(storable_text(event.reason)) + "}");
}

// Everything about these events that is needed to tell of them.
struct Telling {
  std::vector<const Event*> events;
  std::vector<Listener> listeners;
  std::map<std::int64_t, std::vector<Carried>> callbacks;
  std::map<std::string, domain::JobFacts> facts;
  std::vector<DeliveryRecord> written = {};
  std::vector<std::optional<std::int64_t>> endpoints = {};

  void add(const Event& event, DeliveryRecord delivery, std::optional<std::int64_t> endpoint, Time due_at) {
    std::string subject = event.job ? *event.job : event.data + to_rfc3339(event.at);
    delivery.public_id = domain::webhook_id(subject, event.type, delivery.target);
    delivery.type = event.type;
    delivery.image = event.image;
    delivery.job = event.job;
    delivery.created_at = event.at;
    delivery.due_at = due_at;
    written.push_back(std::move(delivery));
    endpoints.push_back(endpoint);
  }

  void tell_job(const Event& event) {
    auto found = facts.find(*event.job);
    if (found == facts.end()) return;
    std::string standard = domain::standard_job_body(event.type, event.at, found->second);
    for (const Listener& listener : listeners) {
      if (listener.wants(event.type)) add(event, {.target = domain::target_of_endpoint(listener.id), .body = standard}, listener.id, event.at);
    }
    for (const Carried& callback : callbacks[event.image->value]) {
      bool compat = callback.format == CallbackFormat::compat;
      std::string body = compat ? compat_body(event, callback.foreign_id.value_or(event.image->value), found->second) : standard;
      add(event, {.target = callback.target, .url = callback.url, .signer = callback.signer, .format = callback.format, .number = callback.number(), .body = std::move(body)},
          std::nullopt, callback.due_at(event.at));
    }
  }

  void tell_plainly(const Event& event) {
    for (const Listener& listener : listeners) {
      if (listener.wants(event.type)) add(event, {.target = domain::target_of_endpoint(listener.id), .body = plain_body(event)}, listener.id, event.at);
    }
  }
};

bool is_about_a_photo(const Event& event) { return event.image && event.job; }

void read_listeners(Transaction& transaction, Telling& telling) {
  for (const Row& row : transaction.execute(kListening)) telling.listeners.push_back({row.integer(0), words_of(row.text(1))});
}

void read_callbacks(Transaction& transaction, Telling& telling) {
  RowParams images;
  for (const Event* event : telling.events) {
    if (is_about_a_photo(*event)) images.emplace_back(event->image->value);
  }
  if (images.empty()) return;
  for (const Row& row : transaction.execute_rows(kCallbacksOf, images)) {
    Carried callback{row.text(1), row.text(2), row.text(3), domain::parse_callback_format(row.text(4)).value(), {}, row.optional_time(6), Duration(row.integer(7))};
    if (!row.is_null(5)) callback.foreign_id = row.integer(5);
    telling.callbacks[row.integer(0)].push_back(std::move(callback));
  }
}

void read_facts(Transaction& transaction, Telling& telling) {
  RowParams jobs;
  for (const Event* event : telling.events) {
    bool wanted = !telling.listeners.empty() || (event->image && telling.callbacks.contains(event->image->value));
    if (is_about_a_photo(*event) && wanted) jobs.emplace_back(*event->job);
  }
  if (jobs.empty()) return;
  for (const Row& row : transaction.execute_rows(kFacts, jobs)) telling.facts.insert_or_assign(row.text(0), facts_from(row));
}

void write_all(Transaction& transaction, const std::vector<DeliveryRecord>& deliveries, const std::vector<std::optional<std::int64_t>>& endpoints) {
  RowParams old, held, rows;
  for (std::size_t i = 0; i < deliveries.size(); ++i) {
    const DeliveryRecord& delivery = deliveries[i];
    std::optional<std::int64_t> image;
    if (delivery.image) image = delivery.image->value;
    if (image) old.insert(old.end(), {delivery.target, *image, delivery.created_at}), held.insert(held.end(), {delivery.target, *image});
    if (delivery.number) transaction.post(kSupersedeOfNumber, {delivery.target, *delivery.number, delivery.created_at});
    rows.insert(rows.end(), {delivery.public_id, delivery.target, endpoints[i], delivery.url, delivery.signer, domain::to_string(delivery.format), delivery.type, image,
                             delivery.job, delivery.body, delivery.due_at, delivery.created_at, delivery.number});
  }
  if (!old.empty()) {
    transaction.connection.post_locks(kHoldOld, held);
    transaction.post_rows(kSupersede, old);
  }
  transaction.post_rows(kInsertDelivery, rows);
}

}  // namespace

EndpointRecord endpoint_from(const Row& row) {
  return {.id = row.integer(0), .public_id = row.text(1), .url = row.text(2), .description = row.text(3), .events = words_of(row.text(4)), .sealed_secret = row.text(5),
          .sealed_old_secret = row.optional_text(6), .old_secret_until = row.optional_time(7), .enabled = row.integer(8) != 0, .disabled_reason = row.text(9),
          .created_at = row.time(10), .updated_at = row.time(11)};
}

DeliveryRecord delivery_from(const Row& row) {
  DeliveryRecord delivery{.id = row.integer(0), .public_id = row.text(1), .target = row.text(2), .endpoint = row.optional_text(3), .url = row.text(4), .signer = row.text(5),
                          .format = domain::parse_callback_format(row.text(6)).value(), .type = row.text(7), .image = {}, .job = row.optional_text(9), .body = row.text(10),
                          .state = domain::parse_delivery_state(row.text(11)).value(), .due_at = row.time(12), .tries = row.small(13), .claim_no = row.integer(14),
                          .last_status = {}, .last_error = row.optional_text(16), .created_at = row.time(17), .finished_at = row.optional_time(18)};
  if (!row.is_null(8)) delivery.image = ImageId{row.integer(8)};
  if (!row.is_null(15)) delivery.last_status = row.small(15);
  return delivery;
}

Ask ask_interest() { return {kInterest, {}}; }
Interest interest_from(const Rows& rows) { return {rows.front().integer(0) != 0, rows.front().integer(1) != 0}; }

void write_deliveries(Transaction& transaction, std::span<const Event> events, const std::optional<Interest>& asked) {
  Telling telling;
  for (const Event& event : events) {
    bool of_a_photo = event.type.starts_with("job.");
    if (domain::is_webhook_type(event.type) && (!of_a_photo || is_about_a_photo(event))) telling.events.push_back(&event);
  }
  if (telling.events.empty()) return;
  Interest interest = asked ? *asked : interest_from(transaction.execute(kInterest));
  if (interest.listening) read_listeners(transaction, telling);
  if (interest.carried) read_callbacks(transaction, telling);
  if (telling.listeners.empty() && telling.callbacks.empty()) return;
  read_facts(transaction, telling);
  for (const Event* event : telling.events) is_about_a_photo(*event) ? telling.tell_job(*event) : telling.tell_plainly(*event);
  if (!telling.written.empty()) write_all(transaction, telling.written, telling.endpoints);
}

void write_delivery(Transaction& transaction, const DeliveryRecord& delivery, std::int64_t endpoint) { write_all(transaction, {delivery}, {endpoint}); }

void keep_callbacks(Transaction& transaction, ImageId image, const std::vector<NewCallback>& callbacks, Time now) {
  for (const NewCallback& callback : callbacks) {
    std::string target = callback.site.empty() ? domain::target_of_url(callback.url) : domain::target_of_site(callback.site);
    if (callback.format == CallbackFormat::compat && callback.foreign_id) {
      transaction.post(kForgetOfNumber, {target, *callback.foreign_id, image.value});
      transaction.post(kSupersedeOfNumber, {target, *callback.foreign_id, now});
    }
    transaction.post(kKeepCallback, {image.value, target, callback.url, callback.signer, domain::to_string(callback.format), callback.foreign_id, callback.not_before,
                                     callback.after_answer.count()});
  }
}

std::vector<const char*> hot_delivery_statements() { return {kInterest, kKeepCallback, kForgetOfNumber, kSupersedeOfNumber}; }
std::vector<RowSql> hot_delivery_rows() { return {kCallbacksOf, kFacts, kHoldOld, kSupersede, kInsertDelivery}; }

}  // namespace darkroom::store
