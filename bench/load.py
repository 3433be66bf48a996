"""The programs of bench/ in C++, each started for one round, and the photos that they all use."""
import glob
import json
import os
import shutil
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


def models_folder(model, labels, scratch):
    """MODELS/<name>/model.onnx, as the server looks for it; returns the folder and the name."""
    if not model:
        return None, None
    name = os.path.splitext(os.path.basename(model))[0]
    folder = os.path.join(scratch, "models", name)
    os.makedirs(folder)
    shutil.copy(model, os.path.join(folder, "model.onnx"))
    if labels:
        shutil.copy(labels, os.path.join(folder, "labels.txt"))
    return os.path.join(scratch, "models"), name
