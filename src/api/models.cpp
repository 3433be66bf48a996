// Models: which there are, what is known of each, which version runs, and taking them away.
#include "api/handlers.h"
#include "api/body_fields.h"
#include "api/language.h"
#include "api/models_json.h"
#include "api/problem.h"
#include "api/query.h"
#include "domain/error_codes.h"

#include <algorithm>

namespace darkroom::api {
namespace {

namespace json = boost::json;
namespace code = domain::code;
using models::ModelInfo;

models::Actor librarys(const store::Actor& actor) { return {actor.name, actor.reason}; }

bool is_built_in(const models::ModelPtr& model) { return model->engine == domain::EngineKind::opencv || model->engine == domain::EngineKind::null; }

http::Response no_such_model(const Parts& parts, const std::string& name) {
  return problem(code::not_found, "There is no model '" + name + "' here. Present: " + parts.catalogue.names() + ".");
}

Result<bool> is_forced(const http::Request& request) {
  auto force = request.query.find("force");
  if (force == request.query.end() || force->second == "false") return false;
  if (force->second != "true") return invalid("force must be true or false.");
  return true;
}

std::int64_t waiting_jobs(const Parts& parts, const std::string& model, const store::Actor& actor) {
  store::JobFilter filter{.states = {domain::JobState::scheduled, domain::JobState::queued}, .model = model};
  return parts.store.act_on_jobs(filter, store::Cancel{}, true, actor, parts.clock.now()).matched;
}

// Why the model may not be removed; none: it may.
std::optional<http::Response> refusal(const Parts& parts, const std::string& name, bool forced, const store::Actor& actor) {
  if (name == parts.config.default_model) {
    return problem(
        code::conflict,
        "'" + name + "' is the default model: uploads that name none get it. Set default_model to another one and start again, then remove it.");
  }
  auto built_in = parts.catalogue.find(name);
  if (built_in && is_built_in(built_in)) return problem(code::conflict, "'" + name + "' is built in and cannot be removed.");
  if (forced) return std::nullopt;
  std::int64_t waiting = waiting_jobs(parts, name, actor);
  if (waiting == 0) return std::nullopt;
  return problem(code::conflict,
                 std::to_string(waiting) + " jobs wait for '" + name +
                     "'. Cancel them first; their images can then be reprocessed with another model. With ?force=true it is removed all the same, "
                     "and they wait until a model of this name is there again.");
}

}  // namespace

http::Response model_response(const Parts& parts, int status, const std::string& name, bool korean) {
  if (auto model = parts.librarian->find(name)) {
    return json_response(status, json::object{{"model", model_details_json(*model, parts.config.default_model, korean)}});
  }
  auto built_in = parts.catalogue.find(name);
  if (!built_in) return no_such_model(parts, name);
  json::object object = built_in_json(*built_in, parts.config.default_model);
  object["versions"] = json::array();
  return json_response(status, json::object{{"model", std::move(object)}});
}

Error as_refusal(Error error) {
  if (error.code == code::model_unavailable) error.code = code::model_refused;
  return error;
}

http::Reply list_models(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {}); !known) return problem(known.error());
  json::array items, elsewhere;
  std::vector<ModelInfo> own = parts.librarian->list();
  for (const models::ModelPtr& model : parts.catalogue.models()) {
    if (is_built_in(model)) items.push_back(built_in_json(*model, parts.config.default_model));
  }
  for (const ModelInfo& model : own) items.push_back(model_json(model, parts.config.default_model, prefers_korean(request)));
  for (const std::string& name : parts.models_elsewhere()) {
    bool here = parts.catalogue.find(name) || std::ranges::find(own, name, &ModelInfo::name) != own.end();
    if (!here) elsewhere.push_back(json::value(name));
  }
  return json_response(200, json::object{{"items", std::move(items)}, {"elsewhere", std::move(elsewhere)}});
}

http::Reply get_model(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {}); !known) return problem(known.error());
  return model_response(parts, 200, request.params.at("name"), prefers_korean(request));
}

http::Reply activate_model(const Parts& parts, const http::Request& request) {
  auto body = json_body(request, {"version", "reason"});
  if (!body) return problem(body.error());
  auto version = read_text(*body, "version", 100);
  if (!version) return problem(version.error());
  if (!*version) return problem(invalid("version must name the version that shall run; it is missing."));
  auto reason = read_reason(*body);
  if (!reason) return problem(reason.error());
  const std::string& name = request.params.at("name");
  auto activated = parts.librarian->activate(name, **version, librarys(actor_of(request, *reason)));
  return activated ? model_response(parts, 200, name, prefers_korean(request)) : problem(as_refusal(activated.error()));
}

http::Reply delete_model(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {"force", "reason"}); !known) return problem(known.error());
  auto forced = is_forced(request);
  if (!forced) return problem(forced.error());
  auto reason = reason_in_query(request);
  if (!reason) return problem(reason.error());
  const std::string& name = request.params.at("name");
  store::Actor actor = actor_of(request, *reason);
  if (auto refused = refusal(parts, name, *forced, actor)) return *refused;
  auto removed = parts.librarian->remove(name, librarys(actor));
  if (!removed) return problem(removed.error());
  http::Response done;
  done.status = 204;
  return done;
}

http::Reply delete_model_version(const Parts& parts, const http::Request& request) {
  if (auto known = allow_query(request, {"reason"}); !known) return problem(known.error());
  auto reason = reason_in_query(request);
  if (!reason) return problem(reason.error());
  auto removed = parts.librarian->remove_version(request.params.at("name"), request.params.at("version"), librarys(actor_of(request, *reason)));
  if (!removed) return problem(removed.error());
  http::Response done;
  done.status = 204;
  return done;
}

}  // namespace darkroom::api
