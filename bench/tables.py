"""Tables of a report, in Markdown."""

from collections.abc import Iterable, Sequence


def markdown_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; the first column is text, the others are numbers."""
    rule = ["---", *["---:"] * (len(columns) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in [columns, rule, *rows])


def one_line(columns: Sequence[str], cells: Sequence[str]) -> str:
    """Return one row with the names of its columns, as a line of progress."""
    return ", ".join(f"{column}: {cell}" for column, cell in zip(columns, cells, strict=True))
