"""Photos that tests make: good ones of any size, ones that carry an order for the null engine, and ones that lie."""
import io
import itertools
import struct
import zlib

from PIL import Image

_numbers = itertools.count(1)
_base = {}


def encode(picture, **options):
    buffer = io.BytesIO()
    picture.save(buffer, **({"format": "JPEG"} | options))
    return buffer.getvalue()


def jpeg(width=64, height=48, color=(90, 120, 60), **options):
    return encode(Image.new("RGB", (width, height), color), **options)


def unique_jpeg(order=""):
    """A small photo unlike any other of this run. `order` is what the null engine shall do: "slow:200", "segv"."""
    return marked(order, f"{next(_numbers):08d}")


def marked(order, name=""):
    """A photo that tells the null engine what to do; the same name and order give the same bytes."""
    photo = _base.setdefault("small", jpeg(16, 16))
    comment = f"{name:>16}".encode()
    photo = photo[:2] + b"\xff\xfe" + struct.pack(">H", 2 + len(comment)) + comment + photo[2:]
    return photo + (f"darkroom-test:{order}\n".encode() if order else b"")


def png(width=64, height=48, color=(90, 120, 60)):
    return encode(Image.new("RGB", (width, height), color), format="PNG")


def claiming(width, height, byte_count=4096):
    """A JPEG of so many bytes whose header claims a size that it does not have."""
    photo = bytearray(jpeg(16, 16))
    at = photo.index(b"\xff\xc0")
    photo[at + 5:at + 9] = struct.pack(">HH", height, width)
    return bytes(photo).ljust(byte_count, b"\x00")


def png_chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def black_png(width, height):
    """A valid 1-bit PNG, all black: 32000 x 32000 are 124 KB."""
    packer = zlib.compressobj(9)
    line = bytes(1 + (width + 7) // 8)
    data = b"".join(packer.compress(line) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")


def with_scans(count):
    """A progressive JPEG whose last scan is repeated until there are so many."""
    photo = encode(Image.effect_noise((64, 64), 50), format="JPEG", progressive=True)
    scans = [at for at in range(len(photo) - 1) if photo[at:at + 2] == b"\xff\xda"]
    end = photo.rindex(b"\xff\xd9")
    last = photo[scans[-1]:end]
    return photo[:end] + last * (count - len(scans)) + photo[end:]


def thumbnail(server, image):
    """What the server shows of an image, as a picture."""
    answer = server.get(f"/api/v1/images/{image['id']}/thumbnail")
    assert answer.status_code == 200, answer.text
    return Image.open(io.BytesIO(answer.content)).convert("RGB")
