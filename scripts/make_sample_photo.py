#!/usr/bin/python3
"""Draws examples/sample.jpg: a street with three people, made by this project and by nobody's camera.

  scripts/make_sample_photo.py [FILE]

The same bytes come out each time for one release of Pillow. The figures are plain, but they have the outline of people, which is
what the demo detector looks for.
"""
import sys
from pathlib import Path

import numpy
from PIL import Image, ImageDraw, ImageFilter

WIDTH, HEIGHT = 720, 480
FINE = 3  # drawn this many times larger and made small again, so that edges are smooth
HORIZON, KERB = 290, 372


class Canvas:
    """Draws in pixels of the finished picture."""

    def __init__(self):
        self.image = Image.new("RGB", (WIDTH * FINE, HEIGHT * FINE), (214, 224, 232))
        self.draw = ImageDraw.Draw(self.image)

    def scaled(self, points):
        return [(x * FINE, y * FINE) for x, y in points]

    def box(self, left, top, right, bottom, colour):
        self.draw.rectangle([left * FINE, top * FINE, right * FINE, bottom * FINE], fill=colour)

    def oval(self, x, y, half_width, half_height, colour):
        self.draw.ellipse([(x - half_width) * FINE, (y - half_height) * FINE, (x + half_width) * FINE, (y + half_height) * FINE], fill=colour)

    def shape(self, points, colour):
        self.draw.polygon(self.scaled(points), fill=colour)

    def limb(self, points, width, colour):
        """A thick line with round ends and joints."""
        self.draw.line(self.scaled(points), fill=colour, width=round(width * FINE), joint="curve")
        for x, y in points:
            self.oval(x, y, width / 2, width / 2, colour)


def draw_street(canvas):
    for row in range(HORIZON):
        shade = row / HORIZON
        canvas.box(0, row, WIDTH, row, (round(188 + 40 * shade), round(208 + 24 * shade), round(228 + 10 * shade)))
    canvas.box(0, HORIZON, WIDTH, KERB, (196, 190, 182))
    canvas.box(0, KERB, WIDTH, HEIGHT, (150, 149, 152))
    canvas.box(0, KERB, WIDTH, KERB + 5, (222, 219, 212))
    for x in range(-60, WIDTH, 150):
        canvas.shape([(x, 436), (x + 74, 436), (x + 66, 446), (x - 10, 446)], (226, 224, 214))


def draw_house(canvas, left, right, top, wall, glass):
    canvas.box(left, top, right, HORIZON, wall)
    columns = max(2, (right - left) // 46)
    step = (right - left) / columns
    for row, y in enumerate(range(top + 18, HORIZON - 62, 50)):
        for column in range(columns):
            x = left + step * (column + 0.5)
            canvas.box(x - 9, y, x + 9, y + 26, glass if (row + column) % 3 else (236, 214, 160))
    canvas.box(left, HORIZON - 46, right, HORIZON - 42, tuple(part - 26 for part in wall))


def draw_tree(canvas, x, foot):
    canvas.limb([(x, foot), (x + 2, foot - 120)], 11, (112, 92, 78))
    for dx, dy, radius, colour in ((-24, -130, 34, (112, 146, 104)), (24, -140, 36, (104, 138, 98)), (0, -168, 38, (122, 156, 112))):
        canvas.oval(x + dx, foot + dy, radius, radius * 0.9, colour)


def draw_person(canvas, x, foot, height, clothes, stride, bag=False):
    """`clothes`: skin, hair, coat, trousers; `stride` is the distance between the feet as a share of the height."""
    skin, hair, coat, trousers = clothes
    unit = height / 100

    def at(dx, up):
        return (x + dx * unit, foot - up * unit)

    canvas.oval(x, foot + unit, 15 * unit, 2.2 * unit, (118, 117, 120))
    half = stride * 50
    for side in (-1, 1):
        hip, knee, ankle = at(side * 4.2, 49), at(side * (4.6 + half * 0.35), 26), at(side * (3.6 + half), 4)
        canvas.limb([hip, knee], 9.4 * unit, trousers)
        canvas.limb([knee, ankle], 7.2 * unit, trousers)
        canvas.limb([ankle, at(side * (4.4 + half), 2)], 5.4 * unit, (44, 40, 42))
    for side in (-1, 1):
        canvas.limb([at(side * 11.4, 78), at(side * 14.2, 63), at(side * 14.6, 50)], 6 * unit, coat)
        canvas.oval(*at(side * 14.8, 46.5), 2.8 * unit, 3.4 * unit, skin)
    canvas.shape([at(-13, 80), at(-7, 84), at(7, 84), at(13, 80), at(11, 62), at(10.5, 45), at(-10.5, 45), at(-11, 62)], coat)
    for side in (-1, 1):
        canvas.oval(*at(side * 9.6, 79.4), 4.4 * unit, 4 * unit, coat)
    canvas.limb([at(0, 82), at(0, 87)], 5.6 * unit, skin)
    canvas.oval(*at(0, 92.6), 5.6 * unit, 7.2 * unit, hair)
    canvas.oval(*at(0.5, 91.2), 4.7 * unit, 5.8 * unit, skin)
    if bag:
        canvas.limb([at(9, 82), at(15, 56)], 1.6 * unit, (70, 52, 46))
        canvas.box(*at(12, 57), *at(20, 45), (104, 66, 50))


def draw_scene():
    canvas = Canvas()
    draw_street(canvas)
    draw_house(canvas, 0, 150, 84, (196, 176, 160), (150, 166, 182))
    draw_house(canvas, 150, 330, 34, (206, 200, 190), (156, 172, 188))
    draw_house(canvas, 330, 470, 110, (188, 184, 194), (150, 168, 186))
    draw_house(canvas, 470, 720, 60, (208, 192, 172), (152, 168, 184))
    draw_tree(canvas, 66, 338)
    draw_tree(canvas, 666, 336)
    draw_person(canvas, 196, 404, 214, ((222, 182, 156), (52, 42, 38), (58, 66, 92), (40, 42, 52)), 0.16)
    draw_person(canvas, 378, 378, 172, ((206, 164, 136), (36, 30, 30), (140, 52, 50), (46, 48, 60)), 0.10, bag=True)
    draw_person(canvas, 548, 418, 236, ((196, 150, 120), (30, 26, 26), (46, 78, 66), (52, 50, 56)), 0.18)
    return canvas.image


def finish(image):
    """Made small, a little soft and grainy as a camera has it; the grain comes from a fixed seed."""
    small = image.resize((WIDTH, HEIGHT), Image.LANCZOS).filter(ImageFilter.GaussianBlur(0.7))
    grain = numpy.random.Generator(numpy.random.PCG64(8470)).normal(0, 3, (HEIGHT, WIDTH, 1))
    return Image.fromarray(numpy.clip(numpy.asarray(small) + grain, 0, 255).astype(numpy.uint8))


def main():
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent / "examples" / "sample.jpg"
    target.parent.mkdir(parents=True, exist_ok=True)
    finish(draw_scene()).save(target, "JPEG", quality=82, optimize=True)
    print(f"{target}: {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
