// Plain shapes over a picture. Coordinates are pixels of the picture and may lie outside it: what does, is not drawn.
#pragma once

#include "imaging/pixels.h"

#include <array>
#include <cstdint>
#include <string_view>

namespace darkroom::imaging {

using Colour = std::array<std::uint8_t, 3>;

struct Point {
  double x = 0;
  double y = 0;
};

// From (left, top) to the pixels before (right, bottom).
struct Area {
  int left = 0;
  int top = 0;
  int right = 0;
  int bottom = 0;
};

// What of the area lies in the picture; empty (right <= left or bottom <= top) where nothing does.
Area clipped(const Area& area, const Pixels& pixels);

void fill(Pixels& pixels, const Area& area, const Colour& colour);

// The rim of an area, `thickness` pixels to the inside.
void outline(Pixels& pixels, const Area& area, int thickness, const Colour& colour);

void line(Pixels& pixels, Point from, Point to, int thickness, const Colour& colour);
void dot(Pixels& pixels, Point middle, int radius, const Colour& colour);

// Moves one pixel towards the colour; `share` 0..256, 256: the colour itself.
void tint(std::uint8_t* pixel, const Colour& colour, int share);

// The built-in font at `scale` pixels for each of its own; the point is the text's upper left corner.
void write(Pixels& pixels, int left, int top, std::string_view text, int scale, const Colour& colour);

}  // namespace darkroom::imaging
