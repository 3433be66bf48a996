"""A Django and Celery site of the old kind, of which only the base URL has changed: when all is done, every row holds its real result."""
import pytest

from support.old_site import OldSite
from support.photos import unique_jpeg
from support.ports import free_port
from support.server import Server
from support.waiting import eventually

TOKEN = "token-of-the-old-site-0123456789"
RESULT = {"status", "result", "image_info", "processing_time"}
PHOTOS = 60


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    port = free_port()
    site = OldSite(tmp_path_factory.mktemp("old") / "site", f"http://shop:{TOKEN}@127.0.0.1:{port}")
    site.service = f"127.0.0.1:{port}"
    yield site
    site.close()


@pytest.fixture(params=["queued", "result"])
def server(request, site, tmp_path):
    """At the address that the site knows, in either way of replying. The delay is longer than the default, as the documentation advises where tasks may be
    slow to save: a test machine may be busy with anything."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "darkroom.toml").write_text(f'[[sites]]\nname = "shop"\ncallback = "{site.url}"\n')
    server = Server(folder, compat_reply=request.param, compat_callback_delay="4s", admin_token=TOKEN, webhooks_retry_delays="0.2 0.5 1 1 1 1 2 2 2 2 5 5 5 5")
    server.arguments[server.arguments.index("--listen") + 1] = site.service
    yield server.start()
    server.kill()


def settle(site, server, tasks):
    """Until the tasks have saved their rows for the last time and nothing is left to tell."""
    site.wait_for_tasks(tasks, within=90)
    unfinished = lambda: [server.get("/api/v1/deliveries", params={"state": state, "limit": 1}).json()["items"] for state in ("waiting", "sending")]  # noqa: E731
    eventually(lambda: server.get("/queue-status/").json()["current_task"] is None and unfinished() == [[], []], 60, "all callbacks have arrived")
    assert server.get("/api/v1/deliveries", params={"state": "dead"}).json()["items"] == []


def without_results(site, ids):
    return {row: (status, result, error) for row, (status, result, error) in site.rows(ids).items() if status != "completed" or set(result) != RESULT}


def test_every_row_gets_its_result(server, site):
    ids = site.add([unique_jpeg() for _ in range(PHOTOS)])
    tasks = site.process(ids)
    settle(site, server, tasks)
    assert without_results(site, ids) == {}


def test_every_row_gets_its_result_though_the_server_is_killed_in_between(server, site):
    ids = site.add([unique_jpeg("slow:100") for _ in range(PHOTOS)])
    tasks = site.process(ids)
    for share in (5, 20):
        eventually(lambda: sum(result is not None for _, result, _ in site.rows(ids).values()) >= share, 60, f"{share} rows are under way")
        server.restart()
    settle(site, server, tasks)
    assert without_results(site, ids) == {}
