"""The benchmarks run, print their figures and delete their indices. The measured times are not checked."""

import os
import re
import subprocess
import sys

import pytest
from elasticsearch import Elasticsearch

from bench.console.chromium import CHROMIUM
from bench.console.clock import Asked, covered_ms
from bench.data.bulk import pack
from bench.percentiles import Percentiles, percentiles
from bench.reading import bodies, reading
from tests.support.repository import ROOT
from tests.support.servers import Servers

NUMBER = re.compile(r"[\d,.]+")


def bench(servers: Servers, *arguments: str) -> str:
    """Return the report of a quick run."""
    environment = {
        **os.environ,
        "BENCH_ELASTICSEARCH_URL": servers.elasticsearch_url,
        "BENCH_KAFKA_BOOTSTRAP_SERVERS": servers.bootstrap_servers,
    }
    command = [sys.executable, "-m", "bench", *arguments, "--quick"]
    run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def rows(printed: str, heading: str) -> dict[str, list[str]]:
    """Return the first table below a heading: the cells of each row by its name."""
    lines = printed.partition(f"### {heading}\n")[2].partition("\n| ---")[2].partition("\n\n")[0].splitlines()[1:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {name: rest for name, *rest in cells}


def test_a_quick_run_prints_every_figure_and_leaves_no_index(servers: Servers, elasticsearch: Elasticsearch) -> None:
    printed = bench(servers)

    ingest, search = rows(printed, "Ingest"), rows(printed, "Search")
    assert list(ingest) == ["1", "median"]
    assert list(search) == [
        "newest page of all",
        "newest page of a group",
        "model, errors, one day",
        "keyword, common",
        "keyword, rare",
        "keyword, absent",
        "Chinese phrase",
        "page 1,000",
        "page 1,200",
    ]
    assert all(NUMBER.fullmatch(cell) for cells in (*ingest.values(), *search.values()) for cell in cells)
    assert search["newest page of all"][0] == "12,000"
    assert list(rows(printed, "Redaction")) == [
        "realistic",
        "realistic, each with a key in `content`",
        "small",
        "small, each with a key in `content`",
    ]
    assert list(rows(printed, "Overload")) == ["1 times", "3 times"]
    assert CHROMIUM is None or list(rows(printed, "Console")) == [
        "something on the page, first visit",
        "the list, first visit",
        "list, chart, sums and filters, first visit",
        "the list of a word that was typed",
        "values of `model:g`",
        "a log of 1 MB",
    ]
    assert not elasticsearch.indices.get(index="bench-*")


def test_a_quick_run_compares_the_periods(servers: Servers) -> None:
    periods = rows(bench(servers, "periods"), "Periods")

    assert list(periods) == ["day", "week", "month"]
    assert all(NUMBER.fullmatch(cell) for cells in periods.values() for cell in cells)


def test_the_cost_of_reading_is_printed_for_each_kind_of_body(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.reading.ROUNDS", 1)
    monkeypatch.setattr("bench.reading.SHORTEST_S", 1e-6)

    printed = rows(reading(), "Reading bodies")

    assert list(printed) == [name for name, _ in bodies()]
    assert all(NUMBER.fullmatch(cell) for cells in printed.values() for cell in cells)


def test_percentiles_are_measured_times() -> None:
    assert percentiles([float(number) for number in range(20, 0, -1)]) == Percentiles(p50=10.0, p95=19.0)
    assert percentiles([7.0]) == Percentiles(7.0, 7.0)


def test_bulk_bodies_contain_every_line_in_order_and_at_most_so_many_bytes() -> None:
    assert list(pack([b"aa", b"bb", b"c", b"dddddd", b"e"], bulk_bytes=5)) == [b"aabbc", b"dddddd", b"e"]


def test_requests_at_the_same_time_count_once() -> None:
    asked = [Asked(0, 10), Asked(5, 20), Asked(30, 40), Asked(32, 33), Asked(90, 200)]

    assert covered_ms(asked, 2, 100) == (20 - 2) + (40 - 30) + (100 - 90)
