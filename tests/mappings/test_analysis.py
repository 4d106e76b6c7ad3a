"""Analysis gives the token streams of the official documentation, on the node from the jars as on the official image.

Where the documentation's example uses a tokenizer that this node lacks, `standard` is used instead; it splits the same.
"""

# ruff: noqa: RUF001  # full-width and Arabic characters are what is tested

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from elasticsearch import ApiError, Elasticsearch

Tokens = list[tuple[str, int]]

UNIGRAMS_TOO = {"type": "cjk_bigram", "output_unigrams": True}
ONLY_HAN = {"type": "cjk_bigram", "ignored_scripts": ["hiragana", "katakana", "hangul"]}
NO_SINGLE = {"type": "keep_types", "types": ["<SINGLE>"], "mode": "exclude"}
NO_DOUBLE = {"type": "keep_types", "types": ["<DOUBLE>"], "mode": "exclude"}
INDEXED = ["cjk_width", "lowercase", UNIGRAMS_TOO]


def analyze(elasticsearch: Elasticsearch, text: str, **chain: Any) -> Tokens:
    answer = elasticsearch.indices.analyze(text=text, **{"tokenizer": "standard", **chain})
    return [(token["token"], token["position"]) for token in answer["tokens"]]


def words(text: str) -> Tokens:
    return [(word, position) for position, word in enumerate(text.split())]


@pytest.mark.parametrize(
    ("filters", "text", "expected"),
    [
        (["cjk_bigram"], "東京都は、日本の首都であり", words("東京 京都 都は 日本 本の の首 首都 都で であ あり")),
        ([{"type": "cjk_bigram"}], "東京都は", words("東京 京都 都は")),
        ([ONLY_HAN], "東京タワー", words("東京 タワー")),
        ([UNIGRAMS_TOO], "余额足", [("余", 0), ("余额", 0), ("额", 1), ("额足", 1), ("足", 2)]),
        ([UNIGRAMS_TOO], "a 余 b", words("a 余 b")),
        (["cjk_bigram"], "한국어 テスト ok", words("한국 국어 テス スト ok")),
        (["cjk_width"], "ｼｰｻｲﾄﾞﾗｲﾅｰ", words("シーサイドライナー")),
        ([{"type": "cjk_width"}], "ＧＰＴ－４ ４０", words("GPT 4 40")),
        (["asciifolding"], "açaí à la carte", words("acai a la carte")),
        ([{"type": "asciifolding", "preserve_original": True}], "açaí", [("acai", 0), ("açaí", 0)]),
        ([{"type": "keep_types", "types": ["<NUM>"]}], "1 quick fox 2 lazy dogs", [("1", 0), ("2", 3)]),
        (
            [{"type": "keep_types", "types": ["<NUM>"], "mode": "exclude"}],
            "1 quick fox 2 lazy dogs",
            [("quick", 1), ("fox", 2), ("lazy", 4), ("dogs", 5)],
        ),
        (
            [{"type": "length", "min": 0, "max": 4}],
            "the quick brown fox jumps over the lazy dog",
            [("the", 0), ("fox", 3), ("over", 5), ("the", 6), ("lazy", 7), ("dog", 8)],
        ),
        (["truncate"], "the quinquennial extravaganza carried on", words("the quinquenni extravagan carried on")),
        ([{"type": "truncate", "length": 3}], "extravaganza on", words("ext on")),
    ],
)
def test_a_filter_gives_the_documented_tokens(
    elasticsearch: Elasticsearch, filters: list[Any], text: str, expected: Tokens
) -> None:
    assert analyze(elasticsearch, text, filter=filters) == expected


@pytest.mark.parametrize(
    ("char_filter", "text", "expected"),
    [
        ({"type": "mapping", "mappings": ["٠ => 0", "١ => 1", "٢ => 2", "٥ => 5"]}, "plate ٢٥٠١٥", "plate 25015"),
        ({"type": "mapping", "mappings": ["& => and", "&& =>   both  "]}, "you&&me&him", "youbothmeandhim"),
        ({"type": "mapping", "mappings": ["_ => \\u0020"]}, "max_tokens", "max tokens"),
        ({"type": "mapping", "mappings": ["\\u4f59 => yu"]}, "余", "yu"),
        ({"type": "mapping", "mappings": ["\\\\n => \\u0020", "\\t => x"]}, r"a\nb" + "\tc", "a bxc"),
        ({"type": "mapping", "mappings": ["\\=> => arrow", "a=>b => c"]}, "x=>y", "xarrowy"),
        ({"type": "mapping", "mappings": ["x => "]}, "axb", "ab"),
        (
            {"type": "pattern_replace", "pattern": "(\\d+)-(?=\\d)", "replacement": "$1_"},
            "My credit card is 123-456-789",
            "My credit card is 123_456_789",
        ),
        ({"type": "pattern_replace", "pattern": "X", "flags": "CASE_INSENSITIVE"}, "axbX", "ab"),
    ],
)
def test_a_char_filter_changes_the_text_as_documented(
    elasticsearch: Elasticsearch, char_filter: dict[str, Any], text: str, expected: str
) -> None:
    assert analyze(elasticsearch, text, char_filter=[char_filter]) == words(expected)


