#include "api/problem.h"

#include "base/log.h"
#include "blob/blob_store.h"
#include "domain/error_codes.h"
#include "store/store.h"

#include <boost/json.hpp>

#include <type_traits>

namespace darkroom::api {

http::Response problem(std::string_view code, std::string_view message) {
  const domain::ErrorKind& kind = domain::error_kind(code);
  boost::json::object body{{"type", "/problems/" + std::string(kind.code)}, {"title", kind.title}, {"status", kind.http_status}, {"code", kind.code}, {"detail", message}};
  http::Response response;
  response.status = kind.http_status;
  response.content_type = "application/problem+json";
  response.body = boost::json::serialize(body);
  if (kind.http_status == 401) response.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (kind.http_status == 503 || kind.http_status == 507) response.headers.emplace_back("Retry-After", kind.http_status == 503 ? "1" : "60");
  return response;
}

http::Response problem(const Error& error) { return problem(error.code, error.message); }

namespace {

// As a verdict where the answer has room for one, and otherwise as the whole answer.
template <class Answer>
Answer answer_of(std::string_view code, std::string message) {
  Error error{std::string(code), std::move(message)};
  if constexpr (std::is_constructible_v<Answer, Error>) {
    return Answer(std::move(error));
  } else {
    return Answer(problem(error));
  }
}

}  // namespace

template <class Answer>
Answer with_world_errors(const std::function<Answer()>& work) {
  try {
    return work();
  } catch (const blob::DiskFull& error) {
    log::error("disk full", {{"cause", error.what()}});
    return answer_of<Answer>(domain::code::insufficient_storage, "The disk is full, so the photo was not taken in. Free some space, then send it again.");
  } catch (const store::StoreUnavailable& error) {
    log::error("store unavailable", {{"cause", error.what()}});
    return answer_of<Answer>(domain::code::unavailable, "The database cannot be used at the moment. Nothing was changed; try again shortly.");
  }
}

template http::Reply with_world_errors(const std::function<http::Reply()>&);
template std::optional<http::Response> with_world_errors(const std::function<std::optional<http::Response>()>&);
template Result<void> with_world_errors(const std::function<Result<void>()>&);
template Result<store::ImageRecord> with_world_errors(const std::function<Result<store::ImageRecord>()>&);
template Result<std::optional<store::BatchRecord>> with_world_errors(const std::function<Result<std::optional<store::BatchRecord>>()>&);
template std::variant<http::Response, http::BodyReceiver> with_world_errors(const std::function<std::variant<http::Response, http::BodyReceiver>()>&);

}  // namespace darkroom::api
