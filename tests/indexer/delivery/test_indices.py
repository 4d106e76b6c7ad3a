"""Template, indices and retention on a real Elasticsearch."""

import time
from collections.abc import Iterator
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from elasticsearch import Elasticsearch

from indexer.delivery.index_template import TemplateRefusedError
from indexer.delivery.indices import Indices
from indexer.event.document import IndexTarget
from mappings.index import VERSION, fingerprint, index_name, template, write_alias
from mappings.instant import DAY_MS
from tests.support.logs import remove_logs

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
