"""Random faults while clients upload, judged from outside: what was acknowledged ends exactly once, and the database agrees in every detail.

DARKROOM_TEST_SEED gives the plan of an earlier run, DARKROOM_CAMPAIGN_ROUNDS more faults than the few that fit into a test. What is not
injected here: power cuts, disks that lie, errors of single system calls.
"""
import os
import random

import pytest

from support.campaign import Campaign, wait_until_idle
from support.client_log import Client, read_log
from support.ledger import FINAL, Ledger
from support.photos import marked, unique_jpeg
from support.waiting import moment
from support.watcher import Watcher

ROUNDS = int(os.environ.get("DARKROOM_CAMPAIGN_ROUNDS", "25"))
SEED = int(os.environ.get("DARKROOM_TEST_SEED", random.SystemRandom().randrange(1 << 32)))
UPLOADS_A_ROUND, CLIENTS = 12, 3
LATER = (500, 503)  # an error on purpose, a database that is away
LEASE = 1
SETTINGS = {"run_first_retry_seconds": 1, "run_max_retries": 20}  # errors on purpose shall not use a job up


def photos(seed, count):
    """Mostly different photos that take some milliseconds, some of them equal; one now and then, so that there are uploads under every fault. A few take so long that
    some of the faults surely hit a job that runs."""
    generator = random.Random(seed)
    for number in range(count):
        moment(generator.uniform(0, 0.1))
        yield marked("slow:5", f"common {number % 3}") if number % 10 == 0 else unique_jpeg(f"slow:{1000 if number % 9 == 4 else generator.randint(1, 100)}")


def run(campaign, servers, log):
    """Returns the clients, when the last fault is done and everything has come to rest."""
    print(f"DARKROOM_TEST_SEED={SEED}, {ROUNDS} rounds")
    generator = campaign.generator
    priorities = [generator.choice((-5, 0, 0, 10)) for _ in range(100)]
    clients = [Client(generator.choice(servers), log, photos(generator.random(), UPLOADS_A_ROUND * ROUNDS // CLIENTS), LATER,
                      lambda number: {"priority": priorities[number % 100], "uploader": f"uploader-{number % 4}"}) for _ in range(CLIENTS)]
    watcher = Watcher(servers, log)
    for thread in (*clients, watcher):
        thread.start()
    for _ in range(ROUNDS):
        campaign.round()
    campaign.calm_down()
    for client in clients:
        client.join(180)
        assert not client.is_alive() and client.refused == [], client.refused[:3]
    wait_until_idle(servers[0], within=300)  # a photo whose web process was away twice is looked for after two minutes
    assert watcher.stop() == []
    return clients


def judge(ledger, promised, slack, campaign, clients):
    complaints = [*ledger.complaints(promised), *ledger.out_of_order(slack)]
    states = [job["state"] for job in ledger.jobs.values() if job["kind"] == "image.process"]
    assert complaints == [], f"{len(complaints)} broken promises, seed {SEED}:\n" + "\n".join(complaints[:20])
    assert set(states) <= set(FINAL) and len(promised) == sum(client.accepted for client in clients)
    # An upload whose answer was lost was sent again under the same key: it is the same job.
    assert len(ledger.images) == len(states) == len(promised), f"{len(states)} jobs for {len(promised)} acknowledged uploads"
    interrupted = sum(job["interruptions"] for job in ledger.jobs.values())
    print(f"faults: {dict(campaign.done)}")
    print(f"n = {len(promised)} acknowledged, 0 lost, 0 double; "
          f"{sum(client.broken for client in clients)} connections broken, {sum(client.put_off for client in clients)} put off; "
          f"{interrupted} runs interrupted, {states.count('failed')} jobs failed, {len(ledger.orphan_blobs())} photos without a row")
    assert interrupted > 0, "the faults hardly hit running jobs: the campaign shows nothing"


def test_one_process_on_sqlite(make_server, tmp_path):
    server = make_server(**SETTINGS)
    campaign = Campaign(random.Random(SEED), [server])
    log = tmp_path / "acknowledged"
    clients = run(campaign, [server], log)
    assert server.stop() == 0
    judge(Ledger(server), read_log(log), 0, campaign, clients)


@pytest.mark.parametrize("webs, workers", [(1, 2), (2, 3)])
def test_web_and_worker_processes_on_postgresql(make_cluster, tmp_path, webs, workers):
    cluster = make_cluster(webs=webs, workers=workers, lease_seconds=LEASE, **SETTINGS)
    campaign = Campaign(random.Random(SEED), cluster.processes, cluster.postgres, LEASE)
    log = tmp_path / "acknowledged"
    clients = run(campaign, cluster.webs, log)
    for process in reversed(cluster.processes):
        assert process.stop() == 0
    judge(Ledger(*cluster.webs, database=cluster.database), read_log(log), 5, campaign, clients)
