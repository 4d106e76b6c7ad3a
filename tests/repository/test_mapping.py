"""One field, one meaning: event, index, API, Kibana, feed and examples name the same fields with types that fit."""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
import pytest
from msgspec import Raw, Struct

from api.clauses import Body
from api.envelope import LogFormat, SearchResult, search_answer
from api.query import MENUS, page_body, summary_bodies
from api.request.parameters import ORDERS, PARAMETERS
from api.store.answers import Aggregation, Hit
from indexer.event.decode import Log, Window, decode
from indexer.settings import IndexerSettings
from mappings.event import FILTERED, LogEvent, Time
from mappings.index import BODY, CONTENT_TEXT, EXACT, OWN, TEXT, TIE, VERSION, fingerprint
from mappings.instant import DAY_MS, format_rfc3339, instant_ms
from mappings.words.folded import WORD
from service.settings import StoreSettings
from stack.events.generate import events, history
from tests.support.logs import Logs
from tests.support.parsing import parse
from tests.support.repository import ROOT

Field = dict[str, Any]

# A change of logs.json shows here. Raise VERSION in mappings/index.py with it: an older indexer must never put its
# mapping in place of a newer one. Then write the new pair down.
PINNED = (3, "cb4122f663d4")

EXAMPLES = sorted((ROOT / "tests" / "events").glob("*.json"))
KIBANA = ROOT / "kibana" / "logs.ndjson"
NOW_MS = 1_795_507_200_000  # 2026-11-24, the day after the examples
WINDOW = Window.at(NOW_MS, retention_days=30)
NEWER = {"upstream_id", "amount", "usage_context", "prompt_cache_key", "async_usage_status"}
DOCUMENTED = {  # the fields of a log in the API's documentation
    "channel", "code", "content", "created_at", "endpoint", "group", "id", "ip", "metadata", "mode", "model", "price",
    "request_at", "request_detail", "request_id", "retry_at", "retry_times", "token_id", "token_name",
    "ttfb_milliseconds", "usage", "used_amount", "user",
}  # fmt: skip
# What a Python type is in the index. A text may be one of three, each with its own meaning.
TYPES: dict[Any, set[str]] = {
    int: {"long"},
    float: {"double"},
    bool: {"boolean"},
    str: {"keyword", "text", "ip"},
    dict: {"flattened"},
    Time: {"date"},
}


def fields(properties: Field, path: str = "") -> Iterator[tuple[str, Field]]:
    """Give every field of a mapping that holds values, multi-fields included, by its full name."""
    for name, field in properties.items():
        if "properties" in field:
            yield from fields(field["properties"], f"{path}{name}.")
        else:
            yield f"{path}{name}", field
            yield from fields(field.get("fields", {}), f"{path}{name}.")


def declared(struct: type[Struct], path: str = "") -> Iterator[tuple[str, Any]]:
    """Give every field of the event, by its full name, with its type: a key of TYPES."""
    for field in msgspec.structs.fields(struct):
        kind = simple(field.type)
        if isinstance(kind, type) and issubclass(kind, Struct):
            yield from declared(kind, f"{path}{field.name}.")
        else:
            yield f"{path}{field.name}", kind


def simple(annotation: Any) -> Any:
    """Take null, bounds and type parameters off."""
    if get_origin(annotation) is Annotated:
        return get_args(annotation)[0]
    if get_origin(annotation) in (Union, UnionType):
        kinds = [simple(kind) for kind in get_args(annotation) if kind is not type(None)]
        return kinds[0] if len(kinds) == 1 else Time
    return get_origin(annotation) or annotation


MAPPED = dict(fields(BODY["mappings"]["properties"]))
EVENT = dict(declared(LogEvent))
SETTINGS = BODY["settings"]["index"]


def test_the_pinned_version_and_fingerprint_are_those_of_logs_json() -> None:
    assert (VERSION, fingerprint()) == PINNED, "logs.json changed: raise VERSION in mappings/index.py, pin both here"


def test_every_field_of_the_event_is_mapped_and_nothing_else_but_the_indexers_own_key() -> None:
    others = {name.removesuffix(".written") for name in MAPPED if not name.startswith(f"{OWN}.")}

    assert others == set(EVENT) | set(FILTERED)


