"""No cell of a CSV is a formula, whatever separators a spreadsheet is told to read it with."""

# ruff: noqa: RUF001  # full-width signs are what is tested

import csv
import io
import time
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.export.columns import cells_of
from api.export.formats import _csv

COLUMNS = ("model", "content", "user")
SIGNS = tuple("=+-@＝＋－＠")
TEXTS = st.lists(st.sampled_from([*SIGNS, ";", "\t", "\n", "\r", '"', "'", ",", " ", "1+1", "超时"]), max_size=12)


def written(*texts: str) -> str:
    return _csv([cells_of(COLUMNS, "UTC")(dict(zip(COLUMNS, texts, strict=True)))]).decode()


def cells(text: str, delimiter: str) -> list[str]:
    """Return the cells as a reader with this separator sees them, with quotation marks and without."""
    strict: Any = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    plain: Any = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=csv.QUOTE_NONE)
    return [cell for reader in (strict, *([] if delimiter == "," else [plain])) for row in reader for cell in row]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@given(st.tuples(*[TEXTS.map("".join)] * 3))
@example(("x;=1+1", 'x\t"=1+1"', "x\n@SUM(1)"))
@example(('";=1+1', "a\r-1", 'a;""=1'))
def test_no_cell_begins_as_a_formula(delimiter: str, texts: tuple[str, str, str]) -> None:
    found = cells(written(*texts), delimiter)

    assert [cell for cell in found if cell.startswith(SIGNS)] == []


@pytest.mark.parametrize("text", ["a=b", "a; b-c", "1-2\t3", "user@host", "a;'=b", "{-1}", "a\nb = c"])
def test_a_text_without_such_a_beginning_is_as_it_was(text: str) -> None:
    assert next(csv.reader(io.StringIO(written("", text, ""), newline=""))) == ["", text, ""]


@pytest.mark.parametrize("text", ["\n" * 1_000_000, ';"' * 500_000, '"' * 1_000_000, ";" + '"' * 1_000_000])
def test_a_text_of_separators_takes_no_longer_than_its_length(text: str) -> None:
    begun_s = time.process_time()
    cells_of(("content",), "UTC")({"content": text})

    assert time.process_time() - begun_s < 5  # quadratic, it takes hours
