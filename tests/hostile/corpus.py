"""The corpus of hostile and odd files, made from a seed: each has its bytes, a name to send it under and the verdicts that are right for it.

A verdict is what the server says in the end: "ok" (completed), "cut" (completed with truncated: true), or the error code of the refused upload or of
the failed job. A class whose files have one right answer allows one verdict; where damage falls by chance any typed verdict on the file is right, and
a crash, a timeout or an internal error never is. The classes stand in good.py, damaged.py, lies.py, bombs.py and disguised.py.

    python3 tests/hostile/corpus.py --list
    python3 tests/hostile/corpus.py --seed 7 --count 200 --to FOLDER
"""
import argparse
import random
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import bombs
import damaged
import disguised
import good
import lies

OK, CUT = {"ok"}, {"cut"}
# What a file may be called that is broken in a way that chance decides.
TYPED = frozenset({"ok", "cut", "corrupt", "truncated", "incomplete", "unsupported_format", "too_many_pixels"})


@dataclass(frozen=True)
class Sample:
    kind: str
    number: int
    name: str
    content: bytes
    verdicts: frozenset
    weight: int = 1


CLASSES = {name: maker for module in (good, damaged, lies, bombs, disguised) for name, maker in module.CLASSES.items()}
# Their files are large or slow to make: a campaign takes fewer of them.
HEAVY = {"png_bomb_of_rows", "png_bomb_within_limits", "webp_flat_large", "jpeg_scan_flood", "png_text_bomb", "jpeg_trailing_megabytes",
    "jpeg_xmp_large"}


def sample(kind, number, seed=1, gif=True):
    """The same bytes for the same arguments. `gif`: whether the server reads GIF; if not, every GIF is of an unsupported format."""
    chance = random.Random(f"{seed}:{kind}:{number}")
    made = CLASSES[kind](chance)
    content, verdicts, name = (*made, None)[:3]
    if not gif and content.startswith(b"GIF8"):
        verdicts = {"unsupported_format"}
    return Sample(kind, number, name or f"{kind}-{number}.jpg", content, frozenset(verdicts))


def samples(count, seed=1, gif=True):
    """So many files, round by round through the classes in an order that the seed decides."""
    chance = random.Random(seed)
    number = made = 0
    while made < count:
        kinds = sorted(CLASSES)
        chance.shuffle(kinds)
        for kind in kinds:
            if made == count:
                return
            if kind in HEAVY and number % 10:
                continue
            made += 1
            yield sample(kind, number, seed, gif)
        number += 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--list", action="store_true", help="print the classes and stop")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=len(CLASSES))
    parser.add_argument("--to", type=Path, help="folder to write the files into")
    options = parser.parse_args()
    if options.list:
        print("\n".join(f"{kind}: {', '.join(sorted(sample(kind, 0).verdicts))}" for kind in CLASSES))
        return
    for one in samples(options.count, options.seed):
        if options.to:
            options.to.mkdir(parents=True, exist_ok=True)
            (options.to / f"{one.kind}-{one.number}").write_bytes(one.content)
        print(f"{one.kind} {one.number} {len(one.content)} {','.join(sorted(one.verdicts))}")


if __name__ == "__main__":
    main()