def test_a_field_is_mapped_as_its_type_in_the_event() -> None:
    wrong = {name: MAPPED[name]["type"] for name, kind in EVENT.items() if MAPPED[name]["type"] not in TYPES[kind]}

    assert wrong == {}


def test_the_tokenizer_splits_words_as_the_api_does() -> None:
    tokenizers = BODY["settings"]["analysis"]["tokenizer"]

    assert tokenizers == {"log_words": {"type": "simple_pattern", "pattern": WORD}}


def test_what_a_log_says_is_indexed_once() -> None:
    texts = {name for name, field in MAPPED.items() if field["type"] == "text" and field.get("index") is not False}

    assert texts == {TEXT, CONTENT_TEXT}
    assert set(SETTINGS["query.default_field"]) == {TEXT, EXACT}


def test_a_number_written_as_a_text_is_refused_by_the_index_too() -> None:
    numbers = {name: field for name, field in MAPPED.items() if field["type"] in ("long", "double") and name in EVENT}

    assert {name for name, field in numbers.items() if field.get("coerce") is not False} == set()


def test_a_bad_ip_or_start_time_costs_no_event_while_created_at_must_be_right() -> None:
    lenient = {name for name, field in MAPPED.items() if field.get("ignore_malformed")}

    assert lenient == {"ip", "request_at", "retry_at"}


def test_no_event_can_make_the_mapping_grow() -> None:
    assert BODY["mappings"]["dynamic"] is False
    assert not any("dynamic" in field for field in MAPPED.values())


def test_no_keyword_is_longer_than_a_term_may_be() -> None:
    longest = {field.get("ignore_above", 0) for name, field in MAPPED.items() if field["type"] == "keyword"}

    assert max(longest) * 4 <= 32_766  # bytes of a term; UTF-8 takes four for a character at most


def test_the_index_is_sorted_and_compressed_and_refreshes_without_being_asked() -> None:
    assert SETTINGS["sort.field"] == ["created_at", TIE]
    assert SETTINGS["sort.order"] == ["desc", "desc"]
    assert SETTINGS["codec"] == "best_compression"  # zstd, in Elasticsearch 9
    assert SETTINGS["refresh_interval"] == "1s"  # unset, an index nobody searches stops refreshing


def test_every_field_that_is_copied_to_exists() -> None:
    given = [field["copy_to"] for field in MAPPED.values() if "copy_to" in field]
    targets = {name for one in given for name in ([one] if isinstance(one, str) else one)}

    assert targets <= set(MAPPED)


def test_whole_values_are_searched_in_the_documented_fields() -> None:
    whole = {name for name, field in MAPPED.items() if field.get("copy_to") == f"{OWN}.exact"}

    assert whole == {"request_id", "model", "token_name", "group", "user", "ip", "endpoint"}


OLDER = {"wildcard": {"_index": {"value": "*-v2"}}}  # before the clauses of indices of version 2


def used_by(body: Body, *, older: bool = False) -> Iterator[tuple[str, str]]:
    """Give every field a search body names, with the kind of clause that names it; `older` those in version 2."""
    for key, value in body.items():
        if key == "filter" and OLDER in value:
            yield from chain.from_iterable(map(used_by, value[1:])) if older else ()
            continue
        if key in ("term", "range", "match_phrase", "prefix", "intervals") and isinstance(value, dict):
            yield from ((name, key) for name in value if name != "prefix")
        elif key in ("terms", "exists", "min", "max", "value_count"):
            yield value["field"], key
        elif key == "sort":
            yield from ((name, key) for each in value for name in each)
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, dict) and key not in ("intervals", "sort"):
                yield from used_by(each, older=older)


def api_fields(*, older: bool = False) -> set[tuple[str, str]]:
    """Give what the bodies of a search with every parameter and of each order use."""
    words = 'error "two words" -other gpt* api.ex* 余额 第3章'
    given = {"query": words, "start_timestamp": "1", "end_timestamp": "2", "code_type": "error", "ip": "10.0.0.0/8"}
    given |= {"only": "user:a", "exclude": "channel:1"}
    others = {one.name: "1" for one in PARAMETERS if one.name not in (*given, "order", "include_detail")}
    found = set()
    for order in ORDERS:
        for ip in ("10.0.0.0/8", "rubbish"):
            query = {**given, **others, "ip": ip, "order": order}
            request = parse("&".join(f"{name}={value}" for name, value in query.items()).encode())
            bodies = [page_body(request.view, request.params), *summary_bodies(request.view, request.params)]
            found |= {field for body in bodies for field in used_by(body, older=older)}
    return found


