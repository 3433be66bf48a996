"""HEIC and AVIF photos made by libheif's own encoder, and what it does not write: turns, mirrors, crops and lies."""
import struct
import subprocess
from pathlib import Path


def heif(picture, kind, folder, *options):
    """The picture, of PIL or a file's path, as a file of `kind`, "heic" or "avif"."""
    source, target = folder / "picture.png", folder / f"picture.{kind}"
    if isinstance(picture, Path):
        source = picture
    else:
        picture.save(source)
    subprocess.run(["heif-enc", *(["-A"] if kind == "avif" else []), "-q", "95", *options, "-o", target, source], check=True, capture_output=True)
    return target.read_bytes()


def box(kind, body):
    return struct.pack(">I4s", 8 + len(body), kind) + body


IROT = {quarter_turns: box(b"irot", bytes([quarter_turns])) for quarter_turns in (1, 2, 3)}  # against the clock
IMIR = {axis: box(b"imir", bytes([axis])) for axis in (0, 1)}  # 0: upside down, 1: left is right


def clap(width, height, right=0, down=0):
    """A crop to this size whose middle lies so many pixels off the picture's."""
    return box(b"clap", struct.pack(">IIIIiIiI", width, 1, height, 1, right, 1, down, 1))


def boxes(data):
    while data:
        size = struct.unpack(">I", data[:4])[0]
        yield data[4:8], data[8:size]
        data = data[size:]


def with_properties(photo, *properties):
    """The photo with these boxes among the properties of its main picture, which libheif's encoder gives the number 1."""
    added = len(properties) + sum(map(len, properties))
    return b"".join(box(kind, edited_meta(body, properties, added) if kind == b"meta" else body) for kind, body in boxes(photo))


def edited_meta(meta, properties, added):
    edits = {b"iprp": lambda body: edited_iprp(body, properties), b"iloc": lambda body: moved(body, added)}
    return meta[:4] + b"".join(box(kind, edits.get(kind, bytes)(body)) for kind, body in boxes(meta[4:]))


def edited_iprp(iprp, properties):
    (_, ipco), (_, ipma) = boxes(iprp)
    first = len(list(boxes(ipco))) + 1
    assert ipma[:4] == bytes(4) and ipma[8:10] == b"\x00\x01"  # narrow numbers, and the main picture first
    numbers = bytes(0x80 | number for number in range(first, first + len(properties)))
    end = 11 + ipma[10]
    ipma = ipma[:10] + bytes([ipma[10] + len(properties)]) + ipma[11:end] + numbers + ipma[end:]
    return box(b"ipco", ipco + b"".join(properties)) + box(b"ipma", ipma)


def moved(iloc, by):
    """What lies in the file behind the meta box lies so many bytes farther on."""
    assert iloc[:4] == bytes(4) and iloc[4:6] == b"\x44\x40"  # four bytes for offsets, lengths and bases
    items, at = bytearray(iloc), 8
    for _ in range(struct.unpack(">H", iloc[6:8])[0]):
        base, extents = struct.unpack(">IH", items[at + 4:at + 10])
        items[at + 4:at + 8] = struct.pack(">I", base + by)
        at += 10 + 8 * extents
    return bytes(items)


def claiming_size(photo, width, height):
    """Every size in the photo's header becomes this one."""
    parts = photo.split(b"ispe")
    return parts[0] + b"".join(b"ispe" + part[:4] + struct.pack(">II", width, height) + part[12:] for part in parts[1:])


def full_box(kind, body):
    return box(kind, bytes(4) + body)


def heic_grid(tiles, columns, size):
    """Tiles of HEIC, all of one size, as one picture of this size, the way phones store theirs. The last item is the grid."""
    parts = [dict(boxes(tile)) for tile in tiles]
    meta = dict(boxes(parts[0][b"meta"][4:]))
    (kind, hvcc), (_, ispe) = list(boxes(dict(boxes(meta[b"iprp"]))[b"ipco"]))[:2]
    assert kind == b"hvcC"
    ipco = box(kind, hvcc) + box(b"ispe", ispe) + full_box(b"ispe", struct.pack(">II", *size))
    rows = len(tiles) // columns
    data = [part[b"mdat"] for part in parts] + [struct.pack(">4B2H", 0, 0, rows - 1, columns - 1, *size)]
    grid = len(data)
    numbers = range(1, grid)
    ipma = struct.pack(">I", grid) + b"".join(struct.pack(">HBBB", n, 2, 0x81, 2) for n in numbers) + struct.pack(">HBB", grid, 1, 3)
    infe = [box(b"infe", b"\x02\x00\x00\x00" + struct.pack(">HH4sx", n, 0, b"hvc1")) for n in numbers]
    infe.append(box(b"infe", b"\x02\x00\x00\x00" + struct.pack(">HH4sx", grid, 0, b"grid")))
    dimg = box(b"dimg", struct.pack(f">HH{grid - 1}H", grid, grid - 1, *numbers))

    def head(start):
        places, at = b"", start
        for number, piece in enumerate(data, 1):
            places += struct.pack(">HHHII", number, 0, 1, at, len(piece))
            at += len(piece)
        inner = (full_box(b"hdlr", bytes(4) + b"pict" + bytes(13)) + full_box(b"pitm", struct.pack(">H", grid))
                 + full_box(b"iloc", b"\x44\x00" + struct.pack(">H", grid) + places) + full_box(b"iinf", struct.pack(">H", grid) + b"".join(infe))
                 + box(b"iprp", box(b"ipco", ipco) + full_box(b"ipma", ipma)) + full_box(b"iref", dimg))
        return box(b"ftyp", b"heic" + bytes(4) + b"mif1heic") + full_box(b"meta", inner)

    return head(len(head(0)) + 8) + box(b"mdat", b"".join(data))
