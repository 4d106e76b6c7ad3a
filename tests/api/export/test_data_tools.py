"""Exports are read by pandas, polars and DuckDB with their defaults, each column as the type that it has."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd  # type: ignore[import-untyped]
import polars as pl
import pytest
from msgspec import inspect

from api.export.columns import OBJECTS
from mappings.event import LogEvent
from tests.support.logs import Event, Logs
from tests.support.programs import RunningApi, running_api
from tests.support.servers import Servers
from tests.support.times import NOON_MS

INTEGER, FLOAT, BOOLEAN, TEXT, TIME = "integer", "float", "boolean", "text", "time"
KINDS: Mapping[type, str] = {inspect.BoolType: BOOLEAN, inspect.FloatType: FLOAT, inspect.StrType: TEXT}
TIMES = ("created_at", "request_at", "retry_at")
# One with every field, and many that have nothing but a time: what most logs lack must not hide the type of the rest.
FULL: Event = {
    "id": 2**62 + 3,
    "request_id": "req-7f1",
    "created_at": NOON_MS,
    "request_at": NOON_MS - 1500,
    "retry_at": NOON_MS - 700,
    **dict.fromkeys(("group", "model", "token_name", "endpoint", "user", "ip"), "a-b"),
    "content": 'said "no",\nthen -1',
    **dict.fromkeys(("channel", "code", "mode", "token_id", "retry_times", "ttfb_milliseconds"), 2**53 + 1),
    "used_amount": 2.5,  # of a column of JSON that has whole numbers only, pandas makes integers in any case
    "metadata": {"team": "7"},
    "price": {"input_price": 1e-7, "output_price": 2, "input_price_unit": 1000},
    "usage": {"input_tokens": 2**53 + 1},
    "request_detail": {"id": 5, "log_id": 2**62 + 3, "request_body": "{}", "response_body": "data"},
    "amount": {"input_amount": 0.25},
}
EVENTS = [FULL, *({"created_at": NOON_MS - number, "id": number} for number in range(1, 50))]


def _kind(field: inspect.Field) -> str:
    types = {type(one) for one in getattr(field.type, "types", (field.type,))}
    if field.name in TIMES:
        return TIME
    return next((kind for one, kind in KINDS.items() if one in types), INTEGER)


def kinds(struct: Any) -> dict[str, str]:
    """Return the kind of each field that is no object."""
    info = inspect.type_info(struct)
    assert isinstance(info, inspect.StructType)
    return {field.name: _kind(field) for field in info.fields if field.name not in {*OBJECTS, "metadata"}}


ROOT = kinds(LogEvent)
NESTED = {f"{name}.{field}": kind for name, struct in OBJECTS.items() for field, kind in kinds(struct).items()}


def kind_in_pandas(dtype: Any) -> str:
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return TIME
    names = {"int64": INTEGER, "float64": FLOAT, "bool": BOOLEAN}
    return names.get(str(dtype), TEXT)


def kind_in_polars(dtype: pl.DataType) -> str:
    names = {"Int64": INTEGER, "Float64": FLOAT, "Boolean": BOOLEAN, "String": TEXT}
    return names[str(dtype)]


def kind_in_duckdb(dtype: Any) -> str:
    names = {"BIGINT": INTEGER, "DOUBLE": FLOAT, "BOOLEAN": BOOLEAN, "VARCHAR": TEXT}
    return TIME if str(dtype).startswith("TIMESTAMP") else names[str(dtype)]


def by_pandas(path: Path) -> dict[str, str]:
    read = pd.read_csv(path) if path.suffix == ".csv" else pd.json_normalize(_records(path))
    return {name: kind_in_pandas(dtype) for name, dtype in read.dtypes.items()}


def _records(path: Path) -> list[dict[str, Any]]:
    return list(pd.read_json(path, lines=True).to_dict(orient="records"))


def by_polars(path: Path) -> dict[str, str]:
    read = pl.read_csv(path) if path.suffix == ".csv" else _flat(pl.read_ndjson(path))
    return {name: kind_in_polars(dtype) for name, dtype in read.schema.items()}


def _flat(read: pl.DataFrame) -> pl.DataFrame:
    for name in OBJECTS:
        inner = read[name].struct
        read = read.with_columns(inner.field(field).alias(f"{name}.{field}") for field in inner.fields)
    return read.drop(*OBJECTS, "metadata", "amount")


def selected(query: str) -> duckdb.DuckDBPyRelation:
    found = duckdb.sql(query)
    assert found is not None
    return found


def _path(name: str) -> str:
    return ".".join(f'"{part}"' for part in name.split("."))


def by_duckdb(path: Path) -> dict[str, str]:
    columns = "*" if path.suffix == ".csv" else ", ".join(f'{_path(name)} as "{name}"' for name in {**ROOT, **NESTED})
    read = selected(f"select {columns} from '{path}'")
    return {name: kind_in_duckdb(dtype) for name, dtype in zip(read.columns, read.types, strict=True)}


@pytest.fixture(scope="module")
def api(servers: Servers, module_logs: Logs) -> Iterator[RunningApi]:
    """The API on the logs above."""
    module_logs.store(EVENTS)
    with running_api({"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}) as api:
        yield api


@pytest.fixture(scope="module")
def files(api: RunningApi, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Path]:
    """Both exports of all logs, as a client stores them."""
    folder = tmp_path_factory.mktemp("exports")
    paths = {name: folder / f"logs.{name}" for name in ("csv", "ndjson")}
    for name, path in paths.items():
        path.write_bytes(api.get(f"/api/logs/export?include_detail=true&format={name}").content)
    return paths


# The columns that each reader takes for times by default; the others are text to it. To DuckDB a column of NDJSON is
# text where it has "" for no time.
READERS: Mapping[str, tuple[Callable[[Path], dict[str, str]], Mapping[str, tuple[str, ...]]]] = {
    "pandas": (by_pandas, {"csv": (), "ndjson": TIMES}),
    "polars": (by_polars, {"csv": (), "ndjson": ()}),
    "duckdb": (by_duckdb, {"csv": TIMES, "ndjson": ("created_at",)}),
}


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_each_column_has_its_type(files: Mapping[str, Path], form: str, reader: str) -> None:
    read, times = READERS[reader]
    expected = {**dict.fromkeys(TIMES, TEXT), **dict.fromkeys(times[form], TIME)}

    found = read(files[form])

    assert {name: found[name] for name in {**ROOT, **NESTED}} == {**ROOT, **NESTED, **expected}


def test_large_ids_keep_their_digits(files: Mapping[str, Path]) -> None:
    csv, ndjson = (str(files[form]) for form in ("csv", "ndjson"))
    found = [
        *(pd.read_csv(csv)["id"].max(), pd.read_json(ndjson, lines=True)["id"].max()),
        *(pl.read_csv(csv)["id"].max(), pl.read_ndjson(ndjson)["id"].max()),
        *(selected(f"select max(id) from '{file}'").fetchall()[0][0] for file in (csv, ndjson)),
    ]

    assert found == [2**62 + 3] * 6
