"""People read a request: its conversation, its bodies and fields, what happened around it, and beside another."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.console.conftest import OpenVisit
from tests.console.data.bodies import CHAT_REQUEST, CHAT_STREAM, event, text_of
from tests.console.data.logs_of_today import FIRST_ID, logs_of_today
from tests.support.logs import Logs
from tests.support.programs import RunningApi, running_api
from tests.support.servers import Servers

LARGE_ID, STREAM_ID, WITHOUT_ID = 6000, 7000, "no-id-at-all"
SYSTEM = {"role": "system", "content": "Be brief. " * 200 + "Never guess."}
STREAM = "".join(f'data: {{"choices":[{{"index":0,"delta":{{"content":"w{at} "}}}}]}}\n\n' for at in range(500))
BIG = 2**62 + 1
CHAT, CLAUDE, GEMINI = FIRST_ID, FIRST_ID + 1, FIRST_ID + 2


@pytest.fixture(scope="module")
def api(servers: Servers, module_logs: Logs) -> Iterator[RunningApi]:
    """The API on a day of logs, one of which is large, and some of which have odd ids."""
    logs = logs_of_today()
    newest = logs[0]["created_at"]
    history = [
        {"role": ("user", "assistant")[number % 2], "content": f"turn {number} " + "word " * 400}
        for number in range(500)
    ]
    odd = [
        event(1, newest - 1, {**CHAT_REQUEST, "messages": history}, CHAT_STREAM, id=LARGE_ID),
        event(2, newest - 2, CHAT_REQUEST, CHAT_STREAM, id=0, request_id=WITHOUT_ID),
        event(3, newest - 3, CHAT_REQUEST, CHAT_STREAM, id=BIG),
        event(4, newest - 4, CHAT_REQUEST, CHAT_STREAM, id=0, request_id="", user="nameless"),
        event(5, newest - 5, text_of(CHAT_REQUEST)[:300], CHAT_STREAM[:400]),
        event(6, newest - 6, {**CHAT_REQUEST, "messages": [SYSTEM, *history[:2]]}, STREAM, id=STREAM_ID),
    ]
    odd[4]["request_detail"]["request_body_truncated"] = True
    module_logs.store([*logs, *odd])
    with running_api({"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}) as api:
        yield api


def test_a_click_opens_the_conversation_beside_the_list(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, "?only=model:gpt-4o&status=success")
    shown.page.locator(f".table tr[data-name='{CHAT}'] td").nth(4).click()
    said = shown.page.locator(".message")

    expect(said).to_have_count(5)
    expect(said.nth(1)).to_contain_text("What is the weather in 上海?")
    expect(said.nth(1).locator(".media")).to_have_text(re.compile(r"image/png, 3 KB"))
    expect(said.nth(4)).to_contain_text("It is 22 degrees.")
    expect(said.nth(4).locator(".fold.call")).to_contain_text("umbrella")
    expect(said.nth(4).locator(".finish")).to_have_text("tool_calls")
    assert len(shown.asked(f"detail/{CHAT}")) == 1
    shown.picture("drawer")


def test_keys_go_through_the_logs_and_close(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, f"?open={CHAT}&only=group:ns-0&status=success&only=group:ns-1&only=group:ns-2")
    names = [row.get_attribute("data-name") for row in shown.page.locator(".table tbody tr").all()]
    at = names.index(str(CHAT))
    for key, step in (("j", 1), ("ArrowDown", 2), ("k", 1)):
        shown.page.keyboard.press(key)
        expect(shown.page.locator("tr.open")).to_have_attribute("data-name", str(names[at + step]))
    shown.page.keyboard.press("5")
    expect(shown.page.locator("#tab-fields")).to_have_attribute("aria-selected", "true")
    shown.page.keyboard.press("Escape")

    expect(shown.page.locator(".drawer")).to_have_count(0)
    assert "open=" not in shown.page.url


def test_a_row_opens_by_keyboard_alone(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api)
    shown.page.locator(f".table tr[data-name='{CHAT}']").focus()
    shown.page.keyboard.press("Enter")

    expect(shown.page.locator(".message").last).to_contain_text("It is 22 degrees.")


def test_every_pane_shows_the_log_its_way(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, f"?open={CHAT}")
    pane = shown.page.locator("#pane")
    for name, text in (
        ("Assembled", "What the pieces of the stream add up to"),
        ("JSON", "chat.completion.chunk"),
        ("Raw", "data: [DONE]"),
        ("Fields", "request_id"),
        ("Around", "this one"),
    ):
        shown.page.get_by_role("tab", name=name, exact=True).click()
        expect(pane).to_contain_text(text)
    assert len(shown.asked(f"detail/{CHAT}")) == 1


def test_found_words_are_marked_in_the_conversation(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, f"?query=%E4%B8%8A%E6%B5%B7+degrees&open={CHAT}")
    expect(shown.page.locator(".message").last).to_contain_text("degrees")

    marks = shown.page.locator(".message mark").all_inner_texts()
    assert {"上海", "degrees"} <= set(marks)


def test_a_field_becomes_a_filter(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, f"?open={CLAUDE}&pane=fields")
    shown.page.get_by_label("Only this: user").click()

    expect(shown.page.locator(".chip")).to_contain_text("user-1")


def test_what_happened_around_a_request(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, f"?open={FIRST_ID + 60}&pane=around")
    lines = shown.page.locator(".around li")
    expect(lines).to_have_count(10 + 1 + 5)  # of the same group and token, 5 are newer
    shown.page.get_by_label("Around this request:").select_option("any")
    expect(lines).to_have_count(21)
    lines.nth(9).locator("button").click()

    expect(shown.page.locator(".drawer .conversation")).to_be_visible()
    assert f"open={FIRST_ID + 61}" in shown.page.url


def test_two_logs_are_compared(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, f"?open={CHAT}")
    shown.page.get_by_label("Compare with another log: pin this one").click()
    shown.page.keyboard.press("j")
    shown.page.get_by_role("button", name="Compare with the pinned log").click()
    dialog = shown.page.locator("dialog.compare")

    expect(dialog).to_contain_text("fields differ")
    expect(dialog.locator(".fields")).to_contain_text("request_id")
    shown.picture("compare")
    shown.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def test_a_log_is_copied_as_a_request_and_as_markdown(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, f"?open={CHAT}", permissions=["clipboard-read", "clipboard-write"])
    expect(shown.page.locator(".message").last).to_contain_text("It is 22 degrees.")
    copied = {}
    for name in ("Request as curl", "Conversation as Markdown", "Link to this log"):
        shown.page.get_by_title("Copy", exact=True).click()
        shown.page.get_by_role("button", name=name).click()
        copied[name] = shown.page.evaluate("navigator.clipboard.readText()")

    assert copied["Request as curl"].startswith('curl "$GATEWAY/v1/chat/completions"')
    assert "## assistant\n\n> Look outside.\n\nIt is 22 degrees." in copied["Conversation as Markdown"]
    assert copied["Link to this log"] == f"{api.url}/?open={CHAT}"


@pytest.mark.parametrize("name", [f"request:{WITHOUT_ID}", str(BIG)])
def test_a_log_with_an_odd_id_opens_from_the_list_and_by_its_link(api: RunningApi, visit: OpenVisit, name: str) -> None:
    shown = visit(api)
    shown.page.locator(f".table tr[data-name='{name}'] td").nth(4).click()
    expect(shown.page.locator(".message").last).to_contain_text("It is 22 degrees.")
    shown.page.reload()

    expect(shown.page.locator(".message").last).to_contain_text("It is 22 degrees.")


def test_a_log_without_any_id_opens_by_its_time(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, "?only=user:nameless")
    shown.page.locator(".table tbody tr td").nth(4).click()

    expect(shown.page.locator(".message").last).to_contain_text("It is 22 degrees.")
    assert "open=at" in shown.page.url


def test_a_cut_body_is_read_as_far_as_it_goes(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, f"?open={FIRST_ID + 5}")
    shown.page.wait_for_selector(".message")
    shown.page.goto(f"{api.url}/?only=request_id:1795521600000005")
    shown.settled()
    shown.page.locator(".table tbody tr").first.locator("td").nth(4).click()

    expect(shown.page.locator(".tag.warn").first).to_have_text("cut off")
    expect(shown.page.locator(".message").first).to_contain_text("Be brief.")


def test_a_large_body_is_read_in_a_thread_and_shown_in_parts(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, f"?open={LARGE_ID}")
    expect(shown.page.locator(".earlier summary")).to_have_text("496 earlier messages")
    expect(shown.page.locator(".message").last).to_contain_text("It is 22 degrees.")
    length = shown.page.evaluate("document.querySelector('.conversation').textContent.length")

    assert [worker.url.rpartition("/")[2] for worker in shown.page.workers] == ["worker.js"]
    assert len(shown.asked(f"detail/{LARGE_ID}")) == 1
    assert length > 0
    shown.page.get_by_role("tab", name="Raw", exact=True).click()
    expect(shown.page.locator(".rest").first).to_be_visible()
    shown_raw = shown.page.locator("pre.raw").first.evaluate("(pre) => pre.textContent.length")
    assert shown_raw < 30_000


def test_a_long_history_is_made_when_it_is_unfolded(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, f"?open={LARGE_ID}")
    expect(shown.page.locator(".message")).to_have_count(4 + 1)
    shown.page.locator(".earlier summary").click()

    expect(shown.page.locator(".message")).to_have_count(500 + 1)


def test_a_long_system_prompt_is_folded_unless_something_was_found_in_it(api: RunningApi, visit: OpenVisit) -> None:
    system = visit(api, f"?open={STREAM_ID}").page.locator(".message.system")
    expect(system.locator(".rest")).to_be_visible()
    assert len(system.inner_text()) < 500
    system.locator(".rest").click()
    expect(system).to_contain_text("Never guess.")

    found = visit(api, f"?open={STREAM_ID}&query=guess").page.locator(".message.system mark")
    expect(found).to_have_text("guess")


def test_a_name_in_the_tree_stands_beside_its_value(api: RunningApi, visit: OpenVisit) -> None:
    leaf = visit(api, f"?open={CHAT}&pane=json").page.locator(".json .leaf").first
    name, value = leaf.locator(".member").bounding_box(), leaf.locator(".string").bounding_box()

    assert name
    assert value
    assert abs(name["y"] - value["y"]) < 5


def test_the_pieces_of_a_long_stream_are_folded(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, f"?open={STREAM_ID}&pane=json")
    pieces = shown.page.locator(".json").last.locator("details.node details.node")
    expect(pieces).to_have_count(50)
    expect(pieces.first.locator("summary")).to_have_text("0{1} choices")
    pieces.first.locator("summary").click()

    expect(pieces.first).to_contain_text("choices[1]")


def test_values_are_copied_also_without_https(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, f"?open={CHAT}&pane=fields", permissions=["clipboard-read", "clipboard-write"])
    shown.page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    shown.page.get_by_label("Copy: model").click()
    expect(shown.page.locator(".toast.done")).to_have_text("Copied")
    shown.page.locator("#query").focus()
    shown.page.keyboard.press("Control+v")

    expect(shown.page.locator("#query")).to_have_value("gpt-4o")


def test_a_link_to_no_log_says_so(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, "?open=123456789")

    expect(shown.page.locator(".drawer .wrong")).to_have_text("There is no such log, or this key may not read it.")


def test_the_page_speaks_chinese(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, f"?open={CHAT}", locale="zh-CN", color_scheme="dark")
    expect(shown.page.locator(".tabs button").first).to_have_text("日志")

    assert shown.page.evaluate("document.documentElement.lang") == "zh-CN"
    shown.picture("chinese-dark")


def test_it_works_at_400_pixels(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, viewport={"width": 400, "height": 800}, has_touch=True)
    shown.page.wait_for_selector("[data-sum=requests]")
    shown.picture("narrow")
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= 400
    shown.page.locator(f".table tr[data-name='{CHAT}']").click()
    expect(shown.page.locator(".message").last).to_contain_text("It is 22 degrees.")
    shown.picture("narrow-drawer")
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= 400


def test_an_empty_gateway_is_no_error(visit: OpenVisit, servers: Servers, logs: Logs) -> None:
    logs.store([event(1, 1_700_000_000_000)])
    with running_api({"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": logs.alias}) as api:
        shown = visit(api)

        expect(shown.page.locator(".state h2")).to_have_text("No log in this time")
        shown.page.get_by_role("button", name="Look at all times").click()
        expect(shown.page.locator(".total")).to_have_text("1 log")


def test_the_page_is_the_same_whatever_form_the_times_of_an_answer_have(
    servers: Servers, module_logs: Logs, api: RunningApi, visit: OpenVisit
) -> None:
    store = {"ELASTICSEARCH_URL": servers.elasticsearch_url, "INDEX_ALIAS": module_logs.alias}

    def texts(of: RunningApi) -> list[str]:
        """Return what the list, the head of the drawer, the fields and the neighbours say."""
        found = []
        for pane in ("fields", "around"):
            shown = visit(of, f"?open={CHAT}&pane={pane}&from=&only=group:ns-0&only=group:ns-1")
            expect(shown.page.locator("#pane tr, #pane li").nth(3)).to_be_visible()
            found += [shown.page.locator(part).inner_text() for part in (".table tbody", ".facts", "#pane")]
        return found

    with running_api({**store, "API_TIMES": "epoch_ms"}) as other:
        assert isinstance(other.search(per_page=1)["logs"][0]["created_at"], int)
        assert texts(other) == texts(api)


def test_the_fields_of_a_log_are_listed_once(api: RunningApi, visit: OpenVisit) -> None:
    shown = visit(api, f"?open={CHAT}&pane=fields")
    names = shown.page.locator(".fields th").all_inner_texts()

    assert "request_detail.log_id" in names
    assert not {"log_id", "request_body", "response_body", "response_body_truncated"} & set(names)
