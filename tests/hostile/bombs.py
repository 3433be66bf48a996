"""Small files that would cost much: picture bombs, floods of scans, frames and chunks, packed texts."""
import struct
import zlib

from PIL import Image

from files import (chunk, encoded, flat_png, gif, jpeg, noise, png, riff, riff_chunk, scans_of, webp_chunks, with_chunks)

OK = {"ok"}


def png_bomb_of_rows(random):
    """All zero: 120 KB for 32000 x 32000 of one bit."""
    depth, colour = random.choice([(1, 0), (8, 0), (1, 3)])
    return flat_png(32000, random.randrange(17000, 32000), depth, colour), {"too_many_pixels"}


def png_bomb_within_limits(random):
    """Just below the limits: it is decoded, and must be."""
    return flat_png(random.randrange(3000, 6000), random.randrange(3000, 6000), 8, 0, interlace=0), OK


def png_text_bomb(random):
    packed = zlib.compress(bytes(random.randrange(20, 100) * 1_000_000), 9)
    kind, data = random.choice([(b"zTXt", b"Comment\x00\x00" + packed), (b"iTXt", b"Comment\x00\x01\x00\x00\x00" + packed),
        (b"iCCP", b"profile\x00\x00" + packed)])
    return with_chunks(png(random), chunk(kind, data)), OK


def png_chunk_flood(random):
    return with_chunks(png(random), *[chunk(random.choice([b"tEXt", b"zTXt", b"prVt"]),
        b"k\x00" + random.randbytes(4)) for _ in range(random.randrange(1000, 5000))]), OK


def jpeg_scan_flood(random):
    photo = encoded(noise(random, 200, 200), "JPEG", progressive=True)
    last, end = photo[scans_of(photo)[-1]:-2], photo[-2:]
    return photo[:-2] + last * random.randrange(150, 2000) + end, {"corrupt"}


def jpeg_trailing_megabytes(random):
    return jpeg(random) + random.randbytes(64) * random.randrange(1000, 50_000), OK


def webp_flat_large(random):
    """A thousand bytes for millions of pixels, which no proof can tell."""
    return encoded(Image.new("RGB", (random.randrange(2000, 5000), random.randrange(2000, 5000)), random.randrange(2**24)), "WEBP", lossless=True,
        method=0), OK


def webp_frame_flood(random):
    """An animation of thousands of frames: the first is shown."""
    frames = [Image.new("RGB", (20, 20), color) for color in ("red", "blue")]
    chunks = webp_chunks(encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:]))
    rest = [riff_chunk(*piece) for piece in chunks if piece[0] != b"ANMF"]
    frame = next(riff_chunk(*piece) for piece in chunks if piece[0] == b"ANMF")
    return riff(*rest, *[frame] * random.randrange(500, 5000)), OK


def gif_frame_flood(random):
    photo = gif(random, 10, 10)
    at = photo.index(b"\x2c", 13 + 3 * (2 << (photo[10] & 7)))
    return photo[:at] + photo[at:-1] * random.randrange(500, 5000) + photo[-1:], OK


def gif_extension_flood(random):
    photo = gif(random, 10, 10)
    at = photo.index(b"\x2c", 13 + 3 * (2 << (photo[10] & 7)))
    return photo[:at] + b"\x21\xfe\x01x\x00" * random.randrange(1000, 20_000) + photo[at:], OK


CLASSES = {made.__name__: made for made in (
    png_bomb_of_rows, png_bomb_within_limits, png_text_bomb, png_chunk_flood, jpeg_scan_flood, jpeg_trailing_megabytes, webp_flat_large, webp_frame_flood,
    gif_frame_flood, gif_extension_flood)}
