#include "api/waiting.h"

#include "api/json.h"

namespace darkroom::api {

http::Reply answer_when_final(const std::string& id, std::chrono::seconds wait, std::function<Look()> look) {
  Look now = look();
  if (now.final || wait.count() == 0) return std::move(now.response);
  return http::Parked{id, std::chrono::steady_clock::now() + wait, [look = std::move(look)](bool timed_out) -> std::optional<http::Response> {
                        Look later = look();
                        if (later.final || timed_out) return std::move(later.response);
                        return std::nullopt;
                      }};
}

std::optional<std::string> parked_under(const store::Event& event) {
  if (event.type == "job.completed" || event.type == "job.failed" || event.type == "job.cancelled") return event.job;
  if (event.type != "batch.completed") return std::nullopt;
  boost::json::value data = parsed(event.data);
  const auto* object = data.if_object();
  const auto* batch = object ? object->if_contains("batch") : nullptr;
  return batch && batch->is_string() ? std::optional(std::string(batch->as_string())) : std::nullopt;
}

}  // namespace darkroom::api
