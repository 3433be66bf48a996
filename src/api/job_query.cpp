#include "api/job_query.h"

#include "api/body_fields.h"
#include "api/cursor.h"
#include "api/guard.h"
#include "api/query.h"

#include <sstream>

namespace darkroom::api {
namespace {

constexpr std::size_t kLongest = 400;  // characters
constexpr std::chrono::milliseconds kLongestSearch{200};
const std::string kNobody(1, '\1');  // no account has such a name

Result<std::optional<std::string>> text_of(const http::Request& request, const std::string& name) {
  auto found = request.query.find(name);
  if (found == request.query.end()) return std::optional<std::string>();
  if (!has_characters(found->second, kLongest)) return invalid(must_be_text(name, kLongest));
  return std::optional(found->second);
}

Result<void> read_texts(const http::Request& request, store::JobQuery& query) {
  for (auto [name, place] : {std::pair("queue", &query.queue), std::pair("owner", &query.owner), std::pair("model", &query.model), std::pair("kind", &query.kind), std::pair("batch", &query.batch)}) {
    auto text = text_of(request, name);
    if (!text) return text.error();
    *place = std::move(*text);
  }
  if (auto known = check_queue(query.queue, "queue"); !known) return known.error();
  if (query.batch && !(query.batch = uuid_of(*query.batch))) return invalid("batch must be the id of a batch, a UUID.");
  if (auto own = owner_seen_by(request)) query.owner = query.owner.value_or(*own) == *own ? *own : kNobody;
  return {};
}

Result<store::JobQuery> read_conditions(const http::Request& request) {
  store::JobQuery query{.longest = kLongestSearch};
  if (auto read = read_texts(request, query); !read) return read.error();
  auto state = text_of(request, "state");
  if (!state) return state.error();
  if (*state) query.state = domain::parse_job_state(**state);
  if (*state && !query.state) return invalid("state must be one of scheduled, queued, running, completed, failed, cancelled.");
  auto image = whole_number(request, "image", {1, INT64_MAX}, 0);
  if (!image) return image.error();
  if (*image) query.image = domain::ImageId{*image};
  auto limit = whole_number(request, "limit", {1, 200}, 50);
  if (!limit) return limit.error();
  query.limit = static_cast<int>(*limit);
  return query;
}

// "<priority> <rank> <id> <lane>", a line for each.
Result<std::vector<store::LinePlace>> read_places(const std::string& text) {
  std::vector<store::LinePlace> places;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    store::LinePlace place;
    if (!(words >> place.priority >> place.rank >> place.id) || words.get() != ' ' || !std::getline(words, place.lane)) return not_a_cursor();
    if (place.priority < domain::kLowestPriority || place.priority > domain::kHighestPriority) return not_a_cursor();
    places.push_back(std::move(place));
  }
  if (places.empty()) return not_a_cursor();
  return places;
}

Result<void> read_place(const http::Request& request, JobList& list) {
  auto cursor = request.query.find("cursor");
  if (cursor == request.query.end()) return {};
  auto place = open_cursor(list.hash, cursor->second);
  if (!place) return place.error();
  if (!list.line) {
    auto before = parse_whole(*place, "cursor", {1, INT64_MAX});
    if (!before) return not_a_cursor();
    list.newest.before = *before;
    return {};
  }
  auto after = read_places(*place);
  if (!after) return after.error();
  list.line->after = std::move(*after);
  return {};
}

}  // namespace

Result<JobList> read_job_list(const http::Request& request) {
  if (auto known = allow_query(request, {"limit", "cursor", "order", "place", "state", "queue", "owner", "model", "kind", "batch", "image"}); !known) return known.error();
  auto query = read_conditions(request);
  if (!query) return query.error();
  auto order = text_of(request, "order");
  if (!order) return order.error();
  if (*order && **order != "newest" && **order != "line") return invalid("order must be newest or line.");
  auto place = text_of(request, "place");
  if (!place) return place.error();
  if (*place && **place != "true" && **place != "false") return invalid("place must be true or false.");
  JobList list{.newest = *query, .line = {}, .with_places = *place == "true", .hash = {}};
  const store::JobQuery& q = list.newest;
  if (*order == "line") {
    bool queued = q.state.value_or(domain::JobState::queued) == domain::JobState::queued;
    if (!queued || q.kind || q.batch || q.image) return invalid("order=line lists queued jobs. It goes with queue, model and owner.");
    list.line = store::LineQuery{.queue = q.queue, .model = q.model, .owner = q.owner, .limit = q.limit};
  }
  list.hash = list_hash({list.line ? "line" : "newest", q.state ? std::string(domain::to_string(*q.state)) : "", q.queue.value_or(""), q.owner.value_or(""), q.model.value_or(""),
                         q.kind.value_or(""), q.batch.value_or(""), q.image ? std::to_string(q.image->value) : ""});
  if (auto begun = read_place(request, list); !begun) return begun.error();
  return list;
}

std::string cursor_of(const JobList& list, std::int64_t next) { return make_cursor(list.hash, std::to_string(next)); }

std::string cursor_of(const JobList& list, const std::vector<store::LinePlace>& next) {
  std::string text;
  for (const store::LinePlace& place : next) text += std::to_string(place.priority) + " " + std::to_string(place.rank) + " " + std::to_string(place.id) + " " + place.lane + "\n";
  return make_cursor(list.hash, text);
}

}  // namespace darkroom::api
