"""The values in a parsed chunk, each with its path.

A path tells the texts of a stream apart. It names the keys from the root, the `index` of an element or else its
position, and the marks beside them (`roles.MARKS`): `.choices[1].delta.content`, `#0.delta.text`. Values at the root
have the kind of the chunk before it: `|response.output_text.delta#0.delta`.
"""

from typing import Any

import msgspec

from mappings.body_text.payload import Payload
from mappings.body_text.roles import ALIASES, LEFT_OUT, MARKS

Leaf = tuple[str, str, Any]  # path, name, value

NAME_ONLY = object()  # the value of a name whose values are elsewhere, or left out
OF_NO_USE = object()  # a value that is left out
_CONTAINERS = (dict, list)
_DEEPEST = 60  # levels; below, JSON is one value
_LONGEST_MARK = 100  # characters


def leaves(payload: Payload, event: str) -> list[Leaf]:
    """Return the names and values of a chunk in the order in which they are written."""
    found: list[Leaf] = []
    if isinstance(payload, list):
        _add_list(found, payload, "", "", 0)
    else:
        marks = _marks(payload)
        _add_object(found, payload, f"{event}|{payload.get('type', '')}{marks}", marks, 0)
    return found


def _add_object(found: list[Leaf], node: dict[str, Any], place: str, below: str, depth: int) -> None:
    for name, child in node.items():
        if name in LEFT_OUT:
            found.append(
                (f"{place}.{name}", name, NAME_ONLY if child is None or isinstance(child, _CONTAINERS) else OF_NO_USE)
            )
        elif isinstance(child, _CONTAINERS):
            found.append((place, name, NAME_ONLY))
            _add_container(found, child, f"{below}.{ALIASES.get(name, name)}", name, depth + 1)
        else:
            found.append((f"{place}.{name}", name, child))


def _add_list(found: list[Leaf], node: list[Any], place: str, name: str, depth: int) -> None:
    for position, child in enumerate(node):
        if isinstance(child, _CONTAINERS):
            _add_container(found, child, f"{place}[{_index(child, position)}]", name, depth + 1)
        else:
            found.append((f"{place}[{position}]", name, child))


def _add_container(found: list[Leaf], child: Payload, place: str, name: str, depth: int) -> None:
    if depth > _DEEPEST:
        found.append((place, name, _json(child)))
    elif isinstance(child, list):
        _add_list(found, child, place, name, depth)
    else:
        inner = place + _marks(child, is_element=place.endswith("]"))
        _add_object(found, child, inner, inner, depth)


def _index(child: Payload, position: int) -> int:
    index = child.get("index") if isinstance(child, dict) else None
    return index if isinstance(index, int) else position


def _marks(node: dict[str, Any], *, is_element: bool = False) -> str:
    if MARKS.isdisjoint(node):
        return ""
    marks = [name for name in node if name in MARKS and not (is_element and name == "index")]
    return "".join([f"#{str(node[name])[:_LONGEST_MARK]}" for name in marks if isinstance(node[name], (str, int))])


def _json(child: Payload) -> str:
    try:
        return msgspec.json.encode(child).decode()
    except (ValueError, RecursionError):
        return ""
