"""The tables by the name of `--shape`."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from sources.tables import aiproxy, new_api, one_api
from sources.tables.row_values import Row


class TableShape(NamedTuple):
    """How the log table of one gateway is read."""

    event_of: Callable[[Row, Row | None], Mapping[str, Any] | None]
    logs: str = "logs"
    details: str = ""  # the table of the bodies, which names its log by `log_id`


TABLES: Mapping[str, TableShape] = {
    "aiproxy": TableShape(aiproxy.event_of, details="request_details"),
    "new-api": TableShape(new_api.event_of),
    "one-api": TableShape(one_api.event_of),
}
