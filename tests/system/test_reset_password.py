"""`darkroom users reset-password` works while the server is stopped, and says what is in the way while it runs."""
import re
import sqlite3
import stat


def password_hash(folder):
    with sqlite3.connect(folder / "darkroom.db") as database:
        return database.execute("SELECT password_hash FROM account WHERE name = 'admin'").fetchone()[0]


def test_offline_it_writes_the_new_password_into_a_private_file(server, darkroom):
    server.stop()
    before = password_hash(server.folder)
    done = darkroom("users", "reset-password", folder=server.folder)
    assert done.returncode == 0, done.stderr
    file = server.folder / "new-password.txt"
    password = re.search(r"New password of admin: (\S{12,})", file.read_text()).group(1)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert password not in done.stdout + done.stderr and str(file) in done.stdout
    assert password_hash(server.folder) != before
    server.start()
    assert [event["reason"] for event in server.events() if event["type"] == "account.saved"][-1].startswith("password reset")


def test_while_the_server_runs_it_is_refused_and_names_it(server, darkroom):
    refused = darkroom("users", "reset-password", folder=server.folder)
    assert refused.returncode == 1
    assert str(server.pid) in refused.stderr and "darkroom" in refused.stderr
    assert not (server.folder / "new-password.txt").exists()
    assert server.get("/api/v1/status").status_code == 200


def test_an_unknown_user_and_an_empty_folder_are_not_found(server, darkroom, tmp_path):
    server.stop()
    assert darkroom("users", "reset-password", "nobody-here", folder=server.folder).returncode == 3
    nothing = darkroom("users", "reset-password", folder=tmp_path / "empty")
    assert nothing.returncode == 3 and str(tmp_path / "empty") in nothing.stderr
    assert not (tmp_path / "empty").exists()
