"""What holds for the alerts and the dashboard in `ops/`: every metric exists, and promtool takes them."""

import json
import re
import shutil
import subprocess

import pytest
import yaml  # type: ignore[import-untyped]
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric

from api.metrics import ApiMetrics
from indexer.ledger import Ledger
from tests.support.repository import ROOT

OPS = ROOT / "ops"
RULES = yaml.safe_load((OPS / "prometheus/rules.yml").read_text())
BOARD = json.loads((OPS / "grafana/gateway-logs.json").read_text())
REGISTRIES: list[CollectorRegistry] = [Ledger().metrics.registry, ApiMetrics()._registry]
SUFFIXES = {"counter": ("_total",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count"), "info": ("_info",)}
# Of Prometheus itself, and of the usual exporter for Elasticsearch
METRICS_OF_OTHERS = {"up", "elasticsearch_filesystem_data_available_bytes", "elasticsearch_filesystem_data_size_bytes"}
LABELS_OF_OTHERS = {"le", "job", "instance"}
ALERTS = {rule["alert"]: rule["expr"] for group in RULES["groups"] for rule in group["rules"]}
PANELS = {
    f"{panel['title']}, {target['refId']}": target["expr"] for panel in BOARD["panels"] for target in panel["targets"]
}


def of_the_programs() -> set[str]:
    """Return the names of all time series of both programs."""
    metrics = [metric for registry in REGISTRIES for metric in registry.collect()]
    return {metric.name + suffix for metric in metrics for suffix in SUFFIXES[metric.type]}


def labels_of_the_programs() -> set[str]:
    """Return the names of all labels of both programs."""
    collectors = [collector for registry in REGISTRIES for collector in registry._collector_to_names]
    always = {label for registry in REGISTRIES for metric in registry.collect() for label in _labels(metric)}
    return always | {label for collector in collectors for label in getattr(collector, "_labelnames", ())}


def _labels(metric: Metric) -> set[str]:
    return {label for sample in metric.samples for label in sample.labels}


@pytest.mark.parametrize("expression", [*ALERTS.values(), *PANELS.values()])
def test_an_expression_names_metrics_and_labels_that_exist(expression: str) -> None:
    metrics = set(re.findall(r"\b(?:gateway_logs|elasticsearch|process)_\w+|\bup\b", expression))
    grouped = re.findall(r"\bby \(([^)]+)\)", expression)
    labels = {*", ".join(grouped).split(", "), *re.findall(r"(\w+)=~?\"", expression)} - {""}

    assert metrics
    assert metrics - of_the_programs() - METRICS_OF_OTHERS == set()
    assert labels - labels_of_the_programs() - LABELS_OF_OTHERS == set()


def test_the_alerts_cover_what_the_page_tells_operators_to_watch() -> None:
    watched = {
        name for expression in ALERTS.values() for name in re.findall(r"\b(?:gateway_logs|elastic)\w+", expression)
    }

    assert watched >= {
        "gateway_logs_lag",
        "gateway_logs_records_dead_lettered_total",
        "gateway_logs_records_waiting",
        "gateway_logs_event_age_seconds_bucket",
        "gateway_logs_api_requests_total",
        "elasticsearch_filesystem_data_available_bytes",
    }


def test_every_alert_is_tried_and_explained() -> None:
    tried = set(re.findall(r'alertname="(\w+)"', (OPS / "prometheus/rules.test.yml").read_text()))
    page = (ROOT / "docs/operating.md").read_text()

    assert tried == set(ALERTS)
    assert {name for name in ALERTS if f"`{name}`" not in page} == set()


def test_the_dashboard_needs_no_data_source_of_one_installation() -> None:
    sources = {panel["datasource"]["uid"] for panel in BOARD["panels"]}

    assert sources == {"${datasource}"}


@pytest.mark.parametrize("command", ["check rules rules.yml", "test rules rules.test.yml", "check config scrape.yml"])
def test_promtool_takes_the_rules(command: str) -> None:
    promtool = shutil.which("promtool")
    if not promtool:
        pytest.skip("promtool is not installed: it is in Debian's package prometheus")

    result = subprocess.run(
        [promtool, *command.split()], cwd=OPS / "prometheus", capture_output=True, text=True, check=False
    )

    assert result.returncode == 0, result.stdout + result.stderr


def test_no_series_says_when_a_counter_was_created() -> None:
    names = {sample.name for registry in REGISTRIES for metric in registry.collect() for sample in metric.samples}

    assert {name for name in names if name.endswith("_created")} == set()
    assert {"process_resident_memory_bytes", "process_start_time_seconds", "gateway_logs_build_info"} <= names


def test_tails_and_exports_are_measured_apart() -> None:
    metrics = ApiMetrics()
    for route in ("/api/logs/search", "/api/log/{group}/tail", "/api/logs/export"):
        metrics.answered(route, 200, 25)

    samples = [
        sample for metric in metrics._registry.collect() for sample in metric.samples if "route" in sample.labels
    ]
    counted = {sample.labels["route"]: sample.name for sample in samples if sample.name.endswith("_seconds_count")}
    buckets = [sample for sample in samples if sample.name.endswith("request_seconds_bucket")]

    assert counted == {
        "/api/logs/search": "gateway_logs_api_request_seconds_count",
        "/api/log/{group}/tail": "gateway_logs_api_stream_seconds_count",
        "/api/logs/export": "gateway_logs_api_stream_seconds_count",
    }
    assert [bucket.labels["le"] for bucket in buckets if bucket.value] == ["30.0", "+Inf"]
