"""Looks at acknowledged photos again and again while things break: a final state that was seen once must never be seen otherwise."""
import random
import threading

import requests

from support.client_log import read_log
from support.server import FINAL

LOOK_EVERY = 0.01  # seconds


class Watcher(threading.Thread):
    def __init__(self, servers, log_path):
        super().__init__(daemon=True)
        self.servers, self.log_path = servers, log_path
        self.ended = {}  # by image: what was seen at its end
        self.changes = []
        self.stopping = threading.Event()
        self.generator = random.Random()

    def run(self):
        while not self.stopping.wait(LOOK_EVERY):
            promised = read_log(self.log_path) if self.log_path.exists() else []
            if promised:
                self.look(self.generator.choice(self.servers), self.generator.choice(promised)["id"])

    def look(self, server, image_id):
        try:
            answer = requests.get(f"{server.url}/api/v1/images/{image_id}", headers={"Authorization": f"Bearer {server.token}"}, timeout=5)
        except requests.RequestException:
            return
        if answer.status_code != 200:
            if answer.status_code == 404:
                self.changes.append(f"image {image_id} was acknowledged and is not found")
            return
        image = answer.json()["image"]
        seen = (image["status"], image["job_id"], image["attempt"], image["error_code"])
        if image["status"] in FINAL and self.ended.setdefault(image_id, seen) != seen or image["status"] not in FINAL and image_id in self.ended:
            self.changes.append(f"image {image_id} was {self.ended[image_id]} and then {seen}")

    def stop(self):
        """Every change of a final state that was seen."""
        self.stopping.set()
        self.join(30)
        return self.changes
