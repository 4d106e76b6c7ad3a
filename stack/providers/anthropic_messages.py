"""Anthropic messages: blocks of thinking, text and tool use, each streamed in its own pieces."""

from collections.abc import Iterator

from stack.providers.prompt import Prompt, Turn
from stack.providers.reply import Answered, Pieces, Reply, around_each

_PING = 'event: ping\ndata: {"type": "ping"}\n\n'


def messages_request(prompt: Prompt) -> str:
    """Return the body of a request."""
    cached = '"cache_control":{"type":"ephemeral"}'
    tools = f',"tools":{prompt.tools}' if prompt.tools else ""
    turns = ",".join(map(_turn, prompt.turns))
    return (
        f'{{"model":"{prompt.model}","max_tokens":8192,"system":[{{"type":"text","text":"{prompt.system}",{cached}}}],'
        f'"messages":[{turns}],"stream":{prompt.flag()}{tools}}}'
    )


def messages_stream(call: Answered, reply: Reply) -> str:
    """Return server-sent events."""
    start = _message(call, "", "null", call.output_tokens and 1)
    blocks = [_streamed_block(index, *block) for index, block in enumerate(_blocks(reply))]
    stop = f'{{"stop_reason":"{_stop(reply)}","stop_sequence":null}},"usage":{{"output_tokens":{call.output_tokens}}}'
    return "".join(
        [
            _event("message_start", f'"message":{start}'),
            *blocks[:1],
            _PING,
            *blocks[1:],
            _event("message_delta", f'"delta":{stop}'),
            _event("message_stop", ""),
        ]
    )


def messages_answer(call: Answered, reply: Reply) -> str:
    """Return one JSON object."""
    thinking = (
        [f'{{"type":"thinking","thinking":"{"".join(reply.thinking)}","signature":""}}'] if reply.thinking else []
    )
    text = [f'{{"type":"text","text":"{"".join(reply.text)}"}}'] if reply.text else []
    tools = [
        f'{{"type":"tool_use","id":"{one.id}","name":"{one.name}","input":{one.arguments_object()}}}'
        for one in reply.tool_calls
    ]
    return _message(call, ",".join([*thinking, *text, *tools]), f'"{_stop(reply)}"', call.output_tokens)


Block = tuple[str, str, str, Pieces]  # its fields at the start, the field of its text, the type of a delta, the text


def _blocks(reply: Reply) -> Iterator[Block]:
    if reply.thinking:
        yield '"type":"thinking"', "thinking", "thinking_delta", reply.thinking
    if reply.text:
        yield '"type":"text"', "text", "text_delta", reply.text
    for call in reply.tool_calls:
        start = f'"type":"tool_use","id":"{call.id}","name":"{call.name}"'
        yield start, "partial_json", "input_json_delta", call.arguments


def _streamed_block(index: int, start: str, field: str, delta: str, pieces: Pieces) -> str:
    empty = '"input":{}' if field == "partial_json" else f'"{field}":""'
    name = "content_block_delta"
    head = f'event: {name}\ndata: {{"type":"{name}","index":{index},"delta":{{"type":"{delta}","{field}":"'
    return (
        _event("content_block_start", f'"index":{index},"content_block":{{{start},{empty}}}')
        + around_each(head, pieces, '"}}\n\n')
        + _event("content_block_stop", f'"index":{index}')
    )


def _message(call: Answered, content: str, stop: str, output_tokens: int) -> str:
    return (
        f'{{"id":"{call.id("msg_01")}","type":"message","role":"assistant","model":"{call.model}",'
        f'"content":[{content}],"stop_reason":{stop},"stop_sequence":null,'
        f'"usage":{{"input_tokens":{call.input_tokens},"cache_creation_input_tokens":0,"cache_read_input_tokens":0,'
        f'"output_tokens":{output_tokens}}}}}'
    )


def _event(name: str, fields: str) -> str:
    return f'event: {name}\ndata: {{"type":"{name}"{"," if fields else ""}{fields}}}\n\n'


def _stop(reply: Reply) -> str:
    return "tool_use" if reply.has_tool_calls else "end_turn"


def _turn(turn: Turn) -> str:
    text = f'{{"type":"text","text":"{turn.text}"}}'
    if turn.image:
        source = f'{{"type":"base64","media_type":"image/png","data":"{turn.image}"}}'
        return f'{{"role":"user","content":[{{"type":"image","source":{source}}},{text}]}}'
    if turn.role == "tool" and turn.tool_call:
        result = f'{{"type":"tool_result","tool_use_id":"{turn.tool_call.id}","content":"{turn.text}"}}'
        return f'{{"role":"user","content":[{result}]}}'
    if turn.tool_call:
        call = turn.tool_call
        use = f'{{"type":"tool_use","id":"{call.id}","name":"{call.name}","input":{call.arguments_object()}}}'
        return f'{{"role":"assistant","content":[{text},{use}]}}'
    return f'{{"role":"{turn.role}","content":[{text}]}}'
