"""The presets that CONTRIBUTING.md promises can be configured."""
import json
import subprocess

import pytest

from support.places import CHECKOUT

PRESETS = [preset["name"] for preset in json.loads((CHECKOUT / "CMakePresets.json").read_text())["configurePresets"] if not preset.get("hidden")]


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_configures_the_ones_with_sanitizers_too(preset, tmp_path):
    done = subprocess.run(["cmake", "--preset", preset, "-B", tmp_path, "-DDARKROOM_TESTS=ON"], cwd=CHECKOUT, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-3000:]
