// Field by field, in the order of the structures.
#include "runner/protocol/model_codec.h"

#include "domain/printable.h"
#include "runner/protocol/recipe_codec.h"

#include <algorithm>

namespace darkroom::runner {
namespace {

namespace json = boost::json;

constexpr std::size_t kLongestName = 200;
constexpr std::size_t kLongestLine = 2'000;
constexpr std::size_t kMostLines = 200;
constexpr std::size_t kMostLabels = 100'000;
constexpr std::size_t kMostCandidates = 50;

json::array to_array(const std::vector<std::string>& texts) { return json::array(texts.begin(), texts.end()); }

json::array to_array(const std::vector<domain::Evidence>& evidence) {
  json::array all;
  for (const domain::Evidence& one : evidence) all.push_back({{"about", one.about}, {"value", one.value}, {"because", one.because}});
  return all;
}

std::vector<domain::Evidence> read_evidence(FieldReader& outer) {
  std::vector<domain::Evidence> all;
  for (const json::value& value : outer.array("evidence", kMostLines)) {
    FieldReader fields(value);
    all.push_back({fields.text("about", kLongestName), fields.text("value", kLongestLine), fields.text("because", kLongestLine)});
    outer.absorb(fields);
  }
  return all;
}

}  // namespace

json::object to_json(const domain::Model& model) {
  return {{"name", model.name},
          {"engine", domain::to_string(model.engine)},
          {"version", model.version},
          {"labels", to_array(model.labels)},
          {"recipe", to_json(model.recipe)},
          {"licence", model.licence}};
}

domain::Model read_model(FieldReader fields, FieldReader& outer) {
  domain::Model model;
  model.name = fields.text("name", kLongestName);
  std::optional<domain::EngineKind> kind = domain::parse_engine_kind(fields.text("engine", kLongestName));
  if (!kind) fields.fail("engine", "is not known");
  model.engine = kind.value_or(domain::EngineKind::null);
  model.version = fields.text("version", kLongestName);
  model.labels = fields.texts("labels", kMostLabels, kLongestLine);
  model.recipe = read_recipe(fields.object("recipe"), fields);
  model.licence = fields.text("licence", kLongestLine);
  outer.absorb(fields);
  return model;
}

json::object to_json(const domain::ModelReport& report) {
  json::object metadata;
  for (const auto& [key, value] : report.metadata) metadata[key] = value;
  return {{"recipe", to_json(report.recipe)},
          {"labels", to_array(report.labels)},
          {"evidence", to_array(report.evidence)},
          {"inputs", to_array(report.inputs)},
          {"outputs", to_array(report.outputs)},
          {"metadata", std::move(metadata)},
          {"licence", report.licence},
          {"warnings", to_array(report.warnings)},
          {"load_micros", report.load_micros},
          {"run_micros", report.run_micros}};
}

domain::ModelReport read_report(FieldReader fields, FieldReader& outer) {
  domain::ModelReport report;
  report.recipe = read_recipe(fields.object("recipe"), fields);
  bool readable = std::ranges::all_of(report.recipe.outputs, [](const auto& entry) {
    return domain::is_printable_utf8(entry.first) && domain::is_printable_utf8(entry.second);
  });
  if (!readable) fields.fail("recipe", "names outputs that cannot be shown");
  report.labels = fields.texts("labels", kMostLabels, kLongestName);
  report.evidence = read_evidence(fields);
  report.inputs = fields.texts("inputs", kMostLines, kLongestLine);
  report.outputs = fields.texts("outputs", kMostLines, kLongestLine);
  report.metadata = fields.text_map("metadata", kMostLines, kLongestLine);
  report.licence = fields.text("licence", kLongestLine);
  report.warnings = fields.texts("warnings", kMostLines, kLongestLine);
  report.load_micros = fields.integer("load_micros", std::int64_t{0});
  report.run_micros = fields.integer("run_micros", std::int64_t{0});
  outer.absorb(fields);
  return report;
}

json::array to_json(const std::vector<domain::Candidate>& candidates) {
  json::array all;
  for (const domain::Candidate& one : candidates) all.push_back({{"family", one.family}, {"task", one.task}, {"because", one.because}});
  return all;
}

std::vector<domain::Candidate> read_candidates(FieldReader& outer, std::string_view name) {
  std::vector<domain::Candidate> all;
  auto line = [](FieldReader& fields, const char* field, std::size_t longest) { return domain::printable(fields.text(field, longest), longest + 8); };
  for (const json::value& value : outer.array(name, kMostCandidates)) {
    FieldReader fields(value);
    all.push_back({line(fields, "family", kLongestName), line(fields, "task", kLongestName), line(fields, "because", kLongestLine)});
    outer.absorb(fields);
  }
  return all;
}

}  // namespace darkroom::runner
