"""Where the programs are, and real models and photos that this repository does not carry; a test that needs what is absent is skipped with words."""
import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[3]


def program(name="darkroom"):
    path = Path(os.environ.get("DARKROOM_BIN_DIR") or CHECKOUT / "build/dev/bin") / name
    assert path.is_file(), f"{path} is not built; ./test builds it, or set DARKROOM_BIN_DIR"
    return str(path.resolve())


def shared(kind, name):
    """A real model or photo of models/ and photos/ in DARKROOM_SHARED_DIR: shared("photos", "street.jpg")."""
    path = Path(os.environ.get("DARKROOM_SHARED_DIR") or CHECKOUT.parent / "shared") / kind / name
    if not path.is_file():
        pytest.skip(f"needs {kind}/{name} in DARKROOM_SHARED_DIR, which this repository does not carry")
    return path
