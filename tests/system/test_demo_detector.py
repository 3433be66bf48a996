"""The demo detector works on a fresh machine without a download, and rather misses than invents."""
import pytest
from PIL import Image

from support.boxes import best, found_in
from support.photos import encode, jpeg
from support.places import shared


@pytest.fixture
def demo(make_server):
    return make_server(model="demo", test_mode=False)


def test_it_finds_a_face_without_a_score(demo):
    image = demo.result_of(shared("photos", "astronaut.png"))
    faces = [found for found in found_in(image) if found["class"] == "face"]
    assert len(faces) == 1 and faces[0]["confidence"] is None
    _, fit = best(faces, "face", [172, 68, 274, 170])
    assert fit > 0.4, faces


@pytest.mark.parametrize("name", ["rocket.jpg", "coffee.png"])
def test_it_finds_nothing_where_nothing_is(demo, name):
    assert found_in(demo.result_of(shared("photos", name))) == []


def test_it_finds_a_person_in_the_street(demo):
    objects = found_in(demo.result_of(shared("photos", "street.jpg")))
    found, fit = best(objects, "person", [580, 295, 625, 412])
    assert fit >= 0.5, objects
    assert 0.73 <= found["confidence"] <= 1


def test_it_is_named_demo_detector(demo):
    image = demo.result_of(jpeg(200, 200))
    assert image["model"] == "demo"
    assert (image["result"]["model"]["title"], image["result"]["model"]["engine"]) == ("demo detector", "opencv")


@pytest.mark.parametrize("size", [(1, 1), (40, 30), (63, 200), (64, 127), (64, 128), (3000, 2), (2, 3000)])
def test_a_photo_smaller_than_its_window_completes(demo, size):
    image = demo.result_of(encode(Image.effect_noise(size, 80), format="PNG"))
    assert image["status"] == "completed", (image["error_code"], image["error_message"])
    assert len(image["attempts"]) == 1
