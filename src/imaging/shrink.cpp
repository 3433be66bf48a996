// Area averaging: each target pixel is the mean of the source area that it covers, pixels on the rim counted by the share that lies inside. Both
// axes are separable: source rows are summed into one float row (a plain loop over bytes, which vectorises), whose columns are then summed.
#include "imaging/render.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
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

[[gnu::optimize("O3")]] void add_row(const std::uint8_t* __restrict row, float share, std::span<float> sums) {
  float* __restrict to = sums.data();
  std::size_t count = sums.size();
  for (std::size_t i = 0; i < count; ++i) to[i] += static_cast<float>(row[i]) * share;
}

std::uint8_t to_byte(float value) { return static_cast<std::uint8_t>(std::clamp(value + 0.5F, 0.0F, 255.0F)); }

// `inverse_area` of a target pixel, in source pixels.
void average_columns(const float* sums, std::span<const Cover> covers, float inverse_area, std::uint8_t* to) {
  for (const Cover& cover : covers) {
    const float* pixel = sums + std::ptrdiff_t{3} * cover.first;
    float red = pixel[0] * cover.first_share, green = pixel[1] * cover.first_share, blue = pixel[2] * cover.first_share;
    for (int x = cover.first + 1; x < cover.last; ++x) {
      pixel += 3;
      red += pixel[0], green += pixel[1], blue += pixel[2];
    }
    const float* last = sums + std::ptrdiff_t{3} * cover.last;
    red += last[0] * cover.last_share, green += last[1] * cover.last_share, blue += last[2] * cover.last_share;
    *to++ = to_byte(red * inverse_area);
    *to++ = to_byte(green * inverse_area);
    *to++ = to_byte(blue * inverse_area);
  }
}

Pixels blank(int width, int height) {
  Pixels pixels{.width = width, .height = height, .bytes = {}};
  pixels.bytes.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3);
  return pixels;
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
  std::vector<Cover> columns = make_covers(pixels.width, small.width);
  std::vector<Cover> rows = make_covers(pixels.height, small.height);
  std::vector<float> sums(static_cast<std::size_t>(pixels.width) * 3);
  double area = static_cast<double>(pixels.width) / small.width * (static_cast<double>(pixels.height) / small.height);
  for (int y = 0; y < small.height; ++y) {
    const Cover& cover = rows[static_cast<std::size_t>(y)];
    set_row(pixels.row(cover.first), cover.first_share, sums);
    for (int from = cover.first + 1; from < cover.last; ++from) add_row(pixels.row(from), 1, sums);
    if (cover.last > cover.first) add_row(pixels.row(cover.last), cover.last_share, sums);
    average_columns(sums.data(), columns, static_cast<float>(1 / area), small.row(y));
  }
  return small;
}

}  // namespace darkroom::imaging
