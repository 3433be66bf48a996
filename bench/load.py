"""The programs of bench/ in C++, each started for one round, and the photos that they all use."""
import glob
import json
import os
import subprocess
import uuid


class Programs:
    def __init__(self, folder, photos):
        self._folder, self._photos = folder, photos

    def path(self, name):
        return os.path.join(self._folder, name)

    def run(self, name, niceness=0, **options):
        """Runs one program to its end and returns its figures."""
        arguments = ["nice", "-n", str(niceness), self.path(name), "--series", uuid.uuid4().hex, "--photos", *self._photos]
        for key, value in options.items():
            arguments += ["--" + key, str(value)]
        done = subprocess.run(arguments, capture_output=True, text=True, timeout=300)
        if done.returncode != 0:
            raise SystemExit(f"{name} failed:\n{done.stdout}{done.stderr}")
        return json.loads(done.stdout)


def make_photos(peer, folder):
    """The peer's own generator makes the 640x480 JPEGs of 92 KB."""
    subprocess.run(["/usr/bin/python3", os.path.join(peer, "bench", "gen_images.py"), folder], check=True, stdout=subprocess.DEVNULL, timeout=120)
    return sorted(glob.glob(os.path.join(folder, "s?_640x480.jpg")))
