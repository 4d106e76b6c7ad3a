"""OpenAI chat completions, which most providers imitate. DeepSeek and others send what a model thinks as well."""

from collections.abc import Sequence

from stack.providers.prompt import Prompt, Turn
from stack.providers.reply import Answered, Reply, ToolCall, around_each

_END = '},"logprobs":null,"finish_reason":null}],"usage":null}\n\n'


def chat_request(prompt: Prompt) -> str:
    """Return the body of a request."""
    tools = f',"tools":{prompt.tools},"tool_choice":"auto","parallel_tool_calls":true' if prompt.tools else ""
    options = ',"stream_options":{"include_usage":true}' if prompt.is_streamed else ""
    turns = "".join(f",{_turn(turn)}" for turn in prompt.turns)
    return (
        f'{{"model":"{prompt.model}","messages":[{{"role":"system","content":"{prompt.system}"}}{turns}],'
        f'"temperature":0.7,"max_tokens":4096,"stream":{prompt.flag()}{options}{tools}}}'
    )


def embeddings_request(model: str, texts: Sequence[str]) -> str:
    """Return the body of a request for embeddings."""
    inputs = '","'.join(texts)
    return f'{{"model":"{model}","input":["{inputs}"],"encoding_format":"base64"}}'


def chat_stream(call: Answered, reply: Reply) -> str:
    """Return server-sent events: a chunk for each piece, with the ids in each; the usage in the last one."""
    head = _head(call)
    chunks = [
        f'{head}"role":"assistant","content":"","refusal":null{_END}',
        around_each(f'{head}"reasoning_content":"', reply.thinking, f'"{_END}'),
        around_each(f'{head}"content":"', reply.text, f'"{_END}'),
        *(_tool_call(head, index, one) for index, one in enumerate(reply.tool_calls)),
        f'{head}}},"logprobs":null,"finish_reason":"{_finish(reply)}"}}],"usage":null}}\n\n',
        f'{_identity(call)},"choices":[],"usage":{_usage(call)}}}\n\ndata: [DONE]\n\n',
    ]
    return "".join(chunks)


def chat_answer(call: Answered, reply: Reply) -> str:
    """Return one JSON object."""
    thinking = f',"reasoning_content":"{"".join(reply.thinking)}"' if reply.thinking else ""
    content = f'"{"".join(reply.text)}"' if reply.text else "null"
    message = f'"role":"assistant","content":{content},"refusal":null{thinking}{_tool_calls(reply)}'
    return (
        f'{{"id":"{call.id("chatcmpl-")}","object":"chat.completion","created":{call.created_s},"model":"{call.model}",'
        f'"choices":[{{"index":0,"message":{{{message}}},"logprobs":null,"finish_reason":"{_finish(reply)}"}}],'
        f'"usage":{_usage(call)},"system_fingerprint":"{_fingerprint(call)}"}}'
    )


def embeddings(call: Answered, vector: str) -> str:
    """Return the answer to a request for embeddings; `vector` is base64."""
    return (
        f'{{"object":"list","data":[{{"object":"embedding","index":0,"embedding":"{vector}"}}],"model":"{call.model}",'
        f'"usage":{{"prompt_tokens":{call.input_tokens},"total_tokens":{call.input_tokens}}}}}'
    )


def _head(call: Answered) -> str:
    return f'{_identity(call)},"choices":[{{"index":0,"delta":{{'


def _identity(call: Answered) -> str:
    return (
        f'data: {{"id":"{call.id("chatcmpl-")}","object":"chat.completion.chunk","created":{call.created_s},'
        f'"model":"{call.model}","service_tier":"default","system_fingerprint":"{_fingerprint(call)}"'
    )


def _fingerprint(call: Answered) -> str:
    return f"fp_{call.created_s // 86_400 * 2654435761 % 2**40:010x}"  # it changes from time to time


def _tool_call(head: str, index: int, call: ToolCall) -> str:
    start = f'"tool_calls":[{{"index":{index},"id":"{call.id}","type":"function","function":{{"name":"{call.name}"'
    more = f'{head}"tool_calls":[{{"index":{index},"function":{{"arguments":"'
    return f'{head}{start},"arguments":""}}}}]{_END}' + around_each(more, call.arguments, f'"}}}}]{_END}')


def _tool_calls(reply: Reply) -> str:
    calls = ",".join(map(_whole_tool_call, reply.tool_calls))
    return f',"tool_calls":[{calls}]' if calls else ""


def _whole_tool_call(call: ToolCall) -> str:
    arguments = "".join(call.arguments)
    return f'{{"id":"{call.id}","type":"function","function":{{"name":"{call.name}","arguments":"{arguments}"}}}}'


def _finish(reply: Reply) -> str:
    return "tool_calls" if reply.has_tool_calls else "stop"


def _usage(call: Answered) -> str:
    total = call.input_tokens + call.output_tokens
    return (
        f'{{"prompt_tokens":{call.input_tokens},"completion_tokens":{call.output_tokens},"total_tokens":{total},'
        f'"prompt_tokens_details":{{"cached_tokens":0}}}}'
    )


def _turn(turn: Turn) -> str:
    if turn.image:
        image = f'{{"type":"image_url","image_url":{{"url":"data:image/png;base64,{turn.image}"}}}}'
        return f'{{"role":"user","content":[{{"type":"text","text":"{turn.text}"}},{image}]}}'
    if turn.role == "tool" and turn.tool_call:
        return f'{{"role":"tool","tool_call_id":"{turn.tool_call.id}","content":"{turn.text}"}}'
    calls = f',"tool_calls":[{_whole_tool_call(turn.tool_call)}]' if turn.tool_call else ""
    return f'{{"role":"{turn.role}","content":"{turn.text}"{calls}}}'
