"""The lines of a streamed body: server-sent events, or one JSON object on each line."""

from mappings.body_text.assembly import Assembly
from mappings.body_text.escapes import unescaped
from mappings.body_text.learning import LearntPatterns
from mappings.body_text.leaves import leaves
from mappings.body_text.payload import Payload, parsed

_OPENING = ("{", "[")
_CLOSING = ("}", "]")


class StreamReader:
    """Reads a stream line by line into an assembly."""

    def __init__(self) -> None:
        self.assembly = Assembly()
        self._at = 0  # of the next line
        self._event = ""
        self._event_lines: dict[str, str] = {}  # line → name
        self._unfinished: list[str] = []  # `data` lines of one JSON text
        self._patterns = LearntPatterns(self.assembly)

    def read(self, text: str) -> Assembly:
        r"""Read all lines; they end with `\n`."""
        while self._at < len(text):
            if text.startswith("\n", self._at):
                self._at += 1
                self._end_event()
            elif self._unfinished or not self._take(text):
                self._read(self._next_line(text))
        self._end_event()
        return self.assembly

    def read_payloads(self, payloads: Payload) -> Assembly:
        """Read chunks that are parsed already."""
        for payload in payloads:
            if isinstance(payload, (dict, list)):
                self._add(payload)
        return self.assembly

    def _take(self, text: str) -> bool:
        before, self._at = self._at, self._patterns.take(text, self._at, self._event)
        return self._at > before

    def _next_line(self, text: str) -> str:
        end = text.find("\n", self._at)
        start, self._at = self._at, end + 1 if end >= 0 else len(text)
        return text[start:end] if end >= 0 else text[start:]

    def _read(self, line: str) -> None:
        if line in self._event_lines:
            self._flush()
            self._event = self._event_lines[line]
        elif line.startswith("data:"):
            self.assembly.add_field("data")
            self._read_data(line, line[6:] if line.startswith(" ", 5) else line[5:])
        elif line.startswith("{"):
            self._read_data(line, line)
        else:
            self._flush()
            self._read_field(line)

    def _read_field(self, line: str) -> None:
        name, _, value = line.partition(":")
        value = value.strip()
        if name == "event":
            self._event = value
            self._event_lines[line] = value
        if name == "id" and value.isdecimal():  # counts the events
            value = ""
        self.assembly.add_field(name.strip(), value)

    def _read_data(self, line: str, data: str) -> None:
        if data.strip() == "[DONE]":
            self.assembly.add_field("data", "[DONE]")
            return
        if (start := data.lstrip()).startswith(_OPENING):
            data = start
        if self._unfinished and data.startswith('{"'):  # the lines before were no part of it
            self._flush()
        if self._unfinished or (data.startswith(_OPENING) and not data.rstrip().endswith(_CLOSING)):
            self._unfinished.append(data)
        elif (payload := parsed(data) if data.startswith(_OPENING) else None) is not None:
            self._add(payload, line)
        else:
            self._add_plain(data)

    def _end_event(self) -> None:
        if self._unfinished:
            self._flush()
        self._event = ""

    def _flush(self) -> None:
        if not self._unfinished:
            return
        lines, self._unfinished = self._unfinished, []
        payload = parsed("\n".join(lines))
        if payload is not None:
            self._add(payload)
            return
        for data in lines:
            self._add_plain(data)

    def _add_plain(self, data: str) -> None:
        text = unescaped(data[1:-1]) if data[:1] == data[-1:] == '"' else data
        self.assembly.add((f"{self._event}|data", "data", text))

    def _add(self, payload: Payload, line: str = "") -> None:
        found = leaves(payload, self._event)
        for leaf in found:
            self.assembly.add(leaf)
        if line:
            self._patterns.learn(line, self._event, found, self._at)
