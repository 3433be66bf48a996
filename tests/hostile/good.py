"""Files that are fine, however odd: all of them complete. (imaging.md calls for every subsampling, orientation, depth and kind.)"""
import io
import zlib

from PIL import Image

from files import (PNG_MAGIC, app1, chunk, encoded, exif, gif, header, jpeg, noise, png, png_of, segment, webp, with_chunks, with_segments)

OK = {"ok"}
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))


def jpeg_subsampling(random):
    return jpeg(random, random.randrange(1, 200), random.randrange(1, 200), subsampling=random.randrange(3), quality=random.randrange(5, 100)), OK


def jpeg_grey(random):
    return jpeg(random, mode="L"), OK


def jpeg_progressive(random):
    return jpeg(random, random.randrange(20, 300), random.randrange(20, 300), progressive=True), OK


def jpeg_cmyk(random):
    return jpeg(random, mode="CMYK"), OK


def jpeg_oriented(random):
    return with_segments(jpeg(random), app1(exif([(0x0112, 3, 1, random.randrange(1, 9))], order=random.choice("<>")))), OK


def jpeg_tiny(random):
    return jpeg(random, *random.choice([(1, 1), (1, 7), (7, 1), (8, 8), (9, 17), (1, 500), (500, 1)])), OK


def png_colours(random):
    return png(random, mode=random.choice(["L", "LA", "RGB", "RGBA", "P", "1"])), OK


def png_16_bit(random):
    width, height, colour = random.randrange(1, 60), random.randrange(1, 60), random.choice([0, 2, 4, 6])
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[colour]
    raw = b"".join(b"\x00" + random.randbytes(width * channels * 2) for _ in range(height))
    return png_of([(b"IHDR", header(width, height, 16, colour)), (b"IDAT", zlib.compress(raw)), (b"IEND", b"")]), OK


