"""Files that were fine: cut off, with bytes changed, with their parts in the wrong order."""
from files import (chunks_of, frame_at, gif, jpeg, png, png_of, scans_of, segment, webp, with_segments)

TYPED = {"ok", "cut", "corrupt", "truncated", "incomplete", "unsupported_format", "too_many_pixels"}


def cut_jpeg_picture(random):
    photo = jpeg(random, progressive=random.random() < 0.3)
    begin = scans_of(photo)[0] + 20
    return photo[:random.randrange(begin, len(photo) - 2)], {"cut"}


def cut_jpeg_end(random):
    """Only the end marker is missing, or half of it."""
    return jpeg(random)[:-random.randrange(1, 3)], {"cut"}


def cut_jpeg_header(random):
    photo = jpeg(random)
    return photo[:random.randrange(3, frame_at(photo) + 4)], {"corrupt"}


def cut_jpeg_tables(random):
    """It has told its size, and no picture follows."""
    photo = jpeg(random)
    return photo[:random.randrange(frame_at(photo) + 19, scans_of(photo)[0])], {"truncated", "corrupt"}


def cut_png_picture(random):
    photo = png(random)
    return photo[:random.randrange(photo.index(b"IDAT") + 1200, len(photo) - 12)], {"cut"}


def cut_png_end(random):
    return png(random)[:-random.randrange(1, 12)], {"cut"}


def cut_png_header(random):
    photo = png(random)
    return photo[:random.randrange(8, 33)], {"corrupt"}


def cut_png_early(random):
    """So early in the picture that hardly a row is there."""
    photo = png(random)
    begin = photo.index(b"IDAT") + 4
    return photo[:random.randrange(begin, begin + 40)], {"incomplete", "truncated", "cut"}


def cut_webp(random):
    photo = webp(random, lossless=random.random() < 0.5)
    return photo[:random.randrange(60, len(photo) - 1)], {"cut", "truncated"}


def cut_webp_header(random):
    return webp(random)[:random.randrange(12, 30)], {"corrupt", "truncated"}


def cut_gif(random):
    photo = gif(random)
    return photo[:random.randrange(20, len(photo) - 2)], {"cut", "truncated", "corrupt"}


def cut_anywhere(random):
    photo = random.choice([jpeg, png, webp, gif])(random)
    return photo[:random.randrange(1, len(photo))], TYPED


def _changed(photo, random, from_byte):
    """A few bytes replaced, removed or put in."""
    photo = bytearray(photo)
    for _ in range(random.choice([1, 1, 1, 2, 5, 50])):
        at = random.randrange(from_byte, len(photo))
        how = random.random()
        if how < 0.8:
            photo[at] = random.randrange(256)
        elif how < 0.9:
            del photo[at:at + random.randrange(1, 10)]
        else:
            photo[at:at] = random.randbytes(random.randrange(1, 10))
    return bytes(photo)


def changed_jpeg(random):
    return _changed(jpeg(random, progressive=random.random() < 0.4), random, 2), TYPED


def changed_png(random):
    return _changed(png(random), random, 8), TYPED


def changed_webp(random):
    return _changed(webp(random, mode=random.choice(["RGB", "RGBA"]), lossless=random.random() < 0.5), random, 12), TYPED


def changed_gif(random):
    return _changed(gif(random), random, 6), TYPED


def changed_animation(random):
    from good import webp_animated
    return _changed(webp_animated(random)[0], random, 12), TYPED


def png_wrong_sum(random):
    """One bit of the picture data, so that the chunk's sum is wrong."""
    photo = bytearray(png(random))
    begin = photo.index(b"IDAT") + 4
    photo[random.randrange(begin + 4, len(photo) - 24)] ^= 1 << random.randrange(8)
    return bytes(photo), {"corrupt"}


def png_wrong_header_sum(random):
    photo = bytearray(png(random))
    photo[random.randrange(29, 33)] ^= 0x55
    return bytes(photo), {"corrupt"}


def png_wrong_order(random):
    """The picture before its header, after its end, or not in one row."""
    chunks = chunks_of(png(random, mode="P"))
    order = random.choice(["end first", "no palette", "palette late", "two headers"])
    if order == "end first":
        return png_of([chunks[0], (b"IEND", b"")] + chunks[1:]), {"incomplete"}
    if order == "no palette":
        return png_of([piece for piece in chunks if piece[0] != b"PLTE"]), {"corrupt"}
    if order == "palette late":
        return png_of(sorted(chunks, key=lambda piece: piece[0] == b"PLTE")), {"corrupt", "incomplete"}
    return png_of([chunks[0], *chunks]), {"corrupt"}


def jpeg_frames_twice(random):
    photo = jpeg(random)
    at = frame_at(photo)
    length = 2 + int.from_bytes(photo[at + 2:at + 4], "big")
    return photo[:at] + photo[at:at + length] * 2 + photo[at + length:], {"corrupt"}


def jpeg_table_overflow(random):
    """A Huffman table that counts more codes than there can be, or more than it holds."""
    counts = bytes(random.choice([255, 17, 3]) for _ in range(16))
    return with_segments(jpeg(random), segment(0xC4, bytes([random.choice([0x00, 0x11,
        0xFF])]) + counts + random.randbytes(random.randrange(300)))), {"corrupt"}


def jpeg_without_tables(random):
    photo = jpeg(random)
    at = photo.index(b"\xff\xdb")
    while photo[at:at + 2] == b"\xff\xdb":
        photo = photo[:at] + photo[at + 2 + int.from_bytes(photo[at + 2:at + 4], "big"):]
    return photo, {"corrupt"}


def jpeg_restart_flood(random):
    """Restart markers where none belong."""
    photo = jpeg(random)
    for _ in range(random.randrange(1, 200)):
        at = random.randrange(scans_of(photo)[0] + 20, len(photo) - 2)
        photo = photo[:at] + bytes([0xFF, 0xD0 + random.randrange(8)]) + photo[at:]
    return photo, {"ok", "cut", "corrupt"}


CLASSES = {made.__name__: made for made in (
    cut_jpeg_picture, cut_jpeg_end, cut_jpeg_header, cut_jpeg_tables, cut_png_picture, cut_png_end, cut_png_header, cut_png_early, cut_webp, cut_webp_header,
    cut_gif, cut_anywhere, changed_jpeg, changed_png, changed_webp, changed_gif, changed_animation, png_wrong_sum, png_wrong_header_sum, png_wrong_order,
    jpeg_frames_twice, jpeg_table_overflow, jpeg_without_tables, jpeg_restart_flood)}
