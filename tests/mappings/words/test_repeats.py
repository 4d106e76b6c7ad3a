"""About how often the most frequent word of a text occurs."""

from collections import Counter

import pytest

from mappings.words.folded import split, words_of
from mappings.words.repeats import SHORTEST_TEXT, repeats

PROSE = words_of("The deployment was rolled back, because the health check of the pod failed. ") + " "


@pytest.mark.parametrize(
    "text",
    [
        "a " * 50_000,
        ("a " * 40 + "b ") * 1_000,
        PROSE * 500,
        "超时" * 20_000,
        "".join(f"a{chr(0x4E00 + number)}" for number in range(20_000)),  # Han between the letters
        "x" * 119 + " " + "y " * 5_000 + "z" * 119,
        ("x" * 25 + " ") * 10_000,
        ("x" * 60 + " ") * 4_000,
        ("x" * 120 + " ") * 2_000,
        ("x" * 60 + " " + "y" * 60 + " ") * 2_000,
    ],
)
def test_a_word_that_is_often_repeated_is_counted_to_within_a_factor_of_two(text: str) -> None:
    [(_, times)] = Counter(split(text)).most_common(1)

    assert times / 2 < repeats([text]) < times * 2


def test_several_texts_count_together() -> None:
    assert repeats(["a " * 40] * 100) > 2_000
    assert repeats(["a"] * SHORTEST_TEXT) > SHORTEST_TEXT // 4


def test_a_text_without_repetition_has_little_of_it() -> None:
    assert repeats([" ".join(f"{number:05}" for number in range(100_000))]) < 2_000


def test_short_texts_are_not_counted() -> None:
    assert repeats([]) == repeats(["a " * (SHORTEST_TEXT // 2 - 1)]) == 0
    assert repeats(["a " * (SHORTEST_TEXT // 2)]) > 0
