#include "api/body_fields.h"

#include "api/query.h"
#include "domain/error_codes.h"
#include "domain/printable.h"
#include "domain/webhook.h"
#include "text/unicode.h"

#include <algorithm>
#include <array>

namespace darkroom::api {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestName = 400;  // characters
constexpr std::size_t kLongestPassword = 1000;
constexpr std::array<std::string_view, 3> kQueues = {domain::kProcessQueue, domain::kMaintenanceQueue, domain::kWebhooksQueue};
constexpr std::array<std::string_view, 13> kConditions = {"all",       "state", "queue", "model", "owner",      "error", "created_from", "created_before",
                                                          "image_ids", "batch", "cause", "kind",  "failed_from"};

Result<std::vector<domain::JobState>> read_states(const json::value& value) {
  json::array list = value.is_array() ? value.as_array() : json::array{value};
  std::vector<domain::JobState> states;
  for (const json::value& item : list) {
    auto state = item.is_string() ? domain::parse_job_state(std::string_view(item.as_string())) : std::nullopt;
    if (!state) return invalid("filter.state must be one or a list of scheduled, queued, running, completed, failed, cancelled.");
    states.push_back(*state);
  }
  if (states.empty()) return invalid("filter.state must name at least one state.");
  return states;
}

Result<std::optional<Time>> read_time(const json::object& object, const char* name) {
  const json::value* value = object.if_contains(name);
  if (!value) return std::optional<Time>();
  auto time = value->is_string() ? from_rfc3339(std::string(value->as_string())) : std::nullopt;
  if (!time) return invalid(std::string("filter.") + name + " must be a time such as 2026-01-31T09:30:00Z.");
  return time;
}

// The conditions that are plain texts.
Result<void> read_texts(const json::object& object, store::JobFilter& filter) {
  for (auto [name, place] : {std::pair("queue", &filter.queue), std::pair("model", &filter.model), std::pair("owner", &filter.owner), std::pair("error", &filter.error_code),
                             std::pair("batch", &filter.batch), std::pair("cause", &filter.cause), std::pair("kind", &filter.kind)}) {
    auto text = read_text(object, name, kLongestName);
    if (!text) return text.error();
    *place = *text;
  }
  if (auto known = check_queue(filter.queue, "filter.queue"); !known) return known.error();
  if (filter.batch && !(filter.batch = uuid_of(*filter.batch))) return invalid("filter.batch must be the id of a batch, a UUID.");
  return {};
}

Result<void> only_conditions(const json::object& object) {
  for (const auto& member : object) {
    if (std::ranges::find(kConditions, std::string_view(member.key())) != kConditions.end()) continue;
    return Error{std::string(domain::code::unknown_field), "There is no condition '" + std::string(member.key()) +
                                                               "'. Known: all, state, queue, model, owner, error, batch, created_from, created_before, image_ids, cause, kind, failed_from."};
  }
  return {};
}

Result<void> is_list(const json::value& list, const std::string& name) {
  if (list.is_array() && !list.as_array().empty() && list.as_array().size() <= kMostNamed) return {};
  return invalid(name + " must be a list of 1 to " + std::to_string(kMostNamed) + " ids.");
}

}  // namespace

Error invalid(std::string message) { return {std::string(domain::code::invalid_field), std::move(message)}; }

Result<void> check_queue(const std::optional<std::string>& queue, const std::string& field) {
  if (!queue || std::ranges::find(kQueues, *queue) != kQueues.end()) return {};
  std::string names;
  for (std::string_view name : kQueues) names += (names.empty() ? "" : ", ") + std::string(name);
  return invalid(field + " must be one of " + names + ".");
}

Result<std::string> reason_in_query(const http::Request& request) {
  auto reason = request.query.find("reason");
  return reason == request.query.end() ? std::string() : check_reason(reason->second);
}

bool has_characters(std::string_view text, std::size_t longest) { return !text.empty() && text::characters(text) <= longest; }

std::string must_be_text(const std::string& name, std::size_t longest) { return name + " must be a text of 1 to " + std::to_string(longest) + " characters."; }

Result<std::optional<std::string>> read_text(const json::object& body, const char* name, std::size_t longest) {
  const json::value* value = body.if_contains(name);
  if (!value) return std::optional<std::string>();
  if (!value->is_string() || !has_characters(value->as_string(), longest)) return invalid(must_be_text(name, longest));
  if (!domain::is_printable_utf8(value->as_string())) return invalid(std::string(name) + " must be a text without control characters.");
  return std::optional(std::string(value->as_string()));
}

