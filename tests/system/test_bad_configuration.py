"""A wrong configuration stops the start: all errors at once, each with its file and line or its variable, exit code 2."""
import pytest


@pytest.fixture
def configured(tmp_path, darkroom):
    def run(text, *words, **settings):
        (tmp_path / "darkroom.toml").write_text(text)
        return darkroom("serve", "--config", tmp_path / "darkroom.toml", *words, folder=tmp_path / "data", **settings)

    return run


def test_every_wrong_line_is_named(configured, tmp_path):
    refused = configured("default_model = \"demo\"\n\n[run]\nslots = \"many\"\nslotz = 3\n")
    assert refused.returncode == 2
    file = str(tmp_path / "darkroom.toml")
    assert f"{file}, line 4: run.slots must be a whole number" in refused.stderr
    assert f"{file}, line 5: there is no key 'run.slotz'" in refused.stderr
    assert not (tmp_path / "data").exists()


def test_text_that_is_no_toml_is_named_with_its_line(configured):
    refused = configured("listen = \"127.0.0.1:0\"\nwhat is this\n")
    assert refused.returncode == 2
    assert "line 2" in refused.stderr


def test_a_wrong_variable_and_limits_that_contradict_are_told_together(configured):
    refused = configured("", run_hard_limit_seconds=1, run_soft_limit_seconds=5, photo_max_side="wide")
    assert refused.returncode == 2
    assert "DARKROOM_PHOTO_MAX_SIDE" in refused.stderr
    assert "run.hard_limit_seconds must not be less" in refused.stderr


def test_a_wrong_flag_and_a_missing_file_are_usage_errors(configured, darkroom, tmp_path):
    assert configured("", "--listen", "nowhere").returncode == 2
    assert configured("", "--no-such-flag").returncode == 2
    missing = darkroom("serve", "--config", tmp_path / "absent.toml", folder=tmp_path / "data")
    assert missing.returncode == 2 and "absent.toml" in missing.stderr


def test_a_default_model_that_is_not_there_stops_the_start(configured, tmp_path):
    refused = configured("", "--listen", "127.0.0.1:0", "--default-model", "no-such-model")
    assert refused.returncode == 1
    assert "no-such-model" in refused.stderr and "demo" in refused.stderr


def test_the_null_engine_needs_the_test_mode(configured):
    refused = configured("", "--listen", "127.0.0.1:0", "--default-model", "null")
    assert refused.returncode == 1
    assert "null" in refused.stderr
