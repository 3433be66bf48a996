// Boxes that are turned, and how much two of them are the same.
#pragma once

#include <array>

namespace darkroom::inference {

// Centre, sides and angle in radians: the side `width` points along (cos, sin), in a picture whose y grows downwards.
struct RotatedBox {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
  double angle = 0;
};

// x, y of the four corners, one after the other along the edge.
std::array<double, 8> corners_of(const RotatedBox& box);

// The normal distribution that stands for a box: its centre, and the covariance matrix [[a, c], [c, b]] of the points inside it.
struct Gaussian {
  double x = 0;
  double y = 0;
  double a = 0;
  double b = 0;
  double c = 0;
  double root = 0;  // of the determinant
};

Gaussian gaussian_of(const RotatedBox& box);

// ProbIoU: 1 minus the Hellinger distance of the two distributions (Llerena et al., "Gaussian Bounding Boxes and Probabilistic
// Intersection-over-Union for Object Detection", arXiv:2106.06072). It is what Ultralytics' models for oriented boxes are trained and
// judged with, so a threshold from there means the same here. 1 for the same box, towards 0 for boxes far apart; 0 where a box has no area.
// A square looks the same at every angle.
double probabilistic_iou(const Gaussian& one, const Gaussian& other);

}  // namespace darkroom::inference