Result<std::optional<std::string>> read_password(const json::object& body, const char* name) {
  const json::value* value = body.if_contains(name);
  if (!value) return std::optional<std::string>();
  if (!value->is_string() || !has_characters(value->as_string(), kLongestPassword)) return invalid(must_be_text(name, kLongestPassword));
  return std::optional(std::string(value->as_string()));
}

Result<std::string> check_reason(std::string reason, std::size_t longest) {
  std::string one_line = reason;
  std::ranges::replace_if(one_line, [](char c) { return c == '\n' || c == '\r' || c == '\t'; }, ' ');
  if (!domain::is_printable_utf8(one_line)) return invalid("reason must be a UTF-8 text without control characters other than tabs and ends of lines.");
  if (text::characters(reason) > longest) return invalid("reason must be a text of at most " + std::to_string(longest) + " characters.");
  return reason;
}

Result<std::string> read_reason(const json::object& body, std::size_t longest) {
  const auto* reason = body.if_contains("reason");
  if (!reason) return std::string();
  if (!reason->is_string()) return invalid("reason must be a text.");
  return check_reason(std::string(reason->as_string()), longest);
}

Result<std::optional<int>> read_priority(const json::object& body) {
  const auto* priority = body.if_contains("priority");
  if (!priority) return std::optional<int>();
  if (!priority->is_int64() || priority->as_int64() < domain::kLowestPriority || priority->as_int64() > domain::kHighestPriority) {
    return invalid("priority must be a whole number from -100 to 100.");
  }
  return std::optional(static_cast<int>(priority->as_int64()));
}

Result<std::optional<std::string>> read_model(const Parts& parts, const json::object& body) {
  const auto* model = body.if_contains("model");
  if (!model) return std::optional<std::string>();
  if (!model->is_string()) return invalid("model must be a text, the name of a model.");
  if (!can_run(parts, std::string(model->as_string()))) return cannot_run(parts, std::string(model->as_string()));
  return std::optional(std::string(model->as_string()));
}

Result<bool> read_flag(const json::object& body, const char* name) {
  const auto* flag = body.if_contains(name);
  if (!flag) return false;
  if (!flag->is_bool()) return invalid(std::string(name) + " must be true or false.");
  return flag->as_bool();
}

Result<std::vector<std::string>> read_job_ids(const json::value& list, const std::string& name) {
  if (auto fits = is_list(list, name); !fits) return fits.error();
  std::vector<std::string> ids;
  for (const json::value& item : list.as_array()) {
    auto id = item.is_string() ? uuid_of(item.as_string()) : std::nullopt;
    if (!id) return invalid(name + " must hold job ids, which are UUIDs.");
    ids.push_back(std::move(*id));
  }
  return ids;
}

Result<std::vector<domain::ImageId>> read_image_ids(const json::value& list, const std::string& name) {
  if (auto fits = is_list(list, name); !fits) return fits.error();
  std::vector<domain::ImageId> ids;
  for (const json::value& item : list.as_array()) {
    if (!item.is_int64() || item.as_int64() < 1) return invalid(name + " must hold image ids, which are whole numbers.");
    ids.push_back(domain::ImageId{item.as_int64()});
  }
  return ids;
}

Result<store::JobFilter> read_filter(const json::value& value) {
  const json::object* object = value.if_object();
  if (!object) return invalid("filter must be an object such as {\"state\": \"failed\"}.");
  if (auto known = only_conditions(*object); !known) return known.error();
  auto all = read_flag(*object, "all");
  if (!all) return all.error();
  if (object->size() == (object->contains("all") ? 1u : 0u) && !*all) {
    return invalid("filter has no condition. To act on all jobs say {\"all\": true}.");
  }
  store::JobFilter filter;
  if (auto texts = read_texts(*object, filter); !texts) return texts.error();
  for (auto [name, place] : {std::pair("created_from", &filter.created_from), std::pair("created_before", &filter.created_before), std::pair("failed_from", &filter.failed_from)}) {
    auto time = read_time(*object, name);
    if (!time) return time.error();
    *place = *time;
  }
  if (!filter.cause && filter.failed_from) return invalid("filter.failed_from goes only with filter.cause.");
  if (const auto* state = object->if_contains("state")) {
    auto states = read_states(*state);
    if (!states) return states.error();
    filter.states = std::move(*states);
  }
  if (const auto* ids = object->if_contains("image_ids")) {
    auto images = read_image_ids(*ids, "filter.image_ids");
    if (!images) return images.error();
    filter.images = std::move(*images);
  }
  return filter;
}

}  // namespace darkroom::api
