#!/usr/bin/python3
"""Whole jobs with a real detector beside the bare loop of the same session: durable, decoded, looked at, committed; VGA and 12-megapixel photos.

  cmake --preset release -B build/bench -DDARKROOM_BENCH=ON && cmake --build build/bench
  bench/pipeline.py --bin build/bench/bin --model yolox_nano.onnx --photos PHOTO...

The photos are scaled to 640x480 and to 4000x3000 first. Darkroom also keeps a thumbnail of each, which the bare loop does not make. Rounds alternate and a ratio
is the median of the rounds' own ratios. Exit code: 0, or 1 if a target was missed."""
import argparse
import os
import shutil
import signal
import sys
import tempfile
import types

from PIL import Image

import load
import rows
from report import Report

SIZES = {"VGA JPEGs": ((640, 480), 300), "12 MP JPEGs": ((4000, 3000), 100)}  # name -> pixels, photos a round


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="folder of darkroom, darkroom-runner and the programs of bench/")
    parser.add_argument("--photos", nargs="+", required=True, help="photos to scale; PNG or JPEG")
    parser.add_argument("--model", required=True, help="a YOLOX model file, named by its model")
    parser.add_argument("--labels", help="the model's labels, one a line")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--port", type=int, default=18480)
    parser.add_argument("--scratch", default="/var/tmp", help="where data folders go: the disk that is measured (default /var/tmp)")
    return parser.parse_args()


def scaled(photos, size, folder):
    os.makedirs(folder)
    paths = []
    for number, photo in enumerate(photos):
        paths.append(os.path.join(folder, f"{number}.jpg"))
        Image.open(photo).convert("RGB").resize(size, Image.LANCZOS).save(paths[-1], quality=90)
    return paths


def main():
    given = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    report = Report()
    scratch = tempfile.mkdtemp(prefix="darkroom-bench-", dir=given.scratch)
    try:
        os.chmod(scratch, 0o755)
        models, model_name = load.models_folder(given.model, given.labels, scratch)
        for name, (size, count) in SIZES.items():
            photos = scaled(given.photos, size, os.path.join(scratch, name.replace(" ", "-")))
            setup = types.SimpleNamespace(**vars(given) | {"scratch": scratch, "photos": photos, "models": models, "model_name": model_name, "detect_count": count,
                                                           "programs": load.Programs(os.path.abspath(given.bin), photos)})
            rows.detection_of(setup, report, name, 0.95)
        return 1 if report.close() else 0
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
