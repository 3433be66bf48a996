#!/usr/bin/env python3
"""What a photo costs from upload to result, beside what it is compared with, in one run on one machine.

  cmake --preset release -B build/bench -DDARKROOM_BENCH=ON && cmake --build build/bench
  bench/end_to_end.py --bin build/bench/bin --peer DIR --model yolox_nano.onnx

--peer is the folder of the stack that Darkroom replaces, with its Debian packages installed; its generator also makes the photos.
Rounds alternate (A B C A B C ...) and a ratio is the median of the rounds' own ratios. Everything listens on loopback and is ended
at the end. A run takes a few minutes, in which the machine should do nothing else. Exit code: 0, or 1 if a target was missed."""
import argparse
import os
import shutil
import signal
import sys
import tempfile
import types

import load
import rows
from report import Report

ROWS = {"overhead": rows.overhead, "detection": rows.detection, "start": rows.start}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, help="folder of darkroom, darkroom-runner and the programs of bench/")
    parser.add_argument("--peer", help="folder of the stack to compare with; left out without it")
    parser.add_argument("--photos", nargs="*", help="JPEG files; without them the peer's generator makes them")
    parser.add_argument("--model", help="a YOLOX model file, named by its model; without it the rows with inference are left out")
    parser.add_argument("--labels", help="the model's labels, one a line")
    parser.add_argument("--count", type=int, default=500, help="photos a round (default 500)")
    parser.add_argument("--detect-count", type=int, default=300, help="photos a round with inference (default 300)")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rows", nargs="*", choices=list(ROWS), default=list(ROWS))
    parser.add_argument("--port", type=int, default=18470)
    parser.add_argument("--scratch", default="/var/tmp", help="where data folders go: the disk that is measured (default /var/tmp)")
    return parser.parse_args()


def main():
    given = arguments()
    if not given.photos and not given.peer:
        raise SystemExit("give --photos, or --peer whose generator makes them")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    report = Report()
    scratch = tempfile.mkdtemp(prefix="darkroom-bench-", dir=given.scratch)
    try:
        photos = given.photos or load.make_photos(given.peer, os.path.join(scratch, "photos"))
        models, model_name = load.models_folder(given.model, given.labels, scratch)
        os.chmod(scratch, 0o755)  # the runners, as another user, read nothing here; the peer's services do
        setup = types.SimpleNamespace(**vars(given) | {"scratch": scratch, "photos": photos, "models": models, "model_name": model_name,
                                                       "programs": load.Programs(os.path.abspath(given.bin), photos)})
        for name in given.rows:
            if name != "detection" or given.model:
                ROWS[name](setup, report)
        return 1 if report.close() else 0
    finally:
        # Only at the end: the file system avoids for a while what was just freed, and a round after it would pay for that.
        shutil.rmtree(scratch, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
