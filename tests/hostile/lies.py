"""Headers that claim what is not so: sizes, depths, kinds, lengths."""
import struct

from files import (chunks_of, frame_at, gif, jpeg, png, png_of, riff, riff_chunk, scans_of, vp8x, webp, webp_chunks, with_frame, with_header)

TYPED = {"ok", "cut", "corrupt", "truncated", "incomplete", "unsupported_format", "too_many_pixels"}


def jpeg_claims_huge(random):
    width, height = random.choice([(30000, 30000), (65500, 65500), (65535, 1), (16000, 16000), (1, 65535), (20000, 9000)])
    return with_frame(jpeg(random, progressive=random.random() < 0.5), height, width), {"too_many_pixels"}


def jpeg_claims_nothing(random):
    return with_frame(jpeg(random), *random.choice([(0, 100), (100, 0), (0, 0)])), {"corrupt"}


def jpeg_claims_more_than_its_bytes(random):
    """Within the limits, and too few bytes for one bit a block."""
    return with_frame(jpeg(random, 40, 30), random.randrange(5000, 8000), random.randrange(5000, 8000)), {"incomplete"}


def jpeg_claims_more_rows(random):
    """Twice as high as its picture, whose end marker comes too early."""
    return with_frame(jpeg(random, 120, 88, progressive=random.random() < 0.3), height=176), {"cut"}


def jpeg_unread_kinds(random):
    if random.random() < 0.5:
        return with_frame(jpeg(random), marker=random.choice([0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF])), {"unsupported_format"}
    return with_frame(jpeg(random), precision=random.choice([0, 1, 2, 12, 16, 255])), {"unsupported_format"}


def jpeg_odd_sampling(random):
    return with_frame(jpeg(random), sampling=random.choice([0x00, 0x01, 0x10, 0x51, 0x15, 0xFF])), {"corrupt"}


def jpeg_odd_components(random):
    return with_frame(jpeg(random), components=random.choice([0, 2, 4, 5, 17, 255])), {"corrupt", "unsupported_format"}


def jpeg_odd_scan(random):
    """A scan header that names components or tables that do not exist."""
    photo = bytearray(jpeg(random))
    at = scans_of(photo)[0]
    photo[at + random.choice([4, 5, 7, 9])] = random.choice([0, 4, 9, 255])
    return bytes(photo), {"corrupt"}


def png_claims_huge(random):
    width, height = random.choice([(32000, 32000), (2**31 - 1, 2**31 - 1), (2**31, 5), (2**32 - 1, 2**32 - 1), (1, 2**30), (16385, 1)])
    return with_header(png(random), width=width, height=height), {"too_many_pixels", "corrupt"}


def png_claims_nothing(random):
    width, height = random.choice([(0, 5), (5, 0), (0, 0)])
    return with_header(png(random), width=width, height=height), {"corrupt"}


def png_claims_more(random):
    """More rows, or wider ones, than its data fills."""
    return with_header(png(random, 100, 80), width=100 * random.randrange(1, 3), height=80 * random.randrange(2, 4)), {"corrupt"}


def png_claims_with_no_data(random):
    """69 bytes that claim 8000 x 8000."""
    photo = chunks_of(png(random, 1, 1))
    return with_header(png_of(photo), width=random.randrange(4000, 8000), height=random.randrange(4000, 8000)), {"incomplete"}


def png_odd_kind(random):
    how = random.choice([{"depth": 3}, {"depth": 0}, {"depth": 255}, {"colour": 1}, {"colour": 5}, {"colour": 7}, {"colour": 255},
        {"depth": 16, "colour": 3}, {"depth": 4},
                         {"compression": 1}, {"filtering": 64}, {"interlace": 2}])
    return with_header(png(random), **({"width": 100, "height": 80} | how)), {"corrupt"}


def png_odd_lengths(random):
    """A chunk that is longer than the file, or than a chunk may be."""
    photo = bytearray(png(random))
    at = photo.index(b"IDAT") - 4
    photo[at:at + 4] = struct.pack(">I", random.choice([2**31 - 1, 2**31, 2**32 - 1, len(photo) * 2]))
    return bytes(photo), {"corrupt", "cut", "truncated"}


