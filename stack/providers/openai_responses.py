"""OpenAI responses: numbered events, each named, with the ids of its item; the text again whole at the end."""

from collections.abc import Iterator

from stack.providers.prompt import Prompt, Turn
from stack.providers.reply import Answered, Pieces, Reply, ToolCall


def responses_request(prompt: Prompt) -> str:
    """Return the body of a request."""
    tools = f',"tools":{prompt.tools}' if prompt.tools else ""
    turns = ",".join(map(_turn, prompt.turns))
    return (
        f'{{"model":"{prompt.model}","instructions":"{prompt.system}","input":[{turns}],'
        f'"max_output_tokens":4096,"store":true,"stream":{prompt.flag()}{tools}}}'
    )


def responses_stream(call: Answered, reply: Reply) -> str:
    """Return server-sent events."""
    events = [
        ("response.created", f'"response":{_response(call, "in_progress", "")}'),
        *_message(call, reply.text),
        *(event for index, one in enumerate(reply.tool_calls, start=1) for event in _function_call(call, index, one)),
        ("response.completed", f'"response":{_response(call, "completed", _output(call, reply))}'),
    ]
    return "".join(
        f'event: {name}\ndata: {{"type":"{name}","sequence_number":{number},{fields}}}\n\n'
        for number, (name, fields) in enumerate(events)
    )


def responses_answer(call: Answered, reply: Reply) -> str:
    """Return one JSON object."""
    return _response(call, "completed", _output(call, reply))


def _message(call: Answered, pieces: Pieces) -> Iterator[tuple[str, str]]:
    if not pieces:
        return
    place = f'"item_id":"{call.id("msg_")}","output_index":0,"content_index":0'
    text = "".join(pieces)
    yield "response.output_item.added", f'"output_index":0,"item":{_item(call, "in_progress", "")}'
    yield "response.content_part.added", f'{place},"part":{_part("")}'
    for number, piece in enumerate(pieces):
        yield "response.output_text.delta", f'{place},"delta":"{piece}","logprobs":[],"obfuscation":"{_noise(number)}"'
    yield "response.output_text.done", f'{place},"text":"{text}","logprobs":[]'
    yield "response.output_item.done", f'"output_index":0,"item":{_item(call, "completed", _part(text))}'


def _function_call(call: Answered, index: int, tool: ToolCall) -> Iterator[tuple[str, str]]:
    place = f'"item_id":"{call.id("fc_")}{index}","output_index":{index}'
    arguments = "".join(tool.arguments)
    yield "response.output_item.added", f'"output_index":{index},"item":{_function(call, index, tool, "")}'
    for number, piece in enumerate(tool.arguments):
        yield "response.function_call_arguments.delta", f'{place},"delta":"{piece}","obfuscation":"{_noise(number)}"'
    yield "response.function_call_arguments.done", f'{place},"arguments":"{arguments}"'
    yield "response.output_item.done", f'"output_index":{index},"item":{_function(call, index, tool, arguments)}'


def _noise(number: int) -> str:
    """Return characters that hide the length of a piece from those who watch the connection."""
    return f"{number * 2654435761 % 2**48:012x}"[: 2 + number * 7 % 10]


def _output(call: Answered, reply: Reply) -> str:
    message = [_item(call, "completed", _part("".join(reply.text)))] if reply.text else []
    calls = [_function(call, index, one, "".join(one.arguments)) for index, one in enumerate(reply.tool_calls, start=1)]
    return ",".join([*message, *calls])


def _item(call: Answered, status: str, part: str) -> str:
    return f'{{"id":"{call.id("msg_")}","type":"message","status":"{status}","role":"assistant","content":[{part}]}}'


def _part(text: str) -> str:
    return f'{{"type":"output_text","annotations":[],"logprobs":[],"text":"{text}"}}'


def _function(call: Answered, index: int, tool: ToolCall, arguments: str) -> str:
    return (
        f'{{"id":"{call.id("fc_")}{index}","type":"function_call","status":"completed","call_id":"{tool.id}",'
        f'"name":"{tool.name}","arguments":"{arguments}"}}'
    )


def _response(call: Answered, status: str, output: str) -> str:
    usage = (
        f'{{"input_tokens":{call.input_tokens},"input_tokens_details":{{"cached_tokens":0}},'
        f'"output_tokens":{call.output_tokens},"total_tokens":{call.input_tokens + call.output_tokens}}}'
    )
    return (
        f'{{"id":"{call.id("resp_")}","object":"response","created_at":{call.created_s},"status":"{status}",'
        f'"error":null,"model":"{call.model}","output":[{output}],"parallel_tool_calls":true,"store":true,'
        f'"temperature":1.0,"truncation":"disabled","usage":{usage if output else "null"}}}'
    )


def _turn(turn: Turn) -> str:
    if turn.role == "tool" and turn.tool_call:
        return f'{{"type":"function_call_output","call_id":"{turn.tool_call.id}","output":"{turn.text}"}}'
    if turn.tool_call:
        arguments = "".join(turn.tool_call.arguments)
        return (
            f'{{"role":"assistant","content":[{{"type":"output_text","text":"{turn.text}"}}]}},'
            f'{{"type":"function_call","call_id":"{turn.tool_call.id}","name":"{turn.tool_call.name}",'
            f'"arguments":"{arguments}"}}'
        )
    kind = "input_text" if turn.role == "user" else "output_text"
    image = f',{{"type":"input_image","image_url":"data:image/png;base64,{turn.image}"}}' if turn.image else ""
    return f'{{"role":"{turn.role}","content":[{{"type":"{kind}","text":"{turn.text}"}}{image}]}}'
