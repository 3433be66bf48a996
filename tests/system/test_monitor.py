"""What an operator sees: `darkroom monitor`, and alerts that are raised once and end once."""
import json

from support.photos import unique_jpeg
from support.waiting import eventually


def test_monitor_shows_what_runs(server, darkroom):
    image = server.upload(unique_jpeg("slow:3000"))
    server.wait_for_state(image["id"], "processing")
    eventually(lambda: server.get("/readyz").status_code == 200, 10, "ready")
    shown = darkroom("monitor", "--once", folder=server.folder)
    code, out = shown.returncode, shown.stdout
    assert code == 0 and "ready" in out and image["job_id"] in out and "ai_processing" in out and "\033" not in out
    seen = json.loads(darkroom("monitor", "--once", "--json", folder=server.folder).stdout)
    assert seen["health"]["ready"] and seen["running"][0]["job_id"] == image["job_id"] and seen["alerts"] == [] and seen["workers"]
    server.kill()
    assert darkroom("monitor", "--once", "--url", server.url, "--token", "x" * 30).returncode == 5


def test_an_alert_is_raised_once_and_ends_once(make_server, darkroom):
    server = make_server(watch_wait_seconds=1)
    server.post("/api/v1/queues/ai_processing/pause", json={})
    server.upload(unique_jpeg())

    def watch():
        assert server.post("/api/v1/schedules/watch_resources/run", json={}).status_code < 300
        return [alert["name"] for alert in server.get("/api/v1/alerts").json()["items"]]
    eventually(lambda: "queue_slow" in watch(), 15, "the alert is raised")
    watch()
    shown = darkroom("alerts", folder=server.folder)
    code, out = shown.returncode, shown.stdout
    assert code == 0 and "queue_slow" in out and "has waited for" in out
    server.post("/api/v1/queues/ai_processing/resume", json={})
    eventually(lambda: "queue_slow" not in watch(), 15, "the alert ends")
    ended = [alert for alert in server.get("/api/v1/alerts?state=ended").json()["items"] if alert["name"] == "queue_slow"]
    assert len(ended) == 1 and ended[0]["raised_at"] < ended[0]["ended_at"] and "has waited for" in ended[0]["message"]
    assert ended[0]["said"]["bound"] == 1 < ended[0]["said"]["seconds"], "the numbers, for those who say it in another language"
    assert "queue_slow" in darkroom("alerts", "--ended", folder=server.folder).stdout
    assert server.get("/api/v1/alerts?state=over").json()["code"] == "invalid_field"
    told = [event["type"] for event in server.events() if event["type"].startswith("alert.") and "queue_slow" in json.dumps(event)]
    assert told == ["alert.raised", "alert.cleared"]
    assert server.log_text().count("alert raised") == server.log_text().count("alert ended") == 1
