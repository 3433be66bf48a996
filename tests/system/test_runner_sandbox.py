"""Every runner process is behind the wall before it sees a photo: no privileges, a system call filter, an unprivileged user."""
import os
import pathlib
import pwd

import pytest

from support.photos import unique_jpeg
from support.processes import family, is_root, status

CAP_SYS_NICE = 23  # may also make a process less nice


def runners(server):
    server.result_of(unique_jpeg())
    return [pid for pid in family(server.pid) if pid != server.pid]


def test_runners_cannot_gain_privileges_and_have_a_filter(server):
    found = runners(server)
    assert len(found) >= 2  # a zygote and a slot
    for pid in found:
        state = status(pid)
        assert state["Seccomp"] == "2" and state["NoNewPrivs"] == "1", state["Name"]


def test_runners_of_a_root_server_run_as_nobody(server):
    if not is_root():
        pytest.skip("needs root: only then runners change their user")
    nobody = str(pwd.getpwnam("nobody").pw_uid)
    assert status(server.pid)["Uid"].split()[0] == "0"
    for pid in runners(server):
        state = status(pid)
        assert set(state["Uid"].split()) == {nobody}
        assert state["Groups"] == "" and int(state["CapEff"], 16) == 0 and int(state["CapPrm"], 16) == 0


def test_runners_are_niced(make_server):
    """So that the server answers while models work."""
    niceness = lambda pid: os.getpriority(os.PRIO_PROCESS, pid)
    mine, any_value = niceness(0), int(status(os.getpid())["CapEff"], 16) >> CAP_SYS_NICE & 1
    for nice, settings in ((10, {}), (15, {"run_nice": 15})):
        server = make_server(**settings)
        server.result_of(unique_jpeg())
        expected = nice if nice > mine or any_value else mine
        assert {niceness(pid) for pid in (server.zygote(), *server.slots())} == {expected}
        assert niceness(server.pid) == mine


def test_the_level_of_the_wall_is_shown(server):
    zygote = server.zygote()
    shown = next(runner for runner in server.get("/api/v1/status").json()["runners"] if runner["pid"] == zygote)
    assert "seccomp" in shown["sandbox"] and shown["problem"] is None
    assert shown["sandbox"] in server.log_text()


def test_the_only_socket_of_a_runner_is_its_own_to_the_server(server):
    if not is_root():
        pytest.skip("needs root: only it may look into a walled process")
    for pid in runners(server):
        held = {path.name: os.readlink(path) for path in pathlib.Path(f"/proc/{pid}/fd").iterdir()}
        assert [number for number, what in held.items() if what.startswith("socket:")] == ["3"], held


def test_runners_are_told_to_send_no_telemetry(server):
    if not is_root():
        pytest.skip("needs root: only it may look into a walled process")
    for pid in runners(server):
        environment = pathlib.Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        assert b"ORT_DISABLE_TELEMETRY=1" in environment and b"ORT_TELEMETRY_DISABLED=1" in environment


@pytest.mark.parametrize("call", ["openat", "socket", "socketpair", "connect", "bind", "execve", "ptrace", "kill-parent"])
def test_a_forbidden_system_call_ends_the_runner_and_not_the_server(server, call):
    image = server.result_of(unique_jpeg(f"call:{call}"))
    assert (image["status"], image["error_code"]) == ("failed", "decoder_crash")
    assert "SIGSYS" in image["error_message"]
    assert server.result_of(unique_jpeg())["status"] == "completed"