def test_every_field_of_a_search_is_mapped_and_indexed() -> None:
    found = api_fields()

    assert {name for name, _ in found} <= set(MAPPED)
    assert {name for name, clause in found if clause != "sort" and MAPPED[name].get("index") is False} == set()


def test_the_fields_of_older_indices_are_mapped_and_indexed_there() -> None:
    mapped = dict(fields(json.loads((ROOT / "mappings/version_2/logs.json").read_bytes())["mappings"]["properties"]))
    only_older = {name for name, _ in api_fields(older=True) - api_fields()}

    assert only_older == {"content", "request_detail.request_body", "request_detail.response_body"}
    assert {mapped[name]["type"] for name in only_older} == {"text"}


def test_sorting_and_the_filter_menus_stand_on_columns() -> None:
    columns = {name for name, clause in api_fields() if clause in ("sort", "terms")}

    assert columns == {*(order.field for order in ORDERS.values()), TIE, *MENUS.values()}
    assert {name for name in columns if MAPPED[name].get("doc_values") is False} == set()


def test_words_are_searched_in_texts_and_whole_values_in_keywords() -> None:
    kinds = {"match_phrase": {"text"}, "intervals": {"text"}, "prefix": {"text", "keyword"}}
    found = [(clause, MAPPED[name]["type"]) for name, clause in api_fields() if clause in kinds]

    assert [pair for pair in found if pair[1] not in kinds[pair[0]]] == []


def answered(source: bytes) -> dict[str, Any]:
    """Give a stored document as the API answers it."""
    hit = Hit(msgspec.json.decode(source, type=dict[str, Raw]))
    body = search_answer(SearchResult([hit], 1, {name: Aggregation() for name in MENUS}), "", LogFormat())
    log: dict[str, Any] = json.loads(body)["data"]["logs"][0]
    return log


def test_a_log_has_every_documented_field_even_if_its_event_had_none() -> None:
    log = answered(b"{}")
    flat = {f"{name}.{inner}" for name in ("price", "usage", "request_detail") for inner in log[name]}

    assert set(log) == DOCUMENTED
    assert flat == {name for name in EVENT if "." in name}


def test_what_an_event_lacks_is_answered_as_nothing_of_its_type() -> None:
    log = answered(b"{}")
    nothing: dict[Any, Any] = {int: 0, float: 0, str: "", bool: False, dict: {}, Time: ""}
    values = {name: value_of(log, name) for name in EVENT}

    assert values == {name: nothing[kind] for name, kind in EVENT.items()}


def value_of(log: dict[str, Any], name: str) -> Any:
    first, _, rest = name.partition(".")
    return value_of(log[first], rest) if rest else log[first]


def kibana_objects() -> list[dict[str, Any]]:
    return [json.loads(line) for line in KIBANA.read_text().splitlines()]


def kibana_fields(value: Any) -> Iterator[str]:
    """Give every field an object names: in columns, sorts, queries, controls, the data view itself."""
    if isinstance(value, str) and value[:1] in "{[":
        yield from kibana_fields(json.loads(value))
    elif isinstance(value, list):
        yield from chain.from_iterable(map(kibana_fields, value))
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in ("sourceField", "timeFieldName", "fieldName"):
                yield inner
            elif key == "fieldFormatMap":
                yield from json.loads(inner)
            elif key in ("query", "formula") and isinstance(inner, str):
                yield from re.findall(r"([\w.]+) ?[:<>]", inner)
            elif key == "columns" and isinstance(inner, list) and all(isinstance(each, str) for each in inner):
                yield from inner
            elif key == "sort" and isinstance(inner, list):
                yield from (name for name, _ in inner)
            else:
                yield from kibana_fields(inner)


def test_kibana_names_only_mapped_fields() -> None:
    found = set(chain.from_iterable(kibana_fields(each["attributes"]) for each in kibana_objects()))

    assert found - {"___records___"} <= set(MAPPED)
    assert len(found) > 15


