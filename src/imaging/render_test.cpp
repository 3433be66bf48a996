// Pictures for people, pixel by pixel: sizes and averages of shrink(), what draw_marks() leaves where, and that no metadata survives.
#include "imaging/render.h"

#include "imaging/decode.h"
#include "imaging/font.h"
#include "imaging/photos_for_test.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace darkroom::imaging {
namespace {

using namespace testing;
using domain::Mark;

constexpr Colour kGrey = {100, 100, 100};

Pixels marked(const std::vector<Mark>& marks, int width = 200, int height = 100) {
  Pixels pixels = make_flat(width, height, kGrey);
  draw_marks(pixels, width, height, marks);
  return pixels;
}

int changed_pixels(const Pixels& pixels, int left, int top, int right, int bottom) {
  int changed = 0;
  for (int y = top; y < bottom; ++y) {
    for (int x = left; x < right; ++x) changed += colour_at(pixels, x, y) != kGrey;
  }
  return changed;
}

// The label's colour, as a box of it shows.
Colour colour_of_label(const std::string& label) {
  return colour_at(marked({{.label = label, .box = {100, 50, 150, 90}}}), 100, 70);
}

TEST(Shrink, KeepsWhatIsNotLarger) {
  Pixels pixels = make_noisy(320, 200);
  pixels.bytes.resize(pixels.bytes.size() + 99);  // a buffer that was used for a larger photo
  Pixels same = shrink(pixels, 320);
  EXPECT_EQ(same.bytes.size(), 320U * 200 * 3);
  EXPECT_EQ(largest_difference(same, pixels), 0);
}

TEST(Shrink, SizesFollowTheLongerSide) {
  Pixels wide = shrink(make_flat(1000, 333, kRed), 320), tall = shrink(make_flat(333, 1000, kRed), 320), line = shrink(make_flat(1000, 1, kRed), 16);
  EXPECT_EQ((std::array{wide.width, wide.height}), (std::array{320, 107}));
  EXPECT_EQ((std::array{tall.width, tall.height}), (std::array{107, 320}));
  EXPECT_EQ((std::array{line.width, line.height}), (std::array{16, 1}));
  EXPECT_EQ(largest_difference(wide, make_flat(320, 107, kRed)), 0);
}

double reference_average(const Pixels& pixels, const Pixels& small, int x, int y, std::size_t channel) {
  double left = static_cast<double>(x) * pixels.width / small.width, right = (x + 1.0) * pixels.width / small.width;
  double top = static_cast<double>(y) * pixels.height / small.height, bottom = (y + 1.0) * pixels.height / small.height;
  double sum = 0, area = 0;
  for (int row = 0; row < pixels.height; ++row) {
    double down = std::min(row + 1.0, bottom) - std::max<double>(row, top);
    for (int column = 0; down > 0 && column < pixels.width; ++column) {
      double across = std::min(column + 1.0, right) - std::max<double>(column, left);
      if (across <= 0) continue;
      sum += across * down * colour_at(pixels, column, row)[channel];
      area += across * down;
    }
  }
  return sum / area;
}

TEST(Shrink, AveragesTheAreaOfEachPixel) {
  for (auto [width, height, side] : {std::array{101, 67, 40}, std::array{64, 48, 32}, std::array{33, 32, 32}, std::array{50, 3, 16}}) {
    Pixels pixels = make_noisy(width, height), small = shrink(pixels, side);
    double largest = 0;
    for (int y = 0; y < small.height; ++y) {
      for (int x = 0; x < small.width; ++x) {
        for (std::size_t channel = 0; channel < 3; ++channel)
          largest = std::max(largest, std::abs(reference_average(pixels, small, x, y, channel) - colour_at(small, x, y)[channel]));
      }
    }
    EXPECT_LT(largest, 0.51) << width << 'x' << height << " to " << side;
  }
}

TEST(EncodeJpeg, IsBaselineWithHalvedColourAndNoMetadata) {
  Pixels pixels = make_gradient(123, 77);
  auto jpeg = encode_jpeg(pixels, 90);
  ASSERT_TRUE(jpeg) << jpeg.error().message;
  Buffer file = bytes_of(*jpeg);
  std::size_t frame = find_jpeg_frame(file);
  EXPECT_EQ(file.at(frame + 1), 0xC0);
  EXPECT_EQ(file.at(frame + 11), 0x22);  // first component: 2x2, so the others are halved
  for (std::size_t i = 2; i < frame;) {  // segments before the frame: JFIF and tables, nothing of an application
    EXPECT_TRUE(file.at(i + 1) == 0xE0 || file.at(i + 1) == 0xDB) << static_cast<int>(file.at(i + 1));
    i += 2U + (static_cast<std::size_t>(file.at(i + 2)) << 8 | file.at(i + 3));
  }
  auto back = decode(file, {});
  ASSERT_TRUE(back);
  EXPECT_LT(mean_difference(back->pixels, pixels), 3);
  EXPECT_LT(encode_jpeg(pixels, 20)->size(), jpeg->size());
}

TEST(EncodeJpeg, RefusesWhatJpegCannotHold) {
  auto jpeg = encode_jpeg(make_flat(65536, 1, kRed), 80);
  ASSERT_FALSE(jpeg);
  EXPECT_EQ(jpeg.error().code, "internal");
}

TEST(DrawMarks, DrawsTheRimOfABoxAndLeavesItsInside) {
  Pixels pixels = marked({{.label = "cat", .box = {50, 40, 150, 90}}});
  Colour colour = colour_at(pixels, 100, 40);
  EXPECT_NE(colour, kGrey);
  for (auto [x, y] : {std::pair{50, 60}, {51, 60}, {149, 60}, {148, 60}, {100, 41}, {100, 89}, {100, 88}, {50, 89}, {149, 89}})
    EXPECT_EQ(colour_at(pixels, x, y), colour) << x << ',' << y;
  EXPECT_EQ(changed_pixels(pixels, 54, 44, 146, 86), 0);
  EXPECT_EQ(changed_pixels(pixels, 0, 42, 49, 100), 0);
  EXPECT_EQ(changed_pixels(pixels, 151, 42, 200, 100), 0);
  EXPECT_EQ(changed_pixels(pixels, 49, 91, 151, 100), 0);
}

TEST(DrawMarks, PlacesMarksOfTheFullPhotoInAScaledOne) {
  Pixels small = make_flat(200, 100, kGrey);
  draw_marks(small, 2000, 1000, {{.label = "cat", .box = {500, 400, 1500, 900}}});
  EXPECT_EQ(largest_difference(small, marked({{.label = "cat", .box = {50, 40, 150, 90}}})), 0);
}

TEST(DrawMarks, LinesGrowWithThePicture) {
  auto thickness = [](int width, int height) {
    Pixels pixels = marked({{.label = "", .box = {width * 0.25, height * 0.25, width * 0.75, height * 0.75}}}, width, height);
    Colour colour = colour_at(pixels, width / 4, height / 2);
    int count = 0;
    while (colour_at(pixels, width / 4 + count, height / 2) == colour) ++count;
    return count;
  };
  EXPECT_EQ(thickness(320, 240), 2);
  EXPECT_EQ(thickness(1600, 1200), 3);
}

TEST(DrawMarks, AColourFollowsFromTheLabelAlone) {
  EXPECT_EQ(colour_of_label("person"), colour_of_label("person"));
  std::set<Colour> colours;
  for (const char* label : {"person", "car", "dog", "cat", "bus", "face", "truck", "bird"}) colours.insert(colour_of_label(label));
  EXPECT_GE(colours.size(), 4U);
  Pixels together = marked({{.label = "dog", .box = {10, 50, 60, 90}}, {.label = "person", .box = {100, 50, 150, 90}}});
  EXPECT_EQ(colour_at(together, 100, 70), colour_of_label("person"));
}

TEST(DrawMarks, CornersReplaceTheBox) {
  Mark mark{.label = "", .box = {50, 20, 150, 80}, .corners = {{100, 20, 150, 50, 100, 80, 50, 50}}};
  Pixels pixels = marked({mark});
  for (auto [x, y] : {std::pair{100, 20}, {149, 50}, {100, 79}, {51, 50}, {125, 35}, {75, 65}})
    EXPECT_NE(colour_at(pixels, x, y), kGrey) << x << ',' << y;
  EXPECT_EQ(colour_at(pixels, 50, 20), kGrey);
  EXPECT_EQ(changed_pixels(pixels, 80, 40, 120, 60), 0);
}

TEST(DrawMarks, KeypointsAreDots) {
  Pixels pixels = marked({{.label = "", .box = {0, 0, 200, 100}, .keypoints = {{.x = 60, .y = 50}, {.x = 500, .y = -70}}}});
  Colour colour = colour_at(pixels, 60, 50);
  EXPECT_EQ(colour_at(pixels, 0, 50), colour);  // of the label, as the rim
  int changed = changed_pixels(pixels, 20, 20, 180, 80);
  EXPECT_GT(changed, 20);
  EXPECT_LT(changed, 60);
}

TEST(DrawMarks, AMaskIsTranslucent) {
  // Left half outside, right half inside, in two rows of two cells.
  Mark mark{.label = "", .box = {0, 0, 200, 100}, .mask = domain::Mask{{40, 20, 160, 80}, 2, 2, {1, 1, 1, 1}}};
  Pixels pixels = marked({mark});
  Colour rim = colour_at(pixels, 0, 50), tinted = colour_at(pixels, 130, 50);
  EXPECT_EQ(changed_pixels(pixels, 10, 10, 100, 90), 0);
  EXPECT_EQ(changed_pixels(pixels, 100, 20, 160, 80), 60 * 60);
  EXPECT_EQ(changed_pixels(pixels, 160, 10, 190, 90), 0);
  for (std::size_t channel = 0; channel < 3; ++channel) {
    EXPECT_NEAR(tinted[channel], 100 + (rim[channel] - 100) * 110 / 256.0, 1.0);
  }
}

TEST(DrawMarks, AMaskThatContradictsItselfIsNotDrawn) {
  for (const domain::Mask& mask : {domain::Mask{{0, 0, 200, 100}, 2, 2, {0, 5}}, domain::Mask{{0, 0, 200, 100}, 2, 2, {-4, 8}},
                                   domain::Mask{{0, 0, 200, 100}, 1 << 20, 1 << 20, {0, 1}}, domain::Mask{{0, 0, 0, 0}, 1, 1, {0, 1}}}) {
    Pixels pixels = marked({{.label = "", .box = {0, 0, 200, 100}, .mask = mask}});
    EXPECT_EQ(changed_pixels(pixels, 10, 10, 190, 90), 0);
  }
}

// The letters of a caption in the picture of a mark at (50, 40): its bar begins at the box's left edge and ends at its top.
std::string read_caption(const Pixels& pixels, int left, int top, std::size_t letters) {
  std::string text;
  for (std::size_t i = 0; i < letters; ++i) {
    Glyph found{};
    for (int y = 0; y < kGlyphHeight; ++y) {
      for (int x = 0; x < kGlyphWidth; ++x) {
        bool is_ink = colour_at(pixels, left + 1 + static_cast<int>(i) * kGlyphAdvance + x, top + 1 + y) == Colour{0, 0, 0};
        found[static_cast<std::size_t>(y)] = static_cast<std::uint8_t>(found[static_cast<std::size_t>(y)] << 1 | (is_ink ? 1 : 0));
      }
    }
    char letter = ' ';
    while (letter < '~' && glyph_of(letter) != found) ++letter;
    text += letter;
  }
  return text;
}

TEST(DrawMarks, CaptionsSayLabelAndScoreAboveTheBox) {
  Pixels pixels = marked({{.label = "Big dog", .confidence = 0.874, .box = {50, 40, 150, 90}}});
  EXPECT_EQ(read_caption(pixels, 50, 30, 12), "Big dog 0.87");
  EXPECT_EQ(read_caption(marked({{.label = "q{", .box = {50, 40, 150, 90}}}), 50, 30, 2), "q{");
}

TEST(DrawMarks, CaptionsStayInThePicture) {
  Mark mark{.label = "corner", .confidence = 1.0, .box = {180, 0, 200, 100}};
  int width = 11 * kGlyphAdvance + 1;
  EXPECT_EQ(read_caption(marked({mark}), 200 - width, 0, 11), "corner 1.00");
  mark.label = std::string(300, 'x');
  EXPECT_EQ(read_caption(marked({mark}), 0, 0, 20), std::string(20, 'x'));
  marked({mark}, 3, 2);  // smaller than any letter
}

TEST(DrawMarks, LabelsBeyondAsciiShowAsNumbersInOrder) {
  std::vector<Mark> marks = {{.label = "사람", .confidence = 0.5, .box = {10, 40, 40, 90}},
                             {.label = "cat", .box = {60, 40, 90, 90}},
                             {.label = "자동차", .box = {110, 40, 140, 90}},
                             {.label = "사람", .box = {160, 40, 190, 90}}};
  Pixels pixels = marked(marks);
  EXPECT_EQ(read_caption(pixels, 10, 30, 7), "#1 0.50");
  EXPECT_EQ(read_caption(pixels, 60, 30, 3), "cat");
  EXPECT_EQ(read_caption(pixels, 110, 30, 2), "#2");
  EXPECT_EQ(read_caption(pixels, 160, 30, 2), "#1");
  EXPECT_EQ(colour_at(pixels, 10, 60), colour_at(pixels, 160, 60));
}

TEST(DrawMarks, AbsurdNumbersDrawNothingAbsurd) {
  double nan = std::nan(""), huge = 1e300;
  std::vector<Mark> marks = {{.label = "a", .box = {nan, nan, nan, nan}},
                             {.label = "b", .box = {-huge, -huge, huge, huge}},
                             {.label = "c", .box = {90, 90, 10, 10}, .corners = {{nan, -huge, huge, huge, 0, huge, -huge, 1}}},
                             {.label = "d", .confidence = nan, .box = {0, 0, 0, 0}, .keypoints = {{.x = nan, .y = huge}}}};
  marked(marks);
  Pixels one = make_flat(1, 1, kGrey);
  draw_marks(one, 0, 0, marks);
}

TEST(Render, ShrinksDrawsAndEncodes) {
  Pixels photo = make_gradient(800, 600);
  auto picture = render(photo, 3200, 2400, {.max_side = 400, .quality = 92, .marks = {{.label = "dog", .box = {800, 800, 2400, 2000}}}});
  ASSERT_TRUE(picture) << picture.error().message;
  EXPECT_EQ((std::array{picture->width, picture->height}), (std::array{400, 300}));
  auto back = decode(bytes_of(picture->jpeg), {});
  ASSERT_TRUE(back);
  EXPECT_EQ(back->pixels.width, 400);
  Pixels plain = shrink(photo, 400);
  auto difference = [&](int x, int y) {
    Colour a = colour_at(back->pixels, x, y), b = colour_at(plain, x, y);
    return std::abs(a[0] - b[0]) + std::abs(a[1] - b[1]) + std::abs(a[2] - b[2]);
  };
  EXPECT_GT(difference(100, 175), 60);  // the rim
  EXPECT_LT(difference(200, 175), 30);
  EXPECT_LT(difference(50, 50), 30);
}

// The stored picture that shows `upright_photo` when it is turned as `orientation` says.
Pixels stored_for(const Pixels& upright_photo, int orientation) {
  bool swaps = orientation >= 5;
  Pixels stored = make_flat(swaps ? upright_photo.height : upright_photo.width, swaps ? upright_photo.width : upright_photo.height, {});
  for (int y = 0; y < stored.height; ++y) {
    for (int x = 0; x < stored.width; ++x) {
      int along = swaps ? y : x, down = swaps ? x : y;
      bool flips_x = orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
      bool flips_y = orientation == 3 || orientation == 4 || orientation == 7 || orientation == 8;
      int from_x = flips_x ? upright_photo.width - 1 - along : along, from_y = flips_y ? upright_photo.height - 1 - down : down;
      std::copy_n(upright_photo.row(from_y) + from_x * 3, 3, stored.row(y) + x * 3);
    }
  }
  return stored;
}

TEST(Render, EveryOrientationGivesTheSameUprightOverlay) {
  Pixels upright_photo = make_noisy(150, 90);
  std::vector<Mark> marks = {{.label = "dog", .confidence = 0.9, .box = {30, 30, 70, 80}, .keypoints = {{.x = 100, .y = 20}}}};
  Pixels expected = upright_photo;
  draw_marks(expected, 150, 90, marks);
  ASSERT_GT(largest_difference(expected, upright_photo), 50);
  for (int orientation = 1; orientation <= 8; ++orientation) {
    SCOPED_TRACE(orientation);
    Pixels stored = stored_for(upright_photo, orientation);
    auto exact = decode(write_png(stored, {.exif = make_exif({orientation})}), {});
    auto near = decode(write_jpeg(stored, {.exif = make_exif({orientation})}), {});
    ASSERT_TRUE(exact && near);
    draw_marks(exact->pixels, exact->info.width, exact->info.height, marks);
    draw_marks(near->pixels, near->info.width, near->info.height, marks);
    EXPECT_EQ(largest_difference(exact->pixels, expected), 0);
    EXPECT_LT(mean_difference(near->pixels, expected), 6);
  }
}

}  // namespace
}  // namespace darkroom::imaging
