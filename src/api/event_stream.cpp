// The event log as server-sent events: everything after Last-Event-ID, from the database, then what comes.
#include "api/guard.h"
#include "api/handlers.h"
#include "api/json.h"
#include "api/problem.h"
#include "api/query.h"
#include "api/waiting.h"
#include "api/wanted_events.h"
#include "domain/error_codes.h"

#include <algorithm>
#include <atomic>
#include <charconv>
#include <memory>

namespace darkroom::api {
namespace {

namespace json = boost::json;

constexpr int kPage = 500;
constexpr auto kHeartbeat = std::chrono::seconds(15);  // also whether the caller is still known; at once when an event tells that somebody may not be
constexpr auto kPollShared = std::chrono::seconds(1);  // what other processes write may become settled after it was heard of
constexpr int kMostStreams = 1000;

struct Wanted {
  std::optional<std::int64_t> after;  // none: from now on
  WantedEvents events;
};

class Stream {
 public:
  Stream(const Parts& parts, Wanted wanted, http::Request request) : parts_(parts), wanted_(std::move(wanted)), request_(std::move(request)) { ++open_; }
  ~Stream() { --open_; }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  static bool has_room() { return open_ < kMostStreams; }

  http::EventStream::Piece next() {
    std::string text;
    if (!begun_) text = begin();
    store::SeenEvents seen = parts_.store.seen_events(after_, kPage);
    if (!still_known(seen)) return {.ended = true};
    for (const store::SeenEvent& each : seen.events) {
      after_ = each.event.id;
      if (wanted_.events.shows(each)) text += frame(each.event);
    }
    auto now = std::chrono::steady_clock::now();
    if (text.empty() && now - told_at_ >= kHeartbeat) text = ":\n\n";
    if (!text.empty()) told_at_ = now;
    return {std::move(text), seen.events.size() == kPage, false};
  }

 private:
  // Says how soon to come back, and `reset` when events that the client has not seen are kept no more, or it has seen some of another log.
  std::string begin() {
    begun_ = true;
    store::SeenEvents seen = parts_.store.seen_events(INT64_MAX - 1, 1);
    after_ = wanted_.after.value_or(seen.newest);
    std::string text = "retry: 3000\n\n";
    bool lost = seen.oldest > after_ + 1, other_log = after_ > seen.newest;
    if (!lost && !other_log) return text;
    after_ = other_log ? seen.newest : seen.oldest - 1;
    return text + "id: " + std::to_string(after_) + "\nevent: reset\ndata: {\"oldest\":" + std::to_string(seen.oldest) + ",\"newest\":" + std::to_string(seen.newest) + "}\n\n";
  }

  bool still_known(const store::SeenEvents& seen) {
    auto now = std::chrono::steady_clock::now();
    bool may_be_about_it = std::ranges::any_of(seen.events, [](const store::SeenEvent& each) { return is_of_audit(each.event.type); });
    if (!may_be_about_it && now - known_at_ < kHeartbeat) return true;
    known_at_ = now;
    return is_still_known(parts_.store, parts_.config.access, request_, parts_.clock.now());
  }

  // JSON holds no line break.
  static std::string frame(const store::Event& event) {
    return "id: " + std::to_string(event.id) + "\nevent: " + event.type + "\ndata: " + json::serialize(event_json(event)) + "\n\n";
  }

  static inline std::atomic<int> open_ = 0;
  const Parts& parts_;
  Wanted wanted_;
  http::Request request_;  // who asks
  bool begun_ = false;
  std::int64_t after_ = 0;
  std::chrono::steady_clock::time_point told_at_ = std::chrono::steady_clock::now(), known_at_ = told_at_;
};

Result<std::optional<std::int64_t>> last_seen(const http::Request& request) {
  std::string text(request.header("last-event-id"));
  auto after = request.query.find("after");
  if (text.empty() && after != request.query.end()) text = after->second;
  if (text.empty()) return std::optional<std::int64_t>();
  auto number = parse_whole(text, "after", {0, INT64_MAX - 1});
  if (!number) return number.error();
  return std::optional(*number);
}

Result<Wanted> read_wanted(const http::Request& request) {
  if (auto known = allow_query(request, {"after", "image", "batch", "types"}); !known) return known.error();
  Wanted wanted{.after = {}, .events = events_seen_by(request)};
  auto after = last_seen(request);
  if (!after) return after.error();
  wanted.after = *after;
  auto image = whole_number(request, "image", {1, INT64_MAX}, 0);
  if (!image) return image.error();
  if (*image) wanted.events.image = *image;
  if (auto batch = request.query.find("batch"); batch != request.query.end()) {
    wanted.events.batch = uuid_of(batch->second);
    if (!wanted.events.batch) return Error{std::string(domain::code::invalid_field), "batch must be the id of a batch, a UUID."};
  }
  if (auto types = request.query.find("types"); types != request.query.end()) {
    for (std::size_t at = 0; at < types->second.size();) {
      auto comma = std::min(types->second.find(',', at), types->second.size());
      wanted.events.types.push_back(types->second.substr(at, comma - at));
      at = comma + 1;
    }
  }
  return wanted;
}

}  // namespace

http::Reply stream_events(const Parts& parts, const http::Request& request) {
  auto wanted = read_wanted(request);
  if (!wanted) return problem(wanted.error());
  if (!Stream::has_room()) return problem(domain::code::unavailable, "As many event streams as allowed are open. Close one, or share one between the parts of your program.");
  auto stream = std::make_shared<Stream>(parts, std::move(*wanted), request);
  auto poll = parts.store.is_shared() ? std::chrono::milliseconds(kPollShared) : std::chrono::milliseconds(kHeartbeat);
  return http::EventStream{kEventStreams, poll, [stream] { return stream->next(); }};
}

}  // namespace darkroom::api
