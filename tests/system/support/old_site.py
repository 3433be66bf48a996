"""Runs tests/old_site: a Django site with its Celery workers and Redis, on loopback and ports of its own."""
import json
import os
import signal
import sqlite3
import subprocess
import sys

import redis

from support.places import CHECKOUT
from support.ports import free_port
from support.waiting import eventually

CODE = CHECKOUT / "tests" / "old_site"
MAKE_TABLES = "import django; django.setup()\nfrom django.core.management import call_command\ncall_command('migrate', run_syncdb=True, verbosity=0)"
QUEUE = ("import django, sys; django.setup()\nimport celery_app\nfrom photos.tasks import process_photo\n"
         "for photo in sys.argv[1:]: print(process_photo.delay(int(photo)).id)")


class OldSite:
    """Its workers post to `service_url`, the base URL of the AI service."""

    def __init__(self, folder, service_url):
        folder.mkdir()
        self.folder = folder
        self.port, self.redis_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = open(folder / "site.log", "ab")
        self.processes = []
        self.environment = os.environ | {"OLD_SITE_FOLDER": str(folder), "OLD_SITE_REDIS": f"redis://127.0.0.1:{self.redis_port}/0", "OLD_SITE_AI_SERVICE": service_url,
                                         "DJANGO_SETTINGS_MODULE": "settings", "PYTHONDONTWRITEBYTECODE": "1", "NO_PROXY": "*"}
        self.redis = redis.Redis(port=self.redis_port)
        self._begin("redis-server", "--port", str(self.redis_port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder))
        self._python("-c", MAKE_TABLES)
        self._begin(sys.executable, "-m", "django", "runserver", "--noreload", f"127.0.0.1:{self.port}")
        self._begin(sys.executable, "-m", "celery", "-A", "celery_app", "worker", "-c", "4", "-l", "warning", "--without-gossip", "--without-mingle")

    def _begin(self, *command):
        self.processes.append(subprocess.Popen(command, cwd=CODE, env=self.environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log,
                                               start_new_session=True))

    def _python(self, *words):
        return subprocess.run([sys.executable, "-B", *words], cwd=CODE, env=self.environment, stdout=subprocess.PIPE, stderr=self.log, text=True,
                              check=True, timeout=120).stdout

    def _table(self):
        return sqlite3.connect(self.folder / "site.sqlite3", timeout=30, isolation_level=None)

    def add(self, photos):
        """Rows for these photos; their ids."""
        with self._table() as table:
            first = table.execute("SELECT COALESCE(MAX(id), 0) + 1 FROM photos_photo").fetchone()[0]
            ids = list(range(first, first + len(photos)))
            for row, photo in zip(ids, photos):
                path = self.folder / f"photo-{row}.jpg"
                path.write_bytes(photo)
                table.execute("INSERT INTO photos_photo (id, title, file, status, priority) VALUES (?, '봄', ?, 'pending', 0)", (row, str(path)))
        return ids

    def process(self, ids):
        """What saving in the admin does: a task for each row. The ids of the tasks."""
        return self._python("-c", QUEUE, *map(str, ids)).split()

    def wait_for_tasks(self, tasks, within):
        """Until each task has ended well, its last save of the row included."""
        def state(task):
            answer = self.redis.get(f"celery-task-meta-{task}")
            return json.loads(answer)["status"] if answer else "PENDING"

        eventually(lambda: all(state(task) == "SUCCESS" for task in tasks), within, f"the site's tasks end; its log:\n{self.log_text()[-2000:]}")

    def rows(self, ids):
        with self._table() as table:
            found = table.execute("SELECT id, status, ai_result, error_message FROM photos_photo").fetchall()
        return {row[0]: (row[1], json.loads(row[2]) if row[2] else None, row[3]) for row in found if row[0] in ids}

    def log_text(self):
        return (self.folder / "site.log").read_text(errors="replace")

    def close(self):
        for process in reversed(self.processes):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.redis.close()
        self.log.close()
