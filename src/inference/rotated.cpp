#include "inference/rotated.h"

#include <algorithm>
#include <cmath>

namespace darkroom::inference {

std::array<double, 8> corners_of(const RotatedBox& box) {
  double cosine = std::cos(box.angle);
  double sine = std::sin(box.angle);
  double along_x = box.width / 2 * cosine;
  double along_y = box.width / 2 * sine;
  double across_x = -box.height / 2 * sine;
  double across_y = box.height / 2 * cosine;
  return {box.x - along_x - across_x, box.y - along_y - across_y, box.x + along_x - across_x, box.y + along_y - across_y,
          box.x + along_x + across_x, box.y + along_y + across_y, box.x - along_x + across_x, box.y - along_y + across_y};
}

// The variance of a uniform distribution over a length l is l^2 / 12.
Gaussian gaussian_of(const RotatedBox& box) {
  double along = box.width * box.width / 12;
  double across = box.height * box.height / 12;
  double cosine = std::cos(box.angle);
  double sine = std::sin(box.angle);
  return {.x = box.x,
          .y = box.y,
          .a = along * cosine * cosine + across * sine * sine,
          .b = along * sine * sine + across * cosine * cosine,
          .c = (along - across) * cosine * sine,
          .root = std::abs(box.width * box.height) / 12};
}

// Bhattacharyya distance of two normal distributions, with S the sum of both covariances and d the difference of the centres:
//   d^T S^-1 d / 4 + ln(det S / (4 sqrt(det S1 det S2))) / 2;      Hellinger distance = sqrt(1 - exp(-distance)).
double probabilistic_iou(const Gaussian& one, const Gaussian& other) {
  double a = one.a + other.a;
  double b = one.b + other.b;
  double c = one.c + other.c;
  double determinant = a * b - c * c;
  double roots = one.root * other.root;
  if (!(determinant > 0) || !(roots > 0)) return 0;
  double x = one.x - other.x;
  double y = one.y - other.y;
  double apart = (b * x * x - 2 * c * x * y + a * y * y) / determinant / 4;
  double unlike = std::log(determinant / (4 * roots)) / 2;
  double distance = std::max(0.0, apart + unlike);
  return 1 - std::sqrt(1 - std::exp(-distance));
}

}  // namespace darkroom::inference
