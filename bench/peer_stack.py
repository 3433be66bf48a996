"""The stack that Darkroom replaces (Django, Celery, Redis, FastAPI), driven by its own scripts from a copy of its folder.

Tuned as its bench/run_tuned.sh has it: results by callback only, one shared HTTP client, prefetch 4, quiet logs, SQLite."""
import contextlib
import datetime
import json
import os
import shutil
import sqlite3
import subprocess
import time

import processes

_TUNED = {"PEER_DELAY": "0", "PEER_RATE_LIMIT": "none", "PEER_MODE": "tuned", "PEER_PREFETCH": "4", "PEER_LOG": "WARNING", "PEER_CONN_MAX_AGE": "60"}
_SERVICES = ("redis", "fastapi", "django", "celery", "beat")
_DJANGO_PORT = 38000


class Peer:
    def __init__(self, programs, source, scratch, settings):
        """`settings`: further PEER_* values."""
        self.programs, self.run_folder = programs, os.path.join(scratch, "run")
        self.folder = shutil.copytree(source, os.path.join(scratch, "peer"), ignore=shutil.ignore_patterns("node", "__pycache__"))
        subprocess.run(["chmod", "-R", "u+w", self.folder], check=True)
        self.environment = dict(os.environ, PEER_RUN=self.run_folder, PEER_DJANGO_PORT=str(_DJANGO_PORT), **(_TUNED | settings))

    def start(self):
        self._script("up.sh")

    def stop(self):
        self._script("down.sh", "--wipe")

    def stop_one(self, name, signal="TERM"):
        self._script("stop_one.sh", name, signal)

    def _script(self, name, *arguments):
        # Services inherit no pipe of ours, which would be waited for as long as they live.
        with open(os.path.join(os.path.dirname(self.folder), name + ".log"), "ab") as log:
            done = subprocess.run(["bash", os.path.join(self.folder, name), *arguments], env=self.environment, stdin=subprocess.DEVNULL,
                                  stdout=log, stderr=log, timeout=180)
        if done.returncode != 0:
            raise SystemExit(f"the peer's {name} failed; see {log.name} and {self.run_folder}/log. Its packages are listed in its README.md")

    def roots(self):
        return [int(open(path).read()) for path in (f"{self.run_folder}/{name}.pid" for name in _SERVICES) if os.path.exists(path)]

    def run_jobs(self, count, connections, limit=240):
        """Uploads `count` photos and waits until each is completed by the model's callback. The clock stops at the last row's own time."""
        last = self._last_id()
        cpu = processes.cpu_seconds(self.roots())
        uploads = self.programs.run("upload_load", address="127.0.0.1", port=_DJANGO_PORT, path="/bench/upload/", field="image",
                                    count=count, connections=connections)
        end = time.monotonic() + limit
        while self._completed(last) < count:
            if time.monotonic() > end:
                raise SystemExit(f"the peer completed only {self._completed(last)} of {count} photos in {limit} s")
            time.sleep(0.25)
        cpu = processes.cpu_seconds(self.roots()) - cpu
        rows = self._query("SELECT created_at, updated_at FROM myapp_imageupload WHERE id > ?", last)
        times = [(_seconds(created), _seconds(updated)) for created, updated in rows]
        wall = max(updated for _, updated in times) - uploads["begun_at"]
        latencies = sorted(1e3 * (updated - created) for created, updated in times)
        return {"per_s": count / wall, "cpu_ms": 1e3 * cpu / count, "latencies": latencies, "uploads": uploads}

    def _query(self, sql, *values):
        with contextlib.closing(sqlite3.connect(f"file:{self.run_folder}/db.sqlite3?mode=ro", uri=True, timeout=30)) as database:
            return database.execute(sql, values).fetchall()

    def _last_id(self):
        return self._query("SELECT COALESCE(MAX(id), 0) FROM myapp_imageupload")[0][0]

    def _completed(self, last):
        rows = self._query("SELECT ai_result FROM myapp_imageupload WHERE id > ? AND status = 'completed'", last)
        return sum(json.loads(result).get("status") == "success" for (result,) in rows if result)


def _seconds(text):
    """Since the epoch, of the time that Django wrote, in UTC."""
    return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.timezone.utc).timestamp()
