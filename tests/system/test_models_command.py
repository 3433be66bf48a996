"""The commands about models: list, show, add, activate, remove, and the older `models`."""
import json

from support.boxes import found_in
from support.models import BROKEN, RED, color_model, painted


def test_a_models_life_on_the_command_line(server, darkroom, tmp_path):
    (tmp_path / "colors.onnx").write_bytes(color_model())
    (tmp_path / "labels.txt").write_text("blue\ngreen\nred\n")
    here = {"folder": server.folder}
    done = darkroom("model", "add", tmp_path / "colors.onnx", "--labels", tmp_path / "labels.txt", "--reason", "first", **here)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("colors  colors  onnx  ") and "active" in done.stdout
    first = done.stdout.split()[3]
    assert [found["class"] for found in found_in(server.result_of(painted(((0, 0, 64, 64), RED)), model="colors"))] == ["red"]

    (tmp_path / "strict.toml").write_text("confidence_threshold = 0.9\n")
    done = darkroom("model", "add", tmp_path / "colors.onnx", "--labels", tmp_path / "labels.txt", "--sidecar", tmp_path / "strict.toml", **here)
    assert done.returncode == 0, done.stderr
    second = done.stdout.split()[3]
    assert second != first

    shown = darkroom("model", "show", "colors", **here)
    assert first in shown.stdout and second in shown.stdout and "current" in shown.stdout and "images float32[1,3,96,96]" in shown.stdout
    assert darkroom("model", "activate", "colors", first, "--reason", "too strict", **here).returncode == 0
    for words in (("model", "list"), ("models",)):
        listed = darkroom(*words, **here)
        assert listed.returncode == 0 and f"colors  colors  onnx  {first}  active" in listed.stdout and "(default)" in listed.stdout

    assert darkroom("model", "remove", "colors", first, **here).returncode == 4
    assert darkroom("model", "remove", "colors", second, **here).stdout == "removed\n"
    assert darkroom("model", "remove", "colors", "--reason", "not needed", **here).stdout == "removed\n"
    assert darkroom("model", "show", "colors", **here).returncode == 3
    acts = [(event["type"], event["actor"], event["reason"]) for event in server.events() if event["type"].startswith("model.")]
    assert acts[0] == ("model.added", "admin", "first") and acts[-1] == ("model.removed", "admin", "not needed")


def test_what_is_refused_says_why_and_fails(server, darkroom, tmp_path):
    (tmp_path / "bad.onnx").write_bytes(BROKEN)
    done = darkroom("model", "add", tmp_path / "bad.onnx", folder=server.folder)
    assert done.returncode == 1 and done.stderr.startswith("darkroom: ") and not done.stdout
    assert "bad  " in darkroom("model", "list", folder=server.folder).stdout
    assert darkroom("model", "add", tmp_path / "none.onnx", folder=server.folder).returncode == 3
    assert darkroom("model", "add", folder=server.folder).returncode != 0
    assert darkroom("model", folder=server.folder).returncode == 2


def test_the_name_comes_from_the_file_or_its_folder(server, darkroom, tmp_path):
    (tmp_path / "helmets").mkdir()
    (tmp_path / "helmets/model.onnx").write_bytes(color_model())
    done = darkroom("model", "add", tmp_path / "helmets/model.onnx", "--json", folder=server.folder)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["model"]["name"] == "helmets"
    for words in (("model", "list"), ("model", "show", "helmets"), ("models",)):
        assert isinstance(json.loads(darkroom(*words, "--json", folder=server.folder).stdout), dict)


def test_a_service_is_a_model_without_a_file(server, darkroom, tmp_path):
    (tmp_path / "ocr.toml").write_text('engine = "http"\nurl = "http://127.0.0.1:9/run"\nheaders = { Authorization = "Bearer very-secret" }\n')
    done = darkroom("model", "add", "--name", "ocr", "--sidecar", tmp_path / "ocr.toml", folder=server.folder)
    assert done.returncode == 0, done.stderr
    shown = darkroom("model", "show", "ocr", "--json", folder=server.folder).stdout
    assert json.loads(shown)["model"]["engine"] == "http" and "very-secret" not in shown
