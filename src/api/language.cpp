#include "api/language.h"

#include "domain/error_codes.h"
#include "domain/error_texts.h"
#include "domain/model_refusals.h"
#include "http/ascii.h"

#include <boost/json.hpp>

#include <cstdlib>
#include <optional>

namespace darkroom::api {
namespace {

namespace code = domain::code;
namespace json = boost::json;

double quality_of(std::string_view parameters) {
  auto at = parameters.find("q=");
  return at == std::string_view::npos ? 1.0 : std::strtod(std::string(parameters.substr(at + 2)).c_str(), nullptr);
}

bool is_name(std::string_view text) {
  if (text.empty() || text.size() > 60) return false;
  for (char c : text) {
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '-')) return false;
  }
  return true;
}

// Messages about a field begin with its name, or have it in quotes.
std::optional<std::string_view> field_at_fault(std::string_view problem, std::string_view detail) {
  if (problem == code::unknown_model) return "model";
  if (problem == code::missing_file || problem == code::empty_file || problem == code::unsupported_format) return "file";
  if (problem == code::invalid_field) {
    std::string_view first = detail.substr(0, detail.find(' '));
    if (first == "Idempotency-Key" || first == "If-Match") return first;
    return is_name(first) ? std::optional(first) : std::nullopt;
  }
  if (problem != code::unknown_field) return std::nullopt;
  auto open = detail.find('\''), close = open == std::string_view::npos ? open : detail.find('\'', open + 1);
  return close == std::string_view::npos ? std::nullopt : std::optional(detail.substr(open + 1, close - open - 1));
}

// As RFC 9457 shows it (pointer, detail), and as users of FastAPI expect it (loc, msg, type).
void add_errors(const http::Request& request, json::object& problem) {
  std::string_view detail = problem.at("detail").as_string(), name = problem.at("code").as_string();
  auto field = field_at_fault(name, detail);
  if (!field || problem.contains("errors")) return;
  std::string text(*field), pointer = "#";
  bool in_path = request.params.contains(text), in_query = !in_path && request.query.contains(text);
  json::array place{in_path ? "path" : in_query ? "query" : "body"};
  for (std::size_t at = 0; at <= text.size();) {
    auto dot = std::min(text.find('.', at), text.size());
    place.emplace_back(text.substr(at, dot - at));
    pointer += "/" + text.substr(at, dot - at);
    at = dot + 1;
  }
  problem["errors"] = json::array{json::object{{"pointer", in_path || in_query ? json::value(nullptr) : json::value(pointer)}, {"detail", detail}, {"loc", std::move(place)}, {"msg", detail}, {"type", name}}};
}

void translate(json::object& problem) {
  const domain::ErrorText* text = domain::error_text(std::string_view(problem.at("code").as_string()));
  if (!text) return;
  std::string detail(problem.at("detail").as_string());
  problem["title"] = text->title_korean;
  if (text->code == code::model_refused || text->code == code::model_ambiguous) {
    problem["detail"] = domain::refusal_in_korean(detail);
    return;
  }
  problem["detail"] = std::string(text->about_korean) + " (" + detail + ")";
}

}  // namespace

bool prefers_korean(const http::Request& request) {
  double korean = 0, english = 0;
  for (std::string_view rest = request.header("accept-language"); !rest.empty();) {
    auto comma = rest.find(',');
    std::string_view item = http::trim(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? "" : rest.substr(comma + 1);
    auto semicolon = item.find(';');
    double quality = semicolon == std::string_view::npos ? 1.0 : quality_of(item.substr(semicolon));
    std::string_view language = http::trim(item.substr(0, semicolon)).substr(0, 2);
    if (language == "ko") korean = std::max(korean, quality);
    if (language == "en") english = std::max(english, quality);
  }
  return korean > 0 && korean >= english;
}

void finish_answer(const http::Request& request, http::Response& response) {
  response.headers.insert(response.headers.end(), request.answer_headers.begin(), request.answer_headers.end());
  if (response.content_type != "application/problem+json") return;
  boost::system::error_code broken;
  json::value parsed = json::parse(response.body, broken);
  auto* problem = parsed.if_object();
  if (broken || !problem || !problem->contains("code") || !problem->contains("detail")) return;
  add_errors(request, *problem);
  bool korean = prefers_korean(request);
  if (korean) translate(*problem);
  if (!request.request_id.empty()) (*problem)["trace_id"] = request.request_id;
  response.headers.emplace_back("Content-Language", korean ? "ko" : "en");
  response.headers.emplace_back("Vary", "Accept-Language");
  response.body = json::serialize(parsed);
}

}  // namespace darkroom::api