def test_simple_pattern_gives_the_documented_tokens(elasticsearch: Elasticsearch) -> None:
    tokenizer = {"type": "simple_pattern", "pattern": "[0123456789]{3}"}

    assert analyze(elasticsearch, "fd-786-335-514-x", tokenizer=tokenizer) == words("786 335 514")


@pytest.mark.parametrize(
    ("chain", "reason"),
    [
        ({"filter": [{"type": "keep_types"}]}, "keep_types requires `types` to be configured"),
        ({"filter": [{"type": "keep_types", "types": ["a"], "mode": "drop"}]}, "can only be [include] or [exclude]"),
        ({"filter": [{"type": "truncate"}]}, "length parameter must be provided"),
        ({"char_filter": [{"type": "mapping"}]}, "mapping requires either `mappings` or `mappings_path`"),
        ({"char_filter": [{"type": "mapping", "mappings": ["no arrow"]}]}, "Invalid Mapping Rule : [no arrow]"),
        ({"char_filter": [{"type": "mapping", "mappings": ["\\u12 => a"]}]}, "Invalid escaped char in [\\u12]"),
        ({"char_filter": [{"type": "pattern_replace"}]}, "pattern is missing for"),
    ],
)
def test_wrong_options_are_refused_in_the_official_words(
    elasticsearch: Elasticsearch, chain: dict[str, Any], reason: str
) -> None:
    with pytest.raises(ApiError) as refusal:
        analyze(elasticsearch, "text", **chain)

    assert reason in refusal.value.body["error"]["reason"]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (INDEXED, [("gpt", 0), ("超", 1), ("超时", 1), ("时", 2), ("时错", 2), ("错", 3), ("ok", 4)]),
        ([*INDEXED, NO_SINGLE], [("gpt", 0), ("超时", 1), ("时错", 2), ("ok", 4)]),
        ([*INDEXED, NO_DOUBLE], [("gpt", 0), ("超", 1), ("时", 2), ("错", 3), ("ok", 4)]),
    ],
)
def test_the_chain_of_the_index_keeps_positions(
    elasticsearch: Elasticsearch, filters: list[Any], expected: Tokens
) -> None:
    assert analyze(elasticsearch, "ＧＰＴ 超时错 OK", filter=filters) == expected


@pytest.fixture(scope="module")
def index(elasticsearch: Elasticsearch) -> Iterator[str]:
    """An index whose one text is written with unigrams and bigrams and searched by bigrams."""
    name = f"test-analysis-{uuid4().hex[:12]}"
    chain = {"tokenizer": "standard", "char_filter": ["words"]}
    elasticsearch.indices.create(
        index=name,
        settings={
            "index.codec": "best_compression",
            "analysis": {
                "char_filter": {"words": {"type": "mapping", "mappings": ["_ => \\u0020"]}},
                "filter": {"both": UNIGRAMS_TOO, "bigrams": NO_SINGLE},
                "analyzer": {
                    "indexed": {**chain, "filter": ["cjk_width", "lowercase", "both"]},
                    "searched": {**chain, "filter": ["cjk_width", "lowercase", "both", "bigrams"]},
                },
                "normalizer": {"folded": {"filter": ["cjk_width", "asciifolding", "lowercase"]}},
            },
        },
        mappings={
            "properties": {
                "text": {"type": "text", "analyzer": "indexed", "search_analyzer": "searched"},
                "name": {"type": "keyword", "normalizer": "folded"},
            }
        },
    )
    document = {"text": "请求超时错误，max_tokens 余额不足", "name": "Ｃafé"}
    elasticsearch.index(index=name, document=document, refresh=True)
    yield name
    elasticsearch.indices.delete(index=name)


@pytest.mark.parametrize(
    ("phrase", "total"),
    [("超时错误", 1), ("错误超时", 0), ("求超", 1), ("max tokens", 1), ("MAX_TOKENS 余额", 1), ("tokens max", 0)],
)
def test_a_phrase_finds_what_stands_side_by_side(
    elasticsearch: Elasticsearch, index: str, phrase: str, total: int
) -> None:
    answer = elasticsearch.search(index=index, query={"match_phrase": {"text": phrase}})

    assert answer["hits"]["total"]["value"] == total


def test_a_long_phrase_with_unigrams_is_no_graph(elasticsearch: Elasticsearch, index: str) -> None:
    """Taken for a graph, two tokens a place, it would have more paths than any query may have clauses."""
    phrase = {"query": "请求超时错误余额不足" * 8, "analyzer": "indexed"}
    answer = elasticsearch.search(index=index, query={"match_phrase": {"text": phrase}})

    assert answer["hits"]["total"]["value"] == 0


def test_a_normalizer_may_use_the_filters(elasticsearch: Elasticsearch, index: str) -> None:
    assert elasticsearch.count(index=index, query={"term": {"name": "cafe"}})["count"] == 1


def test_the_root_says_who_answers(elasticsearch: Elasticsearch) -> None:
    info = elasticsearch.info()

    assert elasticsearch.ping()
    assert info["version"]["number"].startswith(("8.", "9."))
    assert info["tagline"] == "You Know, for Search"
