#include "inference/read.h"

#include "inference/read_checks.h"
#include "inference/read_families.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <string_view>

namespace darkroom::inference {
namespace {

using Reader = Result<domain::Findings> (*)(const Outputs&, const Reading&, const PhotoFrame&);

struct Entry {
  std::string_view family;
  std::string_view task;
  Reader read;
};

constexpr std::array kReaders = {
    Entry{"yolox", "detect", read_yolox},
    Entry{"yolov8", "detect", read_yolov8},
    Entry{"yolov8", "segment", read_yolov8},
    Entry{"yolov8", "pose", read_yolov8},
    Entry{"yolov8", "obb", read_yolov8},
    Entry{"yolov5", "detect", read_yolov5},
    Entry{"yolov5", "segment", read_yolov5},
    Entry{"yolo_end2end", "detect", read_yolo_end2end},
    Entry{"yolo_end2end", "segment", read_yolo_end2end},
    Entry{"yolo_end2end", "pose", read_yolo_end2end},
    Entry{"yolo_end2end", "obb", read_yolo_end2end},
    Entry{"rtdetr", "detect", read_rtdetr},
    Entry{"rtdetr_ultralytics", "detect", read_rtdetr_ultralytics},
    Entry{"ssd", "detect", read_ssd},
    Entry{"ultraface", "detect", read_ultraface},
    Entry{"classifier", "classify", read_classifier},
    Entry{"clip", "embed", read_clip},
    Entry{"u2net", "mask", read_u2net},
    Entry{"semantic", "semantic", read_semantic},
};

}  // namespace

Result<domain::Findings> read_outputs(const Outputs& outputs, const Reading& reading, const PhotoFrame& frame) {
  assert(frame.width > 0 && frame.height > 0 && frame.placement.scale_x > 0 && frame.placement.scale_y > 0);
  const domain::Recipe& recipe = reading.recipe;
  const auto* entry = std::ranges::find_if(kReaders, [&](const Entry& one) { return one.family == recipe.family && one.task == recipe.task; });
  if (entry == kReaders.end()) return refusal("no reader knows the family '" + recipe.family + "' with the task '" + recipe.task + "'");
  return entry->read(outputs, reading, frame);
}

}  // namespace darkroom::inference
