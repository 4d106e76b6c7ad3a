"""What is odd about each source, one test each."""

import json
from collections.abc import Mapping

import pytest

from indexer.dead_letters.reasons import kind_of
from indexer.event.decode import Window, decode
from indexer.shapes.entries import MAX_LOGS, ShapeError
from tests.indexer.shapes.samples import NAMES, event, events, sample, shape

JSON_SHAPES = [name for name in NAMES if name != "otlp"]


@pytest.mark.parametrize("name", JSON_SHAPES)
def test_an_array_is_one_event_for_each_entry(name: str) -> None:
    one = events(name, sample(name))

    assert events(name, [sample(name), sample(name)]) == one + one
    assert events(name, []) == []


@pytest.mark.parametrize("name", JSON_SHAPES)
def test_an_entry_that_is_no_object_costs_only_itself(name: str) -> None:
    assert events(name, [7, sample(name)])[1:] == events(name, sample(name))


def test_more_logs_than_the_bound_are_refused() -> None:
    with pytest.raises(ShapeError, match="more than 10000 logs in one record"):
        shape("kong")(b"[%b]" % b",".join([b"{}"] * (MAX_LOGS + 1)))


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (b"<html>", "the value is not JSON"),
        (b"\x0a\x05\x12", "the value is not JSON"),
        (b"[" * 100_000, "the value is nested too deeply"),
    ],
)
@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_json_is_refused_in_words(name: str, value: bytes, reason: str) -> None:
    with pytest.raises(ShapeError) as refused:
        shape(name)(value)

    assert str(refused.value).startswith(reason)
    assert kind_of(f"not in the shape of KAFKA_FORMAT: {refused.value}").endswith(str(refused.value))


def test_a_body_that_was_cut_inside_a_character_is_still_a_log() -> None:
    raw = json.dumps(sample("apisix"), ensure_ascii=False).encode().replace(b"hello", b"h\xe4\xbd")

    [found] = events("apisix", raw)

    assert "h\ufffd" in found["request_detail"]["request_body"]


def test_half_a_surrogate_pair_and_nan_are_still_a_log() -> None:
    raw = json.dumps(sample("litellm", end_user="a\ud83d", response_cost=float("nan"))).encode()

    [made] = shape("litellm")(raw).events

    assert b"used_amount" not in made
    assert decode(made, Window(0, 2_000_000_000_000)).created_ms


def test_apisix_counts_and_times_are_nginx_variables_hence_strings() -> None:
    found = event("apisix", start_time="1790000000123", latency="1500", response={"status": "429", "body": "slow down"})

    assert (found["created_at"], found["code"], found["content"]) == (1_790_000_001_623, 429, "slow down")


def test_apisix_cuts_a_body_without_saying_so() -> None:
    found = event("apisix", response={"status": 200, "body": "x" * 524_288})

    assert found["request_detail"]["response_body_truncated"] is True


def test_apisix_without_bodies_has_those_of_ai_proxy() -> None:
    found = event("apisix", request={"uri": "/v1"}, response={"status": 200})

    assert found["request_detail"] == {
        "request_body": '{"messages":[{"role":"user","content":"hello"}],"stream":true}',
        "response_body": "hi",
    }


def test_apisix_without_a_consumer_has_the_route_as_its_group() -> None:
    assert event("apisix", consumer=None)["group"] == "chat"


def test_kong_had_other_names_for_its_plugin_and_its_tokens() -> None:
    usage = {"prompt_token": "11", "completion_token": 22.0}
    found = event("kong", ai={"ai-proxy": {"meta": {"request_model": "gpt-4o"}, "usage": usage}})

    assert (found["model"], found["usage"]) == ("gpt-4o", {"input_tokens": 11, "output_tokens": 22})


def test_kong_without_a_response_of_the_upstream_has_its_own_status() -> None:
    assert event("kong", response={"status": 503}, upstream_status=None)["code"] == 503


def test_litellm_gives_seconds_as_floats_and_the_error_in_words() -> None:
    wrong = {"error_code": "429", "error_class": "RateLimitError", "error_message": "slow down"}
    found = event("litellm", status="failure", error_information=wrong, stream=False)

    assert (found["code"], found["content"], found["metadata"]["error_class"]) == (429, "slow down", "RateLimitError")
    assert "ttfb_milliseconds" not in found


