// YOLOv8 and its successors write a row a field and a column an anchor: four numbers of a box, a score a class, then what the task adds. Without
// metadata the numbers of a probe run tell the tasks apart: scores lie in 0..1, keypoints are pixels, an angle is a little more or less.
#include "inference/families.h"

#include <algorithm>
#include <array>

namespace darkroom::inference {
namespace {

constexpr std::array kStrides = {8, 16, 32};
constexpr std::int64_t kBoxFields = 4;
constexpr float kLeastAngle = -1.6F;  // radians, with room: Ultralytics writes -pi/4 .. 3 pi/4
constexpr float kMostAngle = 3.2F;

struct Table {
  const TensorFacts* output = nullptr;
  std::int64_t rows = 0;  // fields
  std::int64_t columns = 0;
  std::int64_t coefficients = 0;
  std::string prototypes;
};

// What the fields behind the box are: `classes` scores, then `extra` numbers.
struct Split {
  std::string task;
  int classes = 0;
  int keypoints = 0;
  int keypoint_fields = 0;
};

Range range_of_rows(const Observation& seen, const Table& table, std::int64_t first, std::int64_t end) {
  auto columns = static_cast<std::size_t>(table.columns);
  auto from = static_cast<std::size_t>(first) * columns;
  auto to = static_cast<std::size_t>(end) * columns;
  if (to > seen.values.size() || from >= to) return {};
  return range_of(std::span(seen.values).subspan(from, to - from));
}

Split of_task(const std::string& task, const SeenFile& file, const Table& table) {
  Split split{.task = task, .classes = static_cast<int>(table.rows - kBoxFields)};
  if (task == "segment") split.classes -= static_cast<int>(table.coefficients);
  if (task == "obb") split.classes -= 1;
  if (task != "pose") return split;
  int classes = file.hint() > 0 ? static_cast<int>(file.hint()) : 1;
  int numbers = static_cast<int>(table.rows - kBoxFields) - classes;
  split.keypoints = file.owner.keypoints.value_or(file.metadata.keypoints.value_or(0));
  split.keypoint_fields = file.metadata.keypoint_fields.value_or(0);
  if (split.keypoints == 0 && numbers % 3 == 0 && numbers % 2 != 0) split.keypoints = numbers / 3;
  if (split.keypoints == 0 && numbers % 2 == 0 && numbers % 3 != 0) split.keypoints = numbers / 2;
  if (split.keypoints > 0 && split.keypoint_fields == 0) split.keypoint_fields = numbers / split.keypoints;
  split.classes = static_cast<int>(table.rows - kBoxFields) - split.keypoints * split.keypoint_fields;
  return split;
}

// The tasks that the shapes allow, of which a hint or the numbers choose.
std::string task_of(const SeenFile& file, const Table& table, const Observation* seen) {
  if (!file.task().empty()) return file.task();
  if (table.coefficients > 0) return "segment";
  if (seen == nullptr) return "detect";
  std::int64_t last = table.rows - 1;
  if (range_of_rows(*seen, table, kBoxFields, table.rows).scores()) return "detect";
  bool all_but_last = last > kBoxFields && range_of_rows(*seen, table, kBoxFields, last).scores();
  if (all_but_last && range_of_rows(*seen, table, last, table.rows).within(kLeastAngle, kMostAngle)) return "obb";
  bool first_is_score = range_of_rows(*seen, table, kBoxFields, kBoxFields + 1).scores();
  return first_is_score && range_of_rows(*seen, table, kBoxFields + 1, table.rows).highest > kMostAngle ? "pose" : "detect";
}

std::string words_for(const Split& split, const Table& table) {
  std::string words = describe(*table.output) + ": " + std::to_string(table.rows) + " = 4 + " + std::to_string(split.classes) +
                      (split.classes == 1 ? " class" : " classes");
  if (split.task == "segment") words += " + " + std::to_string(table.coefficients) + " mask coefficients";
  if (split.task == "obb") words += " + 1 angle";
  if (split.task == "pose") words += " + " + std::to_string(split.keypoints) + " keypoints of " + std::to_string(split.keypoint_fields) + " numbers";
  return words;
}

std::string against(const SeenFile& file, const Table& table, const Split& split, const Observation* seen) {
  if (split.classes < 1) return "that leaves no class";
  if (split.task == "segment" && table.coefficients < 1) return "its prototypes, a second output [1,32,h,w], are missing";
  if (split.task == "pose" && (split.keypoints < 1 || split.keypoint_fields < 2 || split.keypoint_fields > 3))
    return "how many keypoints it has is not said: write keypoints = ...";
  if (file.names() > 0 && static_cast<int>(file.names()) != split.classes) return "its metadata names " + std::to_string(file.names()) + " classes";
  if (seen == nullptr) return "";
  if (!range_of(seen->values).finite) return "a probe run gave NaN or infinity";
  if (!range_of_rows(*seen, table, kBoxFields, kBoxFields + split.classes).scores()) {
    return "in a probe run its class scores were outside 0..1: is the last activation missing?";
  }
  if (range_of_rows(*seen, table, 2, kBoxFields).lowest < 0) return "in a probe run boxes had negative sizes";
  return "";
}

Table table_of(const SeenFile& file) {
  Table table;
  auto tables = float_outputs(file, 3);
  table.output = named_by_owner(file, "output");
  if (table.output == nullptr && tables.size() == 1) table.output = tables[0];
  if (table.output == nullptr || table.output->shape.size() != 3) return {};
  table.rows = table.output->shape[1];
  table.columns = table.output->shape[2];
  auto maps = float_outputs(file, 4);
  const TensorFacts* prototypes = named_by_owner(file, "prototypes");
  if (prototypes == nullptr && maps.size() == 1) prototypes = maps[0];
  if (prototypes != nullptr && prototypes->shape.size() == 4 && prototypes->shape[1] > 0) {
    table.coefficients = prototypes->shape[1];
    table.prototypes = prototypes->name;
  }
  return table;
}

Hypothesis hypothesis_of(const Split& split, const Table& table) {
  Hypothesis found;
  found.reading.recipe.family = "yolov8";
  found.reading.recipe.task = split.task;
  found.reading.recipe.outputs["output"] = table.output->name;
  found.reading.classes = split.classes;
  if (split.task == "segment") {
    found.reading.recipe.outputs["prototypes"] = table.prototypes;
    found.reading.mask_coefficients = static_cast<int>(table.coefficients);
  }
  if (split.task == "pose") {
    found.reading.recipe.keypoints = split.keypoints;
    found.reading.keypoint_fields = split.keypoint_fields;
  }
  return found;
}

bool is_yolo_task(const std::string& task) { return task.empty() || task == "detect" || task == "segment" || task == "pose" || task == "obb"; }

}  // namespace

void judge_yolo_columns(const SeenFile& file, Verdicts& verdicts) {
  Table table = table_of(file);
  if (table.output == nullptr || !file.floats_in() || !is_yolo_task(file.task())) return;
  bool asked = file.owner_says("yolov8");
  if (!asked && (file.metadata.nms || file.metadata.end2end.value_or(false))) return;
  bool said = file.metadata.of_ultralytics && !file.metadata.task.empty() && table.rows < table.columns && table.columns > 0;
  std::int64_t expected = cells(file, kStrides);
  if (!asked && !said && !may_be(table.columns, expected)) return;
  if (table.rows >= 0 && table.rows <= kBoxFields) return;
  // More than one output, none of which are prototypes: another family.
  if (!asked && file.outputs.size() > (table.coefficients > 0 ? 2U : 1U)) return;
  const Observation* seen = observed(file, *table.output);
  if (table.rows < 0) table.rows = kBoxFields + static_cast<std::int64_t>(std::max<std::size_t>(1, file.hint()));  // until the probe run tells
  Split split = of_task(task_of(file, table, seen), file, table);
  std::string words = words_for(split, table);
  if (table.columns == expected && expected > 0) words += ", " + std::to_string(expected) + " = the cells of strides 8, 16, 32";
  std::string why = against(file, table, split, seen);
  if (!why.empty()) return verdicts.against("yolov8", split.task, words + "; but " + why);
  Hypothesis found = hypothesis_of(split, table);
  found.standing = said ? Standing::named : Standing::fits;
  found.because = (file.metadata.task.empty() ? "" : "metadata task = " + file.metadata.task + "; ") + words;
  if (file.task().empty() && seen != nullptr) found.because += "; the task is told by the numbers of a probe run";
  verdicts.add(std::move(found));
}

}  // namespace darkroom::inference
