#include "domain/webhook.h"

#include "base/hash.h"
#include "base/json_text.h"
#include "domain/names.h"

#include <algorithm>

namespace darkroom::domain {
namespace {

constexpr std::size_t kLargestResult = 16'000;  // bytes: the whole body stays under 20 kB

constexpr Names<DeliveryState, 5> kStates = {{
    {DeliveryState::waiting, "waiting"},
    {DeliveryState::sending, "sending"},
    {DeliveryState::delivered, "delivered"},
    {DeliveryState::superseded, "superseded"},
    {DeliveryState::dead, "dead"},
}};

std::string_view status_of(std::string_view type) { return type.substr(type.find('.') + 1); }

std::string error_json(const std::optional<Error>& error) {
  if (!error) return "null";
  return "{\"code\":" + json_text(error->code) + ",\"message\":" + json_text(error->message) + "}";
}

}  // namespace

bool is_webhook_type(std::string_view type) { return std::ranges::find(webhook::kTypes, type) != webhook::kTypes.end(); }

std::string_view to_string(DeliveryState state) { return name_of(kStates, state); }

std::optional<DeliveryState> parse_delivery_state(std::string_view text) { return parse_name(kStates, text); }

std::string_view to_string(CallbackFormat format) { return format == CallbackFormat::compat ? "compat" : "standard"; }

std::optional<CallbackFormat> parse_callback_format(std::string_view text) {
  if (text == "standard") return CallbackFormat::standard;
  if (text == "compat") return CallbackFormat::compat;
  return std::nullopt;
}

std::string standard_body(std::string_view type, Time at, std::string_view data) {
  return "{\"type\":" + json_text(type) + ",\"timestamp\":\"" + to_rfc3339(at) + "\",\"data\":" + std::string(data) + "}";
}

std::string standard_job_body(std::string_view type, Time at, const JobFacts& facts) {
  std::string image = std::to_string(facts.image);
  bool omitted = facts.document && facts.document->size() > kLargestResult;
  std::string data = "{\"image_id\":" + image + ",\"job_id\":" + json_text(facts.job) + ",\"status\":" + json_text(status_of(type)) + ",\"title\":" + json_text(facts.title) +
                     ",\"external_id\":" + (facts.external_id ? json_text(*facts.external_id) : "null") + ",\"owner\":" + json_text(facts.owner) +
                     ",\"model\":" + json_text(facts.model) + ",\"error\":" + error_json(facts.error) +
                     ",\"result\":" + (facts.document && !omitted ? *facts.document : "null") + ",\"result_omitted\":" + (omitted ? "true" : "false") +
                     ",\"urls\":{\"image\":\"/api/v1/images/" + image + "\",\"job\":\"/api/v1/jobs/" + facts.job + "\"}}";
  return standard_body(type, at, data);
}

std::string target_of_endpoint(std::int64_t id) { return "endpoint:" + std::to_string(id); }
std::string target_of_site(std::string_view name) { return "site:" + std::string(name); }

std::string target_of_url(std::string_view url) {
  auto host = url.find("://");
  auto end = host == std::string_view::npos ? std::string_view::npos : url.find_first_of("/?#", host + 3);
  return "url:" + std::string(url.substr(0, end));
}

std::string webhook_id(std::string_view subject, std::string_view type, std::string_view target) {
  std::string text(subject);
  text += '\n';
  text += type;
  text += '\n';
  text += target;
  return "msg_" + sha256_hex(text).substr(0, 32);
}

}  // namespace darkroom::domain
