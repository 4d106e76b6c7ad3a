"""How texts are read for the search: the same when they are indexed and when they are searched.

The analysis in logs.json does most of it. What it cannot do with the filters that every Elasticsearch has is done here:
by the indexer on a second copy of the text, by the API on the words of a query.
"""

import re

# The characters that Lucene's standard tokenizer marks as Han, Hiragana, Katakana or Hangul, which are indexed one by
# one and as bigrams. Found by sending every character to `_analyze`.
HANGUL = "\u1100-\u11ff\u3131-\u318e\ua960-\ua97c\uac00-\ud7fb\uffa0-\uffdc"
CJK = (
    HANGUL + "\u2e80-\u2fd5\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303a\u3041-\u3096\u309b-\u30fa"
    "\u30fc-\u30ff\u31f0-\u31ff\u32d0-\u32fe\u3300-\u3357\u3400-\u4db5\u4e00-\u9fef"
    "\uf900-\ufad9\uff66-\uff9d\U0001b000-\U0001b167\U0001f200\U00020000-\U0002fa1d"
)
# A match begins only at the start of a run of backslashes: tried at each of 100,000, it would take half a minute.
_CHARACTERS = re.compile(r"(?<!\\)(?:\\+u[0-9a-fA-F]{4})+")
_BLANKS = re.compile(r"(?<!\\)\\+[nrtbf]")
_LETTER = rf"[^\W_{CJK}]"
_TOUCHING = re.compile(rf"[{HANGUL}](?={_LETTER})|{_LETTER}(?=[{HANGUL}])")
_TOUCHES = re.compile(rf"[{HANGUL}](?:(?={_LETTER})|(?<={_LETTER}.))")  # finds the same, eight times as fast


def readable(text: str) -> str:
    r"""Return the text with its words readable; the same object where the analysis needs no help.

    JSON escapes are decoded at any depth of quoting: `\u4f59` becomes a character, `\n` a space. And a space separates
    Korean from letters and digits, which the standard tokenizer takes for one word: `API호출` contains `호출`.
    """
    if "\\" in text:
        text = _BLANKS.sub(" ", _CHARACTERS.sub(_decoded, text))
    return text if text.isascii() or not _TOUCHES.search(text) else _TOUCHING.sub(r"\g<0> ", text)


def _decoded(match: re.Match[str]) -> str:
    # A whole run at once: UTF-16 joins the halves of a surrogate pair, and replaces a lone half.
    digits = match[0].replace("\\", "").replace("u", "")
    return bytes.fromhex(digits).decode("utf-16-be", "replace")
