"""A few files of every class of the hostile corpus, mixed with good photos: each gets the verdict that is right, and nobody else notices.

tests/hostile/campaign.py does the same with thousands.
"""
import sys

import pytest

from support.places import CHECKOUT
from support.processes import children, is_alive

sys.path.insert(0, str(CHECKOUT / "tests" / "hostile"))

import corpus
import sending

COUNT = 400


@pytest.fixture(scope="module")
def classes():
    return sorted(corpus.CLASSES)


def test_the_corpus_has_its_classes_and_is_the_same_every_time(classes):
    assert len(classes) >= 40
    for kind in classes:
        assert corpus.sample(kind, 3, seed=5) == corpus.sample(kind, 3, seed=5)
    assert corpus.sample("garbage", 0, seed=5) != corpus.sample("garbage", 0, seed=6)


def test_every_verdict_is_right_and_good_photos_complete(make_server):
    server = make_server(model="demo", photo_max_pixels=64_000_000)
    sending.send_one(server, sending.good_photo(1), "warm.jpg")
    zygote, before = server.zygote("demo"), server.pid
    samples = list(corpus.samples(COUNT, seed=20, gif=sending.reads_gif(server)))
    assert {one.kind for one in samples} >= set(corpus.CLASSES) - corpus.HEAVY
    tally = sending.run(server, samples, threads=4)
    print("\n".join(tally.lines()))
    assert not tally.good_failed
    assert tally.share_right >= 0.999, "\n".join(tally.lines())
    assert not {"decoder_crash", "timeout", "internal", "memory_limit", "model_output", "interrupted"} & set(tally.verdicts), tally.verdicts
    assert server.pid == before and is_alive(server.pid)
    assert server.zygote("demo") == zygote and children(zygote), "no process but a slot may die"
    assert server.get("/readyz").status_code == 200


def test_no_file_of_the_corpus_becomes_a_path(make_server):
    server = make_server(model="null", slots=1)
    outside = {path.name for path in server.folder.parent.iterdir()}
    for number in range(30):
        one = corpus.sample("harmful_names", number)
        assert server.send(one.content, name=one.name).status_code == 201, one.name
    assert {path.name for path in server.folder.parent.iterdir()} == outside
    assert len(server.blobs()) == 30


def test_pictures_of_hostile_photos_are_pictures_or_problems(make_server):
    """The preview slot decodes the same files: it shows or says why not, and goes on."""
    server = make_server(model="null")
    for one in corpus.samples(len(corpus.CLASSES), seed=3, gif=sending.reads_gif(server)):
        answer = server.send(one.content, name=one.name)
        if answer.status_code != 201:
            continue
        shown = server.get(f"/api/v1/images/{answer.json()['image']['id']}/thumbnail")
        expected = {200} if one.verdicts <= {"ok", "cut"} else {200, 415, 422}
        assert shown.status_code in expected, (one.kind, one.number, shown.text)
        if shown.status_code == 200:
            assert shown.content.startswith(b"\xff\xd8\xff")
