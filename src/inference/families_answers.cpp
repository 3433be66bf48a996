// Detectors that answer each thing in one row, at most a thousand of them: YOLO models that choose by themselves ([n,6+extra]: corners in pixels,
// score, class), and RT-DETR as Ultralytics exports it ([300,4+classes]: centre and size as shares, scores). [1,300,6] may be either. That all numbers
// lie in 0..1 says little: so do those of a matte, of letters' likelihoods, of corners as shares.
#include "inference/families.h"
#include "inference/yolox.h"

#include <algorithm>
#include <cmath>

namespace darkroom::inference {
namespace {

constexpr std::int64_t kMostRows = 1'000;
constexpr std::int64_t kMostColumns = 1'000;  // more classes than any RT-DETR has; longer rows are anchors
constexpr std::int64_t kAnswerFields = 6;
constexpr std::int64_t kBoxFields = 4;
constexpr std::int64_t kQueries = 300;  // of Ultralytics' RT-DETR, whatever it was trained for
constexpr float kWhole = 1e-3F;

bool is_whole(float value) { return std::abs(value - std::round(value)) <= kWhole; }

bool says(const std::string& text, std::string_view word) { return text.find(word) != text.npos; }

// Ultralytics names the model's own file: "Ultralytics rtdetr-l model trained on coco.yaml".
bool says_rtdetr(const Metadata& metadata) {
  return has_word(metadata.head, "rtdetr") || has_word(metadata.description, "rtdetr") || has_word(metadata.description, "rt-detr");
}

// Why metadata says that the model chooses by itself; empty: it does not say so.
std::string end2end_said(const Metadata& metadata) {
  if (metadata.nms) return "metadata args: nms = True";
  if (metadata.end2end.value_or(false)) return "metadata end2end = True";
  if (says(metadata.head, "v10") || says(metadata.description, "YOLOv10")) return "metadata names YOLOv10";
  return "";
}

struct Extra {
  std::int64_t fields = 0;  // behind the class
  std::int64_t coefficients = 0;
  std::string prototypes;
};

Extra extra_of(const SeenFile& file, const std::string& task) {
  Extra extra;
  if (task == "obb") extra.fields = 1;
  if (task == "pose") {
    extra.fields =
        static_cast<std::int64_t>(file.owner.keypoints.value_or(file.metadata.keypoints.value_or(0))) * file.metadata.keypoint_fields.value_or(3);
  }
  if (task != "segment") return extra;
  const TensorFacts* prototypes = prototypes_of(file);
  if (prototypes == nullptr) return extra;
  extra.coefficients = extra.fields = prototypes->shape[1];
  extra.prototypes = prototypes->name;
  return extra;
}

std::string task_of(const SeenFile& file, std::int64_t length) {
  if (!file.task().empty()) return file.task();
  if (prototypes_of(file) != nullptr) return "segment";
  if (length == kAnswerFields + 1) return "obb";
  return "detect";
}

// What the numbers of a probe run say against it; rows without a score say nothing.
std::string end2end_numbers(const Observation& seen, std::size_t length, bool corners) {
  bool any = false;
  float highest = 0;
  for (std::size_t row = 0; row + length <= seen.values.size(); row += length) {
    const float* fields = seen.values.data() + row;
    if (!(fields[4] >= -kWhole && fields[4] <= 1 + kWhole)) return "in a probe run the fifth column, the score, was outside 0..1";
    if (!is_whole(fields[5])) return "in a probe run the sixth column, the class, was no whole number";
    if (fields[4] <= 0) continue;
    any = true;
    highest = std::max({highest, fields[2], fields[3]});
    if (corners && (fields[2] < fields[0] || fields[3] < fields[1])) return "in a probe run boxes had no corners in order";
  }
  return any && highest <= kLargestShare ? "in a probe run the boxes were shares, not pixels" : "";
}

bool all_zero(const Observation& seen) {
  return std::ranges::all_of(seen.values, [](float value) { return value == 0; });
}

Hypothesis end2end_hypothesis(const SeenFile& file, const TensorFacts& output, const std::string& task, const Extra& extra) {
  Hypothesis found;
  found.reading.recipe.family = "yolo_end2end";
  found.reading.recipe.task = task;
  found.reading.recipe.outputs["output"] = output.name;
  if (task == "segment") found.reading.recipe.outputs["prototypes"] = extra.prototypes;
  found.reading.mask_coefficients = static_cast<int>(extra.coefficients);
  if (task == "pose") {
    found.reading.recipe.keypoints = file.owner.keypoints.value_or(file.metadata.keypoints.value_or(0));
    found.reading.keypoint_fields = file.metadata.keypoint_fields.value_or(3);
  }
  return found;
}

void judge_end2end(const SeenFile& file, const TensorFacts& output, Verdicts& verdicts) {
  std::string said = end2end_said(file.metadata);
  bool asked = file.owner_says("yolo_end2end");
  std::string task = task_of(file, output.shape[2]);
  Extra extra = extra_of(file, task);
  if (output.shape[2] >= 0 && output.shape[2] != kAnswerFields + extra.fields) {
    if (asked || !said.empty()) {
      verdicts.against(
          "yolo_end2end", task,
          describe(output) + " has not the " + std::to_string(kAnswerFields + extra.fields) + " columns that the task '" + task + "' asks for");
    }
    return;
  }
  std::string because =
      describe(output) + ": rows of x1, y1, x2, y2, score, class" + (extra.fields > 0 ? " and " + std::to_string(extra.fields) + " more" : "");
  if (!asked && said.empty() && says_rtdetr(file.metadata)) return verdicts.against("yolo_end2end", task, because + "; but metadata names RT-DETR");
  if (file.metadata.end2end == false && !asked && said.empty())
    return verdicts.against("yolo_end2end", task, because + "; but metadata says end2end = False");
  if (const Observation* seen = observed(file, output)) {
    std::string why = !range_of(seen->values).finite ? "a probe run gave NaN or infinity"
                                                     : end2end_numbers(*seen, static_cast<std::size_t>(output.shape[2]), task != "obb");
    if (!why.empty()) return verdicts.against("yolo_end2end", task, because + "; but " + why);
    because += all_zero(*seen) ? "; a probe run found nothing, so its numbers tell nothing"
                               : "; in a probe run scores lay in 0..1, classes were whole and boxes in pixels";
  }
  Hypothesis found = end2end_hypothesis(file, output, task, extra);
  found.reading.classes = static_cast<int>(file.names());
  found.standing = said.empty() ? Standing::fits : Standing::named;
  found.because = (said.empty() ? "" : said + "; ") + because;
  verdicts.add(std::move(found));
}

// A score that is 0 or 1 everywhere is the number of a class.
bool ends_in_classes(const Observation& seen, std::size_t length) {
  if (length <= kAnswerFields - 1 || all_zero(seen)) return false;
  for (std::size_t row = 0; row + length <= seen.values.size(); row += length) {
    if (!is_whole(seen.values[row + length - 1])) return false;
  }
  return true;
}

// What speaks against queries where nobody says that they are some.
std::string against_queries(const SeenFile& file, const TensorFacts& output) {
  constexpr const char* kOtherwise = ": if it is one, write family = \"rtdetr_ultralytics\"";
  if (!may_be(output.shape[1], kQueries)) return "an RT-DETR of Ultralytics has " + std::to_string(kQueries) + " rows" + kOtherwise;
  bool is_side = output.shape[1] == file.width || output.shape[1] == file.height;
  if (is_side && output.shape[1] > 0) return "it has as many rows as its input has pixels on a side" + std::string(kOtherwise);
  const Observation* seen = observed(file, output);
  bool classes = seen != nullptr && ends_in_classes(*seen, static_cast<std::size_t>(output.shape[2]));
  return classes ? "in a probe run its last column held whole numbers only, as the numbers of classes are" + std::string(kOtherwise) : "";
}

std::string rtdetr_numbers(const Observation& seen, std::size_t length) {
  if (!range_of(seen.values).finite) return "a probe run gave NaN or infinity";
  if (!range_of_columns(seen, length, kBoxFields, length).scores())
    return "in a probe run the columns behind the box, its class scores, were outside 0..1";
  if (!range_of_columns(seen, length, 0, kBoxFields).within(-kLargestShare, kLargestShare))
    return "in a probe run the boxes were no shares of the picture";
  if (range_of_columns(seen, length, 2, kBoxFields).lowest < 0) return "in a probe run boxes had negative sizes";
  return "";
}

void judge_rtdetr_ultralytics(const SeenFile& file, const TensorFacts& output, Verdicts& verdicts) {
  bool said = says_rtdetr(file.metadata);
  bool asked = file.owner_says("rtdetr_ultralytics");
  std::int64_t classes = output.shape[2] - kBoxFields;
  if (output.shape[2] >= 0 && (classes < 1 || output.shape[2] > kMostColumns)) return;
  if (file.outputs.size() != 1 && !asked) return;
  // As many rows as a grid has cells, or anchors, are no queries by chance.
  std::int64_t grid = cells(file, kYoloxStrides);
  bool is_grid = grid > 0 && (output.shape[1] == grid || output.shape[1] == 3 * grid);
  if (is_grid && !said && !asked) return;
  if (!asked && !said && (file.metadata.nms || file.metadata.end2end.value_or(false))) return;
  if (!file.task().empty() && file.task() != "detect") return;
  std::string because =
      describe(output) + ": rows of centre, size and " + (output.shape[2] < 0 ? "class scores" : std::to_string(classes) + " class scores");
  if (file.names() > 0 && output.shape[2] >= 0 && static_cast<std::int64_t>(file.names()) != classes) {
    return verdicts.against("rtdetr_ultralytics", "detect", because + "; but its metadata names " + std::to_string(file.names()) + " classes");
  }
  if (const Observation* seen = observed(file, output)) {
    std::string why = rtdetr_numbers(*seen, static_cast<std::size_t>(output.shape[2]));
    if (!why.empty()) return verdicts.against("rtdetr_ultralytics", "detect", because + "; but " + why);
    because += "; in a probe run all numbers were shares and scores";
  }
  if (std::string why = said || asked ? "" : against_queries(file, output); !why.empty()) {
    return verdicts.against("rtdetr_ultralytics", "detect", because + "; but " + why);
  }
  Hypothesis found;
  found.reading.recipe.family = "rtdetr_ultralytics";
  found.reading.recipe.task = "detect";
  found.reading.recipe.outputs["output"] = output.name;
  found.reading.classes = static_cast<int>(std::max<std::int64_t>(0, classes));
  found.standing = said ? Standing::named : Standing::fits;
  found.because = (said ? "metadata names RT-DETR; " : "") + because;
  verdicts.add(std::move(found));
}

}  // namespace

void judge_answers(const SeenFile& file, Verdicts& verdicts) {
  auto tables = float_outputs(file, 3);
  const TensorFacts* output = named_by_owner(file, "output");
  if (output == nullptr && tables.size() == 1) output = tables[0];
  if (output == nullptr || output->shape.size() != 3) return;
  if (output->shape[1] > kMostRows && !file.owner_says("yolo_end2end") && !file.owner_says("rtdetr_ultralytics")) return;
  bool others = std::ranges::any_of(file.outputs, [&](const TensorFacts& one) { return &one != output && one.shape.size() != 4; });
  if (others && named_by_owner(file, "output") == nullptr) return;
  judge_end2end(file, *output, verdicts);
  judge_rtdetr_ultralytics(file, *output, verdicts);
}

}  // namespace darkroom::inference
