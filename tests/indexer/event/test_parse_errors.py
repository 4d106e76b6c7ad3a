"""What the decoder says is passed on only where it is known."""

import msgspec
import pytest

from indexer.event.parse_errors import wrong_syntax, wrong_type

OTHER_TYPE = "a value has the wrong type or is out of range"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Expected `int`, got `str` - at `$.code`", "Expected `int`, got `str` - at `$.code`"),
        ("Expected `int | null`, got `str` - at `$.usage.input_tokens`", None),
        ("Expected `int` <= 9223372036854775807 - at `$.id`", None),
        (
            "Expected `str | null`, got `int` - at `$.metadata[...]`",
            "Expected `str | null`, got `int` - at `$.metadata`",
        ),
        ("Expected `str`, got `int` - at `$.rosa`", "Expected `str`, got `int`"),
        ("Expected `str`, got `int` - at `key` in `$.metadata`", OTHER_TYPE),
        ("Object contains unknown field `rosa`", OTHER_TYPE),
        ("Invalid value 'rosa' - at `$.code`", f"{OTHER_TYPE} - at `$.code`"),
    ],
)
def test_a_wrong_type_names_declared_fields_only(text: str, words: str | None) -> None:
    assert wrong_type(msgspec.ValidationError(text)) == (words or text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("JSON is malformed: invalid character (byte 4)", "invalid character (byte 4)"),
        ("Input data was truncated", "Input data was truncated"),
        ("JSON is malformed: unexpected `rosa` (byte 4)", "malformed"),
    ],
)
def test_a_syntax_error_says_what_and_where(text: str, words: str) -> None:
    assert wrong_syntax(msgspec.DecodeError(text)) == words
