"""Images, audio and vectors are no text."""

from base64 import b64encode
from random import Random

import pytest

from mappings.body_text.kinds import text_of
from tests.support.streams import compact, openai_chat, responses_deltas, server_sent_events

IMAGE = b64encode(Random(1).randbytes(3000)).decode()
ICON = b64encode(Random(2).randbytes(90)).decode()


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"b64_json": IMAGE, "n": 1}, '{"b64_json":"...","n":1}'),
        ({"url": f"data:image/png;base64,{IMAGE}"}, '{"url":"data:image/png;base64,..."}'),
        ({"url": f"data:image/png;base64,{ICON}"}, '{"url":"data:image/png;base64,..."}'),
        ({"data": IMAGE.replace("+", "-").replace("/", "_")}, '{"data":"..."}'),
        ({"embedding": [0.25, -1e-05] * 200}, '{"embedding":[...]}'),
        ({"a": 1, "b": [IMAGE, "and words"]}, '{"a":1,"b":["...","and words"]}'),
    ],
)
def test_they_are_left_out(body: dict[str, object], text: str) -> None:
    assert text_of(compact(body)) == text


def test_escaped_slashes_in_an_image_make_no_difference() -> None:
    assert text_of(compact({"b64": IMAGE}).replace("/", "\\/")) == '{"b64":"..."}'


def test_an_image_in_pieces_is_left_out() -> None:
    deltas = responses_deltas("audio", [IMAGE[:500], IMAGE[500:900], IMAGE[900:]], {"item_id": "i"})

    assert IMAGE[:20] not in text_of(server_sent_events(deltas))


@pytest.mark.parametrize(
    "said",
    [ICON, IMAGE[:999], "1, 2, 3, " * 300, "word " * 1000, "余额" * 1000, "a.b-c/" * 20, "-" * 900, "0 1\n" * 500],
)
def test_texts_stay(said: str) -> None:
    assert said in text_of(compact({"content": said}).replace("\\n", "\n"))
    assert said.strip() in text_of(openai_chat([said]))


@pytest.mark.parametrize("before", range(0, 1000, 83))
def test_a_run_is_found_wherever_it_begins(before: int) -> None:
    assert text_of("word " * 300 + " " * before + "A" * 1000) == "word " * 300 + " " * before + "..."
