"""Photos as people have them, written by another library: every format and kind that is taken, upright and in the right colours; and what is
refused with advice."""
import pytest
from PIL import Image

from support.photos import encode, thumbnail

CORNERS = [(20, 20), (139, 20), (20, 79), (139, 79)]
# What turns a picture into the one that is stored for an orientation.
TURNS = {2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
         6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE, 8: Image.Transpose.ROTATE_270}


@pytest.fixture
def decoding(make_server):
    """A server whose default model decodes every photo."""
    return make_server(model="demo")


def quarters(mode="RGB"):
    """Red, green, blue, white."""
    picture = Image.new("RGB", (160, 100), "white")
    for color, place in (("red", (0, 0)), ("lime", (80, 0)), ("blue", (0, 50))):
        picture.paste(color, (*place, place[0] + 80, place[1] + 50))
    return picture.convert(mode)


def assert_upright(server, photo, expected=("red", "lime", "blue", "white"), tolerance=40):
    """The photo completes, and what is shown of it has these corners. Returns what the result says of the photo."""
    image = server.result_of(photo)
    assert image["status"] == "completed", image
    picture = thumbnail(server, image)
    assert picture.size == (160, 100)
    wanted = Image.new("RGB", (len(expected), 1))
    for index, (color, corner) in enumerate(zip(expected, CORNERS)):
        wanted.paste(color, (index, 0, index + 1, 1))
        assert max(abs(a - b) for a, b in zip(picture.getpixel(corner), wanted.getpixel((index, 0)))) <= tolerance, (color, picture.getpixel(corner))
    return image["result"]["image_info"]


def grey_of(color):
    return Image.new("RGB", (1, 1), color).convert("L").convert("RGB").getpixel((0, 0))


@pytest.mark.parametrize("options", [
    pytest.param({"format": "JPEG", "quality": 95}, id="baseline"),
    pytest.param({"format": "JPEG", "quality": 95, "progressive": True}, id="progressive"),
    pytest.param({"format": "JPEG", "quality": 95, "subsampling": 0}, id="full colour"),
    pytest.param({"format": "PNG"}, id="PNG"),
    pytest.param({"format": "WEBP", "quality": 95}, id="WebP"),
    pytest.param({"format": "WEBP", "lossless": True}, id="lossless WebP"),
])
def test_every_kind_of_colour_photo(decoding, options):
    assert assert_upright(decoding, encode(quarters(), **options))["format"] == options["format"]


@pytest.mark.parametrize("orientation", sorted(TURNS))
def test_every_orientation_is_applied_once(decoding, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = quarters().transpose(TURNS[orientation])
    info = assert_upright(decoding, encode(stored, quality=95, exif=exif))
    assert info["orientation"] == orientation


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_grey_becomes_colour(decoding, format):
    expected = [grey_of(color) for color in ("red", "lime", "blue", "white")]
    assert assert_upright(decoding, encode(quarters("L"), format=format), expected)["mode"] == "L"


def test_cmyk_of_adobe_is_inverted(decoding):
    assert assert_upright(decoding, encode(quarters("CMYK"), quality=95))["mode"] == "CMYK"


@pytest.mark.parametrize("format", ["PNG", "GIF"])
def test_a_palette_becomes_colour(decoding, format):
    info = assert_upright(decoding, encode(quarters().quantize(8), format=format))
    assert (info["format"], info["mode"]) == (format, "P")


@pytest.mark.parametrize("options", [{"format": "PNG"}, {"format": "WEBP", "lossless": True}], ids=lambda options: options["format"])
def test_what_is_transparent_is_white(decoding, options):
    picture = quarters("RGBA")
    picture.putpixel((0, 0), (255, 0, 0, 254))
    picture.paste((255, 0, 0, 0), (80, 0, 160, 50))
    assert_upright(decoding, encode(picture, **options), ("red", "white", "blue", "white"))


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_an_animation_shows_its_first_frame(decoding, format):
    others = [Image.new("RGB", (160, 100), color) for color in ("black", "yellow")]
    info = assert_upright(decoding, encode(quarters(), format=format, save_all=True, append_images=others, duration=100))
    assert info["frames"] == 3


def test_a_transparent_gif_shows_white(decoding):
    picture = quarters().quantize(8)
    lime = picture.getpixel((100, 20))
    assert_upright(decoding, encode(picture, format="GIF", transparency=lime), ("red", "white", "blue", "white"))


def test_sixteen_bits_become_eight(decoding):
    picture = Image.new("I", (160, 100), 65535)
    picture.paste(0, (0, 0, 80, 50))
    picture.paste(0x8000, (80, 0, 160, 50))
    info = assert_upright(decoding, encode(picture.convert("I;16") if picture.mode != "I" else picture, format="PNG"),
                          ("black", (128, 128, 128), "white", "white"))
    assert info["bit_depth"] == 16


def test_a_gif_that_is_cut_off_says_so(decoding):
    photo = encode(Image.effect_noise((160, 100), 90).convert("P"), format="GIF")
    image = decoding.result_of(photo[:len(photo) * 2 // 3])
    assert (image["status"], image["result"]["image_info"]["truncated"]) == ("completed", True), image


def test_a_gif_whose_frame_leaves_its_screen_is_refused(server):
    photo = bytearray(encode(quarters().quantize(8), format="GIF"))
    photo[6:10] = bytes([10, 0, 10, 0])
    answer = server.send(bytes(photo))
    assert (answer.status_code, answer.json()["code"]) == (422, "corrupt"), answer.text


@pytest.mark.parametrize("brand, name, advice", [(b"heic", "HEIC", "Most Compatible"), (b"avif", "AVIF", "Save it as JPEG")])
def test_heic_and_avif_are_refused_with_advice(server, brand, name, advice):
    answer = server.send(b"\x00\x00\x00\x18ftyp" + brand + b"\x00\x00\x00\x00mif1" + brand + bytes(500), name="IMG_0001.HEIC")
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_format"), answer.text
    assert name in answer.json()["detail"] and advice in answer.json()["detail"]
