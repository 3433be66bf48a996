#!/usr/bin/python3
"""Runs bench/decode.cpp over 12-megapixel JPEGs made of real photos, and prints the machine, the commit, the command and the ratio.

Times are those of photos with a camera's noise; finds are compared in these, in the same without noise, and in those mirrored, each whole and
cut to its upper left and lower right four fifths. A full decode is scaled without averaging, so that noise moves its finds more than those of a
scaled decode; so they are compared with those of an averaged full decode, too.

    decode.py --bin build/bench/bin --photos DIR --models DIR [--rounds 31]
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

from PIL import Image, ImageOps

import machine


CUTS = {"whole": (0, 1), "upper-left": (0, 0.8), "lower-right": (0.2, 1)}  # name -> shares of both sides


def enlarge(source, begin, end):
    """A part of it, to 12 megapixels in its own shape."""
    picture = Image.open(source).convert("RGB")
    picture = picture.crop([round(share * side) for share in (begin, end) for side in picture.size])
    factor = (12e6 / (picture.width * picture.height)) ** 0.5
    return picture.resize((round(picture.width * factor), round(picture.height * factor)), Image.Resampling.BICUBIC)


def noisy(picture):
    """With noise about as strong as a camera's, so that the file has a camera's size."""
    noise = Image.effect_noise(picture.size, 14).convert("RGB")
    return Image.blend(picture, noise, 0.25).point(lambda level: min(255, max(0, round((level - 32) / 0.75))))


def make_photos(folder, scratch):
    """The kinds of photo, each a list of files."""
    kinds = {"noisy": [], "plain": [], "mirrored": []}
    for name in sorted(os.listdir(folder)):
        if not name.endswith((".jpg", ".png")):
            continue
        for cut, shares in CUTS.items():
            picture = enlarge(os.path.join(folder, name), *shares)
            for kind, made in (("noisy", noisy(picture)), ("plain", picture), ("mirrored", ImageOps.mirror(picture))):
                kinds[kind].append(os.path.join(scratch, f"{name.rsplit('.', 1)[0]}-{cut}-{kind}.jpg"))
                made.save(kinds[kind][-1], quality=90, subsampling=2)
    return kinds


def run(programs, *options):
    done = subprocess.run([os.path.join(programs, "decode"), *options], capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    return json.loads(done.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="folder of decode")
    parser.add_argument("--photos", required=True, help="folder of real photos, .jpg or .png")
    parser.add_argument("--models", required=True, help="folder of yolox_nano.onnx and coco.txt")
    parser.add_argument("--rounds", type=int, default=31)
    given = parser.parse_args()
    detector = ["--model", os.path.join(given.models, "yolox_nano.onnx"), "--labels", os.path.join(given.models, "coco.txt")]
    with tempfile.TemporaryDirectory() as scratch:
        kinds = make_photos(given.photos, scratch)
        timed = [path for path in kinds["noisy"] if "-whole-" in path]
        sizes = [os.path.getsize(path) for path in timed]
        figures = run(given.bin, "--rounds", str(given.rounds), "--photos", *timed)
        compared = {kind: run(given.bin, "--rounds", "1", *detector, "--photos", *paths) for kind, paths in kinds.items()}
    for name, value in machine.describe().items():
        print(f"{name}: {value}")
    print(f"photos: {len(sizes)} of 12 megapixels, {min(sizes) / 1e6:.1f} to {max(sizes) / 1e6:.1f} MB")
    for name, value in figures.items():
        print(f"{name}: {value:g}")
    for kind, found in compared.items():
        print(f"{kind}, {found['photos']:g} photos: {found['finds_matched']:g} of {found['finds']:g} finds of a full decode matched at IoU 0.9 "
              f"({100 * found['parity']:.1f} %), {found['finds_averaged_matched']:g} of {found['finds_averaged']:g} of an averaged one ({100 * found['parity_averaged']:.1f} %)")


if __name__ == "__main__":
    main()
