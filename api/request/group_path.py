"""The group's name in a path: any characters, slashes and line ends included."""

from typing import Annotated
from urllib.parse import quote

from fastapi import Path
from starlette.convertors import Convertor, register_url_convertor


class _AnyText(Convertor[str]):
    """Matches anything: `/api/log/{group:text}/search`."""

    regex = r"[\s\S]*"

    def convert(self, value: str) -> str:
        return value

    def to_string(self, value: str) -> str:
        return quote(value, safe="")


register_url_convertor("text", _AnyText())
Group = Annotated[str, Path(description="The group's name.")]
