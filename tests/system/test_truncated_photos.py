"""A photo that is cut off completes and says so, or fails, as the configuration wants it."""
import pytest
from PIL import Image

from support.photos import encode


@pytest.fixture(scope="module")
def cut_off():
    whole = encode(Image.effect_noise((300, 200), 60).convert("RGB"), format="JPEG", quality=90)
    return whole[:len(whole) // 2]


def test_it_completes_and_says_truncated(make_server, cut_off):
    image = make_server(model="demo").result_of(cut_off)
    assert image["status"] == "completed", image
    assert image["result"]["image_info"]["truncated"] is True
    assert image["result"]["image_info"]["size"] == [300, 200]


def test_a_whole_photo_does_not_say_so(make_server):
    image = make_server(model="demo").result_of(encode(Image.new("RGB", (300, 200))))
    assert image["result"]["image_info"]["truncated"] is False


def test_it_fails_where_the_configuration_refuses_it(make_server, cut_off):
    server = make_server(model="demo", photo_refuse_truncated="true")
    image = server.result_of(cut_off)
    assert (image["status"], image["error_code"]) == ("failed", "truncated")
    assert len(image["attempts"]) == 1
    assert server.result_of(encode(Image.new("RGB", (300, 200))))["status"] == "completed"
