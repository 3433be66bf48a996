"""/metrics in Prometheus' text: the promised names, true numbers, and who may read them; alerts and dashboards that name only what exists."""
import json
import re

import requests

from support.photos import unique_jpeg
from support.places import CHECKOUT
from support.ports import free_port
from support.waiting import eventually

SUFFIXES = ("_bucket", "_sum", "_count")


def promised():
    return [line.split("{")[0] for line in (CHECKOUT / "tests/golden/metrics.txt").read_text().splitlines()]


def scrape(server):
    answer = server.get("/metrics")
    assert answer.status_code == 200 and answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    heads = re.findall(r"^# TYPE (\w+) ", answer.text, re.M)
    assert len(heads) == len(set(heads))
    samples = {}
    for line in answer.text.splitlines():
        if not line.startswith("#"):
            name, value = re.fullmatch(r"(\w+(?:\{.*\})?) (\S+)", line).groups()
            assert name not in samples, name
            samples[name] = float(value)
    return heads, samples


def test_every_promised_metric_is_there_and_no_other(server):
    heads, samples = scrape(server)
    assert sorted(heads) == sorted(promised())
    for name in samples:
        base = re.match(r"\w+", name).group()
        assert base in heads or any(base == head + suffix for head in heads for suffix in SUFFIXES), name


def test_the_numbers_are_true(server):
    for _ in range(3):
        assert server.result_of(unique_jpeg())["status"] == "completed"
    assert server.get("/api/v1/images/999").status_code == 404

    def counted():
        samples = scrape(server)[1]
        return samples["darkroom_jobs_finished_total{outcome=\"completed\"}"] == 3 and samples
    samples = eventually(counted, 5, "three jobs are counted")
    assert samples["darkroom_images_received_total"] == 3
    assert samples["darkroom_upload_bytes_total"] > 300
    assert samples['darkroom_attempts_total{model="null",outcome="completed"}'] == 3
    assert samples["darkroom_job_wait_seconds_count"] == samples["darkroom_job_run_seconds_count"] == 3
    assert 0 < samples["darkroom_job_run_seconds_sum"] < 60
    assert samples['darkroom_http_requests_total{method="POST",route="/api/v1/images",class="2xx"}'] == 3
    assert samples['darkroom_http_requests_total{method="GET",route="/api/v1/images/{id}",class="4xx"}'] >= 1
    assert samples['darkroom_workers{state="running"}'] == 1 and samples["darkroom_slots"] == 2
    assert samples['darkroom_http_connections{state="open"}'] >= 1


def test_results_that_came_too_late_are_counted(server):
    stale = lambda: scrape(server)[1]["darkroom_stale_completions_total"]
    server.result_of(unique_jpeg())
    running = server.upload(unique_jpeg("slow:60000"))
    server.wait_for_state(running["id"], "processing")
    assert stale() == 0
    assert server.post(f"/api/v1/jobs/{running['job_id']}/cancel").status_code == 200
    eventually(lambda: stale() == 1, 10, "what its slot hands in is refused")


def test_the_bytes_of_photos_are_counted_once_however_they_come(server):
    photos = [unique_jpeg() for _ in range(5)]
    for _ in range(2):
        answer = server.post("/api/v1/images", files={"file": photos[0]}, headers={"Idempotency-Key": "once"})
        assert answer.status_code == 201, answer.text
    assert server.post("/process-image/", files={"file": photos[1]}, data={"image_id": 7}).status_code == 200
    assert server.post("/api/v1/images/many", files=[("file", ("a.jpg", photos[2])), ("file", ("b.jpg", photos[3]))]).status_code == 207
    tus = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream", "Upload-Length": str(len(photos[4]))}
    assert server.post("/api/v1/uploads", headers=tus, data=photos[4]).headers["Darkroom-Image"]
    assert server.send(b"no photo").status_code == 415
    samples = scrape(server)[1]
    assert samples["darkroom_upload_bytes_total"] == sum(map(len, photos))


def test_waiting_and_paused_jobs_show(server):
    server.post("/api/v1/queues/ai_processing/pause", json={})
    server.upload(unique_jpeg())

    def seen():
        samples = scrape(server)[1]
        return samples['darkroom_jobs{queue="ai_processing",state="queued"}'] == 1 and samples['darkroom_oldest_waiting_seconds{queue="ai_processing"}'] > 0 and \
            samples['darkroom_queue_paused{queue="ai_processing"}'] == 1
    eventually(seen, 10, "the waiting job shows within the time that numbers are held")


def test_a_runner_that_dies_is_counted_by_its_cause(server):
    image = server.result_of(unique_jpeg("segv"))
    assert image["status"] == "failed"
    samples = scrape(server)[1]
    assert sum(value for name, value in samples.items() if name.startswith("darkroom_child_deaths_total{")) >= 1


def test_it_needs_a_token_or_an_address_that_is_listed(make_server):
    assert requests.get(make_server().url + "/metrics", timeout=10).status_code == 401
    opened = make_server(metrics_open_from="127.0.0.0/8")
    assert requests.get(opened.url + "/metrics", timeout=10).status_code == 200
    assert requests.get(opened.url + "/api/v1/images", timeout=10).status_code == 401
    other = make_server(metrics_open_from="10.0.0.0/8")
    spoofed = requests.get(other.url + "/metrics", headers={"X-Forwarded-For": "10.0.0.1"}, timeout=10)
    assert spoofed.status_code == 401


def names_in(text):
    return set(re.findall(r"\bdarkroom_[a-z_]+", text))


def test_alerts_dashboard_and_manual_name_only_what_exists():
    known = set(promised())
    known |= {name + suffix for name in known for suffix in SUFFIXES}
    rules = (CHECKOUT / "deploy/prometheus/alerts.yml").read_text()
    dashboard = (CHECKOUT / "deploy/grafana.json").read_text()
    assert json.loads(dashboard)["panels"]
    manual = (CHECKOUT / "docs/operations.md").read_text()
    for text in (rules, dashboard, manual, (CHECKOUT / "docs/ko/operations.md").read_text()):
        assert names_in(text) and names_in(text) <= known, names_in(text) - known
    assert set(promised()) <= names_in(manual), set(promised()) - names_in(manual)


def test_a_worker_answers_for_itself_where_it_is_told_to(make_cluster):
    port = free_port()
    cluster = make_cluster(workers=1, metrics_listen=f"127.0.0.1:{port}")
    photo = cluster.web.upload(unique_jpeg(), wait=30)
    assert photo["status"] == "completed", photo
    token = {"Authorization": cluster.web.http.headers["Authorization"]}
    address = f"http://127.0.0.1:{port}"
    get = lambda path, **options: requests.get(address + path, timeout=10, **options)
    assert (get("/metrics").status_code, get("/livez").status_code, get("/api/v1/jobs", headers=token).status_code) == (401, 200, 404)
    assert eventually(lambda: get("/readyz").json()["ready"], 20, "the worker is ready")
    attempts = 'darkroom_attempts_total{model="null",outcome="completed"} 1'
    assert attempts in get("/metrics", headers=token).text.splitlines()
    assert attempts not in cluster.web.get("/metrics").text.splitlines(), "each counts what it ran itself"
    assert sorted(re.findall(r"^# TYPE (\w+) ", get("/metrics", headers=token).text, re.M)) == sorted(promised())
