#include "inference/rotated.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>
#include <random>

namespace darkroom::inference {
namespace {

using std::numbers::pi;

double overlap(const RotatedBox& one, const RotatedBox& other) { return probabilistic_iou(gaussian_of(one), gaussian_of(other)); }

void expect_corners(const RotatedBox& box, const std::array<double, 8>& expected) {
  auto corners = corners_of(box);
  for (std::size_t i = 0; i < 8; ++i) EXPECT_NEAR(corners[i], expected[i], 1e-9) << i;
}

TEST(Rotated, CornersGoAlongTheEdge) {
  expect_corners({10, 20, 6, 4, 0}, {7, 18, 13, 18, 13, 22, 7, 22});
  expect_corners({10, 20, 6, 4, pi / 2}, {12, 17, 12, 23, 8, 23, 8, 17});
  double side = 10 * std::sqrt(2.0);
  expect_corners({32, 32, side, side, pi / 4}, {32, 22, 42, 32, 32, 42, 22, 32});
}

// Worked out by hand: two squares of 12 have the covariance diag(12, 12) each; 4 apart, the distance is 16 / 24 / 4 = 1/6.
TEST(Rotated, OverlapOfSquaresApart) { EXPECT_NEAR(overlap({0, 0, 12, 12, 0}, {4, 0, 12, 12, 0}), 1 - std::sqrt(1 - std::exp(-1.0 / 6)), 1e-12); }

// 12 and 24: det S = 60^2, sqrt(det S1 det S2) = 12 * 48, so the distance is ln(3600 / 2304) / 2 = ln 1.25 and exp of minus that 0.8.
TEST(Rotated, OverlapOfASquareInALargerOne) {
  EXPECT_NEAR(overlap({5, 5, 12, 12, 0}, {5, 5, 24, 24, 0}), 1 - std::sqrt(0.2), 1e-12);
  EXPECT_NEAR(overlap({5, 5, 12, 24, 0}, {5, 5, 24, 12, 0}), 1 - std::sqrt(0.2), 1e-12) << "a cross";
}

TEST(Rotated, AQuarterTurnIsSidesExchanged) {
  EXPECT_NEAR(overlap({5, 5, 12, 24, 0}, {5, 5, 24, 12, pi / 2}), 1, 1e-6);
  EXPECT_NEAR(overlap({5, 5, 12, 24, 0.3}, {5, 5, 12, 24, 0.3 + pi}), 1, 1e-6);
}

TEST(Rotated, BoxesWithoutAnAreaOverlapNothing) {
  EXPECT_EQ(overlap({5, 5, 0, 24, 0}, {5, 5, 0, 24, 0}), 0);
  EXPECT_EQ(overlap({5, 5, 0, 24, 0}, {5, 5, 10, 24, 0}), 0);
}

TEST(Rotated, ThinAndHugeBoxesStayInRange) {
  for (double size : {1e-3, 1.0, 1e6, 1e18}) {
    RotatedBox thin{0, 0, size, size * 1e-4, 0.7};
    EXPECT_NEAR(overlap(thin, thin), 1, 1e-3) << size;
    RotatedBox far{1e3 * size, 0, size, size, 0.7};
    double apart = overlap(thin, far);
    EXPECT_GE(apart, 0);
    EXPECT_LT(apart, 1e-6);
  }
}

// The overlap is the same from both sides, between 0 and 1, and does not change when both boxes are moved, turned or scaled together.
TEST(Rotated, OverlapDoesNotDependOnThePointOfView) {
  std::mt19937 random(11);
  std::uniform_real_distribution<double> place(-30, 30);
  std::uniform_real_distribution<double> size(1, 40);
  std::uniform_real_distribution<double> angle(-pi, pi);
  for (int round = 0; round < 500; ++round) {
    RotatedBox one{place(random), place(random), size(random), size(random), angle(random)};
    RotatedBox other{place(random), place(random), size(random), size(random), angle(random)};
    double expected = overlap(one, other);
    EXPECT_GE(expected, 0);
    EXPECT_LE(expected, 1);
    EXPECT_NEAR(overlap(other, one), expected, 1e-9);
    EXPECT_NEAR(overlap(one, one), 1, 1e-6);
    double turn = angle(random);
    double scale = size(random);
    double shift = place(random);
    auto moved = [&](const RotatedBox& box) {
      double x = box.x * std::cos(turn) - box.y * std::sin(turn);
      double y = box.x * std::sin(turn) + box.y * std::cos(turn);
      return RotatedBox{x * scale + shift, y * scale - shift, box.width * scale, box.height * scale, box.angle + turn};
    };
    EXPECT_NEAR(overlap(moved(one), moved(other)), expected, 1e-6);
  }
}

}  // namespace
}  // namespace darkroom::inference
