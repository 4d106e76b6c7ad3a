"""The small corpus: short conversations, streams of a few chunks, about 2 kB an event.

It has been the same since the first benchmarks, so that their figures can be compared.
"""

from random import Random

from stack.events import billing, bodies
from stack.events.call import Call, Corpus, Event
from stack.events.vocabulary import EMBEDDINGS, MESSAGES, MODELS, Model

ERROR_SHARE = 0.12
WITHOUT_DETAIL_SHARE = 0.3  # gateways are often configured to store the bodies of failed calls only
STREAM_SHARE = 0.5
TRUNCATED_SHARE = 0.02


def _kind(_random: Random, _model: Model) -> str:
    return ""


def _is_streamed(random: Random, model: Model, _kind: str) -> bool:
    return model.endpoint != EMBEDDINGS[0] and random.random() < STREAM_SHARE


def _usage(random: Random, model: Model, _kind: str) -> dict[str, int]:
    return billing.usage(random, model)


def _detail(call: Call, request_id: str) -> Event:
    conversation = bodies.random_conversation(call.random, call.number)
    request, response = _request(call, conversation), _response(call, conversation, request_id)
    is_truncated = call.random.random() < TRUNCATED_SHARE
    return {
        "id": call.number * 2,
        "log_id": call.number,
        "request_body": request[: len(request) * 2 // 3] if is_truncated else request,
        "response_body": response,
        "request_body_truncated": is_truncated,
        "response_body_truncated": False,
    }


def _request(call: Call, conversation: bodies.Conversation) -> str:
    if call.model.endpoint == EMBEDDINGS[0]:
        return bodies.embedding_request_body(call.model.name, conversation)
    return bodies.request_body(call.model.name, conversation, 1024, stream=call.is_streamed)


def _response(call: Call, conversation: bodies.Conversation, request_id: str) -> str:
    name, number = call.model.name, call.number
    if call.failure:
        return bodies.error_response(call.failure.code, call.failure.content, request_id)
    if call.model.endpoint == EMBEDDINGS[0]:
        return f'{{"object":"list","model":"{name}","data":[{{"object":"embedding","index":0}}]}}'
    if call.model.endpoint == MESSAGES[0]:
        if call.is_streamed:
            return bodies.anthropic_stream(conversation)
        return bodies.anthropic_response(name, conversation, number)
    if call.is_streamed:
        return bodies.openai_stream(name, conversation, number)
    return bodies.openai_response(name, conversation, number, call.created_at // 1000)


SMALL = Corpus(MODELS, ERROR_SHARE, WITHOUT_DETAIL_SHARE, _kind, _is_streamed, _usage, _detail)
