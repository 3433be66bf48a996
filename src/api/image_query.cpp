#include "api/image_query.h"

#include "api/body_fields.h"
#include "api/cursor.h"
#include "api/guard.h"
#include "api/query.h"
#include "domain/error_codes.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace darkroom::api {
namespace {

using domain::JobState;
using store::ImageQuery;
using store::ImageSort;

constexpr std::size_t kLongest = 400;  // characters
const std::string kNobody(1, '\1');  // no account has such a name
constexpr std::array<std::string_view, 9> kConditions = {"status", "model", "uploader", "label", "error", "search", "since", "until", "batch"};

struct SortName {
  std::string_view name;
  ImageSort sort;
};
constexpr SortName kSorts[] = {{"newest", ImageSort::newest}, {"oldest", ImageSort::oldest}, {"title", ImageSort::title}};

std::optional<std::vector<JobState>> states_of(std::string_view status) {
  if (status == "pending") return std::vector{JobState::scheduled, JobState::queued};
  if (status == "processing") return std::vector{JobState::running};
  if (status == "completed") return std::vector{JobState::completed};
  if (status == "failed") return std::vector{JobState::failed};
  if (status == "cancelled") return std::vector{JobState::cancelled};
  return std::nullopt;
}

Result<void> read_time(const std::string& name, const std::string& value, std::optional<Time>& place) {
  place = from_rfc3339(value);
  if (!place) return invalid(name + " must be a time such as 2026-01-31T09:30:00Z.");
  return {};
}

Result<void> read_condition(const std::string& name, const std::string& value, ImageQuery& query) {
  if (!has_characters(value, kLongest)) return invalid(must_be_text(name, kLongest));
  if (name == "since") return read_time(name, value, query.created_from);
  if (name == "until") return read_time(name, value, query.created_before);
  if (name == "status") {
    auto states = states_of(value);
    if (!states) return invalid("status must be one of pending, processing, completed, failed, cancelled.");
    query.states = std::move(*states);
    return {};
  }
  for (auto [known, place] : {std::pair("model", &query.model), std::pair("uploader", &query.owner), std::pair("label", &query.label), std::pair("error", &query.error_code),
                              std::pair("search", &query.title), std::pair("batch", &query.batch)}) {
    if (name == known) *place = value;
  }
  if (name == "batch" && !(query.batch = uuid_of(value))) return invalid("batch must be the id of a batch, a UUID.");
  return {};
}

std::string hash_of(const ImageQuery& query) {
  std::vector<std::string> conditions = {std::to_string(static_cast<int>(query.sort))};
  for (JobState state : query.states) conditions.emplace_back(domain::to_string(state));
  for (const auto* part : {&query.model, &query.owner, &query.label, &query.error_code, &query.title, &query.batch}) conditions.push_back(part->value_or(""));
  for (const auto* time : {&query.created_from, &query.created_before}) conditions.push_back(*time ? std::to_string(to_micros(**time)) : "");
  return list_hash(conditions);
}

// "<id> <title>"
Result<store::ImageKey> read_cursor(const ImageQuery& query, const std::string& cursor) {
  auto text = open_cursor(hash_of(query), cursor);
  if (!text) return text.error();
  std::int64_t id = 0;
  const char* end = text->data() + text->size();
  auto [rest, problem] = std::from_chars(text->data(), end, id);
  if (problem != std::errc() || rest == end || *rest != ' ') return not_a_cursor();
  return store::ImageKey{id, std::string(rest + 1, end)};
}

Result<void> read_place(const http::Request& request, ImageQuery& query) {
  auto before = whole_number(request, "before", {1, INT64_MAX}, 0);
  if (!before) return before.error();
  auto cursor = request.query.find("cursor");
  if (*before && (cursor != request.query.end() || query.sort != ImageSort::newest)) return invalid("before goes with sort=newest and without cursor. Better take next_cursor of the answer.");
  if (*before) query.after = store::ImageKey{*before};
  if (cursor == request.query.end()) return {};
  auto key = read_cursor(query, cursor->second);
  if (!key) return key.error();
  query.after = std::move(*key);
  return {};
}

}  // namespace

Result<ImageQuery> read_image_conditions(const std::map<std::string, std::string>& named) {
  ImageQuery query;
  for (const auto& [name, value] : named) {
    if (std::ranges::find(kConditions, name) == kConditions.end()) {
      return Error{std::string(domain::code::unknown_field), "There is no condition '" + name + "'. Known: status, model, uploader, label, error, search, since, until, batch."};
    }
    if (auto read = read_condition(name, value, query); !read) return read.error();
  }
  return query;
}

namespace {

// Conditions that the caller may ask for, order and place.
Result<ImageQuery> read_list(const http::Request& request) {
  std::map<std::string, std::string> named;
  for (std::string_view name : kConditions) {
    if (auto found = request.query.find(std::string(name)); found != request.query.end()) named.insert(*found);
  }
  auto query = read_image_conditions(named);
  if (!query) return query.error();
  if (auto own = owner_seen_by(request)) query->owner = query->owner.value_or(*own) == *own ? *own : kNobody;
  if (auto sort = request.query.find("sort"); sort != request.query.end()) {
    const auto* known = std::ranges::find(kSorts, sort->second, &SortName::name);
    if (known == std::end(kSorts)) return invalid("sort must be one of newest, oldest, title.");
    query->sort = known->sort;
  }
  if (auto place = read_place(request, *query); !place) return place.error();
  return query;
}

}  // namespace

Result<ImageQuery> read_image_query(const http::Request& request) {
  if (auto known = allow_query(request, {"limit", "before", "cursor", "sort", "status", "model", "uploader", "label", "error", "search", "since", "until", "batch"}); !known) {
    return known.error();
  }
  auto query = read_list(request);
  if (!query) return query.error();
  auto limit = whole_number(request, "limit", {1, 200}, 50);
  if (!limit) return limit.error();
  query->limit = static_cast<int>(*limit);
  return query;
}

Result<ResultsQuery> read_results_query(const http::Request& request) {
  if (auto known = allow_query(request, {"format", "limit", "before", "cursor", "sort", "status", "model", "uploader", "label", "error", "search", "since", "until", "batch"}); !known) {
    return known.error();
  }
  auto images = read_list(request);
  if (!images) return images.error();
  auto most = whole_number(request, "limit", {1, INT64_MAX}, INT64_MAX);
  if (!most) return most.error();
  auto format = request.query.find("format");
  if (format != request.query.end() && format->second != "json" && format->second != "csv") return invalid("format must be json or csv.");
  return ResultsQuery{std::move(*images), format != request.query.end() && format->second == "csv", *most};
}

std::string cursor_of(const ImageQuery& query, const store::ImageKey& key) { return make_cursor(hash_of(query), std::to_string(key.id) + " " + key.title); }

}  // namespace darkroom::api