def test_litellm_without_a_code_of_the_failure_is_a_failure() -> None:
    assert event("litellm", status="failure", error_str="no route")["content"] == "no route"
    assert event("litellm", status="failure")["code"] == 500


def test_litellm_has_its_own_id_as_that_of_a_call_that_did_not_reach_a_provider() -> None:
    found = event("litellm", id="same", litellm_call_id="same")

    assert (found["request_id"], found.get("upstream_id")) == ("same", None)


def test_litellm_with_message_logging_turned_off_keeps_what_it_sends() -> None:
    found = event("litellm", messages="redacted-by-litellm", response={"text": "redacted-by-litellm"})

    assert found["request_detail"]["request_body"] == "redacted-by-litellm"


def test_higress_without_the_plugin_is_an_access_log() -> None:
    found = event("higress", ai_log="-", response_code="503", response_flags="UF")

    assert (found["code"], found["content"], found["ip"]) == (503, "via_upstream UF", "192.0.2.7,198.51.100.1")
    assert not {"model", "usage", "request_detail"} & set(found)


def test_higress_whose_json_in_a_string_was_cut_is_an_access_log() -> None:
    assert event("higress", ai_log='{"model":"gpt-4o","answ')["code"] == 200


def test_envoy_writes_a_dash_or_null_for_nothing() -> None:
    found = event("envoy", **{"gen_ai.request.model": "-", "gen_ai.usage.input_tokens": None, "user.id": "-"})

    assert not {"model", "user"} & set(found)
    assert found["usage"] == {"output_tokens": 22, "cached_tokens": 4, "cache_creation_tokens": 3}


def test_otlp_passes_over_spans_that_are_no_calls() -> None:
    assert shape("otlp")(json.dumps(sample("otlp")).encode()).passed_over == 1


def test_otlp_passes_over_an_agent_that_contains_calls() -> None:
    raw = json.dumps(sample("otlp")).replace('"stringValue": "chat"', '"stringValue": "invoke_agent"').encode()

    assert shape("otlp")(raw) == ([], 2)


def test_otlp_of_the_openinference_and_the_older_names() -> None:
    given = {
        "llm.model_name": {"stringValue": "gpt-4o"},
        "llm.token_count.prompt": {"intValue": "11"},
        "llm.input_messages.1.message.content": {"stringValue": "hello"},
        "llm.input_messages.0.message.role": {"stringValue": "system"},
        "gen_ai.completion.0.content": {"stringValue": "hi"},
    }
    [found] = events("otlp", of_spans({"attributes": attributes(given), "endTimeUnixNano": 1_790_000_000_000_000_000}))

    assert found["created_at"] == 1_790_000_000_000
    assert found["usage"] == {"input_tokens": 11, "total_tokens": 11}
    assert found["request_detail"] == {
        "request_body": '[{"role":"system"},{"content":"hello"}]',
        "response_body": '[{"content":"hi"}]',
    }


@pytest.mark.parametrize("code", [2, "STATUS_CODE_ERROR"])
def test_otlp_of_a_failed_span_without_an_http_status_is_a_failure(code: object) -> None:
    span = {
        "attributes": attributes({"llm.model_name": {"stringValue": "m"}}),
        "status": {"code": code, "message": "no"},
    }

    [found] = events("otlp", of_spans(span))

    assert (found["code"], found["content"]) == (500, "no")


def test_otlp_log_records_are_read_as_spans_are() -> None:
    record = {"timeUnixNano": "1790000000000000000", "attributes": attributes({"llm.model_name": {"stringValue": "m"}})}

    [found] = events("otlp", {"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]})

    assert (found["model"], found["created_at"]) == ("m", 1_790_000_000_000)


def test_otlp_in_another_encoding_is_refused_with_what_to_do() -> None:
    for value in (b'{"data":[]}', b"\x0a\x05\x12"):
        with pytest.raises(ShapeError, match="the exporter needs the encoding otlp_json"):
            shape("otlp")(value)


def attributes(given: Mapping[str, Mapping[str, object]]) -> list[dict[str, object]]:
    return [{"key": name, "value": value} for name, value in given.items()]


def of_spans(*spans: Mapping[str, object]) -> dict[str, object]:
    return {"resourceSpans": [{"scopeSpans": [{"spans": list(spans)}]}]}
