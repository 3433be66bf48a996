#include "inference/read_yolo.h"

#include "inference/read_checks.h"
#include "inference/read_masks.h"
#include "inference/read_places.h"

#include <algorithm>

namespace darkroom::inference {
namespace {

// The corners of a rectangle in the tensor; in a photo that was stretched they are no rectangle's.
std::array<double, 8> corners_in_photo(const RotatedBox& box, const imaging::Placement& placement) {
  std::array<double, 8> corners = corners_of(box);
  for (std::size_t i = 0; i < corners.size(); i += 2) {
    Point point = point_in_photo({corners[i], corners[i + 1]}, placement);
    corners[i] = point.x;
    corners[i + 1] = point.y;
  }
  return corners;
}

domain::Box around(const std::array<double, 8>& corners) {
  auto [left, right] = std::minmax({corners[0], corners[2], corners[4], corners[6]});
  auto [top, bottom] = std::minmax({corners[1], corners[3], corners[5], corners[7]});
  return {left, top, right, bottom};
}

std::array<double, 8> corners_near_photo(const RotatedBox& box, const PhotoFrame& frame) {
  std::array<double, 8> corners = corners_in_photo(box, frame.placement);
  for (std::size_t i = 0; i < corners.size(); i += 2) {
    Point point = near_photo({corners[i], corners[i + 1]}, frame);
    corners[i] = point.x;
    corners[i + 1] = point.y;
  }
  return corners;
}

Result<std::vector<domain::Keypoint>> keypoints_of(const YoloTable& table, std::size_t anchor, const Reading& reading, const PhotoFrame& frame) {
  auto fields = static_cast<std::size_t>(reading.keypoint_fields);
  auto count = static_cast<std::size_t>(*reading.recipe.keypoints);
  std::vector<domain::Keypoint> points;
  for (std::size_t i = 0; i < count; ++i) {
    Point point = near_photo(point_in_photo(table.keypoint(anchor, i * fields), frame.placement), frame);
    points.push_back({point.x, point.y, std::nullopt});
    if (fields < 3) continue;
    double visible = table.extra(anchor, i * fields + 2);
    if (!is_score(visible)) return no_score("a keypoint's visibility");
    points.back().confidence = clamp_score(visible);
  }
  return points;
}

std::vector<double> coefficients_of(const YoloTable& table, std::size_t anchor, int count) {
  std::vector<double> coefficients;
  for (int i = 0; i < count; ++i) coefficients.push_back(table.extra(anchor, static_cast<std::size_t>(i)));
  return coefficients;
}

}  // namespace

YoloTask yolo_task(const domain::Recipe& recipe) {
  if (recipe.task == "segment") return YoloTask::segment;
  if (recipe.task == "pose") return YoloTask::pose;
  return recipe.task == "obb" ? YoloTask::obb : YoloTask::detect;
}

Result<int> extra_fields(const Reading& reading) {
  switch (yolo_task(reading.recipe)) {
    case YoloTask::detect: return 0;
    case YoloTask::obb: return 1;
    case YoloTask::segment:
      if (reading.mask_coefficients < 1) return refusal("the number of its mask coefficients was not recognised");
      return reading.mask_coefficients;
    case YoloTask::pose: {
      int keypoints = reading.recipe.keypoints.value_or(0);
      bool known = keypoints >= 1 && (reading.keypoint_fields == 2 || reading.keypoint_fields == 3);
      if (!known) return refusal("the number of its keypoints was not recognised; name it as keypoints in the model's recipe");
      return keypoints * reading.keypoint_fields;
    }
  }
  return 0;
}

Point unit_of(const Reading& reading) {
  if (reading.recipe.box_unit != domain::BoxUnit::shares) return {1, 1};
  return {static_cast<double>(reading.input_width), static_cast<double>(reading.input_height)};
}

domain::Box YoloTable::place(std::size_t anchor) const {
  return {field(anchor, 0) * unit.x, field(anchor, 1) * unit.y, field(anchor, 2) * unit.x, field(anchor, 3) * unit.y};
}

Point YoloTable::keypoint(std::size_t anchor, std::size_t first_field) const {
  return {extra(anchor, first_field) * unit.x, extra(anchor, first_field + 1) * unit.y};
}

RotatedBox YoloTable::rotated_box(std::size_t anchor) const {
  domain::Box fields = place(anchor);
  return {fields[0], fields[1], fields[2], fields[3], extra(anchor, 0)};
}

domain::Box YoloTable::box(std::size_t anchor, const imaging::Placement& placement) const {
  if (task == YoloTask::obb) {
    RotatedBox turned = rotated_box(anchor);
    return turned.width > 0 && turned.height > 0 ? around(corners_in_photo(turned, placement)) : domain::Box{};
  }
  domain::Box fields = place(anchor);
  return box_in_photo(box_fields == BoxFields::corners ? fields : from_centre(fields[0], fields[1], fields[2], fields[3]), placement);
}

std::vector<Candidate> suppress(std::vector<Candidate> candidates, const YoloTable& table, const Thresholds& thresholds) {
  if (table.task != YoloTask::obb) return suppress(std::move(candidates), thresholds.overlap, thresholds.most, thresholds.rivals);
  std::vector<Candidate> field = contenders(std::move(candidates));
  std::vector<Gaussian> shapes;
  for (const Candidate& one : field) shapes.push_back(gaussian_of(table.rotated_box(one.source)));
  return keep_uncovered(field, thresholds.most, thresholds.rivals, [&](std::size_t better, std::size_t worse) {
    return probabilistic_iou(shapes[better], shapes[worse]) > thresholds.overlap;
  });
}

Result<domain::Findings> describe(const std::vector<Candidate>& kept, const YoloTable& table, const Outputs& outputs, const Reading& reading,
                                  const PhotoFrame& frame) {
  domain::Findings found = objects_of(kept, reading, frame);
  if (table.task == YoloTask::segment) {
    std::vector<std::vector<double>> coefficients;
    for (const Candidate& one : kept) coefficients.push_back(coefficients_of(table, one.source, reading.mask_coefficients));
    if (Result<void> drawn = draw_masks(found.objects, coefficients, outputs, reading, frame); !drawn) return drawn.error();
  }
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (table.task == YoloTask::obb) found.objects[i].corners = corners_near_photo(table.rotated_box(kept[i].source), frame);
    if (table.task != YoloTask::pose) continue;
    Result<std::vector<domain::Keypoint>> points = keypoints_of(table, kept[i].source, reading, frame);
    if (!points) return points.error();
    found.objects[i].keypoints = std::move(*points);
  }
  return found;
}

}  // namespace darkroom::inference
