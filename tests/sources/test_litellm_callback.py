"""The callback of LiteLLM's proxy: calls reach the topic, and no fault of Kafka reaches a call.

LiteLLM itself is not needed: the callback uses one class of it, which has nothing but empty methods.
"""

import asyncio
import importlib
import json
import logging
import sys
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

from tests.indexer.shapes.samples import events, sample
from tests.support.pipeline import Pipeline, read_topic
from tests.support.waiting import wait_until


@pytest.fixture
def callback(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The module, with a double of LiteLLM's base class."""
    package = "litellm", "litellm.integrations", "litellm.integrations.custom_logger"
    for name in package:
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    sys.modules[package[-1]].CustomLogger = type("CustomLogger", (), {})  # type: ignore[attr-defined]
    monkeypatch.delitem(sys.modules, "sources.litellm_callback", raising=False)
    yield importlib.import_module("sources.litellm_callback")
    sys.modules.pop("sources.litellm_callback")


def call(number: int, **changes: Any) -> dict[str, Any]:
    return {"standard_logging_object": sample("litellm", litellm_call_id=f"call-{number}", **changes)}


def as_litellm_calls(kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments as the proxy passes them: by name."""
    return {"kwargs": kwargs, "response_obj": None, "start_time": None, "end_time": None}


def test_calls_reach_the_topic_as_the_shape_reads_them(
    pipeline: Pipeline, callback: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", pipeline.servers.bootstrap_servers)
    monkeypatch.setenv("KAFKA_TOPIC", pipeline.name)
    logger = callback.KafkaLogger()
    asyncio.run(logger.async_log_success_event(**as_litellm_calls(call(1))))
    asyncio.run(logger.async_log_failure_event(**as_litellm_calls(call(2, status="failure", error_str="no"))))
    logger.log_success_event(call(3), None, None, None)
    logger.log_failure_event(call(4), None, None, None)
    wait_until(lambda: logger.written == 4)
    logger.close()

    values = [record.value for record in read_topic(pipeline.servers, pipeline.name)]
    found = sorted((event for value in values for event in events("litellm", value)), key=lambda e: e["request_id"])
    assert [event["request_id"] for event in found] == ["call-1", "call-2", "call-3", "call-4"]
    assert found[0] | {"request_id": ""} == events("litellm", sample("litellm"))[0] | {"request_id": ""}
    assert (found[1]["code"], found[1]["content"]) == (500, "no")
    assert not any(b"sk-in-a-header" in json.dumps(events("litellm", value)).encode() for value in values)
    assert (logger.dropped, logger._held_calls, logger._held_bytes) == (0, 0, 0)


def test_without_kafka_calls_are_dropped_counted_and_told_once(
    callback: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("GATEWAY_LOGS_QUEUE_CALLS", "10")
    monkeypatch.setattr(callback, "KafkaProducer", without_brokers)
    logger = callback.KafkaLogger()
    with caplog.at_level(logging.WARNING, "gateway_logs"):
        for number in range(30):
            logger.log_success_event(call(number), None, None, None)
    logger.close()

    lines = [record.message for record in caplog.records if record.name == "gateway_logs"]
    assert logger.dropped >= 19
    assert logger._held_calls <= 10
    assert len(lines) == 1
    assert "calls were not written" in lines[0]


def without_brokers(**_: Any) -> Any:
    raise ConnectionError("no brokers")


def test_the_queue_is_bounded_in_bytes(callback: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_LOGS_QUEUE_BYTES", "100")
    monkeypatch.setattr(callback, "KafkaProducer", without_brokers)
    logger = callback.KafkaLogger()
    logger.log_success_event(call(1), None, None, None)
    logger.close()

    assert (logger.dropped, logger._held_bytes) == (1, 0)


@pytest.mark.parametrize("kwargs", [None, {}, {"standard_logging_object": None}, {"standard_logging_object": 7}])
def test_no_odd_payload_raises(callback: Any, kwargs: Any) -> None:
    logger = callback.KafkaLogger()
    logger.log_success_event(kwargs, None, None, None)

    assert logger.written == 0


def test_a_call_that_is_too_large_is_written_without_its_bodies(callback: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callback, "MAX_CALL_BYTES", 10_000)

    kept = json.loads(callback._encoded(sample("litellm", messages="x" * 20_000)))

    assert (kept["messages"], kept["response"], kept["model_group"]) == (None, None, "gpt-4o")


def test_what_may_hold_a_credential_stays_in_the_proxy(callback: Any) -> None:
    kept = json.loads(callback._encoded(sample("litellm")))

    assert "requester_custom_headers" not in kept["metadata"]
    assert kept["model_parameters"] == {"temperature": 0.2, "stream": True}
    assert b"sk-in-a-header" not in json.dumps(kept).encode()
    assert kept["hidden_params"] == {"litellm_model_name": "openai/gpt-4o"}
