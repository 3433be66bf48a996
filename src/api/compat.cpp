// What the service that Darkroom replaces said of itself: /health/ and /queue-status/.
#include "compat/answers.h"

#include "api/handlers.h"

namespace darkroom::api {

// On the I/O thread: monitors and load balancers ask it all the time, and a store that hangs must not make the server look dead.
http::Reply compat_health(const Parts& parts, const http::Request&) {
  bool can_run = parts.gauge->can_run() && !parts.stopping();
  return json_response(can_run ? 200 : 503, compat::health_body(can_run, parts.gauge->last(), parts.clock.now()));
}

http::Reply compat_queue_status(const Parts& parts, const http::Request&) {
  store::InWork work = parts.store.in_work();
  return json_response(200, compat::queue_status_body(parts.gauge->count(), work.any, work.number));
}

}  // namespace darkroom::api
