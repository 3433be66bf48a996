// Commands about models: model list, show, add, activate, remove.
#include "cli/ask.h"
#include "cli/exit_codes.h"
#include "cli/local_server.h"
#include "json/text.h"

#include <filesystem>
#include <iostream>

namespace darkroom::cli {
namespace {

namespace json = boost::json;

std::string path_of(const std::string& name) { return "/api/v1/models/" + escaped(name); }

std::string joined(const json::value& list) {
  std::string text;
  for (const json::value& item : list.as_array()) text += (text.empty() ? "" : ", ") + printable(std::string(item.as_string()));
  return text;
}

std::string notes(const json::object& model) {
  std::string text;
  if (model.at("default").as_bool()) text += "  (default)";
  if (!model.at("problem").is_null()) text += "\n    problem: " + shown(model, "problem");
  for (const json::value& warning : model.at("warnings").as_array()) text += "\n    warning: " + printable(std::string(warning.as_string()));
  return text;
}

std::string line_of(const json::object& model) {
  std::string read = model.at("family").is_null() ? "" : "  " + shown(model, "family") + " " + shown(model, "task");
  std::string licence = model.at("licence").is_null() ? "" : "  " + shown(model, "licence");
  return shown(model, "name") + "  " + shown(model, "title") + "  " + shown(model, "engine") + "  " + shown(model, "version") + "  " +
         shown(model, "state") + read + licence + notes(model) + "\n";
}

std::string describe_models(const json::object& answer) {
  std::string lines;
  for (const json::value& item : answer.at("items").as_array()) lines += line_of(item.as_object());
  if (!answer.at("elsewhere").as_array().empty()) lines += "on other machines: " + joined(answer.at("elsewhere")) + "\n";
  return lines;
}

std::string describe_candidates(const json::value& candidates) {
  std::string lines;
  for (const json::value& item : candidates.as_array()) {
    const json::object& one = item.as_object();
    lines += "    could be --family " + shown(one, "family") + " --task " + shown(one, "task") + ": " + shown(one, "because") + "\n";
  }
  return lines;
}

std::string describe_report(const json::object& report) {
  std::string lines = "    inputs   " + joined(report.at("inputs")) + "\n    outputs  " + joined(report.at("outputs")) + "\n    recipe   " +
                      darkroom::json::to_text(report.at("recipe")) + "\n";
  for (const json::value& item : report.at("evidence").as_array()) {
    const json::object& one = item.as_object();
    lines += "    " + shown(one, "about") + " = " + shown(one, "value") + ": " + shown(one, "because") + "\n";
  }
  for (const json::value& warning : report.at("warnings").as_array()) lines += "    warning: " + printable(std::string(warning.as_string())) + "\n";
  return lines;
}

std::string describe_version(const json::object& version) {
  std::string lines = "  " + shown(version, "version") + "  " + shown(version, "state") + "  added " + shown(version, "added_at") + " by " +
                      shown(version, "added_by") + "  " + shown(version, "bytes") + " bytes\n";
  if (const auto* error = version.at("error").if_object()) lines += "    " + shown(*error, "code") + ": " + shown(*error, "message") + "\n";
  lines += describe_candidates(version.at("candidates"));
  if (const auto* report = version.at("report").if_object()) lines += describe_report(*report);
  return lines;
}

std::string describe_model(const json::object& answer) {
  const json::object& model = answer.at("model").as_object();
  std::string lines = line_of(model);
  for (const json::value& version : model.at("versions").as_array()) lines += describe_version(version.as_object());
  return lines;
}

std::string name_from(const std::string& file) {
  std::filesystem::path path = std::filesystem::absolute(file);
  return path.stem() == "model" ? path.parent_path().filename() : path.stem();
}

// What became of an added model, or why it was refused, with the ways in which it could be read.
int tell(const Session& session, const Answer& answer) {
  if (session.json) std::cout << darkroom::json::to_text(answer.body) << "\n";
  if (answer.ok()) {
    if (!session.json) std::cout << line_of(answer.body.at("model").as_object());
    return kOk;
  }
  int code = report(answer.error());
  const json::value* candidates = answer.body.is_object() ? answer.body.as_object().if_contains("candidates") : nullptr;
  if (candidates && !session.json) std::cerr << describe_candidates(*candidates);
  return code;
}

}  // namespace

int show_models(const Session& session) { return ask(session, {.path = "/api/v1/models"}, describe_models); }

int show_model(const Session& session, const std::string& name) { return ask(session, {.path = path_of(name)}, describe_model); }

int add_model(const Session& session, const NewModel& model) {
  std::string name = !model.name.empty() || model.file.empty() ? model.name : name_from(model.file);
  if (name.empty()) return report({"invalid_field", "Without a file the model needs a --name."});
  std::map<std::string, std::string> files;
  if (!model.file.empty()) files["file"] = model.file;
  if (!model.labels.empty()) files["labels"] = model.labels;
  if (!model.sidecar.empty()) files["sidecar"] = model.sidecar;
  auto client = connect(session.config, session.url, session.token);
  if (!client) return report(client.error());
  auto answer = client->put_form(path_of(name) + (model.activate ? "" : "?activate=false"), files, model.fields);
  return answer ? tell(session, *answer) : report(answer.error());
}

int activate_model(const Session& session, const ChosenVersion& which) {
  json::object body{{"version", which.version}};
  if (!which.reason.empty()) body["reason"] = which.reason;
  Question question{"POST", path_of(which.name) + "/activate", body};
  return ask(session, question, [](const json::object& answer) { return line_of(answer.at("model").as_object()); });
}

int remove_model(const Session& session, const ChosenVersion& which) {
  std::string path = path_of(which.name) + (which.version.empty() ? "" : "/versions/" + escaped(which.version));
  std::string query = which.force && which.version.empty() ? "?force=true" : "";
  if (!which.reason.empty()) query += (query.empty() ? "?" : "&") + std::string("reason=") + escaped(which.reason);
  return ask(session, {"DELETE", path + query}, [](const json::object&) { return std::string("removed\n"); });
}

}  // namespace darkroom::cli
