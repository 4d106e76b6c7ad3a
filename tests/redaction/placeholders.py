"""Random values in place of placeholders such as `<alnum 40>`: no file holds a key, not even one that opens nothing."""

import base64
import json
import re
import string
from collections.abc import Callable, Mapping
from random import Random
from uuid import UUID

_PLACEHOLDER = re.compile(r"<([a-z0-9-]+)(?: (\d+))?>")
_ALPHABETS: Mapping[str, str] = {
    "alnum": string.ascii_letters + string.digits,
    "letters": string.ascii_letters,
    "lower": string.ascii_lowercase + string.digits,
    "upper": string.ascii_uppercase + "234567",
    "digits": string.digits,
    "hex": "0123456789abcdef",
    "b64": string.ascii_letters + string.digits + "+/",
    "url64": string.ascii_letters + string.digits + "-_",
}
PEM_LINE = 64


def filled(template: str, random: Random) -> str:
    """Return a text with a random value in place of each placeholder; other texts in angle brackets stay."""
    return _PLACEHOLDER.sub(lambda match: _value(match, random), template)


def _value(match: re.Match[str], random: Random) -> str:
    kind, length = match[1], int(match[2] or 0)
    if kind in _ALPHABETS and length:
        return "".join(random.choices(_ALPHABETS[kind], k=length))
    return _MADE[kind](random, length) if kind in _MADE else match[0]


def _pem(random: Random, lines: int) -> str:
    last = filled("<b64 30>==", random)
    return "\n".join([*(filled(f"<b64 {PEM_LINE}>", random) for _ in range(lines - 1)), last])


def _pem_escaped(random: Random, lines: int) -> str:
    return _pem(random, lines).replace("\n", "\\n")


def _login(random: Random, _length: int) -> str:
    return base64.b64encode(filled("user-<digits 3>:<alnum 14>", random).encode()).decode()


def _jwt(random: Random, _length: int) -> str:
    parts = ({"alg": "HS256", "typ": "JWT"}, {"sub": random.randrange(10**9), "exp": 1_790_000_000})
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, filled("<url64 43>", random)])


def _uuid(random: Random, _length: int) -> str:
    return str(UUID(int=random.getrandbits(128), version=4))


_MADE: Mapping[str, Callable[[Random, int], str]] = {
    "pem": _pem,
    "pem-escaped": _pem_escaped,
    "login": _login,
    "jwt": _jwt,
    "uuid": _uuid,
}
