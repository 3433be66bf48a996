// What the YOLO families share: a table of fields by anchor, whichever way it lies in memory, and the tasks that add fields behind the scores.
#pragma once

#include "inference/read.h"
#include "inference/read_finds.h"
#include "inference/read_places.h"
#include "inference/rotated.h"

namespace darkroom::inference {

enum class YoloTask { detect, segment, pose, obb };
YoloTask yolo_task(const domain::Recipe& recipe);

// Fields behind the class scores: the coefficients of a mask, the numbers of the keypoints, or an angle in radians. Error: model_output, when
// the reading does not say how many.
Result<int> extra_fields(const Reading& reading);

// The first four fields: two corners, or centre and size. Those of an oriented box are always centre and size.
enum class BoxFields { corners, centre };

struct YoloTable {
  std::span<const float> values;
  std::size_t anchor_step = 1;  // numbers from an anchor to the next
  std::size_t field_step = 1;   // numbers from a field to the next
  std::size_t first_extra = 0;
  BoxFields box_fields = BoxFields::centre;
  YoloTask task = YoloTask::detect;
  Point unit = {1, 1};  // of places and sizes, in pixels of the tensor

  double field(std::size_t anchor, std::size_t index) const { return static_cast<double>(values[anchor * anchor_step + index * field_step]); }
  double extra(std::size_t anchor, std::size_t index) const { return field(anchor, first_extra + index); }
  domain::Box place(std::size_t anchor) const;                       // the first four fields, in pixels of the tensor
  Point keypoint(std::size_t anchor, std::size_t first_field) const;  // in pixels of the tensor

  // In pixels of the photo, not clamped; around an oriented box.
  domain::Box box(std::size_t anchor, const imaging::Placement& placement) const;
  RotatedBox rotated_box(std::size_t anchor) const;  // in pixels of the tensor
};

// A pixel, or the tensor's sides where its boxes are shares of them.
Point unit_of(const Reading& reading);

// Those that the recipe's thresholds leave; sources are anchors. Oriented boxes are compared by probabilistic_iou in the tensor, where they are
// rectangles, as Ultralytics does; there a box that is itself suppressed still suppresses others, here it does not.
std::vector<Candidate> suppress(std::vector<Candidate> candidates, const YoloTable& table, const Thresholds& thresholds);

// The kept ones as objects, with what the task adds. For segment, `outputs` holds prototypes [coefficients,h,w].
Result<domain::Findings> describe(const std::vector<Candidate>& kept, const YoloTable& table, const Outputs& outputs, const Reading& reading,
                                  const PhotoFrame& frame);

}  // namespace darkroom::inference
