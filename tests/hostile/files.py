"""The grammar of picture files, as far as it takes to lie in it: JPEG segments, PNG chunks, WebP chunks, GIF blocks, EXIF directories."""
import io
import struct
import zlib

from PIL import Image


# --- pictures ---
def noise(random, width, height, mode="RGB"):
    """Pixels that do not compress away."""
    raw = random.randbytes(max(1, width // 8) * max(1, height // 8) * 3)
    small = Image.frombytes("RGB", (max(1, width // 8), max(1, height // 8)), raw)
    return small.resize((width, height), Image.Resampling.BICUBIC).convert(mode)


def encoded(picture, kind, **options):
    buffer = io.BytesIO()
    picture.save(buffer, format=kind, **options)
    return buffer.getvalue()


def jpeg(random, width=120, height=90, mode="RGB", **options):
    return encoded(noise(random, width, height, mode), "JPEG", **({"quality": 80} | options))


def png(random, width=100, height=80, mode="RGB", **options):
    return encoded(noise(random, width, height, "RGB").convert(mode), "PNG", **options)


def webp(random, width=100, height=80, mode="RGB", **options):
    return encoded(noise(random, width, height, mode), "WEBP", **options)


def gif(random, width=60, height=50, **options):
    return encoded(noise(random, width, height).convert("P"), "GIF", **options)


# --- JPEG ---
def segment(marker, data):
    return bytes([0xFF, marker]) + struct.pack(">H", len(data) + 2) + data


def with_segments(photo, *segments):
    """Right behind the start of the image."""
    return photo[:2] + b"".join(segments) + photo[2:]


def frame_at(photo):
    """Where the frame header (SOF0 to SOF2) begins, found by walking the segments."""
    at = 2
    while photo[at + 1] not in (0xC0, 0xC1, 0xC2):
        at += 2 + struct.unpack(">H", photo[at + 2:at + 4])[0]
    return at


def scans_of(photo):
    """Where each scan begins; entropy-coded data has no such pair of bytes."""
    return [at for at in range(len(photo) - 1) if photo[at] == 0xFF and photo[at + 1] == 0xDA]


def with_frame(photo, height=None, width=None, precision=None, sampling=None, marker=None, components=None):
    lie = bytearray(photo)
    at = frame_at(photo)
    if height is not None:
        lie[at + 5:at + 7] = struct.pack(">H", height)
    if width is not None:
        lie[at + 7:at + 9] = struct.pack(">H", width)
    if precision is not None:
        lie[at + 4] = precision
    if components is not None:
        lie[at + 9] = components
    if sampling is not None:
        lie[at + 11] = sampling
    if marker is not None:
        lie[at + 1] = marker
    return bytes(lie)


# --- PNG ---
PNG_MAGIC = b"\x89PNG\r\n\x1a\n"


def chunk(kind, data, crc=None):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data) if crc is None else crc)


def chunks_of(photo):
    at, found = 8, []
    while at < len(photo):
        length = struct.unpack(">I", photo[at:at + 4])[0]
        found.append((photo[at + 4:at + 8], photo[at + 8:at + 8 + length]))
        at += 12 + length
    return found


def png_of(chunks):
    return PNG_MAGIC + b"".join(chunk(kind, data) for kind, data in chunks)


def with_chunks(photo, *extra):
    """Right behind IHDR."""
    return photo[:33] + b"".join(extra) + photo[33:]


def header(width, height, depth=8, colour=2, interlace=0, compression=0, filtering=0):
    return struct.pack(">IIBBBBB", width, height, depth, colour, compression, filtering, interlace)


def with_header(photo, **fields):
    return png_of([(b"IHDR", header(**fields)) if kind == b"IHDR" else (kind, data) for kind, data in chunks_of(photo)])


def flat_png(width, height, depth, colour, interlace=0):
    """All zero, packed as small as deflate can: a bomb when it is large."""
    channels = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[colour]
    packer = zlib.compressobj(9)
    line = bytes(1 + (width * channels * depth + 7) // 8)
    block = line * max(1, min(height, 1_000_000 // len(line)))
    data, left = b"", (height + (height if interlace else 0)) * len(line)
    while left > 0:
        data += packer.compress(block[:left])
        left -= len(block)
    return png_of([(b"IHDR", header(width, height, depth, colour, interlace)), (b"IDAT", data + packer.flush()), (b"IEND", b"")])


# --- WebP ---
def riff_chunk(kind, data):
    return kind + struct.pack("<I", len(data)) + data + b"\x00" * (len(data) % 2)


def riff(*chunks):
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def webp_chunks(photo):
    at, found = 12, []
    while at + 8 <= len(photo):
        length = struct.unpack("<I", photo[at + 4:at + 8])[0]
        found.append((photo[at:at + 4], photo[at + 8:at + 8 + length]))
        at += 8 + length + length % 2
    return found


def vp8x(width, height, flags=0):
    return riff_chunk(b"VP8X", bytes([flags, 0, 0, 0]) + struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3])


# --- EXIF ---
def exif(entries, next_directory=0, order="<", first=8):
    """A TIFF of one directory: (tag, type, count, value) each."""
    mark = b"II*\x00" if order == "<" else b"MM\x00*"
    body = struct.pack(order + "H", len(entries))
    for tag, kind, count, value in entries:
        body += struct.pack(order + "HHI", tag, kind, count) + (struct.pack(order + "HH", value, 0) if kind == 3 else struct.pack(order + "I", value))
    return mark + struct.pack(order + "I", first) + body + struct.pack(order + "I", next_directory)


def app1(tiff):
    return segment(0xE1, b"Exif\x00\x00" + tiff)
