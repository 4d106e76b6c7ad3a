"""`only` and `exclude`: several values of a field, in every route that has filters."""

from collections.abc import Iterator

import pytest

from api.errors import ApiError
from api.request.conditions import FieldValue
from tests.api.facets.test_facets import facet, facets
from tests.support.logs import Logs
from tests.support.parsing import parse
from tests.support.programs import RunningApi, running_api
from tests.support.sample import EVENTS
from tests.support.servers import Servers


@pytest.fixture(scope="module")
def api(servers: Servers, module_logs: Logs) -> Iterator[RunningApi]:
    """The API on the sample."""
    module_logs.store(EVENTS)
    with running_api({"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}) as api:
        yield api


def test_every_value_of_a_repeated_parameter_counts() -> None:
    found = parse(b"only=model:a&only=model:b:c,d&exclude=code:-5&only=&only=model:a").params

    assert found.only == (FieldValue("model", "a"), FieldValue("model", "b:c,d"))
    assert found.exclude == (FieldValue("code", -5),)


@pytest.mark.parametrize("text", ["model", "content:x", "code:x", "code:1.5", "code:+1", f"code:{2**63}", ":x"])
def test_what_is_no_condition_is_refused_with_its_name(text: str) -> None:
    with pytest.raises(ApiError) as refused:
        parse(f"only={text.replace('+', '%2B')}".encode())

    assert refused.value.status == 400
    assert refused.value.message.startswith(f"only={text}: must be field:value, the field one of group, model, ")


def test_there_is_a_bound_to_their_number() -> None:
    given = "&".join(f"exclude=user:{number}" for number in range(101))

    with pytest.raises(ApiError, match=r"exclude is given 101 times, at most 100 are allowed"):
        parse(given.encode())


@pytest.mark.parametrize(
    ("given", "ids"),
    [
        (["only=model:gpt-4o", "only=model:claude"], [1, 2, 3]),
        (["only=model:gpt-4o", "only=code:500"], [2]),
        (["only=model:gpt-4o", "exclude=code:500"], [1]),
        (["exclude=model:gpt-4o", "exclude=code:429"], [4, 5, 6]),
        (["only=model:"], [4, 5]),
        (["exclude=model:"], [1, 2, 3, 6]),
        (["only=code:0"], [4, 6]),
        (["only=code:", "only=code:200"], [1, 4, 5, 6]),
        (["only=ip:10.0.0.0/8", "only=ip:unknown"], [1, 3]),
        (["only=group:ns/b 组"], [3, 4]),
        (["only=request_id:1795521600000001"], [1]),
        (["only=model:gpt-4o", "model_name=claude"], []),
    ],
)
def test_values_of_one_field_are_alternatives_and_fields_add_up(
    api: RunningApi, given: list[str], ids: list[int]
) -> None:
    answer = api.get("/api/logs/search", params=[tuple(one.split("=", 1)) for one in given])

    assert sorted(log["id"] for log in answer.json()["data"]["logs"]) == ids
    assert answer.json()["data"]["total"] == len(ids)


def test_facets_count_a_field_without_its_own_conditions(api: RunningApi) -> None:
    found = facets(api, "/api/log/ns-a/facets", only="code:500", exclude="model:claude")

    assert found["total"] == 1
    assert found["facets"]["code"] == facet((200, 1), (500, 1))
    assert found["facets"]["channel"] == facet((4, 1))
    assert found["facets"]["model"] == facet(("gpt-4o", 1))


def test_a_cursor_belongs_to_its_conditions(api: RunningApi) -> None:
    after = api.search(after="start", per_page=1, only="model:gpt-4o")["after"]

    assert api.get("/api/logs/search", params={"after": after, "only": "model:gpt-4o"}).status_code == 200
    assert api.get("/api/logs/search", params={"after": after, "only": "model:claude"}).status_code == 400
