"""A client of its own mind: it uploads whatever happens, and writes down each 201, synced to disk, before it goes on.

What stands in its log was promised by the server; the log is the truth that the database is held against.
"""
import hashlib
import json
import os
import threading
import time
import uuid

import requests

from support.waiting import moment

PATIENCE = 30.0  # seconds for one photo, through as many restarts of the server as it takes
PAUSE = 0.02


class Client(threading.Thread):
    def __init__(self, server, log_path, photos, sends_again_after=(), fields=None):
        """`sends_again_after` are statuses that mean "later"; fields(number) are further fields of the upload with that number."""
        super().__init__(daemon=True)
        self.server, self.photos = server, photos
        self.sends_again_after, self.fields = sends_again_after, fields or (lambda number: {})
        self.log = os.open(log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self.accepted = 0
        self.refused = []
        self.broken = 0  # connections that ended without an answer
        self.put_off = 0  # answers that mean "later"

    def run(self):
        for number, photo in enumerate(self.photos):
            self.send_until_answered(photo, self.fields(number))
        os.close(self.log)

    def send_until_answered(self, photo, fields):
        deadline = time.monotonic() + PATIENCE
        key = str(uuid.uuid4())
        while time.monotonic() < deadline:
            try:
                headers = {"Authorization": f"Bearer {self.server.token}", "Idempotency-Key": key}
                answer = requests.post(self.server.url + "/api/v1/images", files={"file": ("photo.jpg", photo)}, data=fields, headers=headers, timeout=10)
            except requests.RequestException:
                self.broken += 1
                moment(PAUSE)
                continue
            if answer.status_code not in self.sends_again_after:
                return self.note(answer, photo)
            self.put_off += 1
            moment(PAUSE)
        self.refused.append("no answer within the client's patience")

    def note(self, answer, photo):
        if answer.status_code != 201:
            self.refused.append(f"{answer.status_code} {answer.text}")
            return
        image = answer.json()["image"]
        line = {"id": image["id"], "job_id": image["job_id"], "sha256": hashlib.sha256(photo).hexdigest()}
        os.write(self.log, (json.dumps(line) + "\n").encode())
        os.fsync(self.log)
        self.accepted += 1


def read_log(path):
    return [json.loads(line) for line in path.read_text().splitlines()]
