"""Batches are unpacked piece by piece: what comes out is what the library's codecs give, and no piece is large."""

import gzip
import os
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka import codec
from kafka.codec import snappy, zstd

from indexer.kafka_python.raw_snappy import RawSnappyError, snappy_pieces
from indexer.kafka_python.unpack import PIECE, pieces

GZIP, SNAPPY, LZ4, ZSTD = 1, 2, 3, 4
LARGEST_LZ4_BLOCK = 4_000_000
MIXED = os.urandom(300_000) * 2 + b"abc" * 100_000 + b"x" * 5_000_000

Pack = Callable[[bytes], bytes]


def zstd_of_level_22(content: bytes) -> bytes:
    packer = zstd.ZstdCompressor(level=22).compressobj()
    return bytes(packer.compress(content) + packer.flush())


PACKED: list[tuple[int, Pack]] = [
    (0, bytes),
    (GZIP, codec.gzip_encode),
    (GZIP, lambda content: gzip.compress(content[:1_000]) + gzip.compress(content[1_000:])),
    (SNAPPY, codec.snappy_encode),
    (SNAPPY, snappy.compress),
    (LZ4, codec.lz4_encode),
    (ZSTD, codec.zstd_encode),
    (ZSTD, zstd_of_level_22),
]
NAMES = ["plain", "gzip", "gzip of two members", "snappy in blocks", "raw snappy", "lz4", "zstd", "zstd, level 22"]


@pytest.mark.parametrize(("number", "pack"), PACKED, ids=NAMES)
def test_the_pieces_are_the_content(number: int, pack: Pack) -> None:
    found = list(pieces(number, memoryview(pack(MIXED))))

    assert b"".join(found) == MIXED
    assert max(map(len, found)) <= max(PIECE, LARGEST_LZ4_BLOCK)


@pytest.mark.parametrize(("number", "pack"), PACKED[1:6], ids=NAMES[1:6])
def test_a_stream_that_is_cut_is_an_error(number: int, pack: Pack) -> None:
    cut = memoryview(pack(MIXED))[:-3]

    with pytest.raises((EOFError, RawSnappyError)):
        list(pieces(number, cut))


@pytest.mark.parametrize("size", [PIECE - 1, PIECE, PIECE + 1, 2 * PIECE])
def test_what_ends_with_a_full_piece_is_whole(size: int) -> None:
    assert sum(map(len, pieces(GZIP, memoryview(gzip.compress(b"x" * size))))) == size


words = st.binary(max_size=80) | st.integers(1, 3_000).map(lambda times: b"ab" * times)


@given(st.lists(words, max_size=30).map(b"".join))
def test_raw_snappy_is_read_as_the_library_reads_it(content: bytes) -> None:
    assert b"".join(snappy_pieces(snappy.compress(content))) == content


@given(st.binary(max_size=200))
def test_any_bytes_in_place_of_raw_snappy_are_an_error_or_have_the_size_that_they_say(block: bytes) -> None:
    try:
        list(snappy_pieces(block))
    except (RawSnappyError, IndexError):
        return


def test_a_copy_that_reaches_too_far_back_is_refused() -> None:
    with pytest.raises(RawSnappyError, match="too far"):
        list(snappy_pieces(b"\x08\x00a\x0e\x02\x00"))
