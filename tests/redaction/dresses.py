"""The dresses of a text: how clients, providers and gateways quote it on its way into an event. Pure."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

CREATED_MS = 1_795_521_600_000

Encode = Callable[[Any], str]


def compact(value: Any) -> str:
    """Return JSON as most programs write it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def ascii_only(value: Any) -> str:
    r"""Return JSON as Python writes it by default: with blanks, and with `\u4f59`."""
    return json.dumps(value)


def indented(value: Any) -> str:
    """Return JSON on several lines."""
    return json.dumps(value, ensure_ascii=False, indent=2)


def like_go(value: Any) -> str:
    r"""Return JSON as Go writes it: `<`, `>` and `&` as `\u003c`."""
    return re.sub("[<>&]", _unicode_escape, compact(value))


def like_dotnet(value: Any) -> str:
    r"""Return JSON as .NET writes it: quotation marks inside of strings as `\u0022`, `+` as `\u002B`."""
    quoted = re.sub(r'\\(["\\/bfnrtu])', lambda match: r"\u0022" if match[1] == '"' else match[0], json.dumps(value))
    return re.sub("[<>&'+`]", _unicode_escape, quoted)


def like_php(value: Any) -> str:
    r"""Return JSON as PHP writes it: `/` as `\/`."""
    return json.dumps(value, separators=(",", ":")).replace("/", r"\/")


def like_gson(value: Any) -> str:
    r"""Return JSON as Gson writes it: `=`, `'`, `<`, `>` and `&` as `\u003d`."""
    return re.sub("[<>&'=]", _unicode_escape, compact(value))


def _unicode_escape(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04X}" if match[0] == "+" else f"\\u{ord(match[0]):04x}"


def event(encode: Encode, **fields: Any) -> bytes:
    """Return an event with these fields."""
    return encode({"id": 7, "created_at": CREATED_MS, "group": "ns-a", **fields}).encode()


def _body(text: str, encode: Encode) -> str:
    return encode({"model": "gpt-4o", "messages": [{"role": "user", "content": text}], "stream": False})


def _tool_call(text: str, encode: Encode) -> str:
    """Return a body whose tool arguments hold the text: JSON in JSON."""
    call = {"id": "call_1", "function": {"name": "run", "arguments": encode({"command": text, "timeout": 5})}}
    return encode({"messages": [{"role": "assistant", "tool_calls": [call]}]})


def _three_deep(text: str, encode: Encode) -> str:
    return _tool_call(_body(text, encode), encode)


def _sse(text: str, encode: Encode) -> str:
    return f"data: {encode({'choices': [{'index': 0, 'delta': {'content': text}}]})}\n\ndata: [DONE]\n\n"


def _request(body: str, encode: Encode = compact) -> bytes:
    return event(encode, request_detail={"request_body": body, "response_body": "{}"})


def _response(body: str, encode: Encode = compact) -> bytes:
    return event(encode, request_detail={"request_body": "", "response_body": body})


DRESSES: Mapping[str, Callable[[str], bytes]] = {
    "content": lambda text: event(compact, content=text),
    "content, ASCII only": lambda text: event(ascii_only, content=f"上游返回{text}"),
    "content, indented": lambda text: event(indented, content=text),
    "behind a line break": lambda text: event(compact, content=f"first\n{text}\nlast"),
    "behind a tab, in a body": lambda text: _request(_body(f"a\t{text}\tb", compact)),
    "metadata": lambda text: event(compact, metadata={"client": "x/1.0", "note": text}),
    "an undeclared list": lambda text: event(compact, request={"size": 12, "notes": ["", text]}),
    "a body that is no JSON": _request,
    "a truncated body": lambda text: _request(_body(f"问题\n{text}\n", compact)[:-12]),
    "a body": lambda text: _request(_body(text, compact)),
    "a body, ASCII only": lambda text: _request(_body(f"密钥{text}无效", ascii_only), ascii_only),
    "a stream": lambda text: _response(_sse(text, compact)),
    "quoted twice": lambda text: _request(_tool_call(f"$ run\n{text}\n", compact)),
    "quoted twice, ASCII only": lambda text: _request(_tool_call(f"输出\n{text}\n结束", ascii_only), ascii_only),
    "quoted three times": lambda text: _response(_three_deep(f"first\n{text}", compact)),
    "by Go": lambda text: _request(_tool_call(f"<b>&\n{text}", like_go), like_go),
    "by .NET": lambda text: _request(_body(text, like_dotnet), like_dotnet),
    "by .NET, twice": lambda text: _request(_tool_call(text, like_dotnet), compact),
    "by PHP": lambda text: _response(_body(text, like_php), like_php),
    "by Gson": lambda text: _request(_tool_call(text, like_gson), like_gson),
}
