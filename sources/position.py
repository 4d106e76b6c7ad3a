"""How far a table was read, in a file: written after the brokers have the records, so none is lost and some may repeat.

The file is replaced as a whole, so a crash leaves the old position or the new one.
"""

import json
import os
from pathlib import Path


class WrongPositionError(Exception):
    """The file is of another table, or cannot be read or written. The text says what to do."""


class PositionFile:
    """The position in one table; `table` names it, without a password."""

    def __init__(self, path: Path, table: str) -> None:
        self._path = path
        self._table = table

    def read(self) -> int | None:
        """Return the id up to which the table was read; None where there is no file yet."""
        try:
            found = json.loads(self._path.read_text())
            table, last = found["table"], int(found["id"])
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, TypeError):
            raise WrongPositionError(f"{self._path} cannot be read as a position: repair or remove it") from None
        if table != self._table:
            raise WrongPositionError(f"{self._path} is the position in {table}: choose another --position")
        return last

    def write(self, last: int) -> None:
        """Store the id up to which the table was read; raise WrongPositionError where that is not possible."""
        new = self._path.with_name(f"{self._path.name}.new")
        try:
            with new.open("w") as file:
                json.dump({"table": self._table, "id": last}, file)
                file.flush()
                os.fsync(file.fileno())
            new.replace(self._path)
        except OSError as error:
            raise WrongPositionError(f"{self._path} cannot be written: {error.strerror}") from None
