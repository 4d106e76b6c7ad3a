"""What a query may cost inside one log: how often its phrases may read the same part."""

import pytest

from api.errors import ApiError
from api.request.query_cost import MAX_REPEATS
from tests.support.parsing import parsed

MOST = MAX_REPEATS


@pytest.mark.parametrize(
    "query",
    [
        "a " * 100,  # words, which no phrase reads
        '"' + "a " * MOST + '"',
        " ".join(f'"a b{number}"' for number in range(MOST)),
        "a.b " * 100,  # the same word, which is searched once
        " ".join(f"a{number}.b{number}" for number in range(100)),
        "余额不足请充值 " * 3 + "的余额的不足",
        '{"role":"user","content":"hello"},{"role":"assistant","content":"hello"}',
        " ".join(f"w{number}*" for number in range(100)),
    ],
)
def test_a_query_that_reads_each_part_a_few_times_is_searched(query: str) -> None:
    assert parsed(query=query).params.query


@pytest.mark.parametrize(
    "query",
    [
        '"' + "a " * (MOST + 1) + '"',
        '"' + "a " * 1000 + '"',
        '-"' + "a " * (MOST + 1) + '"',
        ".".join("a" * (MOST + 1)),
        " ".join(f'"a b{number}"' for number in range(MOST + 1)),
        " ".join(f'"b{number} {spelling}"' for number, spelling in enumerate(["a", "A", "ａ"] * MOST)),  # noqa: RUF001
        " ".join(rf'"b{number} \u0061"' for number in range(MOST + 1)),
        "余额" * (MOST + 1),
        " ".join(f'"第 b{number}"' for number in range(MOST)),  # a lone character is read with another analyzer too
        " ".join(f'"b{number} c"d*' for number in range(MOST)),  # what comes before a prefix is read several times
        " ".join(f'"b{number}"d*' for number in range(MOST + 1)),
    ],
)
def test_a_query_that_reads_a_part_too_often_is_a_400_that_says_what_to_do(query: str) -> None:
    with pytest.raises(ApiError) as refused:
        parsed(query=query)

    assert refused.value.status == 400
    assert refused.value.message.startswith("query=")
    assert f"at most {MOST} are allowed: search for a part of the text" in refused.value.message
