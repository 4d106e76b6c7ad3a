"""A table of logs in PostgreSQL, MySQL or SQLite, read page by page in the order of its ids."""

import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, Label, MetaData, Table, create_engine, func, select, type_coerce
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchTableError
from sqlalchemy.types import NullType

from sources.tables.registry import TableShape
from sources.tables.row_values import Row

MAX_ROWS = 500  # of one page
MAX_PAGE_CHARACTERS = 8_000_000  # of the bodies of one page; a single larger log is a page of its own
CONNECT_SECONDS = 10
LOGGED_BODIES = ("request_body", "response_body")
_DRIVERS = {
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mysql+pymysql",
    "sqlite": "sqlite",
}
_EXAMPLES = "postgresql://user:password@host:5432/database, mysql://user:password@host:3306/database or sqlite:///file"
_GO_MYSQL = re.compile(r"(?P<user>[^:@/]*)(?::(?P<password>.*))?@tcp\((?P<address>[^)]+)\)/(?P<name>[^?]*)(?:\?.*)?")


class WrongDatabaseError(Exception):
    """The DSN or the schema cannot be used. The text says why, and never has a password."""


def url_of(dsn: str) -> URL:
    """Return the address in a DSN: a URL, or what Go programs use for MySQL; raise WrongDatabaseError for others."""
    if match := _GO_MYSQL.fullmatch(dsn):
        login = f"{quote(match['user'], safe='')}:{quote(match['password'] or '', safe='')}"
        dsn = f"mysql://{login}@{match['address']}/{match['name']}?charset=utf8mb4"
    with suppress(ArgumentError):
        url = make_url(dsn)
        if driver := _DRIVERS.get(url.drivername.partition("+")[0]):
            return _existing(url.set(drivername=driver))
    raise WrongDatabaseError(f"the DSN must look like {_EXAMPLES}")


def _existing(url: URL) -> URL:
    # SQLite would create a file that does not exist.
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").is_file():
        raise WrongDatabaseError(f"the file {url.database} does not exist")
    return url


def name_of(url: URL, shape: str) -> str:
    """Return a name for the table without the login."""
    port = f":{url.port}" if url.port else ""
    return f"{shape} {url.get_backend_name()}://{url.host or ''}{port}/{url.database or ''}"


def open_database(url: URL) -> Engine:
    """Return the engine. Each statement is a transaction of its own: a longer one would not see new rows."""
    options = {} if url.get_backend_name() == "sqlite" else {"connect_timeout": CONNECT_SECONDS}
    return create_engine(
        url, isolation_level="AUTOCOMMIT", hide_parameters=True, pool_pre_ping=True, pool_size=1, connect_args=options
    )


class LogTable:
    """The table of logs of one gateway, and that of the bodies where there is one.

    Every method raises SQLAlchemyError where the database does not answer.
    """

    def __init__(self, engine: Engine, shape: TableShape) -> None:
        self._engine = engine
        logs = _reflected(engine, shape.logs)
        if logs is None:
            raise WrongDatabaseError(f"the database has no table {shape.logs}")
        self._logs = logs
        details = _reflected(engine, shape.details) if shape.details else None
        self._bodies = None if details is None else _Bodies(details)

    def highest(self) -> int:
        """Return the highest id; 0 for an empty table."""
        with self._engine.connect() as connection:
            return int(connection.execute(select(func.max(self._logs.c.id))).scalar() or 0)

    def page(self, after: int, up_to: int) -> list[tuple[Row, Row | None]]:
        """Return the next rows with the bodies of each, in the order of their ids, in bounded memory."""
        ids = self._logs.c.id
        wanted = select(*_raw(self._logs)).where(ids > after, ids <= up_to).order_by(ids).limit(MAX_ROWS)
        with self._engine.connect() as connection:
            rows: list[Row] = [dict(row) for row in connection.execute(wanted).mappings()]
            if self._bodies is None:
                return [(row, None) for row in rows]
            sizes = self._bodies.sizes(connection, [row["id"] for row in rows])
            rows = rows[: _that_fit([sizes.get(row["id"], 0) for row in rows])]
            found = self._bodies.of(connection, [row["id"] for row in rows])
        return [(row, found.get(row["id"])) for row in rows]


class _Bodies:
    """The table of the bodies: a log has one row there, or none."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._log = table.c.log_id

    def sizes(self, connection: Connection, logs: Sequence[int]) -> dict[int, int]:
        """Return the characters of the bodies of these logs."""
        request, response = (func.coalesce(func.length(self._table.c[name]), 0) for name in LOGGED_BODIES)
        wanted = select(self._log, request + response).where(self._log.in_(logs))
        return {log: size for log, size in connection.execute(wanted)}  # noqa: C416 - `dict` does not know a row's type

    def of(self, connection: Connection, logs: Sequence[int]) -> dict[int, Row]:
        """Return the rows of these logs."""
        wanted = select(*_raw(self._table)).where(self._log.in_(logs)).order_by(self._table.c.id)
        return {row["log_id"]: dict(row) for row in connection.execute(wanted).mappings()}


def _reflected(engine: Engine, name: str) -> Table | None:
    """Return the table as it is: the columns of a gateway differ from version to version."""
    try:
        return Table(name, MetaData(), autoload_with=engine, resolve_fks=False)
    except NoSuchTableError:
        return None


def _raw(table: Table) -> list[Label[Any]]:
    # As the driver gives them: SQLAlchemy would refuse times in a format of another program's in SQLite.
    return [type_coerce(column, NullType()).label(column.name) for column in table.columns]


def _that_fit(sizes: Sequence[int]) -> int:
    """Return how many rows of these sizes are a page; at least one."""
    total = 0
    for number, size in enumerate(sizes):
        total += size
        if total > MAX_PAGE_CHARACTERS and number:
            return number
    return len(sizes)
