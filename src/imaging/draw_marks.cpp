// Marks in layers, so that none hides what another says: masks, boxes, keypoints, labels. Lines and letters grow with the picture, so that they
// look alike in a thumbnail and in a preview.
#include "imaging/canvas.h"
#include "imaging/font.h"
#include "imaging/mask_cells.h"
#include "imaging/render.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <map>

namespace darkroom::imaging {
namespace {

constexpr Colour kInk = {0, 0, 0};
constexpr Colour kEdge = {24, 24, 24};
constexpr int kMaskShare = 110;  // of 256
constexpr std::size_t kMostLetters = 40;

// Bright and saturated, so that black letters can be read on each, and each stands out from its dark edge and from skin, sky, leaves and stone.
constexpr std::array<Colour, 11> kPalette = {{{255, 89, 94},
                                              {255, 146, 43},
                                              {255, 212, 59},
                                              {169, 227, 75},
                                              {64, 220, 110},
                                              {32, 226, 196},
                                              {59, 201, 255},
                                              {120, 160, 255},
                                              {177, 151, 252},
                                              {229, 120, 255},
                                              {255, 128, 191}}};

// FNV-1a, so that a label has its colour in every picture and on every machine.
const Colour& colour_of(std::string_view label) {
  std::uint32_t hash = 2166136261U;
  for (char letter : label) hash = (hash ^ static_cast<std::uint8_t>(letter)) * 16777619U;
  return kPalette[(hash ^ hash >> 15) % kPalette.size()];
}

struct Pen {
  double scale_x = 1;  // photo to picture
  double scale_y = 1;
  int thickness = 2;
  int radius = 2;
  int letter = 1;