def test_kibana_aggregates_only_fields_that_have_columns_of_a_fitting_type() -> None:
    fitting = {
        "date_histogram": {"date"},
        "terms": {"keyword", "long", "ip"},
        "sum": {"long", "double"},
        "percentile": {"long", "double"},
    }
    layers = [each["attributes"]["state"]["datasourceStates"]["formBased"]["layers"] for each in lenses()]
    columns = [column for layer in layers for one in layer.values() for column in one["columns"].values()]
    used = {(column["operationType"], column.get("sourceField")) for column in columns}

    wrong = [pair for pair in used if pair[0] in fitting and MAPPED[str(pair[1])]["type"] not in fitting[pair[0]]]
    assert wrong == []
    assert {name for _, name in used if name in MAPPED and MAPPED[name].get("doc_values") is False} == set()


def lenses() -> Iterable[dict[str, Any]]:
    return (each for each in kibana_objects() if each["type"] == "lens")


def test_kibanas_references_lead_to_objects_of_the_same_file() -> None:
    objects = kibana_objects()
    there = {(each["type"], each["id"]) for each in objects}
    wanted = {(reference["type"], reference["id"]) for each in objects for reference in each["references"]}

    assert len(there) == len(objects)
    assert wanted <= there
    assert there - wanted == {("dashboard", "gateway-logs"), ("search", "gateway-logs-all")}


def test_every_panel_and_control_of_the_dashboard_has_its_reference() -> None:
    (dashboard,) = (each for each in kibana_objects() if each["type"] == "dashboard")
    panels = json.loads(dashboard["attributes"]["panelsJSON"])
    controls = json.loads(dashboard["attributes"]["controlGroupInput"]["panelsJSON"])
    wanted = {f"{panel['panelIndex']}:{panel['panelRefName']}" for panel in panels}
    wanted |= {f"controlGroup_{name}:optionsListDataView" for name in controls}

    assert {reference["name"] for reference in dashboard["references"]} == wanted


def test_kibana_reads_the_alias_that_the_programs_have_by_default() -> None:
    (view,) = (each["attributes"] for each in kibana_objects() if each["type"] == "index-pattern")

    assert view["title"] == StoreSettings.model_fields["index_alias"].default
    assert view["timeFieldName"] == "created_at"


def test_the_feed_writes_every_field_of_the_event_and_none_that_no_gateway_sends() -> None:
    fed = list(events(1, history(2_000, NOW_MS)))

    assert {name for event in fed for name in event} - NEWER == set(LogEvent.__struct_fields__)
    assert {name for event in fed for name in event if name in NEWER} == NEWER - {"async_usage_status"}
    assert all(decode(json.dumps(event).encode(), WINDOW) for event in fed)


def example(path: Path) -> tuple[dict[str, Any], Log]:
    """Give an event as it was written, and as the indexer takes it."""
    value = path.read_bytes()
    return json.loads(value), decode(value, WINDOW)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_event_comes_back_as_it_was_sent(path: Path) -> None:
    event, log = example(path)
    own = f',"{OWN}":'.encode() + msgspec.json.encode({"tie": 1, **log.own})
    got = answered(log.value[:-1] + own + b"}")

    times = {name: shown(event.get(name)) for name in ("created_at", "request_at", "retry_at")}
    nested = {name: {**got[name], **(event.get(name) or {})} for name in ("price", "usage", "request_detail")}
    assert got == {**got, **event, **times, **nested}


def shown(moment: int | str | None) -> str:
    milliseconds = instant_ms(moment)
    return "" if milliseconds is None else format_rfc3339(milliseconds)


def test_the_index_takes_every_example_event(logs: Logs) -> None:
    for _, log in map(example, EXAMPLES):
        logs.store([json.loads(log.value)], dict(log.own))

    assert logs.client.count(index=logs.alias)["count"] == len(EXAMPLES)


def test_the_examples_lie_in_the_window_that_the_tests_say_is_now() -> None:
    moments = [example(path)[1].created_ms for path in EXAMPLES]

    assert NOW_MS - DAY_MS < min(moments) < max(moments) < NOW_MS


def test_kibana_can_highlight_the_words_of_the_largest_record() -> None:
    limit = BODY["settings"]["index"]["highlight.max_analyzed_offset"]  # characters; past it the whole search fails
    largest = IndexerSettings.model_fields["indexer_max_record_bytes"].default

    assert limit >= largest * 18 // 3  # one character of three bytes is folded into eighteen at most
