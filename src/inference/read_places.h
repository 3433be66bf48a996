// From the input tensor of a model back to the upright photo: photo = (tensor - offset) / scale.
#pragma once

#include "domain/outcome.h"
#include "inference/read.h"

namespace darkroom::inference {

struct Point {
  double x = 0;
  double y = 0;
};

Point point_in_photo(Point in_tensor, const imaging::Placement& placement);
domain::Box box_in_photo(const domain::Box& in_tensor, const imaging::Placement& placement);

// From shares of the tensor's sides (0..1, a little beyond where a thing is cut off) to the photo. Error: model_output, when they are pixels.
Result<domain::Box> shares_in_photo(const domain::Box& shares, const Reading& reading, const imaging::Placement& placement);

// x, y of the centre, width and height to the corners; a negative size gives a box without an area.
domain::Box from_centre(double x, double y, double width, double height);

domain::Box clamp_to_photo(const domain::Box& box, const PhotoFrame& frame);
bool has_area(const domain::Box& box);

// A keypoint or corner may lie outside the photo, where a thing is cut off, but not by more than the photo's size: a wild one is moved there.
Point near_photo(Point point, const PhotoFrame& frame);

// The part of the photo that the model has seen: what a centre crop leaves, without the padding of a letterbox.
domain::Box seen_part(const Reading& reading, const PhotoFrame& frame);

}  // namespace darkroom::inference