  // Kept near the picture, whatever a mark says: what follows counts in int.
  static double bounded(double value) { return std::clamp(std::isfinite(value) ? value : 0.0, -1e6, 1e6); }
  Point place(double x, double y) const { return {bounded(x * scale_x), bounded(y * scale_y)}; }
  Area place(const domain::Box& box) const {
    Point from = place(box[0], box[1]);
    Point to = place(box[2], box[3]);
    int left = static_cast<int>(std::floor(from.x)), top = static_cast<int>(std::floor(from.y));
    return {left, top, std::max(static_cast<int>(std::ceil(to.x)), left + 1), std::max(static_cast<int>(std::ceil(to.y)), top + 1)};
  }
};

Pen make_pen(const Pixels& pixels, int full_width, int full_height) {
  int longer = std::max(pixels.width, pixels.height);
  int thickness = std::max(2, (longer + 300) / 600);
  return {.scale_x = static_cast<double>(pixels.width) / std::max(full_width, 1),
          .scale_y = static_cast<double>(pixels.height) / std::max(full_height, 1),
          .thickness = thickness,
          .radius = thickness,
          .letter = std::max(1, (longer + 300) / 600)};
}

Area grown(const Area& area, int by) { return {area.left - by, area.top - by, area.right + by, area.bottom + by}; }

void draw_box(Pixels& pixels, const Pen& pen, const domain::Mark& mark) {
  Area area = pen.place(mark.box);
  outline(pixels, grown(area, 1), pen.thickness + 2, kEdge);
  outline(pixels, area, pen.thickness, colour_of(mark.label));
}

void draw_corners(Pixels& pixels, const Pen& pen, const std::array<double, 8>& corners, int thickness, const Colour& colour) {
  for (std::size_t i = 0; i < 4; ++i) {
    std::size_t next = (i + 1) % 4;
    line(pixels, pen.place(corners[2 * i], corners[2 * i + 1]), pen.place(corners[2 * next], corners[2 * next + 1]), thickness, colour);
  }
}

void draw_rim(Pixels& pixels, const Pen& pen, const domain::Mark& mark) {
  if (!mark.corners) return draw_box(pixels, pen, mark);
  draw_corners(pixels, pen, *mark.corners, pen.thickness + 2, kEdge);
  draw_corners(pixels, pen, *mark.corners, pen.thickness, colour_of(mark.label));
}

void draw_keypoints(Pixels& pixels, const Pen& pen, const domain::Mark& mark) {
  for (const domain::Keypoint& keypoint : mark.keypoints) {
    Point at = pen.place(keypoint.x, keypoint.y);
    dot(pixels, at, pen.radius + 1, kEdge);
    dot(pixels, at, pen.radius, colour_of(mark.label));
  }
}

void draw_mask(Pixels& pixels, const Pen& pen, const domain::Mark& mark) {
  if (!mark.mask) return;
  MaskCells cells(*mark.mask);
  if (cells.empty()) return;
  const Colour& colour = colour_of(mark.label);
  Area area = clipped(pen.place(mark.mask->box), pixels);
  for (int y = area.top; y < area.bottom; ++y) {
    for (int x = area.left; x < area.right; ++x) {
      if (cells.covers((x + 0.5) / pen.scale_x, (y + 0.5) / pen.scale_y)) tint(pixels.row(y) + std::ptrdiff_t{3} * x, colour, kMaskShare);
    }
  }
}

// Labels that the font cannot show, by order of first appearance from 1.
std::map<std::string_view, int> number_labels(const std::vector<domain::Mark>& marks) {
  std::map<std::string_view, int> numbers;
  for (const domain::Mark& mark : marks) {
    if (!has_glyphs(mark.label)) numbers.try_emplace(mark.label, static_cast<int>(numbers.size()) + 1);
  }
  return numbers;
}

std::string caption_of(const domain::Mark& mark, const std::map<std::string_view, int>& numbers) {
  auto number = numbers.find(mark.label);
  std::string text = number == numbers.end() ? mark.label.substr(0, kMostLetters) : "#" + std::to_string(number->second);
  if (!mark.confidence || !std::isfinite(*mark.confidence)) return text;
  std::array<char, 16> score{};
  std::snprintf(score.data(), score.size(), "%.2f", std::clamp(*mark.confidence, 0.0, 1.0));
  return text + (text.empty() ? "" : " ") + score.data();
}

// Where the mark's rim is highest, at its left.
Point head_of(const Pen& pen, const domain::Mark& mark) {
  if (!mark.corners) return pen.place(mark.box[0], mark.box[1]);
  const auto& corners = *mark.corners;
  return pen.place(std::min({corners[0], corners[2], corners[4], corners[6]}), std::min({corners[1], corners[3], corners[5], corners[7]}));
}

// Above the rim; inside it where there is no room above. Moved left and down as far as it takes to be seen.
void draw_caption(Pixels& pixels, const Pen& pen, const domain::Mark& mark, std::string_view caption) {
  if (caption.empty()) return;
  int width = (static_cast<int>(caption.size()) * kGlyphAdvance + 1) * pen.letter;
  int height = (kGlyphHeight + 2) * pen.letter;
  Point head = head_of(pen, mark);
  int top = static_cast<int>(std::floor(head.y));
  int left = std::max(0, std::min(static_cast<int>(std::floor(head.x)), pixels.width - width));
  top = top >= height ? top - height : std::max(top, 0);
  top = std::max(0, std::min(top, pixels.height - height));
  fill(pixels, {left, top, left + width, top + height}, colour_of(mark.label));
  write(pixels, left + pen.letter, top + pen.letter, caption, pen.letter, kInk);
}

}  // namespace

void draw_marks(Pixels& pixels, int full_width, int full_height, const std::vector<domain::Mark>& marks) {
  Pen pen = make_pen(pixels, full_width, full_height);
  auto numbers = number_labels(marks);
  for (const domain::Mark& mark : marks) draw_mask(pixels, pen, mark);
  for (const domain::Mark& mark : marks) draw_rim(pixels, pen, mark);
  for (const domain::Mark& mark : marks) draw_keypoints(pixels, pen, mark);
  for (const domain::Mark& mark : marks) draw_caption(pixels, pen, mark, caption_of(mark, numbers));
}

Result<domain::Picture> render(const Pixels& pixels, int full_width, int full_height, const domain::RenderOrder& order) {
  Pixels picture = shrink(pixels, order.max_side);
  draw_marks(picture, full_width, full_height, order.marks);
  auto jpeg = encode_jpeg(picture, order.quality);
  if (!jpeg) return jpeg.error();
  return domain::Picture{.jpeg = std::move(*jpeg), .width = picture.width, .height = picture.height};
}

}  // namespace darkroom::imaging
