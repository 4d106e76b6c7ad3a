"""What `query` finds however a text is written, on real Elasticsearch: scripts, forms, accents, marks, operators."""

# ruff: noqa: RUF001  # unusual characters are what is tested

import json
import unicodedata
from collections.abc import Iterator

import pytest

from tests.support.logs import Logs
from tests.support.programs import RunningApi, running_api
from tests.support.servers import Servers
from tests.support.times import NOON_MS


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


TEXTS = {
    # normal forms
    1: nfd("résumé Müller"),
    2: nfd("학점인정 신청서.hwp"),
    3: nfd("プログラム ガイド.pdf"),
    4: nfd("bệnh viện"),
    5: "전화번호 déjà ブラウザ",
    6: "\uf9a2\ufa1c",  # compatibility ideographs, which are equal to others
    # iteration marks and Bopomofo
    11: "我々3人は人々AIと時々LINEで",
    12: "佐々木さん 様々な",
    13: "注音ㄅㄆㄇABC",
    # scripts without blanks
    21: "ระบบแจ้งว่าการเชื่อมต่อหมดเวลาแล้ว",
    22: "ການເຊື່ອມຕໍ່ໝົດເວລາແລ້ວ",
    23: "ការតភ្ជាប់អស់ពេលហើយ",
    24: "ချိတ်ဆက်မှုအချိန်ကုန်သွားပြီ",
    25: "བོད་ཀྱི་སྐད་ཡིག",
    # accents and marks
    31: "café Zürich Đà Nẵng Łódź",
    32: "الشّعب مرحبـــا أحمد",
    33: "餘額不足 👍🏽",
    34: "Ещё раз, мой край",
    # letter case
    41: "STRASSE Σίσυφος İSTANBUL ǅungla",
    # compatibility forms
    51: "ﬁnal ﬂow ⼀⼆ ㌔ 10㎏ ｶﾞｲﾄﾞ x² word¹ ① ＧＰＴ－４",
    # what nobody sees
    61: "in\u00advis\u200bible re\u2060ply\u200e \u202egpu\u202c❤\ufe0f می\u200cخواهم",
    # terminals
    71: "\x1b[31mERROR\x1b[0m \x1b[1;34mrunner\x1b[0m refused in\x1b[1mside\x1b[0m one\x1b[2Ktwo",
    # operators
    81: "the deadline of this context",
    82: "context deadline exceeded",
    83: "process ended with exit code -9 after curl -X POST",
}
TERMINAL = {72: "\x1b[31mFATAL\x1b[0m build \x1b[2mfailed\x1b[22m"}


@pytest.fixture(scope="module")
def api(servers: Servers, module_logs: Logs) -> Iterator[RunningApi]:
    """The API on the texts above, which all tests of this file read."""
    bodies = {number: json.dumps({"messages": [{"content": text}]}) for number, text in TERMINAL.items()}
    module_logs.store(
        [
            *({"id": number, "created_at": NOON_MS, "content": text} for number, text in TEXTS.items()),
            *(
                {"id": number, "created_at": NOON_MS, "request_detail": {"request_body": body}}
                for number, body in bodies.items()
            ),
        ]
    )
    with running_api({"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}) as api:
        yield api


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        # normal forms
        ("résumé", [1]),
        ("Müller", [1]),
        ("학점인정", [2]),
        ("점인", [2]),
        ("인점", []),
        ("ガイド", [3, 51]),
        ("bệnh", [4]),
        (nfd("전화번호"), [5]),
        (nfd("déjà"), [5]),
        (nfd("ブラウザ"), [5]),
        ("ブラウサ", []),  # another character
        ("廉靖", [6]),
        # iteration marks and Bopomofo
        ("我々", [11]),
        ("人々", [11]),
        ("AI", [11]),
        ("LINE", [11]),
        ("時々", [11]),
        ("佐々木", [12]),
        ("様々", [12]),
        ("々木", [12]),
        ("木々", []),
        ("ABC", [13]),
        ("ㄆㄇ", [13]),
        ("ㄇㄆ", []),
        # scripts without blanks
        ("หมดเวลา", [21]),
        ("ระบบ*", [21]),
        ("เวลาหมด", []),
        ("ໝົດເວລາ", [22]),
        ("អស់ពេល", [23]),
        ("အချိန်ကုန်", [24]),
        ("ཀྱི་སྐད", [25]),
        ("-หมดเวลา -အချိန်ကုန် -超 ໝົດເວລາ", [22]),
        # accents and marks
        ("cafe", [31]),
        ("CAFÉ", [31]),
        ("caf*", [31]),
        ("zurich", [31]),
        ('"da nang lodz"', [31]),
        ("الشعب", [32]),
        ("مرحبا", [32]),
        ("احمد", [32]),
        ("餘額不足", [33]),
        ("余额不足", []),  # traditional and simplified characters are two
        ("👍", [33]),
        ("еще", [34]),
        ("мой", [34]),
        ("мои", []),  # another letter, no accent
        # letter case
        ("straße", [41]),
        ("straß*", [41]),
        ("ΣΊΣΥΦΟΣ", [41]),
        ("σισυφος", [41]),
        ("istanbul", [41]),
        ("Istanbul", [41]),
        ("ǆungla", [41]),
        # compatibility forms
        ("final", [51]),
        ("flow", [51]),
        ("一二", [51]),
        ("キロ", [51]),
        ("kg", [51]),
        ("ｶﾞｲﾄﾞ", [3, 51]),
        ("x²", [51]),
        ("word", [51]),
        ("gpt-4", [51]),
        # what nobody sees
        ("invisible", [61]),
        ("reply", [61]),
        ("gpu", [61]),
        ("re\u00adply", [61]),
        ("❤", [61]),
        ("میخواهم", [61]),
        # terminals
        ("ERROR", [71]),
        ("runner", [71]),
        ("refused", [71]),
        ("inside", [71]),
        ("two", [71]),
        ("31mERROR", []),
        ("FATAL", [72]),
        ("failed", [72]),
        ("\x1b[31mfatal\x1b[0m", [72]),
        # operators
        ('"context deadline"', [82]),
        ("“context deadline”", [82]),
        ("„context deadline‟", [82]),
        ("«context deadline»", [82]),
        ("「context deadline」", [82]),
        ("『context deadline』", [82]),
        ("＂context deadline＂", [82]),
        ("｢context deadline｣", [82]),
        ("exceeded context －deadline", []),
        ("context －exceeded", [81]),
        ("context −exceeded", [81]),
        ("context –exceeded", [81]),
        ("context －“deadline exceeded”", [81]),
        ("contex＊", [81, 82]),
        ("contex﹡", [81, 82]),
        ("“context dead”＊", [82]),
        ('"exit code -9"', [83]),
        ('"curl -X POST"', [83]),
    ],
)
def test_a_query_finds_exactly_its_logs(api: RunningApi, query: str, ids: list[int]) -> None:
    assert api.ids(query=query) == ids


@pytest.mark.parametrize(("query", "excluded"), [("exit code -9", "-9"), ("curl -X POST", "-X")])
def test_a_dash_before_a_number_or_a_letter_excludes_and_the_message_says_so(
    api: RunningApi, query: str, excluded: str
) -> None:
    answer = api.get("/api/logs/search", params={"query": query}).json()

    assert answer["data"]["total"] == 0
    assert answer["message"] == f"excluded, put it in quotes to search for it: {excluded}"
