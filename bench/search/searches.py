"""The searches that are measured, as paths of the API."""

from typing import NamedTuple
from urllib.parse import urlencode

from bench.data.dataset import Dataset
from mappings.instant import DAY_MS

ALL_LOGS = "/api/logs/search"
BUSIEST_GROUP = "/api/log/ns-admin/search"  # a sixth of the generated events
PER_PAGE = 10


class Search(NamedTuple):
    """A search of the API."""

    name: str
    path: str  # with the query string


def all_searches(dataset: Dataset) -> list[Search]:
    """Return the searches of the benchmark, for these documents."""
    end_ms = dataset.now_ms - int(dataset.days / 4 * DAY_MS)
    day = {"start_timestamp": end_ms - DAY_MS, "end_timestamp": end_ms}
    pages = sorted({_existing_page(1_000, dataset), _existing_page(50_000, dataset)})
    return [
        newest_page(),
        _search("newest page of a group", BUSIEST_GROUP),
        _search("model, errors, one day", ALL_LOGS, model_name="gpt-4o", code_type="error", **day),
        common_keyword(),
        _search("keyword, rare", ALL_LOGS, query="api-500.example.com"),
        _search("keyword, absent", ALL_LOGS, query="zyzzyva"),
        _search("Chinese phrase", ALL_LOGS, query="请求超时"),
        *(_search(f"page {page:,}", ALL_LOGS, page=page) for page in pages),
    ]


def newest_page() -> Search:
    """Return the search without filters, which a web panel sends when it opens."""
    return _search("newest page of all", ALL_LOGS)


def common_keyword() -> Search:
    """Return the search for a word that most documents contain."""
    return _search("keyword, common", ALL_LOGS, query="temperature")


def errors_of_a_model(dataset: Dataset) -> Search:
    """Return the search for the failed calls of a model in all documents."""
    days = {"start_timestamp": dataset.now_ms - int(dataset.days * DAY_MS), "end_timestamp": dataset.now_ms}
    return _search("model, errors, all days", ALL_LOGS, model_name="gpt-4o", code_type="error", **days)


def _existing_page(page: int, dataset: Dataset) -> int:
    """Return the page, or the last one when there are fewer."""
    return min(page, max(1, dataset.events // PER_PAGE))


def _search(name: str, path: str, **params: str | int) -> Search:
    return Search(name, f"{path}?{urlencode({'per_page': PER_PAGE, **params})}")
