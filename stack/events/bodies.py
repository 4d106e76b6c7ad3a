"""JSON bodies of requests and responses, as strings.

Sentences are built and escaped once per process. A body is a concatenation of them, which is fast.
"""

import json
from functools import cache
from itertools import product
from random import Random
from typing import NamedTuple

from stack.events import vocabulary

SENTENCES_PER_LANGUAGE = 2000
CHUNKS_PER_SENTENCE = 4  # of a streamed response, each in its own server-sent event


class Sentence(NamedTuple):
    """A sentence of a response, escaped for JSON: whole, and in the chunks of a stream."""

    whole: str
    chunks: list[str]


class Language(NamedTuple):
    """The texts of one language, escaped for JSON."""

    system: str
    questions: list[str]
    answers: list[Sentence]


class Conversation(NamedTuple):
    """The texts of one request and its response, escaped for JSON."""

    system: str
    question: str
    answers: list[Sentence]


@cache
def languages() -> list[Language]:
    """Return the languages, each repeated in proportion to its share of the traffic."""
    english = _language(0, vocabulary.ENGLISH, vocabulary.ENGLISH_ANSWERS)
    code = _language(1, vocabulary.CODE, vocabulary.ENGLISH_ANSWERS)
    chinese = _language(2, vocabulary.CHINESE, vocabulary.CHINESE_ANSWERS)
    japanese = _language(4, vocabulary.JAPANESE, vocabulary.JAPANESE)
    korean = _language(0, vocabulary.KOREAN, vocabulary.KOREAN)
    # clients in Python often send Chinese as \uXXXX, which is the default of json.dumps
    escaped = Language(_ascii(chinese.system), [_ascii(text) for text in chinese.questions], chinese.answers)
    return [*[english] * 8, *[chinese] * 6, *[escaped] * 2, *[code] * 2, japanese, korean]


def random_conversation(random: Random, number: int) -> Conversation:
    """Return a random conversation; its ticket and trace make it unique."""
    language = languages()[int(random.random() * len(languages()))]
    questions, answers = language.questions, language.answers
    first, second = int(random.random() * len(questions)), int(random.random() * len(questions))
    marker = f"ticket-{number}, api-{number % 997}.example.com, trace {int(random.random() * 2**48):012x}"
    asked = f"{questions[first]} {questions[second]} ({marker})"
    start, length = int(random.random() * (len(answers) - 12)), 3 + int(random.random() * 9)
    return Conversation(language.system, asked, answers[start : start + length])


def request_body(model: str, conversation: Conversation, max_tokens: int, stream: bool) -> str:
    """Return the body of a chat request; OpenAI's and Anthropic's APIs share this shape."""
    return (
        f'{{"model":"{model}","messages":[{{"role":"system","content":"{conversation.system}"}},'
        f'{{"role":"user","content":"{conversation.question}"}}],'
        f'"max_tokens":{max_tokens},"temperature":0.7,"stream":{"true" if stream else "false"}}}'
    )


def embedding_request_body(model: str, conversation: Conversation) -> str:
    """Return the body of a request for embeddings."""
    return f'{{"model":"{model}","input":["{conversation.question}"],"encoding_format":"base64"}}'


def openai_response(model: str, conversation: Conversation, number: int, created: int) -> str:
    """Return a response of OpenAI's API; `created` is in epoch seconds."""
    text = " ".join([answer.whole for answer in conversation.answers])
    return (
        f'{{"id":"chatcmpl-{number:x}","object":"chat.completion","created":{created},"model":"{model}",'
        f'"choices":[{{"index":0,"message":{{"role":"assistant","content":"{text}"}},"finish_reason":"stop"}}]}}'
    )


def openai_stream(model: str, conversation: Conversation, number: int) -> str:
    """Return a streamed response of OpenAI's API: server-sent events with a few words each."""
    head = (
        f'data: {{"id":"chatcmpl-{number:x}","object":"chat.completion.chunk","model":"{model}",'
        '"choices":[{"index":0,"delta":{"content":"'
    )
    tail = '"},"finish_reason":null}]}\n\n'
    return f"{head}{(tail + head).join(_chunks(conversation))}{tail}data: [DONE]\n\n"


def anthropic_response(model: str, conversation: Conversation, number: int) -> str:
    """Return a response of Anthropic's API."""
    text = " ".join([answer.whole for answer in conversation.answers])
    return (
        f'{{"id":"msg_{number:x}","type":"message","role":"assistant","model":"{model}",'
        f'"content":[{{"type":"text","text":"{text}"}}],"stop_reason":"end_turn"}}'
    )


def anthropic_stream(conversation: Conversation) -> str:
    """Return a streamed response of Anthropic's API: server-sent events with a few words each."""
    head = (
        'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
        '"delta":{"type":"text_delta","text":"'
    )
    tail = '"}}\n\n'
    stop = 'event: message_stop\ndata: {"type":"message_stop"}\n\n'
    return f"{head}{(tail + head).join(_chunks(conversation))}{tail}{stop}"


def error_response(code: int, message: str, request_id: str) -> str:
    """Return the response of a failed call."""
    text = f"{message} (request id: {request_id})"
    return f'{{"error":{{"message":"{text}","type":"upstream_error","code":"{code}"}}}}'


def _chunks(conversation: Conversation) -> list[str]:
    """Return the chunks of the first three sentences; more would make the average event too large."""
    return [chunk for answer in conversation.answers[:3] for chunk in answer.chunks]


def _language(system: int, questions: tuple[list[str], ...], answers: tuple[list[str], ...]) -> Language:
    sentences = [Sentence(_escape(text), _split(text)) for text in _sentences(answers)]
    return Language(
        _escape(vocabulary.SYSTEM_PROMPTS[system]), [_escape(text) for text in _sentences(questions)], sentences
    )


def _sentences(parts: tuple[list[str], ...]) -> list[str]:
    """Return combinations of the parts, shuffled, at most SENTENCES_PER_LANGUAGE; the same in each process."""
    separator = "" if ord(parts[1][0][0]) > 0x2E80 else " "
    combinations = [separator.join(combination) for combination in product(*parts)]
    Random(len(combinations)).shuffle(combinations)  # noqa: S311  # test data, not a secret
    many = combinations * (1 + 40 // len(combinations))
    return many[:SENTENCES_PER_LANGUAGE]


def _split(text: str) -> list[str]:
    size = len(text) // CHUNKS_PER_SENTENCE + 1
    return [_escape(text[start : start + size]) for start in range(0, len(text), size)]


def _escape(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _ascii(text: str) -> str:
    return json.dumps(text)[1:-1]
