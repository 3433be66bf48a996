"""Where the programs and the shared models and photos are; a test that needs what is absent is skipped with words."""
import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[3]


def program(name="darkroom"):
    path = Path(os.environ.get("DARKROOM_BIN_DIR") or CHECKOUT / "build/dev/bin") / name
    assert path.is_file(), f"{path} is not built; ./test builds it, or set DARKROOM_BIN_DIR"
    return str(path.resolve())


def shared(kind, name):
    """A real model or photo: shared("photos", "street.jpg")."""
    path = Path(os.environ.get("DARKROOM_SHARED_DIR") or CHECKOUT.parent / "shared") / kind / name
    if not path.is_file():
        pytest.skip(f"needs {kind}/{name} of the shared folder: put it beside the checkout, or set DARKROOM_SHARED_DIR")
    return path
