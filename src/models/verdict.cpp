#include "models/verdict.h"

#include "models/recipe_toml.h"
#include "models/toml_text.h"

namespace darkroom::models {
namespace {

toml::array lines_of(const std::vector<std::string>& lines) {
  toml::array list;
  for (const std::string& line : lines) list.push_back(line);
  return list;
}

std::vector<std::string> lines_in(const toml::node_view<const toml::node>& node) {
  std::vector<std::string> lines;
  if (const toml::array* list = node.as_array()) {
    for (const toml::node& item : *list) lines.push_back(item.value_or(std::string()));
  }
  return lines;
}

std::string text_in(const toml::table& table, std::string_view key) { return table[key].value_or(std::string()); }

toml::table report_table(const domain::ModelReport& report) {
  toml::table table;
  toml::array evidence;
  for (const domain::Evidence& one : report.evidence) {
    evidence.push_back(toml::table{{"about", one.about}, {"value", one.value}, {"because", one.because}});
  }
  toml::table metadata;
  for (const auto& [key, value] : report.metadata) metadata.insert(key, value);
  table.insert("licence", report.licence);
  table.insert("load_micros", report.load_micros);
  table.insert("run_micros", report.run_micros);
  table.insert("labels", lines_of(report.labels));
  table.insert("inputs", lines_of(report.inputs));
  table.insert("outputs", lines_of(report.outputs));
  table.insert("warnings", lines_of(report.warnings));
  table.insert("evidence", std::move(evidence));
  table.insert("metadata", std::move(metadata));
  table.insert("recipe", to_toml(report.recipe));
  return table;
}

domain::ModelReport report_in(const toml::table& table) {
  domain::ModelReport report;
  report.licence = text_in(table, "licence");
  report.load_micros = table["load_micros"].value_or(std::int64_t{0});
  report.run_micros = table["run_micros"].value_or(std::int64_t{0});
  report.labels = lines_in(table["labels"]);
  report.inputs = lines_in(table["inputs"]);
  report.outputs = lines_in(table["outputs"]);
  report.warnings = lines_in(table["warnings"]);
  if (const toml::array* evidence = table["evidence"].as_array()) {
    for (const toml::node& node : *evidence) {
      if (const toml::table* one = node.as_table()) {
        report.evidence.push_back({text_in(*one, "about"), text_in(*one, "value"), text_in(*one, "because")});
      }
    }
  }
  if (const toml::table* metadata = table["metadata"].as_table()) {
    for (const auto& [key, value] : *metadata) report.metadata[std::string(key.str())] = value.value_or(std::string());
  }
  if (const toml::table* recipe = table["recipe"].as_table()) {
    for (const auto& [key, value] : *recipe) set_field(report.recipe, key.str(), value);
  }
  return report;
}

}  // namespace

std::string to_text(const Verdict& verdict) {
  toml::table table;
  table.insert("runtime", verdict.runtime);
  table.insert("at", to_micros(verdict.at));
  if (verdict.trial.error) table.insert("error", toml::table{{"code", verdict.trial.error->code}, {"message", verdict.trial.error->message}});
  toml::array candidates;
  for (const domain::Candidate& one : verdict.trial.candidates) {
    candidates.push_back(toml::table{{"family", one.family}, {"task", one.task}, {"because", one.because}});
  }
  if (!candidates.empty()) table.insert("candidates", std::move(candidates));
  if (verdict.trial.report) table.insert("report", report_table(*verdict.trial.report));
  return to_text(table);
}

std::optional<Verdict> read_verdict(std::string_view text) {
  auto table = parse_toml(text, "report.toml");
  if (!table || !(*table)["runtime"].is_string()) return std::nullopt;
  Verdict verdict;
  verdict.runtime = text_in(*table, "runtime");
  verdict.at = from_micros((*table)["at"].value_or(std::int64_t{0}));
  if (const toml::table* error = (*table)["error"].as_table()) verdict.trial.error = Error{text_in(*error, "code"), text_in(*error, "message")};
  if (const toml::array* candidates = (*table)["candidates"].as_array()) {
    for (const toml::node& node : *candidates) {
      if (const toml::table* one = node.as_table()) {
        verdict.trial.candidates.push_back({text_in(*one, "family"), text_in(*one, "task"), text_in(*one, "because")});
      }
    }
  }
  if (const toml::table* report = (*table)["report"].as_table()) {
    verdict.trial.report = report_in(*report);
    if (!domain::validate(*verdict.trial.report)) return std::nullopt;
  }
  return verdict;
}

}  // namespace darkroom::models
