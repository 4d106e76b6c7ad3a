"""What clients and models say to each other: the JSON bodies of requests and answers, as strings.

Sentences are made and escaped once per process; a body is then joined from ready pieces.
"""

import json
from functools import cache
from itertools import product
from random import Random
from typing import NamedTuple

from stack.events import vocabulary

SENTENCES_PER_LANGUAGE = 2000
PIECES_PER_SENTENCE = 4  # of a streamed answer, each in a server-sent event of its own


class Answer(NamedTuple):
    """One sentence of a model, whole and as it is streamed."""

    whole: str
    pieces: list[str]


class Language(NamedTuple):
    """Sentences of one language, ready to stand inside a JSON string."""

    system: str
    questions: list[str]
    answers: list[Answer]


class Talk(NamedTuple):
    """One conversation: what was asked, what was answered."""

    system: str
    question: str
    answers: list[Answer]


@cache
def languages() -> list[Language]:
    """Give the languages, each as often as its share of the traffic."""
    english = _language(0, vocabulary.ENGLISH, vocabulary.ENGLISH_ANSWERS)
    code = _language(1, vocabulary.CODE, vocabulary.ENGLISH_ANSWERS)
    chinese = _language(2, vocabulary.CHINESE, vocabulary.CHINESE_ANSWERS)
    japanese = _language(4, vocabulary.JAPANESE, vocabulary.JAPANESE)
    korean = _language(0, vocabulary.KOREAN, vocabulary.KOREAN)
    # Python's json.dumps, left alone, sends every Chinese character as \uXXXX
    escaped = Language(_ascii(chinese.system), [_ascii(text) for text in chinese.questions], chinese.answers)
    return [*[english] * 8, *[chinese] * 6, *[escaped] * 2, *[code] * 2, japanese, korean]


def talk(random: Random, number: int) -> Talk:
    """Give a conversation; the ticket and the trace in it make it unlike all others."""
    language = languages()[int(random.random() * len(languages()))]
    questions, answers = language.questions, language.answers
    first, second = int(random.random() * len(questions)), int(random.random() * len(questions))
    place = f"ticket-{number}, api-{number % 997}.example.com, trace {int(random.random() * 2**48):012x}"
    asked = f"{questions[first]} {questions[second]} ({place})"
    start, length = int(random.random() * (len(answers) - 12)), 3 + int(random.random() * 9)
    return Talk(language.system, asked, answers[start : start + length])


def request(model: str, said: Talk, max_tokens: int, stream: bool) -> str:
    """Write the body of a request; both OpenAI's and Anthropic's API take this shape."""
    return (
        f'{{"model":"{model}","messages":[{{"role":"system","content":"{said.system}"}},'
        f'{{"role":"user","content":"{said.question}"}}],'
        f'"max_tokens":{max_tokens},"temperature":0.7,"stream":{"true" if stream else "false"}}}'
    )


def embedding_request(model: str, said: Talk) -> str:
    """Write the body of a request for embeddings."""
    return f'{{"model":"{model}","input":["{said.question}"],"encoding_format":"base64"}}'


def openai_answer(model: str, said: Talk, number: int, created: int) -> str:
    """Write a whole answer as OpenAI does; `created` is in seconds."""
    text = " ".join([answer.whole for answer in said.answers])
    return (
        f'{{"id":"chatcmpl-{number:x}","object":"chat.completion","created":{created},"model":"{model}",'
        f'"choices":[{{"index":0,"message":{{"role":"assistant","content":"{text}"}},"finish_reason":"stop"}}]}}'
    )


def openai_stream(model: str, said: Talk, number: int) -> str:
    """Write a streamed answer as OpenAI does: server-sent events, a few words in each."""
    head = (
        f'data: {{"id":"chatcmpl-{number:x}","object":"chat.completion.chunk","model":"{model}",'
        '"choices":[{"index":0,"delta":{"content":"'
    )
    tail = '"},"finish_reason":null}]}\n\n'
    return f"{head}{(tail + head).join(_pieces(said))}{tail}data: [DONE]\n\n"


def anthropic_answer(model: str, said: Talk, number: int) -> str:
    """Write a whole answer as Anthropic does."""
    text = " ".join([answer.whole for answer in said.answers])
    return (
        f'{{"id":"msg_{number:x}","type":"message","role":"assistant","model":"{model}",'
        f'"content":[{{"type":"text","text":"{text}"}}],"stop_reason":"end_turn"}}'
    )


def anthropic_stream(said: Talk) -> str:
    """Write a streamed answer as Anthropic does: server-sent events, a few words in each."""
    head = (
        'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
        '"delta":{"type":"text_delta","text":"'
    )
    tail = '"}}\n\n'
    stop = 'event: message_stop\ndata: {"type":"message_stop"}\n\n'
    return f"{head}{(tail + head).join(_pieces(said))}{tail}{stop}"


def error_answer(code: int, message: str, request_id: str) -> str:
    """Write the answer that comes with a failure."""
    text = f"{message} (request id: {request_id})"
    return f'{{"error":{{"message":"{text}","type":"upstream_error","code":"{code}"}}}}'


def _pieces(said: Talk) -> list[str]:
    """Give the pieces of the first three sentences: longer streams would make the average event too large."""
    return [piece for answer in said.answers[:3] for piece in answer.pieces]


def _language(system: int, questions: tuple[list[str], ...], answers: tuple[list[str], ...]) -> Language:
    spoken = [Answer(_escape(text), _split(text)) for text in _sentences(answers)]
    return Language(
        _escape(vocabulary.SYSTEM_PROMPTS[system]), [_escape(text) for text in _sentences(questions)], spoken
    )


def _sentences(parts: tuple[list[str], ...]) -> list[str]:
    """Join the parts in every combination, shuffled, at most so many: always the same."""
    separator = "" if ord(parts[1][0][0]) > 0x2E80 else " "
    combinations = [separator.join(combination) for combination in product(*parts)]
    Random(len(combinations)).shuffle(combinations)  # noqa: S311  # nobody should be surprised by it
    many = combinations * (1 + 40 // len(combinations))
    return many[:SENTENCES_PER_LANGUAGE]


def _split(text: str) -> list[str]:
    size = len(text) // PIECES_PER_SENTENCE + 1
    return [_escape(text[start : start + size]) for start in range(0, len(text), size)]


def _escape(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _ascii(text: str) -> str:
    return json.dumps(text)[1:-1]
