"""The texts of a stream, put together, and everything else that it holds, once."""

from collections.abc import Container, Iterator
from itertools import pairwise

from mappings.body_text.escapes import escaped, unescaped
from mappings.body_text.json_text import ReadValue
from mappings.body_text.leaves import NAME_ONLY, OF_NO_USE, Leaf
from mappings.body_text.patterns import Sink
from mappings.body_text.roles import Role, is_time, role

BREAK = "\f"  # between two texts: no phrase goes on behind it
_MOST_TEXTS = 2000  # of one stream; further strings are found by themselves only
_FEW = 3  # values of an unknown kind that are kept even if each begins with the one before


class Text:
    """One text of a stream: what is written between the quotes of its pieces, in their order."""

    __slots__ = ("pieces", "role")

    def __init__(self, text_role: Role) -> None:
        self.role = text_role
        self.pieces: list[str] = []

    def is_a_text(self) -> bool:
        """Tell whether it was put together: a value that never changes was not."""
        return self.role is not Role.UNKNOWN or any(piece != self.pieces[0] for piece in self.pieces)

    def joined(self) -> str:
        """Return the text."""
        return unescaped(self.pieces[-1] if self._is_repeated() else "".join(self.pieces))

    def values(self) -> list[str]:
        """Return the values that are to be found by themselves."""
        distinct = dict.fromkeys(self.pieces) if self.role is Role.UNKNOWN else {}
        if len(distinct) > _FEW and self._is_repeated():
            return []
        return [unescaped(piece) for piece in distinct]

    def _is_repeated(self) -> bool:
        """Tell whether each piece is all of the text so far."""
        if self.role is Role.PIECE or len(self.pieces[0]) >= len(self.pieces[-1]):
            return False
        return all(after.startswith(before) for before, after in pairwise(self.pieces))


class Assembly:
    """What a stream says: its texts by their paths, and its names and values in the order of their first appearance."""

    def __init__(self) -> None:
        self._texts: dict[str, Text | None] = {}  # path → text; None where values are found by themselves
        self._fields: dict[tuple[str, str | Text], None] = {}

    def add(self, leaf: Leaf) -> None:
        """Add one value of a chunk that was parsed."""
        path, name, value = leaf
        if value is NAME_ONLY or value is OF_NO_USE:
            self.add_field(name)
        elif not _is_string(value):
            self.add_field(name, _written(value))
        elif text := self._text(path, name):
            text.pieces.append(escaped(value))
        else:
            self.add_field(name, value)

    def add_field(self, name: str, value: str = "") -> None:
        """Add a name and a value that are found by themselves."""
        self._fields[name, value] = None

    def sink(self, leaf: Leaf) -> Sink:
        """Return what takes the later values at the place of this one, as they are written."""
        path, name, value = leaf
        if text := self._text(path, name) if _is_string(value) else None:
            return text.pieces.append
        if value is OF_NO_USE or is_time(name):
            return _ignore
        return lambda written: self.add_field(name, unescaped(written))

    def is_piece(self, leaf: Leaf) -> bool:
        """Tell whether the value is a piece of a text, which changes from chunk to chunk."""
        text = self._texts.get(leaf[0])
        return text is not None and text.role is not Role.UNKNOWN

    def text(self, read: ReadValue) -> str:
        """Return the texts, then each name and value once; `read` decodes JSON in them."""
        texts: dict[str, str] = {}
        for text in self._texts.values():
            joined = text.joined() if text and text.is_a_text() else ""
            if plain := joined.strip():
                texts[plain] = read(joined)
        fields = "\n".join(self._lines(texts.keys(), read))
        return BREAK.join(text.replace(BREAK, " ") for text in (*texts.values(), fields) if text)

    def _text(self, path: str, name: str) -> Text | None:
        try:
            return self._texts[path]
        except KeyError:
            return self._new_text(path, name)

    def _new_text(self, path: str, name: str) -> Text | None:
        of_path = role(path, name)
        is_value = of_path is Role.VALUE or len(self._texts) >= _MOST_TEXTS
        text = self._texts[path] = None if is_value else Text(of_path)
        if text:
            self._fields[name, text] = None
        return text

    def _lines(self, said: Container[str], read: ReadValue) -> Iterator[str]:
        written: set[tuple[str, str]] = set()
        for name, value in self._names_and_values(said):
            if (name, value) not in written:
                written.add((name, value))
                yield f"{name}: {read(value)}" if value else f"{name}:"

    def _names_and_values(self, said: Container[str]) -> Iterator[tuple[str, str]]:
        for name, value in self._fields:
            for one in (value,) if isinstance(value, str) else value.values() or ("",):
                yield name, "" if one.strip() in said else one


def _is_string(value: object) -> bool:
    return type(value) is str  # and no Number


def _written(value: object) -> str:
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)


def _ignore(_: str) -> None:
    """Take a value that is of no use."""