def webp_canvas_lies(random):
    """An extended header of another size than the picture in it."""
    width, height = random.choice([(50, 50), (16000, 4000), (1, 1), (101, 80)])
    kind, data = webp_chunks(webp(random, 100, 80))[0]
    return riff(vp8x(width, height), riff_chunk(kind, data)), {"corrupt"}


def webp_claims_huge(random):
    kind, data = webp_chunks(webp(random, 64, 64, lossless=random.random() < 0.5))[0]
    data = bytearray(data)
    if kind == b"VP8 ":
        data[6:10] = struct.pack("<HH", 16383, 16383)
    else:
        data[1:5] = struct.pack("<I", struct.unpack("<I", data[1:5])[0] | 0x0FFFFFFF)
    if random.random() < 0.3:
        return riff(vp8x(2**24, 2**24), riff_chunk(kind, bytes(data))), {"too_many_pixels"}
    return riff(riff_chunk(kind, bytes(data))), {"too_many_pixels"}


def webp_odd_lengths(random):
    photo = bytearray(webp(random))
    at = random.choice([4, 16])
    photo[at:at + 4] = struct.pack("<I", random.choice([0, 1, 2**31, 2**32 - 1, len(photo) * 3]))
    return bytes(photo), {"ok", "cut", "corrupt", "truncated"}


def webp_wild_tables(random):
    """Lossless data whose Huffman tables are chance: the shape of CVE-2023-4863."""
    size = struct.pack("<I", (random.randrange(1, 200) - 1) | (random.randrange(1, 200) - 1) << 14)
    prefix = random.choice([b"", b"\x00", b"\xff" * 8, bytes(8)])
    return riff(riff_chunk(b"VP8L", b"\x2f" + size + prefix + random.randbytes(random.randrange(1, 2000)))), TYPED


def webp_alpha_lies(random):
    """A plane of transparency that is chance, or claims to be there and is not."""
    kind, data = webp_chunks(webp(random, 60, 50))[0]
    alpha = riff_chunk(b"ALPH", bytes([random.randrange(256)]) + random.randbytes(random.randrange(1, 500))) if random.random() < 0.8 else b""
    return riff(vp8x(60, 50, flags=0x10), alpha, riff_chunk(kind, data)), TYPED


def gif_claims_huge(random):
    photo = bytearray(gif(random))
    photo[6:10] = struct.pack("<HH", 65535, 65535)
    at = photo.index(b"\x2c", 13 + 3 * (2 << (photo[10] & 7)))
    photo[at + 5:at + 9] = struct.pack("<HH", 65535, 65535)
    return bytes(photo), {"too_many_pixels"}


def gif_odd_kind(random):
    """A frame outside its screen, code sizes that do not exist."""
    photo = bytearray(gif(random))
    at = photo.index(b"\x2c", 13 + 3 * (2 << (photo[10] & 7)))
    if random.random() < 0.5:
        photo[at + 1:at + 5] = struct.pack("<HH", random.randrange(1, 65536), random.randrange(65536))
    else:
        photo[at + 10 + (3 * (2 << (photo[at + 9] & 7)) if photo[at + 9] & 0x80 else 0)] = random.choice([0, 1, 9, 12, 255])
    return bytes(photo), {"ok", "cut", "corrupt", "truncated", "too_many_pixels"}


CLASSES = {made.__name__: made for made in (
    jpeg_claims_huge, jpeg_claims_nothing, jpeg_claims_more_than_its_bytes, jpeg_claims_more_rows, jpeg_unread_kinds, jpeg_odd_sampling, jpeg_odd_components,
    jpeg_odd_scan, png_claims_huge, png_claims_nothing, png_claims_more, png_claims_with_no_data, png_odd_kind, png_odd_lengths, webp_canvas_lies,
    webp_claims_huge, webp_odd_lengths, webp_wild_tables, webp_alpha_lies, gif_claims_huge, gif_odd_kind)}
