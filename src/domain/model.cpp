#include "domain/model.h"

#include "domain/error_codes.h"
#include "domain/printable.h"

#include <algorithm>
#include <array>

namespace darkroom::domain {
namespace {

constexpr std::size_t kMostLabels = 100'000;
constexpr std::size_t kLongestLabel = 200;
constexpr std::size_t kMostLines = 200;  // of evidence, inputs, outputs, metadata, warnings
constexpr std::size_t kLongestLine = 2'000;

constexpr std::array kEngineKinds = {EngineKind::onnx, EngineKind::opencv, EngineKind::http, EngineKind::preview, EngineKind::null};

Error refusal(const std::string& what) { return {std::string(code::model_unavailable), "What the model's process reports cannot be used: " + what + "."}; }

bool is_line(const std::string& text, std::size_t longest) { return text.size() <= longest && is_printable_utf8(text); }

bool are_lines(const std::vector<std::string>& lines) {
  return lines.size() <= kMostLines && std::ranges::all_of(lines, [](const std::string& line) { return is_line(line, kLongestLine); });
}

}  // namespace

std::string_view to_string(EngineKind kind) {
  switch (kind) {
    case EngineKind::onnx: return "onnx";
    case EngineKind::opencv: return "opencv";
    case EngineKind::http: return "http";
    case EngineKind::preview: return "preview";
    case EngineKind::null: return "null";
  }
  return "";
}

std::optional<EngineKind> parse_engine_kind(std::string_view text) {
  auto found = std::ranges::find(kEngineKinds, text, [](EngineKind kind) { return to_string(kind); });
  return found == kEngineKinds.end() ? std::nullopt : std::optional(*found);
}

Result<void> validate(const ModelReport& report) {
  if (report.labels.size() > kMostLabels) return refusal("it has more than 100000 labels");
  if (!std::ranges::all_of(report.labels, [](const std::string& label) { return is_line(label, kLongestLabel); })) return refusal("a label is not a short line of text");
  if (!are_lines(report.inputs) || !are_lines(report.outputs) || !are_lines(report.warnings)) return refusal("a description is not a line of text");
  if (report.evidence.size() > kMostLines || report.metadata.size() > kMostLines) return refusal("it says too much");
  for (const Evidence& one : report.evidence) {
    if (!is_line(one.about, kLongestLabel) || !is_line(one.value, kLongestLine) || !is_line(one.because, kLongestLine)) return refusal("its evidence is not text");
  }
  for (const auto& [key, value] : report.metadata) {
    if (!is_line(key, kLongestLabel) || !is_line(value, kLongestLine)) return refusal("its metadata is not text");
  }
  if (!is_line(report.licence, kLongestLine) || !is_line(report.recipe.family, kLongestLabel) || !is_line(report.recipe.task, kLongestLabel)) {
    return refusal("its licence, family or task is not text");
  }
  return {};
}

}  // namespace darkroom::domain
