"""Gemini: larger pieces than others send, as server-sent events or as one JSON array."""

from collections.abc import Iterator

from stack.providers.prompt import Prompt, Turn
from stack.providers.reply import Answered, Pieces, Reply

PIECES_PER_CHUNK = 12  # a chunk has some dozens of characters


def gemini_request(prompt: Prompt) -> str:
    """Return the body of a request."""
    tools = f',"tools":{prompt.tools}' if prompt.tools else ""
    turns = ",".join(map(_turn, prompt.turns))
    return (
        f'{{"systemInstruction":{{"parts":[{{"text":"{prompt.system}"}}]}},"contents":[{turns}],'
        f'"generationConfig":{{"temperature":0.7,"maxOutputTokens":8192}}{tools}}}'
    )


def gemini_stream(call: Answered, reply: Reply) -> str:
    """Return server-sent events."""
    return "".join(f"data: {chunk}\r\n\r\n" for chunk in _chunks(call, reply))


def gemini_array(call: Answered, reply: Reply) -> str:
    """Return the same chunks as one JSON array, as clients get them that do not ask for events."""
    return "[" + ",\r\n".join(_chunks(call, reply)) + "\n]"


def gemini_answer(call: Answered, reply: Reply) -> str:
    """Return one JSON object."""
    parts = [f'{{"text":"{"".join(reply.text)}"}}'] if reply.text else []
    return _chunk(call, ",".join([*parts, *_function_calls(reply)]), "STOP")


def _chunks(call: Answered, reply: Reply) -> Iterator[str]:
    for text in _larger(reply.text):
        yield _chunk(call, f'{{"text":"{text}"}}', "")
    yield _chunk(call, ",".join(_function_calls(reply)) or '{"text":""}', "STOP")


def _larger(pieces: Pieces) -> Iterator[str]:
    for start in range(0, len(pieces), PIECES_PER_CHUNK):
        yield "".join(pieces[start : start + PIECES_PER_CHUNK])


def _function_calls(reply: Reply) -> Iterator[str]:
    for call in reply.tool_calls:
        yield f'{{"functionCall":{{"name":"{call.name}","args":{call.arguments_object()}}}}}'


def _chunk(call: Answered, parts: str, finish: str) -> str:
    reason = f',"finishReason":"{finish}"' if finish else ""
    total = call.input_tokens + call.output_tokens
    return (
        f'{{"candidates":[{{"content":{{"parts":[{parts}],"role":"model"}}{reason},"index":0}}],'
        f'"usageMetadata":{{"promptTokenCount":{call.input_tokens},"candidatesTokenCount":{call.output_tokens},'
        f'"totalTokenCount":{total}}},"modelVersion":"{call.model}","responseId":"{call.id("")}"}}'
    )


def _turn(turn: Turn) -> str:
    if turn.role == "tool" and turn.tool_call:
        response = f'{{"name":"{turn.tool_call.name}","response":{{"result":"{turn.text}"}}}}'
        return f'{{"role":"user","parts":[{{"functionResponse":{response}}}]}}'
    if turn.tool_call:
        call = f'{{"name":"{turn.tool_call.name}","args":{turn.tool_call.arguments_object()}}}'
        return f'{{"role":"model","parts":[{{"text":"{turn.text}"}},{{"functionCall":{call}}}]}}'
    image = f',{{"inlineData":{{"mimeType":"image/png","data":"{turn.image}"}}}}' if turn.image else ""
    role = "user" if turn.role == "user" else "model"
    return f'{{"role":"{role}","parts":[{{"text":"{turn.text}"}}{image}]}}'
