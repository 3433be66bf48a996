// Who may call what: method, address, who, largest body, handler. Nothing else answers HTTP.
#include "api/routes.h"

#include "api/handlers.h"
#include "api/pages.h"
#include "api/problem.h"
#include "api/resumable.h"
#include "api/rules.h"
#include "domain/error_codes.h"

#include <functional>

namespace darkroom::api {
namespace {

using http::Method;
using http::RunsOn;

using Plain = http::Reply (*)(const Parts&, const http::Request&);
using Streamed = std::variant<http::Response, http::BodyReceiver> (*)(const Parts&, const http::Request&);

constexpr std::uint64_t kSmallBody = 64 * 1024;
constexpr std::uint64_t kListBody = 1024 * 1024;  // ten thousand ids
constexpr std::uint64_t kModelForm = (std::uint64_t{4} * 1024 + 32) * 1024 * 1024;  // the largest model, labels and sidecar
constexpr std::uint64_t kManyPhotos = std::uint64_t{2} * 1024 * 1024 * 1024;  // of one request with many
constexpr std::uint64_t kFormOverhead = 256 * 1024;  // boundaries, part headers and fields around the photo

enum class Key { refused, taken };  // the header Idempotency-Key

struct Line {
  Method method;
  const char* pattern;
  const char* access;
  RunsOn runs_on;
  std::uint64_t max_body;
  std::variant<Plain, Streamed> handler;
  Key key = Key::refused;
  bool behind_literals = false;  // see http::Route
};

// To add a route, say who may with one word of rules.h. Nothing else is needed: the guard asks for the credential, the role, the scope and the owner. Only
// a route that lists things asks owner_seen_by() (guard.h) whose it may show.
std::vector<Line> table(const Parts& parts) {
  auto photo = static_cast<std::uint64_t>(parts.config.photo.max_bytes) + kFormOverhead;
  return {
      {Method::get, "/", kPublic, RunsOn::io_thread, 0, page},
      {Method::get, "/assets/{file}", kPublic, RunsOn::io_thread, 0, page_asset},
      {Method::get, "/style.css", kPublic, RunsOn::io_thread, 0, front_style},
      {Method::get, "/openapi.json", kPublic, RunsOn::io_thread, 0, openapi_document},
      {Method::get, "/docs", kPublic, RunsOn::io_thread, 0, docs_page},
      {Method::get, "/docs/{file}", kPublic, RunsOn::io_thread, 0, docs_asset},
      {Method::get, "/problems/{code}", kPublic, RunsOn::io_thread, 0, problem_page},
      {Method::get, "/livez", kPublic, RunsOn::io_thread, 0, livez},
      {Method::get, "/readyz", kPublic, RunsOn::pool, 0, readyz},
      {Method::get, "/healthz", kPublic, RunsOn::pool, 0, readyz},
      {Method::get, "/metrics", kMetrics, RunsOn::pool, 0, get_metrics},

      {Method::post, "/api/v1/images", kSend, RunsOn::pool, photo, upload_image, Key::taken},
      {Method::get, "/api/v1/images", kSee, RunsOn::pool, 0, list_images},
      {Method::post, "/api/v1/images/many", kSend, RunsOn::pool, kManyPhotos, upload_many, Key::taken},
      {Method::post, "/api/v1/images/actions", kOperate, RunsOn::pool, kListBody, act_on_images},
      {Method::get, "/api/v1/images/{id}", kSee, RunsOn::pool, 0, get_image},
      {Method::patch, "/api/v1/images/{id}", kOwn, RunsOn::pool, kSmallBody, change_image},
      {Method::del, "/api/v1/images/{id}", kOwn, RunsOn::pool, 0, delete_image},
      {Method::post, "/api/v1/images/{id}/reprocess", kOwn, RunsOn::pool, kSmallBody, reprocess_image},
      {Method::get, "/api/v1/images/{id}/results", kSee, RunsOn::pool, 0, list_image_results},
      {Method::get, "/api/v1/images/{id}/results/{job}", kSee, RunsOn::pool, 0, get_image_result},
      {Method::get, "/api/v1/images/{id}/thumbnail", kSee, RunsOn::pool, 0, get_thumbnail},
      {Method::get, "/api/v1/images/{id}/preview", kSee, RunsOn::pool, 0, get_preview},
      {Method::get, "/api/v1/images/{id}/overlay", kSee, RunsOn::pool, 0, get_overlay},
      {Method::get, "/api/v1/images/{id}/original", kOriginal, RunsOn::pool, 0, get_original},

      {Method::get, "/api/v1/results", kSee, RunsOn::pool, 0, download_results},

      {Method::options, "/api/v1/uploads", kPublic, RunsOn::io_thread, 0, tus_options},
      {Method::post, "/api/v1/uploads", kSend, RunsOn::pool, photo, begin_upload, Key::taken},
      {Method::get, "/api/v1/uploads/{id}", kSend, RunsOn::pool, 0, get_upload},
      {Method::patch, "/api/v1/uploads/{id}", kSend, RunsOn::pool, photo, add_to_upload},
      {Method::post, "/api/v1/uploads/{id}", kSend, RunsOn::pool, photo, overridden_upload},
      {Method::del, "/api/v1/uploads/{id}", kSend, RunsOn::pool, 0, delete_upload},

      {Method::get, "/api/v1/jobs", kSee, RunsOn::pool, 0, list_jobs},
      {Method::get, "/api/v1/jobs/{id}", kSee, RunsOn::pool, 0, get_job},
      {Method::get, "/api/v1/jobs/{id}/attempts/{number}", kSee, RunsOn::pool, 0, get_attempt},
      {Method::post, "/api/v1/jobs/{id}/retry", kJob, RunsOn::pool, kSmallBody, retry_job},
      {Method::post, "/api/v1/jobs/{id}/cancel", kJob, RunsOn::pool, kSmallBody, cancel_job},
      {Method::patch, "/api/v1/jobs/{id}", kJob, RunsOn::pool, kSmallBody, change_job},
      {Method::post, "/api/v1/jobs/actions", kOperate, RunsOn::pool, kListBody, act_on_jobs},

      {Method::get, "/api/v1/failures", kSee, RunsOn::pool, 0, list_failures},
      {Method::get, "/api/v1/jobs/{id}/place", kSee, RunsOn::pool, 0, get_place},

      {Method::get, "/api/v1/queues", kWatch, RunsOn::pool, 0, list_queues},
      {Method::get, "/api/v1/queues/{name}", kWatch, RunsOn::pool, 0, get_queue},
      {Method::patch, "/api/v1/queues/{name}", kQueues, RunsOn::pool, kSmallBody, change_queue},
      {Method::post, "/api/v1/queues/{name}/pause", kQueues, RunsOn::pool, kSmallBody, pause_queue},
      {Method::post, "/api/v1/queues/{name}/resume", kQueues, RunsOn::pool, kSmallBody, resume_queue},
      {Method::get, "/api/v1/workers", kWatch, RunsOn::pool, 0, list_workers},

      {Method::get, "/api/v1/schedules", kWatch, RunsOn::pool, 0, list_schedules},
      {Method::get, "/api/v1/schedules/kinds", kWatch, RunsOn::pool, 0, list_schedule_kinds},
      {Method::get, "/api/v1/schedules/slots", kWatch, RunsOn::pool, 0, list_slots},
      {Method::get, "/api/v1/schedules/{name}", kWatch, RunsOn::pool, 0, get_schedule},
      {Method::put, "/api/v1/schedules/{name}", kQueues, RunsOn::pool, kSmallBody, put_schedule, Key::refused, true},
      {Method::del, "/api/v1/schedules/{name}", kQueues, RunsOn::pool, 0, delete_schedule, Key::refused, true},
      {Method::post, "/api/v1/schedules/{name}/run", kQueues, RunsOn::pool, kSmallBody, run_schedule},
      {Method::post, "/api/v1/schedules/{name}/pause", kQueues, RunsOn::pool, kSmallBody, pause_schedule},
      {Method::post, "/api/v1/schedules/{name}/resume", kQueues, RunsOn::pool, kSmallBody, resume_schedule},

      {Method::get, "/api/v1/batches", kSee, RunsOn::pool, 0, list_batches},
      {Method::post, "/api/v1/batches", kSend, RunsOn::pool, kListBody, create_batch},
      {Method::get, "/api/v1/batches/{id}", kSee, RunsOn::pool, 0, get_batch},
      {Method::post, "/api/v1/batches/{id}/seal", kOwn, RunsOn::pool, kSmallBody, seal_batch},

      {Method::get, "/api/v1/quarantine", kWatch, RunsOn::pool, 0, list_quarantine},
      {Method::del, "/api/v1/quarantine/{sha256}", kOperate, RunsOn::pool, 0, release_quarantine},

      {Method::get, "/api/v1/endpoints", kAdmin, RunsOn::pool, 0, list_endpoints},
      {Method::post, "/api/v1/endpoints", kAdmin, RunsOn::pool, kSmallBody, create_endpoint},
      {Method::get, "/api/v1/endpoints/{id}", kAdmin, RunsOn::pool, 0, get_endpoint},
      {Method::patch, "/api/v1/endpoints/{id}", kAdmin, RunsOn::pool, kSmallBody, change_endpoint},
      {Method::del, "/api/v1/endpoints/{id}", kAdmin, RunsOn::pool, 0, delete_endpoint},
      {Method::post, "/api/v1/endpoints/{id}/rotate-secret", kAdmin, RunsOn::pool, kSmallBody, rotate_endpoint_secret},
      {Method::post, "/api/v1/endpoints/{id}/enable", kAdmin, RunsOn::pool, kSmallBody, enable_endpoint},
      {Method::post, "/api/v1/endpoints/{id}/disable", kAdmin, RunsOn::pool, kSmallBody, disable_endpoint},
      {Method::post, "/api/v1/endpoints/{id}/test", kAdmin, RunsOn::pool, kSmallBody, test_endpoint},
      {Method::get, "/api/v1/webhook-secret", kSelf, RunsOn::pool, 0, get_webhook_secret},

      {Method::get, "/api/v1/deliveries", kOperate, RunsOn::pool, 0, list_deliveries},
      {Method::post, "/api/v1/deliveries/replay", kOperate, RunsOn::pool, kSmallBody, replay_deliveries},
      {Method::get, "/api/v1/deliveries/{id}", kOperate, RunsOn::pool, 0, get_delivery},
      {Method::post, "/api/v1/deliveries/{id}/replay", kOperate, RunsOn::pool, kSmallBody, replay_delivery},

      {Method::get, "/api/v1/events", kSee, RunsOn::pool, 0, list_events},
      {Method::get, "/api/v1/events/stream", kSee, RunsOn::pool, 0, stream_events},
      {Method::get, "/api/v1/models", kSee, RunsOn::pool, 0, list_models},
      {Method::get, "/api/v1/models/{name}", kSee, RunsOn::pool, 0, get_model},
      {Method::put, "/api/v1/models/{name}", kModels, RunsOn::pool, kModelForm, put_model},
      {Method::del, "/api/v1/models/{name}", kModels, RunsOn::pool, 0, delete_model},
      {Method::post, "/api/v1/models/{name}/activate", kModels, RunsOn::pool, kSmallBody, activate_model},
      {Method::del, "/api/v1/models/{name}/versions/{version}", kModels, RunsOn::pool, 0, delete_model_version},
      {Method::get, "/api/v1/stats", kWatch, RunsOn::pool, 0, stats},
      {Method::get, "/api/v1/stats/series", kWatch, RunsOn::pool, 0, stats_series},
      {Method::get, "/api/v1/settings", kAdmin, RunsOn::pool, 0, list_settings},
      {Method::get, "/api/v1/alerts", kWatch, RunsOn::pool, 0, list_alerts},
      {Method::get, "/api/v1/status", kWatch, RunsOn::pool, 0, status},

      {Method::post, "/process-image/", kSite, RunsOn::pool, photo, compat_upload},
      {Method::get, "/queue-status/", kSite, RunsOn::pool, 0, compat_queue_status},
      {Method::get, "/health/", kPublic, RunsOn::io_thread, 0, compat_health},
      {Method::get, "/admin/", kPublic, RunsOn::io_thread, 0, page},

      {Method::post, "/api/v1/session", kPublic, RunsOn::pool, kSmallBody, log_in},
      {Method::get, "/api/v1/session", kSelf, RunsOn::pool, 0, show_session},
      {Method::del, "/api/v1/session", kSelf, RunsOn::pool, 0, log_out},
      {Method::put, "/api/v1/session/password", kSelf, RunsOn::pool, kSmallBody, change_password},
      {Method::get, "/api/v1/sessions", kSelf, RunsOn::pool, 0, list_sessions},
      {Method::del, "/api/v1/sessions/{id}", kSelf, RunsOn::pool, 0, end_session},
      {Method::get, "/api/v1/tokens", kSelf, RunsOn::pool, 0, list_tokens},
      {Method::post, "/api/v1/tokens", kSelf, RunsOn::pool, kSmallBody, create_token},
      {Method::del, "/api/v1/tokens/{name}", kSelf, RunsOn::pool, 0, delete_token},
      {Method::get, "/api/v1/users", kUsers, RunsOn::pool, 0, list_users},
      {Method::post, "/api/v1/users", kUsers, RunsOn::pool, kSmallBody, create_user},
      {Method::get, "/api/v1/users/{name}", kUsers, RunsOn::pool, 0, get_user},
      {Method::patch, "/api/v1/users/{name}", kUsers, RunsOn::pool, kSmallBody, change_user},
      {Method::del, "/api/v1/users/{name}", kUsers, RunsOn::pool, 0, delete_user},
      {Method::get, "/api/v1/audit", kUsers, RunsOn::pool, 0, list_audit},

      {Method::get, "/internal/v1/photos/{sha256}", kPeer, RunsOn::pool, 0, photo_piece},
  };
}

// Whoever sends a key counts on it that nothing is made twice: where nobody looks at it, that must not go unsaid.
template <class Answer>
Answer unless_keyed(bool refuses_key, const http::Request& request, const std::function<Answer()>& handle) {
  if (refuses_key && !request.header("idempotency-key").empty()) {
    return problem(domain::code::bad_request, "Idempotency-Key is not looked at here, only by POST /api/v1/images, /api/v1/images/many and /api/v1/uploads. Leave it out.");
  }
  return with_world_errors<Answer>(handle);
}

http::Route route_from(const Line& line, const Parts& parts) {
  using Opened = std::variant<http::Response, http::BodyReceiver>;
  http::Route route{line.method, line.pattern, line.access, line.runs_on, line.max_body, {}};
  route.behind_literals = line.behind_literals;
  if (route.pattern.starts_with("/api/v1/uploads")) route.headers = {{"Tus-Resumable", std::string(kTusVersion)}};
  bool refuses_key = line.method == Method::post && route.pattern.starts_with("/api/v1/") && line.key == Key::refused;
  if (const auto* plain = std::get_if<Plain>(&line.handler)) {
    route.handler = http::Handler([handle = *plain, refuses_key, &parts](const http::Request& request) {
      return unless_keyed<http::Reply>(refuses_key, request, [&] { return handle(parts, request); });
    });
  } else {
    route.handler = http::BodyHandler([handle = std::get<Streamed>(line.handler), refuses_key, &parts](const http::Request& request) {
      return unless_keyed<Opened>(refuses_key, request, [&] { return handle(parts, request); });
    });
  }
  return route;
}

}  // namespace

std::vector<http::Route> make_routes(const Parts& parts) {
  std::vector<http::Route> routes;
  for (const Line& line : table(parts)) {
    require_rule(line.access, line.pattern);
    routes.push_back(route_from(line, parts));
  }
  for (std::string_view name : kPages) {
    for (const char* rest : {"", "/{first}", "/{first}/{second}"}) {
      std::string pattern = "/" + std::string(name) + rest;
      routes.push_back(route_from({Method::get, pattern.c_str(), kPublic, RunsOn::io_thread, 0, page}, parts));
    }
  }
  return routes;
}

std::vector<http::Route> make_watch_routes(const Parts& parts) {
  std::vector<http::Route> routes;
  for (const Line& line : table(parts)) {
    std::string_view pattern = line.pattern;
    if (pattern == "/metrics" || pattern == "/livez" || pattern == "/readyz") routes.push_back(route_from(line, parts));
  }
  return routes;
}

http::Response error_page(std::string_view code, std::string_view message) { return problem(code, message); }

}  // namespace darkroom::api
