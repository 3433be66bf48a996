// YOLOv8 and its successors write a row a field and a column an anchor: four numbers of a box, a score a class, then what the task adds. Without
// metadata the numbers of a probe run tell the tasks apart: scores lie in 0..1, keypoints are pixels, an angle is a little more or less.
#include "inference/families.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace darkroom::inference {
namespace {

constexpr std::array kStrides = {8, 16, 32};
constexpr std::int64_t kBoxFields = 4;
constexpr float kLeastAngle = -1.6F;  // radians, with room: Ultralytics writes -pi/4 .. 3 pi/4
constexpr float kMostAngle = 3.2F;
constexpr float kFarthestShare = 4;
constexpr double kNear = 0.15;  // of the picture's side: a keypoint and the middle of its box, on average
constexpr float kHighForAScore = 0.25F;  // somewhere in a picture of noise, each class is less likely
constexpr float kSame = 1e-6F;
constexpr float kSeen = 1e-2F;  // the score of a class that is never seen may be the same everywhere: 0

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

bool is_score_row(const Observation& seen, const Table& table, std::int64_t row) { return range_of_rows(seen, table, row, row + 1).scores(); }

// Of poses, the scores of classes come first and lie in 0..1; then, of each keypoint, x and y, which do not, and with three fields its score.
bool keypoints_fit(const Observation& seen, const Table& table, const Split& split) {
  for (std::int64_t row = kBoxFields; row < table.rows; ++row) {
    std::int64_t behind = row - kBoxFields - split.classes;
    bool wants_score = behind < 0 || behind % split.keypoint_fields == 2;
    if (is_score_row(seen, table, row) != wants_score) return false;
  }
  return true;
}

// Every way to read the rows behind the box as scores and keypoints; of those, once there are numbers, the ones that they fit.
std::vector<Split> poses_of(const SeenFile& file, const Table& table, const Observation* seen) {
  std::vector<Split> found;
  int numbers = static_cast<int>(table.rows - kBoxFields);
  int hint = static_cast<int>(file.hint());
  for (int classes = hint > 0 ? hint : 1; classes < numbers && (hint == 0 || classes == hint); ++classes) {
    for (int fields : {3, 2}) {
      Split split{"pose", classes, (numbers - classes) / fields, fields};
      if ((numbers - classes) % fields != 0) continue;
      if (seen == nullptr || keypoints_fit(*seen, table, split)) found.push_back(split);
    }
  }
  return found;
}

// As somebody says it; else as the numbers of the probe run have it, where one way is left.
Split pose_of(const SeenFile& file, const Table& table, const Observation* seen) {
  int numbers = static_cast<int>(table.rows - kBoxFields);
  Split split{.task = "pose", .classes = std::max(1, static_cast<int>(file.hint()))};
  split.keypoints = file.owner.keypoints.value_or(file.metadata.keypoints.value_or(0));
  split.keypoint_fields = file.metadata.keypoint_fields.value_or(0);
  if (split.keypoints > 0) {
    if (split.keypoint_fields == 0) split.keypoint_fields = (numbers - split.classes) / split.keypoints;
    split.classes = numbers - split.keypoints * split.keypoint_fields;
    return split;
  }
  std::vector<Split> ways = poses_of(file, table, seen);
  bool told = ways.size() == 1 || (seen == nullptr && !ways.empty());
  return told ? ways.front() : split;
}

Split of_task(const std::string& task, const SeenFile& file, const Table& table, const Observation* seen) {
  if (task == "pose") return pose_of(file, table, seen);
  Split split{.task = task, .classes = static_cast<int>(table.rows - kBoxFields)};
  if (task == "segment") split.classes -= static_cast<int>(table.coefficients);
  if (task == "obb") split.classes -= 1;
  return split;
}

bool out_of_character(const Range& row) { return row.lowest > kHighForAScore || (row.highest - row.lowest < kSame && row.lowest > kSeen); }

// An angle may lie in 0..1 for one picture. Unlike the score of a class it is then high everywhere, or the same everywhere; where the rows of the
// classes are so, too, that tells nothing.
bool last_may_be_an_angle(const Table& table, const Observation& seen) {
  std::int64_t last = table.rows - 1;
  if (last <= kBoxFields || !out_of_character(range_of_rows(seen, table, last, table.rows))) return false;
  for (std::int64_t row = kBoxFields; row < last; ++row) {
    if (out_of_character(range_of_rows(seen, table, row, row + 1))) return false;
  }
  return true;
}

// All rows behind the box lie in 0..1, as scores do.
std::vector<std::string> tasks_of_scores(const SeenFile& file, const Table& table, const Observation& seen) {
  if (table.coefficients > 0) return {"segment", "detect"};
  if (!last_may_be_an_angle(table, seen)) return {"detect"};
  auto rows = static_cast<std::int64_t>(file.hint()) + kBoxFields;
  if (file.hint() > 0 && rows == table.rows) return {"detect"};
  if (file.hint() > 0 && rows + 1 == table.rows) return {"obb"};
  return {"detect", "obb"};
}

// The tasks that the shapes allow, of which a hint or the numbers choose.
std::vector<std::string> tasks_of(const SeenFile& file, const Table& table, const Observation* seen) {
  if (!file.task().empty()) return {file.task()};
  if (seen != nullptr && range_of_rows(*seen, table, kBoxFields, table.rows).scores()) return tasks_of_scores(file, table, *seen);
  if (table.coefficients > 0) return {"segment"};
  if (seen == nullptr) return {"detect"};
  std::int64_t last = table.rows - 1;
  bool all_but_last = last > kBoxFields && range_of_rows(*seen, table, kBoxFields, last).scores();
  if (all_but_last && range_of_rows(*seen, table, last, table.rows).within(kLeastAngle, kMostAngle)) return {"obb"};
  bool first_is_score = is_score_row(*seen, table, kBoxFields);
  return {first_is_score && range_of_rows(*seen, table, kBoxFields + 1, table.rows).highest > kMostAngle ? "pose" : "detect"};
}

std::string words_for(const Split& split, const Table& table) {
  std::string words = describe(*table.output) + ": " + std::to_string(table.rows) + " = 4 + " + std::to_string(split.classes) +
                      (split.classes == 1 ? " class" : " classes");
  if (split.task == "segment") words += " + " + std::to_string(table.coefficients) + " mask coefficients";
  if (split.task == "obb") words += " + 1 angle";
  if (split.task == "pose") words += " + " + std::to_string(split.keypoints) + " keypoints of " + std::to_string(split.keypoint_fields) + " numbers";
  return words;
}

std::optional<domain::BoxUnit> unit_of(const Table& table, const Observation& seen) {
  return unit_of_boxes(range_of_rows(seen, table, 0, 2), range_of_rows(seen, table, 2, kBoxFields));
}

// Keypoints may lie beyond the picture, but not by many times its size.
bool keypoints_are_shares(const Observation& seen, const Table& table, const Split& split) {
  return range_of_rows(seen, table, kBoxFields + split.classes, table.rows).within(-kFarthestShare, kFarthestShare);
}

// Shares of keypoints look like scores, but lie where the box is: the first keypoint of the only class, as poses have it.
bool keypoint_follows(const Observation& seen, const Table& table) {
  auto columns = static_cast<std::size_t>(table.columns);
  auto apart = [&](std::size_t row, std::size_t other) {
    double sum = 0;
    for (std::size_t i = 0; i < columns; ++i) sum += static_cast<double>(std::abs(seen.values[row * columns + i] - seen.values[other * columns + i]));
    return sum / static_cast<double>(columns);
  };
  constexpr std::size_t kFirstPlace = kBoxFields + 1;
  return table.rows > static_cast<std::int64_t>(kFirstPlace) + 1 && apart(kFirstPlace, 0) < kNear && apart(kFirstPlace + 1, 1) < kNear;
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
  bool told = !file.task().empty() || file.hint() > 0;
  if (split.task == "detect" && !told && unit_of(table, *seen) == domain::BoxUnit::shares && keypoint_follows(*seen, table))
    return "in a probe run numbers behind the first score followed the boxes, as keypoints do: write task and keypoints";
  if (split.task == "pose" && unit_of(table, *seen) == domain::BoxUnit::shares && !keypoints_are_shares(*seen, table, split))
    return "in a probe run boxes were shares of the input's sides, and keypoints were not";
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
  if (const TensorFacts* prototypes = prototypes_of(file)) {
    table.coefficients = prototypes->shape[1];
    table.prototypes = prototypes->name;
  }
  return table;
}

// Beside the table and its prototypes there may be the maps of the network's heads, of which the table was made; anything else is of another family.
bool stands_alone(const SeenFile& file, const Table& table) {
  return std::ranges::all_of(file.outputs, [&](const TensorFacts& one) {
    return &one == table.output || one.name == table.prototypes || is_head(file, one);
  });
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

void judge_split(const SeenFile& file, const Table& table, const Split& split, bool said, Verdicts& verdicts) {
  const Observation* seen = observed(file, *table.output);
  std::int64_t expected = cells(file, kStrides);
  std::string words = words_for(split, table);
  if (table.columns == expected && expected > 0) words += ", " + std::to_string(expected) + " = the cells of strides 8, 16, 32";
  std::string why = against(file, table, split, seen);
  if (!why.empty()) return verdicts.against("yolov8", split.task, words + "; but " + why);
  Hypothesis found = hypothesis_of(split, table);
  found.standing = said ? Standing::named : Standing::fits;
  found.because = (file.metadata.task.empty() ? "" : "metadata task = " + file.metadata.task + "; ") + words;
  if (file.task().empty() && seen != nullptr) found.because += "; the task is told by the numbers of a probe run";
  if (seen != nullptr) found.reading.recipe.box_unit = unit_of(table, *seen);
  if (found.reading.recipe.box_unit) found.because += words_of(*found.reading.recipe.box_unit);
  verdicts.add(std::move(found));
}

// YOLOv9 with the branch that only training needs gives two.
void refuse_several_tables(const SeenFile& file, Verdicts& verdicts) {
  std::int64_t expected = cells(file, kStrides);
  auto tables = float_outputs(file, 3);
  std::erase_if(tables, [&](const TensorFacts* one) { return one->shape[1] <= kBoxFields || one->shape[2] != expected; });
  if (expected <= 0 || tables.size() < 2) return;
  verdicts.against("yolov8", "detect",
                   describe(*tables[0]) + " and " + describe(*tables[1]) +
                       " may each be its table: write family = \"yolov8\" and outputs.output = \"...\", with the name of the one that counts");
}

}  // namespace

void judge_yolo_columns(const SeenFile& file, Verdicts& verdicts) {
  Table table = table_of(file);
  if (table.output == nullptr && is_yolo_task(file.task())) refuse_several_tables(file, verdicts);
  if (table.output == nullptr || !is_yolo_task(file.task())) return;
  bool asked = file.owner_says("yolov8");
  if (!asked && (file.metadata.nms || file.metadata.end2end.value_or(false))) return;
  bool said = file.metadata.of_ultralytics && !file.metadata.task.empty() && table.rows < table.columns && table.columns > 0;
  if (!asked && !said && !may_be(table.columns, cells(file, kStrides))) return;
  if (table.rows >= 0 && table.rows <= kBoxFields) return;
  if (!asked && !stands_alone(file, table)) return;
  const Observation* seen = observed(file, *table.output);
  if (table.rows < 0) table.rows = kBoxFields + static_cast<std::int64_t>(std::max<std::size_t>(1, file.hint()));  // until the probe run tells
  for (const std::string& task : tasks_of(file, table, seen)) judge_split(file, table, of_task(task, file, table, seen), said, verdicts);
}

}  // namespace darkroom::inference
