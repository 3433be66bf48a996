// A call of a model's service, from the photo to an outcome: facts from the photo's header, the exchange, the meaning of its end.
#include "remote/answer.h"
#include "remote/photo_facts.h"
#include "remote/transfer.h"

#include "base/log.h"
#include "domain/error_codes.h"
#include "domain/printable.h"
#include "imaging/header.h"

namespace darkroom::remote {
namespace {

namespace code = domain::code;
using domain::Failed;

constexpr std::size_t kLengthOfShortHash = 12;
constexpr std::size_t kLongestAddress = 300;

Failed failed(std::string_view error_code, std::string message, Failed::Kind kind) { return {{std::string(error_code), std::move(message)}, kind}; }

Upload upload_of(const RemoteRequest& request, const PhotoFacts& facts) {
  Upload upload{.fd = request.photo_fd, .byte_count = request.byte_count, .mime_type = facts.mime_type};
  upload.file_name = request.sha256.substr(0, kLengthOfShortHash) + "." + facts.name_extension;
  upload.fields = {{"image_id", std::to_string(request.image_id)},
                   {"priority", std::to_string(request.priority)},
                   {"metadata", request.metadata.empty() ? "{}" : request.metadata}};
  upload.headers = {{"X-Darkroom-Job", request.job_id}};
  return upload;
}

// 120, 0.5
std::string in_seconds(std::chrono::milliseconds duration) {
  std::string text = std::to_string(static_cast<double>(duration.count()) / 1000);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

bool may_pass(long status) { return status == 408 || status == 425 || status == 429 || status >= 500; }

// An answer that is no success. What the service says reaches whoever uploaded the photo: it knows best what is wrong with it.
Failed refusal(const domain::Model& model, const Reply& reply) {
  std::string message = "The service of model '" + model.name + "' answered " + std::to_string(reply.status);
  if (reply.status < 400) {
    message += reply.status >= 300 && !reply.location.empty() ? " and points to " + domain::printable(reply.location, kLongestAddress) +
                                                                    ". Redirects are not followed: put that address into model.toml"
                                                              : ", which is no result";
    return failed(code::service_failed, message + ".", Failed::Kind::permanent);
  }
  if (std::string words = words_of(reply.body); !words.empty()) message += ": " + words;
  Failed end = failed(code::service_failed, message, may_pass(reply.status) ? Failed::Kind::transient : Failed::Kind::permanent);
  if (end.kind == Failed::Kind::transient) end.retry_after = reply.retry_after;
  return end;
}

RemoteEnd read_success(const domain::Model& model, const Reply& reply, const domain::ImageInfo& image) {
  Read read = read_answer(reply.body, image);
  if (auto* failure = std::get_if<Failed>(&read)) return std::move(*failure);
  domain::Outcome outcome = std::get<domain::Outcome>(std::move(read));
  outcome.engine = domain::to_string(model.engine);
  if (outcome.engine_version.empty()) outcome.engine_version = transfer_version();  // what is known of the other side is how it was reached
  outcome.timings.infer = reply.took.count();
  outcome.recipe = model.recipe;
  return outcome;
}

RemoteEnd meaning_of(const Reply& reply, const domain::Model& model, const domain::ImageInfo& image) {
  std::string service = "The service of model '" + model.name + "' ";
  switch (reply.how) {
    case Reply::How::answered: return reply.status >= 200 && reply.status < 300 ? read_success(model, reply, image) : refusal(model, reply);
    case Reply::How::abandoned: return domain::Interrupted{"The run was called off."};
    case Reply::How::unreachable:
      return failed(code::service_failed, service + "cannot be reached: " + reply.cause + ". Is it running, and is the url in its model.toml right?",
                    Failed::Kind::transient);
    case Reply::How::timed_out:
      return failed(code::timeout,
                    service + "did not answer within " + in_seconds(model.remote->timeout) +
                        " s. Raise timeout_seconds in its model.toml if it may take longer.",
                    Failed::Kind::transient);
    case Reply::How::too_large: return failed(code::model_output, service + "answered more than 8 MB.", Failed::Kind::permanent);
    case Reply::How::broken:
      return failed(code::service_failed, service + "broke off without an answer: " + reply.cause + ".", Failed::Kind::transient);
  }
  return failed(code::internal, service + "gave an end that nobody knows.", Failed::Kind::transient);
}

}  // namespace

struct RemoteCall::State {
  Transfer transfer;
};

RemoteCall::RemoteCall() : state_(std::make_unique<State>()) {}

RemoteCall::~RemoteCall() = default;

RemoteEnd RemoteCall::run(const domain::Model& model, const RemoteRequest& request) {
  if (!model.remote)
    return failed(code::model_unavailable, "The model '" + model.name + "' has no service. Give its model.toml a url.", Failed::Kind::transient);
  Result<PhotoFacts> facts = photo_facts(request.photo_fd, request.byte_count);
  if (!facts) return Failed{facts.error(), Failed::Kind::permanent};
  if (request.refuse_truncated && facts->image.truncated) return Failed{imaging::truncated_photo(), Failed::Kind::permanent};
  Reply reply = state_->transfer.post(*model.remote, upload_of(request, *facts));
  if (reply.how != Reply::How::answered && reply.how != Reply::How::abandoned) {
    log::warning("no answer of a model's service", {{"model", model.name}, {"job", request.job_id}, {"cause", reply.cause}});
  }
  return meaning_of(reply, model, facts->image);
}

void RemoteCall::abandon() { state_->transfer.abandon(); }

void RemoteCall::rearm() { state_->transfer.rearm(); }

}  // namespace darkroom::remote
