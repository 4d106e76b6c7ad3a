"""The searches that are measured, as paths of the API."""

from typing import NamedTuple
from urllib.parse import urlencode

from bench.search.load import Ground
from mappings.instant import DAY_MS

ALL = "/api/logs/search"
GROUP = "/api/log/ns-admin/search"  # the busiest group of the generated traffic, a sixth of it
PER_PAGE = 10


class Shape(NamedTuple):
    """One kind of search."""

    name: str
    path: str


def shapes(ground: Ground) -> list[Shape]:
    """Return every shape, for these logs."""
    day_end = ground.now_ms - int(ground.days / 4 * DAY_MS)
    window = {"start_timestamp": day_end - DAY_MS, "end_timestamp": day_end}
    pages = sorted({_existing(1_000, ground), _existing(50_000, ground)})
    return [
        newest(),
        _shape("newest page of a group", GROUP),
        _shape("model, errors, one day", ALL, model_name="gpt-4o", code_type="error", **window),
        common(),
        _shape("keyword, rare", ALL, query="api-500.example.com"),
        _shape("keyword, absent", ALL, query="zyzzyva"),
        _shape("Chinese phrase", ALL, query="请求超时"),
        *(_shape(f"page {page:,}", ALL, page=page) for page in pages),
    ]


def newest() -> Shape:
    """Return the search that a panel opens with."""
    return _shape("newest page of all", ALL)


def common() -> Shape:
    """Return the search for a word that most logs hold."""
    return _shape("keyword, common", ALL, query="temperature")


def errors_of(ground: Ground) -> Shape:
    """Return the search for the failures of a model over all the time there is."""
    window = {"start_timestamp": ground.now_ms - int(ground.days * DAY_MS), "end_timestamp": ground.now_ms}
    return _shape("model, errors, all days", ALL, model_name="gpt-4o", code_type="error", **window)


def _existing(page: int, ground: Ground) -> int:
    """Return the page, or the last one where there are not so many."""
    return min(page, max(1, ground.events // PER_PAGE))


def _shape(name: str, path: str, **params: str | int) -> Shape:
    return Shape(name, f"{path}?{urlencode({'per_page': PER_PAGE, **params})}")
