"""Unpacks a record batch piece by piece, so that memory does not depend on what it unpacks to.

kafka-python 3.0.12 unpacks a batch as a whole: 150 kB of gzip may become 150 MB, and 16 MB of zstd hundreds of GB.
"""

import struct
import zlib
from collections.abc import Callable, Iterator, Mapping
from io import BytesIO

from kafka.codec import lz4, snappy, zstd  # of kafka-python's extras
from kafka.record.default_records import DefaultRecordBatch

from indexer.kafka_python import raw_snappy

PIECE = 262_144  # bytes, about; an lz4 block has up to 4 MB
INPUT = 65_536  # bytes that are given to a codec at a time
# The memory of the zstd decoder while a batch is read. Levels above 19 have larger windows; 2**27 is what every level
# up to 22 needs. The decoder fills it only as far as the batch unpacks.
ZSTD_WINDOW = 2**27
WHOLE_SNAPPY_BLOCK = 1_000_000  # bytes; larger blocks are unpacked in pieces, some hundred times slower
_XERIAL = b"\x82SNAPPY\x00"  # of Java's clients: blocks, each behind its size
_XERIAL_HEADER_BYTES = 16
_BLOCK_SIZE = struct.Struct(">i")


def pieces(codec: int, packed: memoryview) -> Iterator[bytes | memoryview]:
    """Yield what the records of a batch unpack to; raise any error where they are damaged."""
    return _CODECS[codec](packed)


def _plain(packed: memoryview) -> Iterator[memoryview]:
    for begin in range(0, len(packed), PIECE):
        yield packed[begin : begin + PIECE]


def _gzip(packed: memoryview) -> Iterator[bytes]:
    member = zlib.decompressobj(16 + zlib.MAX_WBITS)
    for begin in range(0, len(packed), INPUT):
        given, piece = bytes(packed[begin : begin + INPUT]), b""
        # A full piece may have left output behind without any input.
        while given or (len(piece) == PIECE and not member.eof):
            if member.eof:
                member = zlib.decompressobj(16 + zlib.MAX_WBITS)  # a stream may have several members
            yield (piece := member.decompress(given, PIECE))
            given = member.unused_data if member.eof else member.unconsumed_tail
    if not member.eof:
        raise EOFError("the gzip stream is cut")


def _lz4(packed: memoryview) -> Iterator[bytes]:
    frame = lz4.LZ4FrameDecompressor()
    for begin in range(0, len(packed), INPUT):
        given = bytes(packed[begin : begin + INPUT])
        yield frame.decompress(given, PIECE)
        while not frame.needs_input and not frame.eof:
            yield frame.decompress(b"", PIECE)
        if frame.eof:
            return
    raise EOFError("the lz4 frame is cut")


def _zstd(packed: memoryview) -> Iterator[bytes]:
    decoder = zstd.ZstdDecompressor(max_window_size=ZSTD_WINDOW)
    with decoder.stream_reader(BytesIO(packed), read_across_frames=True) as reader:
        while piece := reader.read(PIECE):
            yield piece


def _snappy(packed: memoryview) -> Iterator[bytes]:
    if bytes(packed[: len(_XERIAL)]) != _XERIAL:
        yield from _snappy_block(bytes(packed))
        return
    place = _XERIAL_HEADER_BYTES
    while place < len(packed):
        (size,) = _BLOCK_SIZE.unpack_from(packed, place)
        place += _BLOCK_SIZE.size
        if not 0 < size <= len(packed) - place:
            raise EOFError("a snappy block is cut")
        yield from _snappy_block(bytes(packed[place : place + size]))
        place += size


def _snappy_block(block: bytes) -> Iterator[bytes]:
    if raw_snappy.unpacked_size(block)[0] > WHOLE_SNAPPY_BLOCK:
        yield from raw_snappy.snappy_pieces(block)
    else:
        yield snappy.decompress(block)


_CODECS: Mapping[int, Callable[[memoryview], Iterator[bytes | memoryview]]] = {
    DefaultRecordBatch.CODEC_NONE: _plain,
    DefaultRecordBatch.CODEC_GZIP: _gzip,
    DefaultRecordBatch.CODEC_SNAPPY: _snappy,
    DefaultRecordBatch.CODEC_LZ4: _lz4,
    DefaultRecordBatch.CODEC_ZSTD: _zstd,
}
