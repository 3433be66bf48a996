#include "api/waiting.h"

#include "api/json.h"
#include "api/problem.h"

namespace darkroom::api {

http::Reply answer_when_final(const std::string& id, std::chrono::seconds wait, std::function<Look()> look) {
  auto resume = [look = std::move(look)](bool timed_out) -> std::optional<http::Response> {
    Look now;
    auto looked = with_world_errors<Result<void>>([&]() -> Result<void> {
      now = look();
      return {};
    });
    if (!looked && timed_out) return problem(looked.error().code, "The database cannot be asked at the moment. What was taken in goes on; ask again shortly.");
    if (looked && (now.final || timed_out)) return std::move(now.response);
    return std::nullopt;
  };
  if (auto answer = resume(wait.count() == 0)) return std::move(*answer);
  return http::Parked{id, std::chrono::steady_clock::now() + wait, std::move(resume)};
}

std::optional<std::string> parked_under(const store::Event& event) {
  if (event.type == "job.completed" || event.type == "job.failed" || event.type == "job.cancelled" || event.type == "image.deleted") return event.job;
  if (event.type != "batch.completed") return std::nullopt;
  boost::json::value data = parsed(event.data);
  const auto* object = data.if_object();
  const auto* batch = object ? object->if_contains("batch") : nullptr;
  return batch && batch->is_string() ? std::optional(std::string(batch->as_string())) : std::nullopt;
}

}  // namespace darkroom::api
