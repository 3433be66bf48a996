"""Charts of what the queues did: the minutes of today, hours of a week, and what is written down by the server itself."""
import pytest

from support.photos import unique_jpeg
from support.waiting import eventually


def series(server, **query):
    answer = server.get("/api/v1/stats/series", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def totals(chart):
    return {key: sum(step[key] for step in chart["items"]) for key in ("completed", "failed", "cancelled")}


def test_what_ended_is_in_the_chart_of_its_minute(make_server):
    server = make_server(run_max_retries=0)
    for _ in range(3):
        server.result_of(unique_jpeg())
    server.result_of(unique_jpeg("lie"))
    chart = series(server)
    assert chart["step_seconds"] == 60 and len(chart["items"]) == 60 and chart["queue"] is None
    assert [step["at"] for step in chart["items"]] == sorted(step["at"] for step in chart["items"])
    assert totals(chart) == {"completed": 3, "failed": 1, "cancelled": 0}
    busy = [step for step in chart["items"] if step["completed"]]
    assert all(0 <= step["run_seconds"]["p50"] <= step["run_seconds"]["p95"] < 30 for step in busy)
    assert chart["items"][-1]["depth"] == 0 and chart["items"][0]["depth"] is None
    week = series(server, minutes=7 * 24 * 60, queue="ai_processing")
    assert week["step_seconds"] == 3600 and len(week["items"]) == 168 and totals(week)["completed"] == 3
    assert totals(series(server, queue="maintenance"))["failed"] == 0


def test_the_server_writes_minutes_down(server):
    server.result_of(unique_jpeg())
    assert eventually(lambda: any(step["depth"] is not None for step in series(server)["items"][:-1]), 90, "a minute is written down")
    assert totals(series(server, queue="ai_processing"))["completed"] == 1


@pytest.mark.parametrize("query", ["minutes=0", "minutes=10081", "minutes=x", "queue=none-such"])
def test_what_is_asked_wrongly_is_refused(server, query):
    assert server.get("/api/v1/stats/series?" + query).status_code == 422


def test_the_command_prints_the_steps(server, darkroom):
    server.result_of(unique_jpeg())
    shown = darkroom("stats", "--minutes", 5, folder=server.folder)
    lines = shown.stdout.splitlines()
    assert shown.returncode == 0 and len(lines) == 6 and "wait p50/p95" in lines[0], shown.stderr
