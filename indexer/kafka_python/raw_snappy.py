"""Unpacks one block of raw snappy piece by piece, for blocks that are too large to be unpacked at once.

The library can only unpack a whole block. A block says at its beginning how large it becomes, up to 4 GB. It is a row
of elements: literal bytes, or a copy of earlier output. Compressors work on fragments of 64 kB, so no copy reaches
further back. (https://github.com/google/snappy/blob/main/format_description.txt)
"""

from collections.abc import Iterator

REACH = 65_536  # bytes, how far back a copy may begin
AT_A_TIME = 262_144  # bytes
_LITERAL, _COPY_1, _COPY_2 = range(3)  # kinds of elements: literal, and copies with an offset of one or two bytes
_LONG_LITERAL = 60  # from here on the length is in the bytes behind it


class RawSnappyError(ValueError):
    """The block is damaged, or a copy in it reaches too far back."""


def unpacked_size(block: bytes) -> tuple[int, int]:
    """Return how many bytes a block says that it becomes, and where its elements begin."""
    size = shift = 0
    for place, byte in enumerate(block[:5]):
        size |= (byte & 0x7F) << shift
        if byte < 0x80:
            return size, place + 1
        shift += 7
    raise RawSnappyError("its size cannot be read")


def snappy_pieces(block: bytes) -> Iterator[bytes]:
    """Yield what the block becomes, in pieces of at least 256 kB but for the last."""
    size, place = unpacked_size(block)
    out = bytearray()
    written = 0  # yielded
    while place < len(block):
        place = _literal(block, place, out) if block[place] & 3 == _LITERAL else _copy(block, place, out)
        if len(out) >= AT_A_TIME + REACH:
            ready = len(out) - REACH
            written += ready
            yield bytes(out[:ready])
            del out[:ready]
    if written + len(out) != size:
        raise RawSnappyError("it does not become as large as it says")
    yield bytes(out)


def _literal(block: bytes, place: int, out: bytearray) -> int:
    """Append the literal at this place; return where the next element begins."""
    length = block[place] >> 2
    place += 1
    if length >= _LONG_LITERAL:
        width = length - _LONG_LITERAL + 1
        length = int.from_bytes(block[place : place + width], "little")
        place += width
    end = place + length + 1
    if end > len(block):
        raise RawSnappyError("a literal is longer than the block")
    out += block[place:end]
    return end


def _copy(block: bytes, place: int, out: bytearray) -> int:
    """Append the copy at this place; return where the next element begins."""
    tag = block[place]
    if tag & 3 == _COPY_1:
        length, width = (tag >> 2 & 7) + 4, 1
        offset = (tag >> 5) << 8 | int.from_bytes(block[place + 1 : place + 2], "little")
    else:
        length, width = (tag >> 2) + 1, 2 if tag & 3 == _COPY_2 else 4
        offset = int.from_bytes(block[place + 1 : place + 1 + width], "little")
    if place + width >= len(block) or not 0 < offset <= min(len(out), REACH):
        raise RawSnappyError("a copy reaches too far back")
    begin = len(out) - offset
    copied = out[begin : begin + length]
    out += copied if length <= offset else (copied * (length // offset + 1))[:length]
    return place + 1 + width
