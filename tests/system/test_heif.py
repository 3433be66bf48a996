"""HEIC and AVIF, which a server takes when told to: upright, in the right colours, and harmless when they lie."""
import random
import shutil
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageOps

from support.heif import IMIR, IROT, clap, claiming_size, heic_grid, heif, with_properties
from support.photos import jpeg, thumbnail, unique_jpeg
from support.places import program

pytestmark = pytest.mark.skipif(shutil.which("heif-enc") is None, reason="heif-enc is missing: install libheif-examples")
KINDS = ["heic", "avif"]
SIZE = (160, 100)


def has_decoder():
    return (Path(program()).parent / "libdarkroom_heif.so").is_file()


@pytest.fixture
def taking(make_server):
    """A server that takes HEIC and AVIF, and whose default model decodes every photo."""
    if not has_decoder():
        pytest.skip("this build has no decoder of HEIC and AVIF")
    return make_server(model="demo", photo_heif="true")


def scene(size=SIZE):
    """Colours that run smoothly, different at every corner."""
    across, down = Image.linear_gradient("L").rotate(90).resize(size), Image.linear_gradient("L").resize(size)
    return Image.merge("RGB", (across, down, ImageChops.multiply(across, down)))


def assert_shows(server, photo, expected, tolerance=12):
    """The photo completes, and its thumbnail is this picture. Returns what the result says of it."""
    image = server.result_of(photo)
    assert image["status"] == "completed", image
    assert tuple(image["result"]["image_info"]["size"]) == expected.size
    shown = thumbnail(server, image)
    assert shown.size == expected.size
    differences = ImageChops.difference(shown, expected).getdata()
    assert sum(map(max, differences)) / len(differences) <= tolerance, "the colours are not those of the picture"
    return image["result"]["image_info"]


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_decoded_as_its_picture(taking, tmp_path, kind):
    info = assert_shows(taking, heif(scene(), kind, tmp_path), scene())
    assert (info["format"], info["mode"], info["orientation"], info["bit_depth"]) == (kind.upper(), "RGB", 1, 8)
    assert (info["size"], info["truncated"]) == (list(SIZE), False)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(159, 99), (161, 99), (33, 200)])
def test_odd_sizes(taking, tmp_path, kind, size):
    assert_shows(taking, heif(scene(size), kind, tmp_path), scene(size))


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_transparent_is_white(taking, tmp_path, kind):
    picture = scene().convert("RGBA")
    picture.paste((255, 0, 0, 0), (80, 0, 160, 50))
    expected = scene()
    expected.paste("white", (80, 0, 160, 50))
    assert assert_shows(taking, heif(picture, kind, tmp_path), expected)["mode"] == "RGBA"


@pytest.mark.parametrize("kind", KINDS)
def test_grey_becomes_colour(taking, tmp_path, kind):
    assert_shows(taking, heif(scene().convert("L"), kind, tmp_path), scene().convert("L").convert("RGB"))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("properties, upright", [
    pytest.param([IROT[1]], lambda picture: picture.transpose(Image.Transpose.ROTATE_90), id="a quarter"),
    pytest.param([IROT[2]], lambda picture: picture.transpose(Image.Transpose.ROTATE_180), id="half"),
    pytest.param([IROT[3]], lambda picture: picture.transpose(Image.Transpose.ROTATE_270), id="three quarters"),
    pytest.param([IMIR[1]], ImageOps.mirror, id="mirror"),
    pytest.param([IMIR[0]], ImageOps.flip, id="upside down"),
    pytest.param([IROT[1], IMIR[1]], lambda picture: ImageOps.mirror(picture.transpose(Image.Transpose.ROTATE_90)), id="both"),
    pytest.param([clap(100, 60, right=10)], lambda picture: picture.crop((40, 20, 140, 80)), id="crop"),
    pytest.param([clap(100, 60), IROT[1]], lambda picture: picture.crop((30, 20, 130, 80)).transpose(Image.Transpose.ROTATE_90), id="crop and turn"),
])
def test_turns_and_crops_are_applied_once(taking, tmp_path, kind, properties, upright):
    photo = with_properties(heif(scene(), kind, tmp_path), *properties)
    assert assert_shows(taking, photo, upright(scene()))["orientation"] == 1


@pytest.mark.parametrize("kind", KINDS)
def test_the_orientation_of_its_exif_is_not_applied(taking, tmp_path, kind):
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = tmp_path / "turned.jpg"
    scene().save(stored, quality=95, exif=exif)
    photo = heif(stored, kind, tmp_path)
    assert b"Exif" in photo
    assert_shows(taking, photo, scene())


