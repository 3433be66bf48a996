"""Files that are something else, or two things at once, and names that would do harm if anybody used them as paths."""
import io
import zipfile

from files import app1, jpeg, png, segment, webp, with_segments

OK = {"ok"}
FOREIGN = {"unsupported_format"}
PAGE = b"<!doctype html><html><script>alert(document.domain)</script></html>"


def page_in_a_jpeg(random):
    return with_segments(jpeg(random), segment(0xFE, PAGE)) + PAGE, OK, "page.html"


def archive_behind_a_png(random):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("../../evil.sh", random.randbytes(200))
    return png(random) + packed.getvalue(), OK, "archive.zip"


def gif_head_on_a_jpeg(random):
    return random.choice([b"GIF89a", b"GIF87a"]) + jpeg(random), {"corrupt", "truncated", "too_many_pixels"}, "photo.gif"


def jpeg_head_on_a_png(random):
    return b"\xff\xd8\xff" + png(random), {"corrupt"}


def wrong_extension(random):
    return random.choice([png, webp])(random), OK, random.choice(["photo.jpg", "PHOTO.JPEG", "photo", "photo.php", "photo.svg"])


def markup(random):
    return random.choice([b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", PAGE,
        b"\xef\xbb\xbf  <?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'b'>]><svg/>",
                          b"push graphic-context\nviewbox 0 0 640 480\nfill 'url(https://127.0.0.1/x.png\"|ls \"-la)'\npop graphic-context",
                          b"<html><img src=x onerror=alert(1)></html>" + random.randbytes(50)]), FOREIGN, "drawing.jpg"


def documents(random):
    return random.choice([b"%PDF-1.7\n", b"%!PS-Adobe-3.0 EPSF-3.0\n", b"PK\x03\x04", b"8BPS\x00\x01", b"\x7fELF\x02\x01\x01", b"MZ\x90\x00",
        b"#!/bin/sh\n"]) + random.randbytes(300), FOREIGN


def other_pictures(random):
    magic = random.choice([b"\x00\x00\x00\x18ftypheic", b"\x00\x00\x00\x1cftypavif", b"II*\x00", b"MM\x00*",
        b"BM\x00\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00",
                           b"\xff\x0a", b"\x00\x00\x00\x0cJXL \r\n\x87\n", b"\x00\x00\x00\x0cjP  \r\n\x87\n", b"\x00\x00\x01\x00", b"qoif", b"P6\n", b"#?RADIANCE\n"])
    return magic + random.randbytes(400), FOREIGN, "IMG_0001.JPG"


def other_containers(random):
    return random.choice([b"RIFF\x24\x00\x00\x00WAVEfmt ", b"RIFF\x24\x00\x00\x00AVI LIST", b"RIFF", b"RIFX\x24\x00\x00\x00WEBP", b"OggS",
        b"\x1a\x45\xdf\xa3"]) + random.randbytes(100), FOREIGN


def almost_magic(random):
    return random.choice([b"\xff\xd8", b"\xff\xd8\xfe", b"\x89PNG\r\n\x1a", b"\x89PNG\n\x1a\n" + png(random)[8:], b"\x89png\r\n\x1a\n",
        b" " + jpeg(random), b"\n" + png(random)]), FOREIGN


def garbage(random):
    return b"\x01" + random.randbytes(random.randrange(1, 3000)), FOREIGN


def nothing(random):
    return b"", {"empty_file"}


def only_magic(random):
    return random.choice([b"\xff\xd8\xff", b"\xff\xd8\xff\xd9", b"\x89PNG\r\n\x1a\n", b"RIFF\x04\x00\x00\x00WEBP", b"\xff\xd8\xff\xe0",
        b"\xff\xd8\xff\xff\xff\xff"]), {"corrupt", "truncated"}


def jpeg_in_a_jpeg(random):
    """A thumbnail in the EXIF data, hostile itself."""
    inner = jpeg(random, 20, 20)[:random.randrange(10, 300)]
    return with_segments(jpeg(random), app1(b"II*\x00\x08\x00\x00\x00\x00\x00" + inner)), OK


def harmful_names(random):
    name = random.choice(["../../../../etc/passwd", "..\\..\\windows\\system32", "con", "NUL.jpg", "aux.png", "\u202egpj.exe",
        "사진".encode().decode(), "\u1109\u1161\u110c\u1175\u11ab.jpg",
                          "a" * 180 + ".jpg", "-rf", "photo.jpg;rm -rf", "$(reboot).jpg", "`id`.jpg", "%00.jpg", "'; DROP TABLE image; --.jpg", "<img src=x>.jpg", ".htaccess", "|ls"])
    return jpeg(random), OK, name


CLASSES = {made.__name__: made for made in (
    page_in_a_jpeg, archive_behind_a_png, gif_head_on_a_jpeg, jpeg_head_on_a_png, wrong_extension, markup, documents, other_pictures, other_containers,
    almost_magic, garbage, nothing, only_magic, jpeg_in_a_jpeg, harmful_names)}
