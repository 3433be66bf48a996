"""A long attack on a real server, on demand: thousands of hostile files, good photos between them, and the price that the good ones pay.

    DARKROOM_BIN_DIR=build/dev/bin /usr/bin/python3 -B tests/hostile/campaign.py --count 10000 --minutes 15

Prints what one hostile job in ten costs good photos (worked_off.py), the verdicts, each wrong one with what remakes it (class, number, seed), and deaths
of processes. With --model-file the good photos and the hostile ones go through that model instead of the demo detector. The exit status is 0 when at least 99.9 % of the verdicts are right, all good photos
completed and nothing but slots died.
"""
import argparse
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import corpus
import sending
import worked_off

from support.places import program
from support.processes import family, is_alive, used_memory
from support.server import Server

def crashes_in(log):
    return len(re.findall(r"SIGSEGV|SIGABRT|SIGSYS|SIGBUS|SIGFPE|SIGILL", log))


def report_machine(options):
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, cwd=Path(__file__).parent).stdout.strip()
    print(f"{time.strftime('%Y-%m-%d')}, {os.cpu_count()} cores, commit {commit or 'unknown'}, {program()}, seed {options.seed}, model {options.model}")


def campaign(server, options):
    gif = sending.reads_gif(server)
    print(f"{len(corpus.CLASSES)} classes; GIF is {'read' if gif else 'refused'}")
    sending.send_one(server, sending.good_photo(1), "warm.jpg")
    main, zygote = server.pid, server.zygote(options.model)
    stop_at = time.monotonic() + 60 * options.minutes
    tally = sending.run(server, corpus.samples(options.count, options.seed, gif), threads=options.threads, stop_at=stop_at)
    print("\n".join(tally.lines()))
    stands = is_alive(main) and server.zygote(options.model) == zygote
    print(f"server and zygote {'stand as they were' if stands else 'DIED OR WERE REPLACED'}; memory of all processes {used_memory(main) / 1e6:.0f} MB, {len(family(main))} of them")
    crashed = [image for image in tally.verdicts if image in ("decoder_crash", "timeout", "internal", "memory_limit")]
    print(f"crashes, timeouts and internal errors: {sum(tally.verdicts[code] for code in crashed)} ({', '.join(crashed) or 'none'}); lines of the log that name a signal: {crashes_in(server.log_text())}")
    return tally.share_right >= 0.999 and not tally.good_failed and stands and not crashed


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # the server ends with it
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--minutes", type=float, default=60, help="send no more after so long")
    parser.add_argument("--threads", type=int, default=8, help="senders at the same time")
    parser.add_argument("--model", default="demo")
    parser.add_argument("--model-file", type=Path, help="an .onnx file, named by --model")
    parser.add_argument("--jobs", type=int, default=400, help="of each queue that is worked off")
    parser.add_argument("--rounds", type=int, default=3, help="of a clean and a mixed queue; 0: not measured")
    options = parser.parse_args()
    report_machine(options)
    with tempfile.TemporaryDirectory() as folder:
        models = Path(folder) / "models"
        models.mkdir()
        if options.model_file:
            shutil.copy(options.model_file, models / f"{options.model}.onnx")
        server = Server(Path(folder) / "data", model=options.model, models_dir=models)
        server.start()
        try:
            if options.rounds:
                print("\n".join(worked_off.measure(server, options.seed, sending.reads_gif(server), options.jobs, options.rounds)), flush=True)
            fine = campaign(server, options)
        finally:
            server.kill()
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
