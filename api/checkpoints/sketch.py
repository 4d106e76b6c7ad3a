"""A sketch: the entries of any number of shards in a fixed number of bytes, enough to find the few that differ. Pure.

An invertible Bloom lookup table. Each entry is combined (exclusive or) into three of the cells. In the combination of
two sketches what both contain cancels out. A cell in which one entry is left shows it, by its check; taken out of its
other cells, it uncovers further ones.
"""

from collections.abc import Iterable
from hashlib import blake2b

CELLS_OF_A_PART = 17
PARTS = 3  # an entry is in one cell of each
CELLS = PARTS * CELLS_OF_A_PART  # some 30 entries that differ are found
CHECK_BYTES = 4

Sketch = tuple[int, ...]  # the cells
EMPTY: Sketch = (0,) * CELLS


def toggled(sketch: Sketch, entries: Iterable[bytes]) -> Sketch:
    """Return the sketch with these entries; one that it contains is taken out."""
    cells = list(sketch)
    for entry in entries:
        _toggle(cells, entry)
    return tuple(cells)


def difference(one: Sketch, other: Sketch, entry_bytes: int) -> set[bytes]:
    """Return the entries that only one of the sketches contains; raise ValueError where there are too many."""
    cells = [a ^ b for a, b in zip(one, other, strict=True)]
    found: set[bytes] = set()
    waiting = list(range(CELLS))
    while waiting:
        entry = _single(cells[waiting.pop()], entry_bytes)
        if entry is not None and len(found) < CELLS:
            found ^= {entry}
            waiting += _toggle(cells, entry)
    if any(cells):
        raise ValueError("too many entries differ")
    return found


def _single(cell: int, entry_bytes: int) -> bytes | None:
    """Return the entry of a cell that contains one; None for any other cell."""
    if not cell or cell.bit_length() > 8 * (entry_bytes + CHECK_BYTES):
        return None
    written = cell.to_bytes(entry_bytes + CHECK_BYTES, "big")
    entry = written[:entry_bytes]
    return entry if written[entry_bytes:] == _digest(entry)[:CHECK_BYTES] else None


def _toggle(cells: list[int], entry: bytes) -> list[int]:
    """Combine an entry into its cells; return their numbers."""
    digest = _digest(entry)
    value = int.from_bytes(entry + digest[:CHECK_BYTES], "big")
    chosen = [
        part * CELLS_OF_A_PART + int.from_bytes(digest[CHECK_BYTES + 2 * part :][:2], "big") % CELLS_OF_A_PART
        for part in range(PARTS)
    ]
    for number in chosen:
        cells[number] ^= value
    return chosen


def _digest(entry: bytes) -> bytes:
    return blake2b(entry, digest_size=CHECK_BYTES + 2 * PARTS).digest()
