#include "inference/read_places.h"

#include "inference/read_checks.h"

#include <algorithm>
#include <cmath>

namespace darkroom::inference {
namespace {

constexpr double kLargestShare = 4;  // boxes that were not clipped reach a little beyond 1; pixels far beyond

}  // namespace

Point point_in_photo(Point in_tensor, const imaging::Placement& placement) {
  return {(in_tensor.x - placement.offset_x) / placement.scale_x, (in_tensor.y - placement.offset_y) / placement.scale_y};
}

domain::Box box_in_photo(const domain::Box& in_tensor, const imaging::Placement& placement) {
  Point first = point_in_photo({in_tensor[0], in_tensor[1]}, placement);
  Point second = point_in_photo({in_tensor[2], in_tensor[3]}, placement);
  return {first.x, first.y, second.x, second.y};
}

Result<domain::Box> shares_in_photo(const domain::Box& shares, const Reading& reading, const imaging::Placement& placement) {
  if (std::ranges::any_of(shares, [](double edge) { return std::abs(edge) > kLargestShare; })) {
    return refusal("a box is not in shares of the picture (0..1), as this family writes them");
  }
  double width = reading.input_width;
  double height = reading.input_height;
  return box_in_photo({shares[0] * width, shares[1] * height, shares[2] * width, shares[3] * height}, placement);
}

domain::Box from_centre(double x, double y, double width, double height) { return {x - width / 2, y - height / 2, x + width / 2, y + height / 2}; }

domain::Box clamp_to_photo(const domain::Box& box, const PhotoFrame& frame) {
  double width = frame.width;
  double height = frame.height;
  return {std::clamp(box[0], 0.0, width), std::clamp(box[1], 0.0, height), std::clamp(box[2], 0.0, width), std::clamp(box[3], 0.0, height)};
}

bool has_area(const domain::Box& box) { return box[0] < box[2] && box[1] < box[3]; }

Point near_photo(Point point, const PhotoFrame& frame) {
  double width = frame.width;
  double height = frame.height;
  return {std::clamp(point.x, -width, 2 * width), std::clamp(point.y, -height, 2 * height)};
}

domain::Box seen_part(const Reading& reading, const PhotoFrame& frame) {
  domain::Box tensor = {0, 0, static_cast<double>(reading.input_width), static_cast<double>(reading.input_height)};
  return clamp_to_photo(box_in_photo(tensor, frame.placement), frame);
}

}  // namespace darkroom::inference