def tiles_of(picture, side, folder):
    """Over the edges on the right and below they are black."""
    corners = [(x, y) for y in range(0, picture.height, side) for x in range(0, picture.width, side)]
    return [heif(picture.crop((x, y, x + side, y + side)), "heic", folder) for x, y in corners]


def test_the_tiles_of_a_phone_become_one_picture(taking, tmp_path):
    assert_shows(taking, heic_grid(tiles_of(scene(), 64, tmp_path), 3, SIZE), scene())


def test_tiles_that_the_picture_has_no_place_for_are_refused(taking, tmp_path):
    image = taking.result_of(heic_grid(tiles_of(scene((64, 64)), 64, tmp_path) * 36, 6, SIZE))
    assert (image["status"], image["error_code"]) == ("failed", "corrupt"), image


@pytest.mark.parametrize("kind", KINDS)
def test_a_coded_picture_far_beyond_the_limit_is_not_decoded(make_server, taking, tmp_path, kind):
    careful = make_server(model="demo", photo_heif="true", photo_max_pixels=16_000)
    image = careful.result_of(claiming_size(heif(scene((640, 400)), kind, tmp_path), *SIZE))
    assert (image["status"], image["error_code"]) == ("failed", "corrupt"), image
    assert "larger than its header says" in image["error_message"]


@pytest.mark.parametrize("kind", KINDS)
def test_the_original_comes_back_as_what_it_is(taking, tmp_path, kind):
    photo = heif(scene(), kind, tmp_path)
    image = taking.result_of(photo)
    answer = taking.get(f"/api/v1/images/{image['id']}/original")
    assert (answer.headers["Content-Type"], answer.content) == (f"image/{kind}", photo)


@pytest.mark.parametrize("kind", KINDS)
def test_without_the_setting_it_is_refused_and_the_setting_named(server, tmp_path, kind):
    answer = server.send(heif(scene(), kind, tmp_path), name=f"photo.{kind}")
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_format"), answer.text
    assert "photo.heif" in answer.json()["detail"] and kind.upper() in answer.json()["detail"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_build_without_the_decoder_says_so(make_server, tmp_path, kind):
    if has_decoder():
        pytest.skip("this build has it")
    answer = make_server(photo_heif="true").send(heif(scene(), kind, tmp_path), name=f"photo.{kind}")
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_format"), answer.text
    assert "no decoder of HEIC and AVIF" in answer.json()["detail"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width, height, code", [(40_000, 10, "too_many_pixels"), (16_000, 16_000, "too_many_pixels"), (0, 100, "corrupt")])
def test_sizes_beyond_the_limits_are_refused_at_upload(taking, tmp_path, kind, width, height, code):
    answer = taking.send(claiming_size(heif(scene(), kind, tmp_path), width, height))
    assert (answer.status_code, answer.json()["code"]) == (422, code), answer.text


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("size", [(320, 200), (80, 50), (8000, 8000)])
def test_a_header_that_lies_about_the_size_fails(taking, tmp_path, kind, size):
    image = taking.result_of(claiming_size(heif(scene(), kind, tmp_path), *size))
    assert (image["status"], image["error_code"]) == ("failed", "corrupt"), image
    assert taking.result_of(unique_jpeg())["status"] == "completed"


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_cut_off_fails_as_truncated(taking, tmp_path, kind):
    photo = heif(Image.effect_noise(SIZE, 90).convert("RGB"), kind, tmp_path)
    image = taking.result_of(photo[:len(photo) * 2 // 3])
    assert (image["status"], image["error_code"]) == ("failed", "truncated"), image


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_files_get_a_verdict_and_harm_nothing(taking, tmp_path, kind):
    chance = random.Random(7)
    good = heif(scene(), kind, tmp_path)
    for _ in range(12):
        photo = bytearray(good)
        for _ in range(chance.choice([1, 2, 8])):
            photo[chance.randrange(12, len(photo))] = chance.randrange(256)
        answer = taking.send(bytes(photo), wait=30)
        if answer.status_code == 201:
            assert answer.json()["image"]["status"] in ("completed", "failed"), answer.text
        else:
            assert (answer.status_code, answer.json()["code"]) in [(422, "corrupt"), (422, "too_many_pixels")], answer.text
    assert taking.result_of(jpeg())["status"] == "completed"
