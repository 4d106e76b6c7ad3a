"""A text becomes its words: scripts, forms, case, accents, what nobody sees."""

# ruff: noqa: RUF001  # unusual characters are what is tested

import subprocess
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.words.characters import INVISIBLE, is_in
from mappings.words.folded import GAP, MAX_WORD, split, words_of
from mappings.words.places import places
from tests.support.repository import ROOT

PIECES = [*"aB1_ .\n超时々ｶﾞ한ㅋéß·－“\u200bก\x02\x03\x00😀🏽ﬁ½ﾡİ", "\x1b[31m ", "\x1b[0m ", "e\u0301", "x" * 70, "ก่"]
TEXTS = st.one_of(
    st.text(st.characters(exclude_characters="\x1b\x9b", exclude_categories=["M"]), max_size=40),
    st.lists(st.sampled_from(PIECES), max_size=40).map("".join),
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Bad KEY_1, max_tokens=3.14", "bad key 1 max tokens 3 14"),
        ('{"a":"b"}', "a b"),
        ("...", ""),
        # scripts without blanks: each character is a word, and touches the next or not
        ("超时错误", "超时错误"),
        ("超时，错误 b 第3章", f"超时 {GAP} 错误 b 第3章"),
        ("API호출", "api호출"),
        ("人々 ㄅㄆ ゝヽー", f"人々 {GAP} ㄅㄆ {GAP} ゝヽー"),
        ("หมดเวลา", "หมดเวลา"),
        ("𠀀字", "𠀀字"),
        ("ㅋㅋㅏ ﾡ", f"ㅋㅋㅏ {GAP} ㄱ"),
        ("👍🏽 👨\u200d👩", "👍 👨 👩"),
        # forms
        ("re\u0301sume\u0301", "resume"),
        ("\u1112\u1161\u11a8", "학"),
        ("カ\u3099 ｶﾞ", f"ガ {GAP} ガ"),
        ("\uf9a2", "廉"),
        ("ＧＰＴ－４", "gpt 4"),
        ("ﬁne ⼀⼆ 10㎏ ㌔ ℡", "fine 一二 10 kg キロ tel"),
        ("word¹ ½ ① 𝐀", "word 1 1 2 1 a"),
        # case and accents
        ("Straße ΣΊΣΥΦΟΣ ς İSTANBUL ısı", "strasse σισυφοσ σ istanbul isi"),
        ("Đà Nẵng Łódź bệnh", "da nang lodz benh"),
        ("Ещё мой ї", "еще мой ї"),
        ("الشّعب مرحبـــا أحمد", "الشعب مرحبا احمد"),
        ("हिन्दी", "हिन्दी"),
        # what nobody sees
        ("in\u00advis\u200bi\u2060ble\ufe0f", "invisible"),
        ("a\x00b\x07c\u0085d", "abc d"),
        ("\ud800a", "a"),
        ("\x1b[31mERROR\x1b[0m a\x1b[1mb a\x1b[2Kb \x1b]0;title\x07c \x1bword", "error ab a b c word"),
        # long words
        ("x" * (2 * MAX_WORD + 1), f"{'x' * MAX_WORD} {'x' * MAX_WORD} x"),
        ("x" * MAX_WORD, "x" * MAX_WORD),
    ],
)
def test_a_text_becomes_its_words(text: str, words: str) -> None:
    assert words_of(text) == words


def test_a_run_is_split_into_its_characters() -> None:
    assert split(words_of("第3章 超时，API호출")) == ["第", "3", "章", GAP, "超", "时", "api", "호", "출"]


def test_what_is_invisible_is_that_by_its_unicode_property() -> None:
    """Controls that are no white space, and format characters."""
    odd = {
        code
        for code in range(0x110000)
        if unicodedata.category(chr(code)) in ("Cc", "Cf") and not chr(code).isspace()
        if not is_in(chr(code), INVISIBLE)
    }

    assert odd == set()


@pytest.mark.parametrize("script", ["THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN", "HIRAGANA", "KATAKANA", "BOPOMOFO"])
def test_every_letter_of_a_script_without_blanks_is_a_word(script: str) -> None:
    letters = [
        chr(code)
        for code in range(0x20000)
        if unicodedata.name(chr(code), "").startswith(f"{script} ") and unicodedata.category(chr(code))[0] in "LMN"
    ]

    assert {
        letter for letter in letters if any(len(word) > 1 for word in split(words_of(f"{letter}{letter}")))
    } == set()


@given(TEXTS)
def test_canonically_equal_texts_have_the_same_words(text: str) -> None:
    forms = [unicodedata.normalize(form, text) for form in ("NFC", "NFD")]

    assert [words_of(form) for form in forms] == [words_of(text)] * 2


@given(TEXTS)
def test_letter_case_makes_no_difference(text: str) -> None:
    assert words_of(text.casefold()) == words_of(text)


@given(TEXTS)
def test_a_word_is_its_own_word(text: str) -> None:
    assert [words_of(word) for word in split(words_of(text)) if word != GAP] == [
        word for word in split(words_of(text)) if word != GAP
    ]


@given(TEXTS)
def test_places_are_those_of_the_words(text: str) -> None:
    found = places(text)

    assert [place.word for place in found] == split(words_of(text))
    assert all(0 <= place.start < place.end <= len(text) for place in found)
    # A word is written where its place says, unless a compatibility form is several words.
    assert all(place.word in split(words_of(text[place.start : place.end])) for place in found if place.word != GAP)


@pytest.mark.parametrize(
    "text",
    [
        "'\\x1b[' * 500_000",
        "'\\x1b]' * 500_000",
        "'x' * 1_000_000",
        "'\\u0301' * 1_000_000",
        "'e\\u0301\\u0327' * 300_000",
        "'超 ' * 500_000",
        "'ﷺ' * 300_000",
        "'\\u200b' * 1_000_000",
        "''.join(map(chr, [*range(0xd800), *range(0xe000, 0x110000)]))",
    ],
)
def test_a_megabyte_of_anything_is_read_in_linear_time(text: str) -> None:
    program = f"from mappings.words.folded import words_of; words_of({text})"

    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, timeout=60)