def png_interlaced(random):
    width, height = random.randrange(1, 90), random.randrange(1, 90)
    raw = b""
    for x, y, step_x, step_y in ADAM7:
        columns, rows = -(-max(0, width - x) // step_x), -(-max(0, height - y) // step_y)
        raw += b"".join(b"\x00" + random.randbytes(columns * 3) for _ in range(rows if columns else 0))
    return png_of([(b"IHDR", header(width, height, 8, 2, interlace=1)), (b"IDAT", zlib.compress(raw)), (b"IEND", b"")]), OK


def png_palette_with_alpha(random):
    depth = random.choice([1, 2, 4, 8])
    width, height, colours = random.randrange(1, 50), random.randrange(1, 50), 1 << depth
    raw = b"".join(b"\x00" + random.randbytes((width * depth + 7) // 8) for _ in range(height))
    return png_of([(b"IHDR", header(width, height, depth, 3)), (b"PLTE", random.randbytes(3 * colours)), (b"tRNS", random.randbytes(random.randrange(1, colours + 1))),
                   (b"IDAT", zlib.compress(raw)), (b"IEND", b"")]), OK


def png_in_many_pieces(random):
    """Hundreds of IDAT chunks of a few bytes, some of them empty."""
    photo = png(random, 40, 30)
    data = photo[photo.index(b"IDAT") + 4:photo.index(b"IEND") - 8]
    pieces, at = [], 0
    while at < len(data):
        step = random.randrange(0, 20)
        pieces.append(chunk(b"IDAT", data[at:at + step]))
        at += step
    return PNG_MAGIC + photo[8:33] + b"".join(pieces) + chunk(b"IEND", b""), OK


def png_animated(random):
    buffer = io.BytesIO()
    frames = [noise(random, 40, 30) for _ in range(3)]
    frames[0].save(buffer, format="PNG", save_all=True, append_images=frames[1:])
    return buffer.getvalue(), OK


def webp_kinds(random):
    return webp(random, random.randrange(1, 150), random.randrange(1, 150), mode=random.choice(["RGB", "RGBA"]), lossless=random.random() < 0.5), OK


def webp_animated(random):
    frames = [noise(random, 40, 30) for _ in range(random.randrange(2, 5))]
    return encoded(frames[0], "WEBP", save_all=True, append_images=frames[1:]), OK


def gif_still(random):
    return gif(random, interlace=random.randrange(2)), OK


def gif_animated(random):
    frames = [noise(random, 30, 20).convert("P") for _ in range(3)]
    return encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], transparency=random.randrange(256)), OK


def exif_loop(random):
    """A directory that names itself as the next, lies far away, or counts more entries than there are bytes."""
    tiff = random.choice([exif([(0x8769, 4, 1, 8)], next_directory=8), exif([], first=0xFFFFFFF0),
        exif([(0x0100, 4, 0xFFFFFFFF, 8)] * 3, next_directory=0xFFFFFFFF),
                          exif([(0x0112, 3, 0xFFFF, 6)]), b"II*\x00\x08\x00\x00\x00\xff\xff", b"MM\x00*", b""])
    if random.random() < 0.5:
        return with_segments(jpeg(random), app1(tiff)), OK
    return with_chunks(png(random), chunk(b"eXIf", tiff)), OK


def exif_orientation_odd(random):
    value = random.choice([0, 9, 255, 65535])
    twice = [app1(exif([(0x0112, 3, 1, value)])), app1(exif([(0x0112, 3, 1, 3), (0x0112, 3, 1, 8)]))]
    random.shuffle(twice)
    return with_segments(jpeg(random), *twice), OK


def exif_random(random):
    return with_segments(jpeg(random), app1(random.choice([b"II*\x00", b"MM\x00*", b""]) + random.randbytes(random.randrange(400)))), OK


def icc_overlapping(random):
    """Parts of a profile that are numbered wrongly, twice, or are missing; tags that overlap."""
    pieces = [segment(0xE2, b"ICC_PROFILE\x00" + bytes([random.randrange(256),
        random.randrange(256)]) + random.randbytes(random.randrange(300))) for _ in range(random.randrange(1, 6))]
    return with_segments(jpeg(random), *pieces), OK


def jpeg_xmp_large(random):
    return with_segments(jpeg(random), *[segment(0xE1, b"http://ns.adobe.com/xap/1.0/\x00" + bytes(65_000)) for _ in range(random.randrange(1,
        12))]), OK


def jpeg_comments(random):
    return with_segments(jpeg(random), *[segment(0xFE, random.randbytes(random.randrange(200))) for _ in range(random.randrange(1, 300))]), OK


def jpeg_fill_bytes(random):
    """Any number of 0xFF may stand before a marker."""
    photo = jpeg(random)
    return photo[:2] + b"\xff" * random.randrange(1, 5000) + photo[2:], OK


def jpeg_adobe_odd(random):
    """Adobe markers that are cut, twice, or name a transform that does not exist."""
    marker = segment(0xEE, b"Adobe" + random.choice([b"", b"\x00", b"\x00\x64\x00\x00\x00\x00" + bytes([random.randrange(256)])]))
    return with_segments(jpeg(random, mode=random.choice(["L", "CMYK"])), marker), OK


def jpeg_two_pictures(random):
    """As phones write it: a second JPEG behind the first."""
    return jpeg(random) + jpeg(random, 500, 400), OK


CLASSES = {made.__name__: made for made in (
    jpeg_subsampling, jpeg_grey, jpeg_progressive, jpeg_cmyk, jpeg_oriented, jpeg_tiny, png_colours, png_16_bit, png_interlaced, png_palette_with_alpha,
    png_in_many_pieces, png_animated, webp_kinds, webp_animated, gif_still, gif_animated, exif_loop, exif_orientation_odd, exif_random, icc_overlapping,
    jpeg_xmp_large, jpeg_comments, jpeg_fill_bytes, jpeg_adobe_odd, jpeg_two_pictures)}
