// Both axes are separable: first each row is resized, and rounded to bytes, then each column of what came out. A target pixel is a weighted sum of
// the source pixels under a window around its centre, which is as much wider than the filter as the photo is shrunk.
#include "imaging/resample.h"

#include "imaging/float_rows.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <span>

namespace darkroom::imaging {
namespace {

using domain::Interpolation;

// The source pixels from `first` on that make up one target pixel.
struct Window {
  int first = 0;
  std::vector<float> weights;

  int end() const { return first + static_cast<int>(weights.size()); }
};

double triangle(double x) { return std::max(0.0, 1 - std::abs(x)); }

// Keys' cubic with a = -0.5.
double cubic(double x) {
  constexpr double kA = -0.5;
  x = std::abs(x);
  if (x < 1) return ((kA + 2) * x - (kA + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * kA;
  return 0;
}

double value(Interpolation filter, double x) { return filter == Interpolation::bicubic ? cubic(x) : triangle(x); }
double reach(Interpolation filter) { return filter == Interpolation::bicubic ? 2 : 1; }

// `from` and `to` bound the photo within the source of `size` pixels.
std::vector<Window> make_windows(int size, double from, double to, const Stretch& stretch, Interpolation filter) {
  double step = (to - from) / static_cast<double>(stretch.whole);
  auto cut = static_cast<double>(stretch.cut);
  double wider = std::max(step, 1.0);
  double support = reach(filter) * wider;
  std::vector<Window> windows(static_cast<std::size_t>(stretch.length));
  for (int i = 0; i < stretch.length; ++i) {
    Window& window = windows[static_cast<std::size_t>(i)];
    double centre = from + (cut + i + 0.5) * step;
    window.first = std::clamp(static_cast<int>(centre - support + 0.5), 0, size - 1);
    int end = std::clamp(static_cast<int>(centre + support + 0.5), window.first + 1, size);
    double sum = 0;
    for (int x = window.first; x < end; ++x) {
      window.weights.push_back(static_cast<float>(value(filter, (x - centre + 0.5) / wider)));
      sum += static_cast<double>(window.weights.back());
    }
    for (float& weight : window.weights) weight = static_cast<float>(static_cast<double>(weight) / sum);
  }
  return windows;
}

[[gnu::optimize("O3")]] void to_floats(const std::uint8_t* __restrict row, std::span<float> numbers) {
  float* __restrict to = numbers.data();
  std::size_t count = numbers.size();
  for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<float>(row[i]);
}

[[gnu::optimize("O3")]] void to_bytes(std::span<const float> numbers, std::uint8_t* __restrict to) {
  const float* __restrict from = numbers.data();
  std::size_t count = numbers.size();
  for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<std::uint8_t>(static_cast<int>(std::min(std::max(from[i] + 0.5F, 0.0F), 255.0F)));
}

// A pixel is a vector of four floats (the fourth is of no use): `row` and `to` have room for one behind their last pixel.
void sum_columns(const float* row, std::span<const Window> windows, float* to) {
  for (const Window& window : windows) {
    const float* pixel = row + std::ptrdiff_t{3} * window.first;
    Vector sum{};
    for (float weight : window.weights) {
      sum += load(pixel) * weight;
      pixel += 3;
    }
    std::memcpy(to, &sum, sizeof sum);  // the next pixel writes over the fourth
    to += 3;
  }
}

// The rows from `first` to `end`, each resized.
Pixels resize_rows(const Pixels& pixels, std::span<const Window> columns, int first, int end) {
  Pixels narrow = blank(static_cast<int>(columns.size()), end - first);
  std::vector<float> row(static_cast<std::size_t>(pixels.width) * 3 + 1);
  std::vector<float> sums(columns.size() * 3 + 1);
  for (int y = first; y < end; ++y) {
    to_floats(pixels.row(y), std::span(row).first(row.size() - 1));
    sum_columns(row.data(), columns, sums.data());
    to_bytes(std::span(sums).first(sums.size() - 1), narrow.row(y - first));
  }
  return narrow;
}

}  // namespace

Pixels resample(const Pixels& pixels, const Stretch& across, const Stretch& down, Interpolation filter) {
  const Overhang& over = pixels.overhang;
  std::vector<Window> columns = make_windows(pixels.width, over.left, pixels.width - over.right, across, filter);
  std::vector<Window> rows = make_windows(pixels.height, over.top, pixels.height - over.bottom, down, filter);
  int first = rows.front().first;
  Pixels narrow = resize_rows(pixels, columns, first, rows.back().end());
  Pixels resized = blank(across.length, down.length);
  std::vector<float> sums(static_cast<std::size_t>(across.length) * 3);
  for (int y = 0; y < down.length; ++y) {
    const Window& window = rows[static_cast<std::size_t>(y)];
    std::ranges::fill(sums, 0.0F);
    for (int from = window.first; from < window.end(); ++from) add_row(narrow.row(from - first), window.weights[static_cast<std::size_t>(from - window.first)], sums);
    to_bytes(sums, resized.row(y));
  }
  return resized;
}

}  // namespace darkroom::imaging
