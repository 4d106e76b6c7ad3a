"""Template, indices and retention on a real Elasticsearch."""

import time
from collections.abc import Iterator
from threading import Barrier, Event, Thread
from typing import Any
from uuid import uuid4

import pytest
from elasticsearch import Elasticsearch

from indexer.delivery.index_template import TemplateRefusedError
from indexer.delivery.indices import Indices
from indexer.event.document import LAYOUT, IndexTarget
from mappings.index import VERSION, fingerprint, index_name, template, write_alias
from mappings.instant import DAY_MS
from mappings.version_2.index import BODY_2
from tests.support.logs import remove_logs
from tests.support.waiting import wait_until

TODAY = int(time.time() * 1000)


@pytest.fixture
def name(elasticsearch: Elasticsearch) -> Iterator[str]:
    fresh = f"test-{uuid4().hex[:12]}"
    yield fresh
    remove_logs(elasticsearch, fresh)


def make(client: Elasticsearch, name: str, retention_days: int = 30, max_indices: int = 400) -> Indices:
    return Indices(client, IndexTarget(name, "day"), retention_days, max_indices)


def index_of(name: str, days_ago: int) -> str:
    return index_name(write_alias(name, "day", TODAY - days_ago * DAY_MS))


def test_many_that_start_at_once_install_one_template(elasticsearch: Elasticsearch, name: str) -> None:
    together, failures = Barrier(8), []

    def start() -> None:
        try:
            together.wait()
            make(elasticsearch, name).install_template()
            make(elasticsearch, name).prepare_now()
        except Exception as error:  # noqa: BLE001 - a thread reports what it met
            failures.append(error)

    threads = [Thread(target=start) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    found = elasticsearch.indices.get_index_template(name=name)["index_templates"][0]["index_template"]
    assert failures == []
    assert (found["version"], found["_meta"]["fingerprint"]) == (VERSION, fingerprint())
    assert len(elasticsearch.indices.get_alias(name=name)) == 2  # today and tomorrow


def test_a_template_of_somebody_else_is_left_alone(elasticsearch: Elasticsearch, name: str) -> None:
    elasticsearch.indices.put_index_template(name=name, index_patterns=["elsewhere-*"])

    with pytest.raises(TemplateRefusedError, match="was not created by this program"):
        make(elasticsearch, name).install_template()


def test_an_older_program_leaves_a_newer_template_and_says_so(elasticsearch: Elasticsearch, name: str) -> None:
    elasticsearch.indices.put_index_template(name=name, body=template(name) | {"version": VERSION + 1})
    indices = make(elasticsearch, name)
    indices.install_template()

    assert f"the index template is of a newer indexer: version {VERSION + 1}" in indices.notice
    assert elasticsearch.indices.get_index_template(name=name)["index_templates"][0]["index_template"]["version"] == (
        VERSION + 1
    )


def test_a_mapping_that_contradicts_the_indices_is_refused_with_the_field(
    elasticsearch: Elasticsearch, name: str
) -> None:
    mappings = {"properties": {"code": {"type": "keyword"}}}
    elasticsearch.indices.create(index=index_of(name, 0), mappings=mappings, aliases={name: {}})

    with pytest.raises(TemplateRefusedError, match="the field code is keyword in the index"):
        make(elasticsearch, name).install_template()


def test_a_changed_template_is_applied_to_new_indices(elasticsearch: Elasticsearch, name: str) -> None:
    old = template(name)
    old["_meta"] = old["_meta"] | {"fingerprint": "old"}
    elasticsearch.indices.put_index_template(name=name, body=old)
    make(elasticsearch, name).install_template()

    found = elasticsearch.indices.get_index_template(name=name)["index_templates"][0]["index_template"]
    assert found["_meta"]["fingerprint"] == fingerprint()


def test_an_index_is_made_with_both_aliases_before_its_first_log(elasticsearch: Elasticsearch, name: str) -> None:
    target = write_alias(name, "day", TODAY)

    assert make(elasticsearch, name).prepare([target]) == {}
    assert set(elasticsearch.indices.get_alias(name=[name, target])[index_name(target)]["aliases"]) == {name, target}


def test_an_index_that_lost_its_write_alias_gets_it_back(elasticsearch: Elasticsearch, name: str) -> None:
    target = write_alias(name, "day", TODAY)
    indices = make(elasticsearch, name)
    indices.prepare([target])
    elasticsearch.indices.delete_alias(index=index_name(target), name=target)
    indices.doubt([target])

    assert indices.prepare([target]) == {}
    assert elasticsearch.indices.exists_alias(name=target)


def test_for_an_hour_after_a_release_of_version_2_new_indices_have_its_layout(
    elasticsearch: Elasticsearch, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    elasticsearch.indices.put_index_template(name=name, body=template(name) | {"version": 2})
    today, yesterday = (write_alias(name, "day", TODAY - days * DAY_MS) for days in (0, 1))
    make(elasticsearch, name).install_template()
    indices = make(elasticsearch, name)
    assert indices.prepare([today]) == {}
    an_hour_later = time.time() + 3_601
    monkeypatch.setattr(time, "time", lambda: an_hour_later)
    assert indices.prepare([yesterday]) == {}

    assert indices.layouts == {today: 2, yesterday: LAYOUT}
    older = elasticsearch.indices.get_mapping(index=today)[index_name(today, 2)]["mappings"]
    assert older["properties"]["content"] == BODY_2["mappings"]["properties"]["content"]
    assert write(elasticsearch, yesterday, 1) == index_name(yesterday)


def test_an_index_that_was_deleted_is_created_again(elasticsearch: Elasticsearch, name: str) -> None:
    target = write_alias(name, "day", TODAY)
    indices = make(elasticsearch, name)
    indices.prepare([target])
    elasticsearch.indices.delete(index=index_name(target))
    indices.doubt([target])

    assert indices.prepare([target]) == {}
    assert set(elasticsearch.indices.get_alias(name=[name, target])[index_name(target)]["aliases"]) == {name, target}


def test_retention_deletes_whole_indices_past_their_last_possible_log(elasticsearch: Elasticsearch, name: str) -> None:
    indices = make(elasticsearch, name, retention_days=3)
    indices.prepare([write_alias(name, "day", TODAY - days * DAY_MS) for days in (0, 2, 3, 5, 9)])
    elasticsearch.indices.create(index=f"{name}-2001.01.01-notes")  # like ours, and not ours

    assert indices.drop_expired() == [index_of(name, 9), index_of(name, 5)]
    assert elasticsearch.indices.exists(index=f"{name}-2001.01.01-notes")
    assert elasticsearch.indices.exists(index=index_of(name, 3))


def test_kept_for_ever_means_that_nothing_is_deleted(elasticsearch: Elasticsearch, name: str) -> None:
    indices = make(elasticsearch, name, retention_days=0)
    indices.prepare([write_alias(name, "day", TODAY - 4000 * DAY_MS)])

    assert indices.drop_expired() == []


def test_a_newer_template_beside_a_running_member_is_left_as_it_is(elasticsearch: Elasticsearch, name: str) -> None:
    indices = make(elasticsearch, name)
    indices.install_template()
    elasticsearch.indices.put_index_template(
        name=name, body=template(name) | {"version": VERSION + 1, "_meta": {"owner": "gateway-logs"}}
    )

    assert indices.prepare([write_alias(name, "day", TODAY)]) == {}
    assert (
        elasticsearch.indices.get_index_template(name=name)["index_templates"][0]["index_template"]["version"] > VERSION
    )


def test_a_name_that_goes_on_where_another_ends_has_a_template_of_its_own(
    elasticsearch: Elasticsearch, name: str
) -> None:
    make(elasticsearch, name).install_template()
    make(elasticsearch, f"{name}-new").install_template()
    remove_logs(elasticsearch, f"{name}-new")


def test_why_an_index_cannot_be_made_is_said_in_the_words_of_elasticsearch(
    elasticsearch: Elasticsearch, name: str
) -> None:
    elasticsearch.indices.create(index=write_alias(name, "day", TODAY))  # an index where the alias should be

    assert "400 Invalid alias name" in make(elasticsearch, name).prepare_now()


def at_once(*starts: Any) -> None:
    """Run these functions in threads that begin at the same moment; raise what the first of them raised."""
    together, failures = Barrier(len(starts)), []

    def run(start: Any) -> None:
        together.wait()
        try:
            start()
        except Exception as error:  # noqa: BLE001 - a thread reports what it met
            failures.append(error)

    threads = [Thread(target=run, args=(start,)) for start in starts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]


def of_version(client: Elasticsearch, name: str, version: int, monkeypatch: pytest.MonkeyPatch) -> Indices:
    """Return the indices as a program with another version of the mapping would create them."""
    indices = make(client, name)
    monkeypatch.setattr(indices._template, "ensure", lambda: version)
    return indices


def prepare_as_release_2(client: Elasticsearch, name: str, target: str) -> None:
    """Do what the indexer of mapping version 2 did: look for the alias, create the index, add both aliases."""
    if not client.indices.exists_alias(name=target):
        client.options(ignore_status=400).indices.create(index=index_name(target, 2))
        add = [{"add": {"index": index_name(target, 2), "alias": alias}} for alias in (target, name)]
        client.indices.update_aliases(actions=add)


def write(client: Elasticsearch, target: str, number: int, index: str = "") -> str:
    """Write a document through a write alias, or into an index; return the index that it is in."""
    document = {"id": number, "created_at": TODAY}
    if index:
        return str(client.index(index=index, id=str(number), document=document)["_index"])
    return str(client.index(index=target, id=str(number), document=document, require_alias=True)["_index"])


def test_of_several_versions_that_start_at_once_one_creates_the_index(
    elasticsearch: Elasticsearch, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(elasticsearch, name).install_template()
    for day in range(5):
        target = write_alias(name, "day", TODAY - day * DAY_MS)
        versions = [of_version(elasticsearch, name, version, monkeypatch) for version in (2, 3, 4, 2, 3, 4)]
        at_once(*[lambda one=one, target=target: one.prepare([target]) for one in versions])

        (index,) = elasticsearch.indices.get_alias(name=target)
        assert {write(elasticsearch, target, 1)} == {index}
        assert len({one.layouts[target] for one in versions}) == 1


def test_a_release_that_adds_its_alias_afterwards_does_not_stop_writing(
    elasticsearch: Elasticsearch, name: str
) -> None:
    indices = make(elasticsearch, name)
    for day in range(5):
        target = write_alias(name, "day", TODAY - day * DAY_MS)
        at_once(
            lambda target=target: indices.prepare([target]),
            lambda target=target: prepare_as_release_2(elasticsearch, name, target),
        )
        indices.doubt([target])

        assert indices.prepare([target]) == {}
        assert write(elasticsearch, target, 1).startswith(target)


def test_an_alias_with_two_indices_and_no_write_index_is_repaired(elasticsearch: Elasticsearch, name: str) -> None:
    target = write_alias(name, "day", TODAY)
    older, newer = index_name(target, 2), index_name(target, 3)
    for index, documents in ((older, 3), (newer, 1)):
        elasticsearch.indices.create(index=index, aliases={target: {}, name: {}})
        for number in range(documents):
            write(elasticsearch, target, number, index)
    indices = make(elasticsearch, name)

    assert indices.prepare([target]) == {}
    assert write(elasticsearch, target, 2) == older  # the log that is there already: not doubled
    assert indices.layouts[target] == 2
    elasticsearch.indices.refresh(index=name)
    assert elasticsearch.count(index=name)["count"] == 4  # those of the other index are still found


def test_programs_that_repair_at_once_agree(elasticsearch: Elasticsearch, name: str) -> None:
    target = write_alias(name, "day", TODAY)
    for version in (2, 3):
        elasticsearch.indices.create(index=index_name(target, version), aliases={target: {}, name: {}})
    programs = [make(elasticsearch, name) for _ in range(6)]
    at_once(*[lambda one=one: one.prepare([target]) for one in programs])

    assert write(elasticsearch, target, 1) == index_name(target, 2)
    assert {one.layouts[target] for one in programs} == {2}


def test_a_write_index_that_somebody_disabled_is_left_so_and_named(elasticsearch: Elasticsearch, name: str) -> None:
    target = write_alias(name, "day", TODAY)
    elasticsearch.indices.create(index=index_name(target), aliases={target: {"is_write_index": False}})

    assert "has no write index" in make(elasticsearch, name).prepare([target])[target]


def test_an_index_of_an_earlier_version_without_its_alias_is_used_again(
    elasticsearch: Elasticsearch, name: str
) -> None:
    target = write_alias(name, "day", TODAY)
    elasticsearch.indices.create(index=index_name(target, 2))  # where a program stopped half-way
    indices = make(elasticsearch, name)

    assert indices.prepare([target]) == {}
    assert write(elasticsearch, target, 1) == index_name(target, 2)
    assert indices.layouts == {target: 2}


def test_no_search_fails_while_indices_are_created(elasticsearch: Elasticsearch, name: str) -> None:
    indices, stopping = make(elasticsearch, name), Event()
    indices.prepare_now()
    searches: list[int] = []

    def search() -> None:
        while not stopping.is_set():
            elasticsearch.search(index=name, size=0, allow_partial_search_results=False)
            searches.append(1)

    def create() -> None:
        try:
            assert indices.prepare([write_alias(name, "day", TODAY - days * DAY_MS) for days in range(1, 9)]) == {}
        finally:
            stopping.set()

    at_once(search, search, create)
    assert len(searches) > 8


def test_an_index_is_found_by_searches_once_its_shard_has_started(elasticsearch: Elasticsearch, name: str) -> None:
    index = index_of(name, 1)  # of a program that ended between the two steps
    elasticsearch.indices.create(
        index=index,
        aliases={write_alias(name, "day", TODAY - DAY_MS): {"is_write_index": True}},
        settings={"index.routing.allocation.require._name": "nowhere"},
        wait_for_active_shards=0,
    )
    make(elasticsearch, name).survey_if_due()
    assert not elasticsearch.indices.exists_alias(name=name)
    elasticsearch.indices.put_settings(index=index, settings={"index.routing.allocation.require._name": None})

    def is_found() -> bool:
        make(elasticsearch, name).survey_if_due()
        return bool(elasticsearch.indices.exists_alias(name=name))

    wait_until(is_found)


def test_old_days_share_an_index_and_keep_it_whatever_the_budget_is_later(
    elasticsearch: Elasticsearch, name: str
) -> None:
    first = TODAY - 4_000 * DAY_MS
    targets = [write_alias(name, "day", first + days * 90 * DAY_MS) for days in range(12)]
    small, large = make(elasticsearch, name, 0, 10), make(elasticsearch, name, 0, 400)
    assert small.prepare(targets) == {}
    indices = {target: write(elasticsearch, target, 1) for target in targets}
    assert len(set(indices.values())) == 5 + 3 + 2  # days, months, years

    assert large.prepare(targets) == {}
    assert {target: write(elasticsearch, target, 1) for target in targets} == indices
    assert small.prepare_now() == ""
    assert elasticsearch.indices.exists(index=index_of(name, 0))


def test_the_newest_index_is_created_first_and_others_wait_when_the_time_is_up(
    elasticsearch: Elasticsearch, name: str
) -> None:
    targets = [write_alias(name, "day", TODAY - days * DAY_MS) for days in (2, 0, 1)]
    indices = make(elasticsearch, name)

    assert indices.prepare(targets, seconds=0) == {targets[0]: "", targets[2]: ""}
    assert indices.prepare(targets, seconds=0) == {targets[0]: ""}


def test_an_operator_is_told_of_the_budget_before_it_is_used_up(elasticsearch: Elasticsearch, name: str) -> None:
    indices = make(elasticsearch, name, 0, 10)
    indices.prepare([write_alias(name, "day", TODAY - days * DAY_MS) for days in range(8)])
    assert indices.notice == ""
    indices.prepare_now()

    assert indices.notice.startswith("9 of 10 indices (INDEXER_MAX_INDICES)")


def test_retention_deletes_a_shared_index_with_the_last_of_its_periods(elasticsearch: Elasticsearch, name: str) -> None:
    indices = make(elasticsearch, name, retention_days=3)
    indices.prepare([write_alias(name, "day", TODAY - days * DAY_MS) for days in (5, 9)])
    recent = write_alias(name, "day", TODAY - 2 * DAY_MS)
    shared = {"add": {"index": index_of(name, 5), "alias": recent, "is_write_index": True}}
    elasticsearch.indices.update_aliases(actions=[shared])

    assert indices.drop_expired() == [index_of(name, 9)]
