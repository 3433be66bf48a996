// YOLOX and YOLOv5 write one row an anchor: four numbers of a box, an objectness, a score a class. Only the count of rows and the numbers tell them
// apart.
#include "inference/families.h"
#include "inference/yolox.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

namespace darkroom::inference {
namespace {

constexpr std::array kFourStrides = {8, 16, 32, 64};  // the "P6" models of 1280 pixels
constexpr int kAnchorsOfACell = 3;                    // YOLOv5
constexpr std::int64_t kFirstScore = kYoloxBoxFields;
constexpr std::int64_t kLeastStride = 32;
constexpr double kNearItsCell = 0.15;  // of the picture's side; without any order it is 0.25 and more

std::string count(std::int64_t number) { return std::to_string(number); }

// YOLOX writes its boxes in cells and as logarithms: its numbers stay small, whatever the picture's size.
bool looks_decoded(const SeenFile& file, const Observation& table, std::size_t length) {
  auto side = static_cast<float>(std::min(file.width, file.height));
  Range places = range_of_columns(table, length, 0, 2);
  Range sizes = range_of_columns(table, length, 2, 4);
  return places.highest > side / 4 && sizes.lowest >= 0;
}

// How far the first two numbers of a row lie from the middle of its cell, in shares of the sides, on average: as places in the picture they are near,
// as places in a cell they tell nothing of it.
double apart_from_cells(const SeenFile& file, const Observation& table, std::size_t length) {
  double sum = 0;
  std::size_t row = 0;
  for (int stride : kYoloxStrides) {
    std::int64_t across = file.width / stride, down = file.height / stride;
    for (std::int64_t cell = 0; cell < across * down && (row + 1) * length <= table.values.size(); ++cell, ++row) {
      const float* place = table.values.data() + row * length;
      sum += std::abs(static_cast<double>(place[0]) - (static_cast<double>(cell % across) + 0.5) / static_cast<double>(across));
      sum += std::abs(static_cast<double>(place[1]) - (static_cast<double>(cell / across) + 0.5) / static_cast<double>(down));
    }
  }
  return row == 0 ? 1 : sum / (2 * static_cast<double>(row));
}

bool looks_like_shares(const SeenFile& file, const Observation& table, std::size_t length) {
  std::optional<domain::BoxUnit> unit = unit_of_boxes(range_of_columns(table, length, 0, 2), range_of_columns(table, length, 2, 4));
  return unit == domain::BoxUnit::shares && apart_from_cells(file, table, length) < kNearItsCell;
}

const char* against_scores(const Observation* seen, std::size_t length, std::size_t end) {
  if (seen == nullptr) return nullptr;
  if (!range_of(seen->values).finite) return "a probe run gave NaN or infinity";
  if (!range_of_columns(*seen, length, kFirstScore - 1, end).scores())
    return "in a probe run its objectness or class scores were outside 0..1: is the last activation missing?";
  return nullptr;
}

void judge_yolox(const SeenFile& file, const TensorFacts& output, Verdicts& verdicts) {
  std::int64_t rows = output.shape[1];
  std::int64_t classes = output.shape[2] - kFirstScore;
  std::int64_t expected = cells(file, kYoloxStrides);
  bool asked = file.owner_says("yolox");
  if (file.metadata.of_ultralytics && !asked) return;
  if (!may_be(rows, expected)) {
    if (asked) verdicts.against("yolox", "detect", describe(output) + "; but YOLOX would have " + count(expected) + " rows of at least 6 numbers");
    return;
  }
  bool whole = file.width < 0 || file.height < 0 || (file.width % kLeastStride == 0 && file.height % kLeastStride == 0);
  if (output.shape[2] >= 0 && classes < 1) return;
  std::string because = describe(output) + ": " + (rows < 0 ? "a row" : count(rows) + " rows =") +
                        " for each cell of the grids of stride 8, 16 and 32; columns = 5 + " +
                        (output.shape[2] < 0 ? "classes" : count(classes) + " classes");
  if (!whole) return verdicts.against("yolox", "detect", because + "; but the sides of its input are not multiples of 32");
  const Observation* seen = observed(file, output);
  auto length = static_cast<std::size_t>(std::max<std::int64_t>(0, output.shape[2]));
  if (const char* why = against_scores(seen, length, length)) return verdicts.against("yolox", "detect", because + "; but " + why);
  if (seen != nullptr && !asked && looks_decoded(file, *seen, length)) {
    return verdicts.against(
        "yolox", "detect",
        because +
            "; but its boxes are in pixels already: write family = \"yolov5\" if it is a YOLOv6, and with it colour = \"bgr\", "
            "fit = \"letterbox_top_left\", deviation = [1, 1, 1] if it is a YOLOX that decodes inside");
  }
  if (seen != nullptr && !asked && looks_like_shares(file, *seen, length)) {
    return verdicts.against("yolox", "detect",
                            because + "; but in a probe run its boxes were shares of the input's sides, which YOLOX does not write: if it is a YOLOv8 whose "
                                      "rows and columns are exchanged, export it as [1,4+classes,n], and if it is one, write family = \"yolox\"");
  }
  Hypothesis found;
  found.reading.recipe.family = "yolox";
  found.reading.recipe.task = "detect";
  found.reading.recipe.outputs["output"] = output.name;
  found.reading.classes = static_cast<int>(std::max<std::int64_t>(0, classes));
  found.because = because + (seen != nullptr ? "; in a probe run the scores lay in 0..1 and the boxes in cells, as YOLOX writes them" : "");
  verdicts.add(std::move(found));
}

bool rows_fit(const SeenFile& file, std::int64_t rows) {
  auto is = [&](std::span<const int> strides) { return may_be(rows, cells(file, strides) < 0 ? kOpenSize : kAnchorsOfACell * cells(file, strides)); };
  return is(kYoloxStrides) || is(kFourStrides);
}

// Beside the table there may be the heads of which it was made, and prototypes.
bool stands_alone(const SeenFile& file, const TensorFacts& output, const TensorFacts* prototypes) {
  return std::ranges::all_of(file.outputs, [&](const TensorFacts& one) {
    return &one == &output || &one == prototypes || one.shape.size() == 5 || is_head(file, one);
  });
}

void judge_yolov5(const SeenFile& file, const TensorFacts& output, Verdicts& verdicts) {
  std::int64_t rows = output.shape[1];
  bool asked = file.owner_says("yolov5");
  if (!asked && !rows_fit(file, rows)) return;
  const TensorFacts* prototypes = prototypes_of(file);
  std::int64_t extra = prototypes == nullptr ? 0 : prototypes->shape[1];
  std::int64_t classes = output.shape[2] - kFirstScore - extra;
  std::string task = extra > 0 ? "segment" : "detect";
  if (output.shape[2] >= 0 && classes < 1) return;
  std::string because =
      describe(output) + ": " + (rows < 0 ? "a row" : count(rows) + " rows =") + " for each of 3 anchors in each cell of its grids; columns = 5 + " +
      (output.shape[2] < 0 ? "classes" : count(classes) + " classes") + (extra > 0 ? " + " + count(extra) + " mask coefficients" : "");
  if (output.shape[2] >= 0 && file.names() > 0 && static_cast<std::int64_t>(file.names()) != classes) {
    return verdicts.against("yolov5", task, because + "; but its metadata names " + std::to_string(file.names()) + " classes");
  }
  const Observation* seen = observed(file, output);
  auto length = static_cast<std::size_t>(std::max<std::int64_t>(0, output.shape[2]));
  if (const char* why = against_scores(seen, length, length - static_cast<std::size_t>(extra)))
    return verdicts.against("yolov5", task, because + "; but " + why);
  if (seen != nullptr && range_of_columns(*seen, length, 2, 4).lowest < 0) {
    return verdicts.against("yolov5", task, because + "; but in a probe run boxes had negative sizes, so they are not in pixels");
  }
  if (!asked && named_by_owner(file, "output") == nullptr && !stands_alone(file, output, prototypes)) {
    return verdicts.against("yolov5", task, because + "; but beside it are outputs of another kind: if it is one, write family = \"yolov5\"");
  }
  Hypothesis found;
  found.reading.recipe.family = "yolov5";
  found.reading.recipe.task = task;
  found.reading.recipe.outputs["output"] = output.name;
  if (extra > 0) found.reading.recipe.outputs["prototypes"] = prototypes->name;
  found.reading.mask_coefficients = static_cast<int>(extra);
  found.reading.classes = static_cast<int>(std::max<std::int64_t>(0, classes));
  found.standing = file.names() > 0 && rows >= 0 ? Standing::named : Standing::fits;
  found.because = because + (file.names() > 0 ? "; its metadata names as many" : "");
  if (seen != nullptr) found.reading.recipe.box_unit = unit_of_boxes(range_of_columns(*seen, length, 0, 2), range_of_columns(*seen, length, 2, 4));
  if (found.reading.recipe.box_unit) found.because += words_of(*found.reading.recipe.box_unit);
  verdicts.add(std::move(found));
}

// Three maps of the grids instead of one table: [N,3,h,w,5+classes], or [N,3*(5+classes),h,w].
void judge_raw_heads(const SeenFile& file, Verdicts& verdicts) {
  auto heads = float_outputs(file, 5);
  if (heads.empty()) {
    for (const TensorFacts* map : float_outputs(file, 4)) {
      bool grid = file.height > 0 && map->shape[2] > 0 && file.height % map->shape[2] == 0 && file.height / map->shape[2] >= 8;
      if (grid && map->shape[1] % kAnchorsOfACell == 0 && map->shape[1] / kAnchorsOfACell > kFirstScore) heads.push_back(map);
    }
  }
  if (heads.size() < 3) return;
  verdicts.against(
      "yolov5", "detect",
      describe(*heads[0]) + " and " + std::to_string(heads.size() - 1) +
          " more look like the raw heads of a YOLOv5 or YOLOv7, whose anchors are not in the file: export it again with its last layer in "
          "export mode (YOLOv5: export.py --include onnx; YOLOv7: export.py --grid), so that it gives one table");
}

}  // namespace

void judge_yolo_rows(const SeenFile& file, Verdicts& verdicts) {
  auto tables = float_outputs(file, 3);
  const TensorFacts* output = named_by_owner(file, "output");
  if (output == nullptr && tables.size() == 1) output = tables[0];
  if (tables.empty()) judge_raw_heads(file, verdicts);
  if (output == nullptr || output->shape.size() != 3) return;
  bool alone = file.outputs.size() == 1 || named_by_owner(file, "output") != nullptr || file.owner_says("yolox");
  if (alone) judge_yolox(file, *output, verdicts);
  judge_yolov5(file, *output, verdicts);
}

}  // namespace darkroom::inference
