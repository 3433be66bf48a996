"""The first start makes an administrator and tells the log-in once, to nobody but the owner of the data folder."""
import re
import stat

import pytest

from support.waiting import eventually


@pytest.fixture
def server(make_server):
    """A server that has told its log-in, which it does right after it began to answer."""
    server = make_server()
    eventually((server.folder / "first-login.txt").exists, 5)
    return server


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_without_a_terminal_the_password_lies_in_a_private_file_and_not_in_the_output(server):
    told = (server.folder / "first-login.txt").read_text()
    password = re.search(r"password: (\S+)", told).group(1)
    assert len(password) >= 12
    assert "Administrator: admin" in told and server.url in told and "admin.token" in told
    assert password not in server.log_text()
    assert server.token not in server.log_text()
    assert "first-login.txt" in server.log_text()


def test_what_holds_secrets_or_photos_is_private(server):
    assert mode(server.folder) == 0o700
    for name in ("admin.token", "first-login.txt", "server.address", "darkroom.db"):
        assert mode(server.folder / name) == 0o600, name


def test_a_folder_that_was_there_keeps_its_mode_but_not_its_files(make_server, tmp_path):
    folder = tmp_path / "shared-data"
    folder.mkdir(mode=0o755)
    (folder / "note.txt").write_text("already here")
    server = make_server(folder)
    assert mode(folder) == 0o755
    for path in folder.iterdir():
        assert path.name == "note.txt" or mode(path) & 0o077 == 0, f"{path.name} can be read by others"


def test_the_second_start_tells_nothing_and_keeps_the_token(server):
    token = server.token
    (server.folder / "first-login.txt").unlink()
    server.restart()
    assert server.token == token
    assert not (server.folder / "first-login.txt").exists()
    assert server.get("/api/v1/status").status_code == 200


def test_secrets_are_not_in_the_database(server):
    server.stop()
    data = b"".join(path.read_bytes() for path in server.folder.glob("darkroom.db*"))
    password = re.search(r"password: (\S+)", (server.folder / "first-login.txt").read_text()).group(1)
    assert b"argon2id" in data
    assert password.encode() not in data
    assert server.token.encode() not in data
