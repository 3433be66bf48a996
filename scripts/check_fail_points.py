#!/usr/bin/python3
"""Checks that every crash point stands in the shipped code exactly where its row of the table says, once, and that there is no other.

A point is a call of fail_point("NAME"), see src/base/fail_point.h; tests/system/test_crash_points.py kills the program at each.
--self-test shows that a point that is gone, doubled, moved or unknown is found.
"""
import re
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CALL = re.compile(r'\bfail_point(?:<[\w:]+>)?\("([^"]+)"\)')

# Point: file, moment.
POINTS = {
    "K1": ("src/api/upload.cpp", "request headers read"),
    "K2": ("src/api/upload.cpp", "part of the body written"),
    "K3": ("src/blob/file_blob_store.cpp", "blob complete, before fsync"),
    "K4": ("src/blob/file_blob_store.cpp", "synced, before it is linked to its place"),
    "K5": ("src/blob/file_blob_store.cpp", "linked, before the folder is synced"),
    "K6": ("src/store/sql_store_images.cpp", "image, job and event inserted, before the commit"),
    "K7": ("src/api/upload.cpp", "committed, before the 201"),
    "K8": ("src/store/sql_claims.cpp", "claimed, before the commit"),
    "K9": ("src/worker/process_job.cpp", "claimed, before the job reaches a slot"),
    "K10": ("src/runner/process/process_photo.cpp", "decoding, in the runner"),
    "K11": ("src/runner/process/process_photo.cpp", "the model has run and nothing is answered, in the runner"),
    "K12": ("src/store/sql_store_endings.cpp", "result, states and event written, before the commit"),
    "K13": ("src/worker/worker.cpp", "completion committed"),
    "K14": ("src/delivery/deliver.cpp", "deliveries claimed, before they are sent"),
    "K15": ("src/store/sql_store_deliveries.cpp", "a try of a delivery settled, before the commit"),
    "K16": ("src/scheduler/remove_blobs.cpp", "a blob removed, its note not"),
    "K17": ("src/scheduler/remove_blobs.cpp", "row deleted, blob not"),
    "K18": ("src/store/sql/migrate.cpp", "in the middle of a migration"),
    "K19": ("src/models/librarian.cpp", "a new version has passed its trial, and is not yet the one that runs"),
    "K30": ("src/api/uploads.cpp", "part of a resumable upload's piece written"),
    "K31": ("src/api/resumable.cpp", "complete upload kept as a blob, before its image"),
    "K32": ("src/api/resumable.cpp", "its image committed, before the upload knows of it"),
    "K33": ("src/api/resumable.cpp", "the upload knows its image, before its file is removed"),
    "K21": ("src/store/sql_store_claims.cpp", "claim committed, its answer lost"),
    "K22": ("src/store/sql_store_acting.cpp", "some of many jobs acted on, before the next of them"),
    "K23": ("src/runner/process/child.cpp", "a result told, its thumbnail not made, in the runner"),
    "K24": ("src/store/sql_store_endpoints.cpp", "some deliveries of an endpoint deleted, before the next of them"),
    "K20": ("src/store/sql_store_schedules.cpp", "slot fired, before its stamp is committed"),
}


def check(root, points):
    found = defaultdict(list)
    for path in sorted((root / "src").rglob("*")):
        if path.suffix in {".cpp", ".h"} and not path.stem.endswith("_test"):
            for name in CALL.findall(path.read_text(encoding="utf-8")):
                found[name].append(path.relative_to(root).as_posix())
    for name, (place, moment) in points.items():
        places = found.pop(name, [])
        if places != [place]:
            yield f"{name} ({moment}) must stand once in {place}, but stands in: {', '.join(places) or 'no file'}"
    for name, places in found.items():
        yield f"{name} in {', '.join(places)} is not in the table of points"


def self_test():
    points = {name: ("src/a.cpp", "a moment") for name in ("good", "gone", "doubled", "moved")}
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "src").mkdir()
        (root / "src/a.cpp").write_text('fail_point("good"); fail_point<StoreUnavailable>("doubled"); fail_point("doubled");')
        (root / "src/b.cpp").write_text('fail_point("moved"); fail_point("unknown");')
        (root / "src/a_test.cpp").write_text('fail_point("good");')
        named = {complaint.split()[0] for complaint in check(root, points)}
    assert named == {"gone", "doubled", "moved", "unknown"}, named
    print("check_fail_points finds what it should")


def main():
    if sys.argv[1:] == ["--self-test"]:
        self_test()
        return 0
    complaints = list(check(ROOT, POINTS))
    print(f"{len(POINTS)} crash points")
    print("\n".join(complaints))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
