"""The bodies of a call in the realistic corpus: what was asked and answered, in the form of the API that was called."""

from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from random import Random

from stack.events.call import Call, Event
from stack.events.vocabulary import GEMINI, MESSAGES, RESPONSES
from stack.providers import anthropic_messages, gemini, openai_chat, openai_responses
from stack.providers.prompt import Prompt, Turn
from stack.providers.reply import Answered, Reply
from stack.realistic import phrases, replies
from stack.realistic.agents import agents, assistant_prompts, tool_call, tool_result
from stack.realistic.passages import Passages, chinese, code, english, escaped_chinese, japanese
from stack.realistic.shares import Kind

IMAGES = 12
EMBEDDING_BYTES = 1536 * 4
# Where gateways cut bodies: some keep the first characters only, most what a message of Kafka may hold.
SHORT_LIMIT, LONG_LIMIT = 8_192, 524_288  # characters
SHORT_LIMIT_EVERY = 10  # groups
GEMINI_ARRAY_SHARE = 0.3  # of the streams that Gemini sends


def detail(call: Call, kind: Kind, request_id: str) -> Event:
    """Return the field `request_detail`."""
    limit = SHORT_LIMIT if call.number % SHORT_LIMIT_EVERY == 0 else LONG_LIMIT
    request, response = _bodies(call, kind, request_id)
    return {
        "id": call.number * 2,
        "log_id": call.number,
        "request_body": _cut(request, limit),
        "response_body": _cut(response, limit),
        "request_body_truncated": len(request) > limit,
        "response_body_truncated": len(response) > limit,
    }


def _cut(body: str, limit: int) -> str:
    return body if len(body) <= limit else f"{body[:limit]}..."


def _bodies(call: Call, kind: Kind, request_id: str) -> tuple[str, str]:
    language = _language(call.random)
    if kind == "embeddings":
        texts = [passage.escaped for passage in language.some(call.random, 4)]
        return openai_chat.embeddings_request(call.model.name, texts), _response(call, kind, Reply(()), request_id)
    prompt = _prompt(call, kind, language)
    request = _request(call, prompt)
    if language.is_ascii:
        request = request.encode("ascii", "backslashreplace").decode()
    return request, _response(call, kind, _reply(call, kind, language), request_id)


def _language(random: Random) -> Passages:
    languages = _languages()
    return languages[int(random.random() * len(languages))]


@cache
def _languages() -> Sequence[Passages]:
    return [*[english()] * 10, *[chinese()] * 5, escaped_chinese(), *[code()] * 3, japanese()]


def _prompt(call: Call, kind: Kind, language: Passages) -> Prompt:
    if kind == "agent":
        agent = agents()[call.number % len(agents())]
        tools = {MESSAGES[0]: agent.anthropic_tools, GEMINI[0]: agent.gemini_tools}.get(
            call.model.endpoint, agent.openai_tools
        )
        return Prompt(call.model.name, agent.system, _session(call, language), tools, call.is_streamed)
    system = assistant_prompts()[call.number % len(assistant_prompts())]
    return Prompt(call.model.name, system, _conversation(call, kind, language), "", call.is_streamed)


def _conversation(call: Call, kind: Kind, language: Passages) -> list[Turn]:
    random = call.random
    turns: list[Turn] = []
    for _ in range(0 if kind == "extraction" else int(random.random() * 4)):
        turns += [Turn("user", _question(call, language, 2)), Turn("assistant", _text(random, language, 6))]
    image = _images()[call.number % IMAGES] if kind == "vision" else ""
    return [*turns, Turn("user", _question(call, language, 3 + int(random.random() * 8)), image=image)]


def _session(call: Call, language: Passages) -> list[Turn]:
    """Return the steps of an agent so far: it sends all of them again in each call."""
    random = call.random
    turns = [Turn("user", _question(call, language, 3))]
    for step in range(1 + int(random.random() * random.random() * 16)):
        used = tool_call(random, call.number, step)
        turns += [Turn("assistant", _text(random, language, 1), used), Turn("tool", tool_result(random), used)]
    return turns


def _question(call: Call, language: Passages, passages: int) -> str:
    number, trace = call.number, int(call.random.random() * 2**48)
    asked = phrases.QUESTIONS[int(call.random.random() * len(phrases.QUESTIONS))]
    marker = f"ticket-{number}, api-{number % 997}.example.com, trace {trace:012x}"
    return f"{asked}\\n\\n{_text(call.random, language, passages)} ({marker})"


def _text(random: Random, language: Passages, passages: int) -> str:
    return "".join([passage.escaped for passage in language.some(random, passages)])


@cache
def _images() -> Sequence[str]:
    random = Random(IMAGES)  # noqa: S311  # the same
    return [
        b64encode(b"\x89PNG\r\n\x1a\n" + random.randbytes(20_000 + 9_000 * number)).decode() for number in range(IMAGES)
    ]


@cache
def _vectors() -> Sequence[str]:
    random = Random(EMBEDDING_BYTES)  # noqa: S311  # the same
    return [b64encode(random.randbytes(EMBEDDING_BYTES)).decode() for _ in range(50)]


def _reply(call: Call, kind: Kind, language: Passages) -> Reply:
    random = call.random
    if kind == "extraction":
        return replies.extraction(random, call.number)
    if kind == "agent" and random.random() < 0.85:
        return replies.step(random, call.number, language)
    if random.random() < replies.THINKING_SHARE:
        return replies.thoughtful(random, language)
    return replies.answer(random, language)


def _request(call: Call, prompt: Prompt) -> str:
    if call.model.endpoint == MESSAGES[0]:
        return anthropic_messages.messages_request(prompt)
    if call.model.endpoint == GEMINI[0]:
        return gemini.gemini_request(prompt)
    return (
        openai_responses.responses_request(prompt)
        if call.model.endpoint == RESPONSES[0]
        else openai_chat.chat_request(prompt)
    )


def _response(call: Call, kind: Kind, reply: Reply, request_id: str) -> str:
    answered = Answered(call.number, call.model.name, call.created_at // 1000, 900, 30 + len(reply.text))
    if call.failure:
        text = f"{call.failure.content} (request id: {request_id})"
        return f'{{"error":{{"message":"{text}","type":"upstream_error","param":null,"code":"{call.failure.code}"}}}}'
    if kind == "embeddings":
        return openai_chat.embeddings(answered, _vectors()[call.number % len(_vectors())])
    if call.model.endpoint == GEMINI[0]:
        return _gemini_response(call, answered, reply)
    if call.model.endpoint == MESSAGES[0]:
        return (anthropic_messages.messages_stream if call.is_streamed else anthropic_messages.messages_answer)(
            answered, reply
        )
    if call.model.endpoint == RESPONSES[0]:
        return (openai_responses.responses_stream if call.is_streamed else openai_responses.responses_answer)(
            answered, reply
        )
    return (openai_chat.chat_stream if call.is_streamed else openai_chat.chat_answer)(answered, reply)


def _gemini_response(call: Call, answered: Answered, reply: Reply) -> str:
    if not call.is_streamed:
        return gemini.gemini_answer(answered, reply)
    is_array = call.random.random() < GEMINI_ARRAY_SHARE
    return gemini.gemini_array(answered, reply) if is_array else gemini.gemini_stream(answered, reply)
