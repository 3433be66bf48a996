// Area averaging: each target pixel is the mean of the source area that it covers, pixels on the rim counted by the share that lies inside. Both
// axes are separable: source rows are summed into one float row (a plain loop over bytes, which vectorises), whose columns are then summed, a pixel
// as a vector of four floats (the fourth is of no use). To exactly half, the commonest case, whole numbers do it in a quarter of the time.
#include "imaging/float_rows.h"
#include "imaging/render.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <span>

namespace darkroom::imaging {
namespace {

// The stretch of the source under one target pixel: [first, last], the outer ones by their shares, those between whole.
struct Cover {
  int first = 0;
  int last = 0;
  float first_share = 1;
  float last_share = 0;  // 0 where last == first
};

std::vector<Cover> make_covers(int source, int target) {
  std::vector<Cover> covers(static_cast<std::size_t>(target));
  double step = static_cast<double>(source) / target;
  for (int i = 0; i < target; ++i) {
    double begin = i * step;
    double end = std::min<double>((i + 1) * step, source);
    int first = std::min(static_cast<int>(begin), source - 1);
    int last = std::clamp(static_cast<int>(std::ceil(end)) - 1, first, source - 1);
    float first_share = static_cast<float>(std::min<double>(first + 1, end) - begin);
    covers[static_cast<std::size_t>(i)] = {first, last, first_share, last == first ? 0.0F : static_cast<float>(end - last)};
  }
  return covers;
}

[[gnu::optimize("O3")]] void set_row(const std::uint8_t* __restrict row, float share, std::span<float> sums) {
  float* __restrict to = sums.data();
  std::size_t count = sums.size();
  for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<float>(row[i]) * share;
}

// `sums` and `to` have room for one float behind their last pixel.
void sum_columns(const float* sums, std::span<const Cover> covers, float* to) {
  for (const Cover& cover : covers) {
    const float* pixel = sums + std::ptrdiff_t{3} * cover.first;
    Vector sum = load(pixel) * cover.first_share;
    for (int x = cover.first + 1; x < cover.last; ++x) sum += load(pixel += 3);
    sum += load(sums + std::ptrdiff_t{3} * cover.last) * cover.last_share;
    std::memcpy(to, &sum, sizeof sum);  // the next pixel writes over the fourth
    to += 3;
  }
}

// `inverse_area` of a target pixel, in source pixels. A mean of bytes lies in 0..255, and the sums err by far less than half of one.
[[gnu::optimize("O3")]] void round_to_bytes(std::span<const float> sums, float inverse_area, std::uint8_t* __restrict to) {
  const float* __restrict from = sums.data();
  std::size_t count = sums.size();
  for (std::size_t i = 0; i < count; ++i) to[i] = static_cast<std::uint8_t>(static_cast<int>(std::min(from[i] * inverse_area + 0.5F, 255.0F)));
}

// One row out of two: the mean of 2 x 2 pixels. Each byte is first averaged with its neighbour to the right, whether the two are a pair or not, since
// that needs no gathering. `means` has room for one byte more than a row.
[[gnu::optimize("O3")]] void halve_rows(const std::uint8_t* __restrict upper, const std::uint8_t* __restrict lower, std::span<std::uint8_t> means,
                                        int target_width, std::uint8_t* __restrict to) {
  std::uint8_t* __restrict mean = means.data();
  std::size_t count = means.size() - 4;
  for (std::size_t i = 0; i < count; ++i) {
    mean[i] = static_cast<std::uint8_t>((upper[i] + lower[i] + upper[i + 3] + lower[i + 3] + 2) >> 2);
  }
  for (int x = 0; x + 1 < target_width; ++x, mean += 6, to += 3) std::memcpy(to, mean, 4);  // the next pixel writes over the fourth byte
  std::memcpy(to, mean, 3);
}

void halve(const Pixels& pixels, Pixels& small) {
  std::vector<std::uint8_t> means(static_cast<std::size_t>(pixels.width) * 3 + 1);
  for (int y = 0; y < small.height; ++y) halve_rows(pixels.row(2 * y), pixels.row(2 * y + 1), means, small.width, small.row(y));
}

int shrunk_side(int side, int longer, int max_side) {
  return std::max(1, static_cast<int>(std::lround(static_cast<double>(side) * max_side / longer)));
}

}  // namespace

Pixels shrink(const Pixels& pixels, int max_side) {
  int longer = std::max(pixels.width, pixels.height);
  max_side = std::max(max_side, 1);
  if (longer <= max_side) return {pixels.width, pixels.height, {pixels.row(0), pixels.row(pixels.height)}};
  Pixels small = blank(shrunk_side(pixels.width, longer, max_side), shrunk_side(pixels.height, longer, max_side));
  if (pixels.width == 2 * small.width && pixels.height == 2 * small.height) {
    halve(pixels, small);
    return small;
  }
  std::vector<Cover> columns = make_covers(pixels.width, small.width);
  std::vector<Cover> rows = make_covers(pixels.height, small.height);
  std::vector<float> room(static_cast<std::size_t>(pixels.width) * 3 + 1);
  std::span<float> sums = std::span(room).first(room.size() - 1);
  std::vector<float> averages(static_cast<std::size_t>(small.width) * 3 + 1);
  double area = static_cast<double>(pixels.width) / small.width * (static_cast<double>(pixels.height) / small.height);
  for (int y = 0; y < small.height; ++y) {
    const Cover& cover = rows[static_cast<std::size_t>(y)];
    set_row(pixels.row(cover.first), cover.first_share, sums);
    for (int from = cover.first + 1; from < cover.last; ++from) add_row(pixels.row(from), 1, sums);
    if (cover.last > cover.first) add_row(pixels.row(cover.last), cover.last_share, sums);
    sum_columns(sums.data(), columns, averages.data());
    round_to_bytes(std::span(averages).first(averages.size() - 1), static_cast<float>(1 / area), small.row(y));
  }
  return small;
}

}  // namespace darkroom::imaging
