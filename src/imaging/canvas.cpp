// Work is bounded by the picture, whatever the coordinates: areas and lines are clipped before a pixel is visited.
#include "imaging/canvas.h"

#include "imaging/font.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace darkroom::imaging {
namespace {

void stamp(Pixels& pixels, Point middle, int thickness, const Colour& colour) {
  int left = static_cast<int>(std::lround(middle.x - thickness / 2.0));
  int top = static_cast<int>(std::lround(middle.y - thickness / 2.0));
  fill(pixels, {left, top, left + thickness, top + thickness}, colour);
}

struct Segment {
  Point from, to;
};

// Liang and Barsky's clipping against [low_x, high_x] x [low_y, high_y].
std::optional<Segment> clip(Point from, Point to, Point low, Point high) {
  double enter = 0;
  double leave = 1;
  double across = to.x - from.x;
  double down = to.y - from.y;
  struct Side {
    double change, room;
  };
  for (const Side& side : {Side{-across, from.x - low.x}, Side{across, high.x - from.x}, Side{-down, from.y - low.y}, Side{down, high.y - from.y}}) {
    if (side.change == 0) {
      if (side.room < 0) return std::nullopt;
    } else if (side.change < 0) {
      enter = std::max(enter, side.room / side.change);
    } else {
      leave = std::min(leave, side.room / side.change);
    }
  }
  if (enter > leave) return std::nullopt;
  return Segment{{from.x + enter * across, from.y + enter * down}, {from.x + leave * across, from.y + leave * down}};
}

bool is_finite(Point point) { return std::isfinite(point.x) && std::isfinite(point.y); }

}  // namespace

Area clipped(const Area& area, const Pixels& pixels) {
  return {std::max(area.left, 0), std::max(area.top, 0), std::min(area.right, pixels.width), std::min(area.bottom, pixels.height)};
}

void fill(Pixels& pixels, const Area& area, const Colour& colour) {
  Area inside = clipped(area, pixels);
  for (int y = inside.top; y < inside.bottom; ++y) {
    std::uint8_t* pixel = pixels.row(y) + std::ptrdiff_t{3} * inside.left;
    for (int x = inside.left; x < inside.right; ++x, pixel += 3) std::copy_n(colour.begin(), 3, pixel);
  }
}

void outline(Pixels& pixels, const Area& area, int thickness, const Colour& colour) {
  fill(pixels, {area.left, area.top, area.right, std::min(area.top + thickness, area.bottom)}, colour);
  fill(pixels, {area.left, std::max(area.bottom - thickness, area.top), area.right, area.bottom}, colour);
  fill(pixels, {area.left, area.top, std::min(area.left + thickness, area.right), area.bottom}, colour);
  fill(pixels, {std::max(area.right - thickness, area.left), area.top, area.right, area.bottom}, colour);
}

void line(Pixels& pixels, Point from, Point to, int thickness, const Colour& colour) {
  if (!is_finite(from) || !is_finite(to)) return;
  double rim = thickness;
  auto visible = clip(from, to, {-rim, -rim}, {pixels.width + rim, pixels.height + rim});
  if (!visible) return;
  double across = visible->to.x - visible->from.x;
  double down = visible->to.y - visible->from.y;
  int steps = std::max(1, static_cast<int>(std::ceil(std::max(std::abs(across), std::abs(down)))));
  for (int i = 0; i <= steps; ++i)
    stamp(pixels, {visible->from.x + across * i / steps, visible->from.y + down * i / steps}, thickness, colour);
}

void dot(Pixels& pixels, Point middle, int radius, const Colour& colour) {
  bool near = is_finite(middle) && middle.x > -radius - 1 && middle.x < pixels.width + radius + 1 && middle.y > -radius - 1 &&
              middle.y < pixels.height + radius + 1;
  if (!near) return;
  int column = static_cast<int>(std::floor(middle.x));
  int row = static_cast<int>(std::floor(middle.y));
  for (int y = -radius; y <= radius; ++y) {
    int half = static_cast<int>(std::sqrt(static_cast<double>(radius * radius + radius - y * y)));
    fill(pixels, {column - half, row + y, column + half + 1, row + y + 1}, colour);
  }
}

void tint(std::uint8_t* pixel, const Colour& colour, int share) {
  for (std::size_t channel = 0; channel < 3; ++channel)
    pixel[channel] = static_cast<std::uint8_t>((pixel[channel] * (256 - share) + colour[channel] * share + 128) / 256);
}

void write(Pixels& pixels, int left, int top, std::string_view text, int scale, const Colour& colour) {
  for (char character : text) {
    const Glyph& glyph = glyph_of(character);
    for (int y = 0; y < kGlyphHeight; ++y) {
      for (int x = 0; x < kGlyphWidth; ++x) {
        bool is_ink = (glyph[static_cast<std::size_t>(y)] >> (kGlyphWidth - 1 - x) & 1) != 0;
        int at_x = left + x * scale;
        int at_y = top + y * scale;
        if (is_ink) fill(pixels, {at_x, at_y, at_x + scale, at_y + scale}, colour);
      }
    }
    left += kGlyphAdvance * scale;
  }
}

}  // namespace darkroom::imaging
