"""Folds events into the parts of a turn, as a reply keeps them."""

import json
from dataclasses import replace
from typing import Any

from chats.gateway.values import Event, MediaOut, Opaque, Part, ReasoningDelta, TextDelta, ToolCallDelta, ToolResult


class Spoken:
    """The parts of one answer, as a reply keeps them."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self._calls: dict[int, int] = {}

    def take(self, event: Event) -> None:
        match event:
            case TextDelta(text, signature):
                self._grow("text", text, signature)
            case ReasoningDelta(text, signature):
                self._grow("reasoning", text, signature)
            case ToolCallDelta():
                self._call(event)
            case ToolResult(index, text):
                self._change(self._calls[index], text=text)
            case Opaque(protocol, block):
                self.parts.append(Part("opaque", protocol=protocol, block=json.loads(json.dumps(block))))
            case MediaOut(kind, data):
                self.parts.append(Part(kind, data=data, content_type=event.content_type, signature=event.signature))

    def _grow(self, kind: Any, text: str, signature: str) -> None:
        if self.parts and self.parts[-1].kind == kind and not self.parts[-1].signature:
            self._change(-1, text=self.parts[-1].text + text, signature=signature)
        else:
            self.parts.append(Part(kind, text, signature=signature))

    def _call(self, event: ToolCallDelta) -> None:
        if event.index not in self._calls:
            self._calls[event.index] = len(self.parts)
            self.parts.append(Part("tool_call", is_vendors=event.is_vendors))
        at = self._calls[event.index]
        call = self.parts[at]
        self._change(
            at,
            call_id=call.call_id or event.call_id,
            name=call.name or event.name,
            arguments=call.arguments + event.arguments,
            signature=event.signature or call.signature,
        )

    def _change(self, at: int, **facts: Any) -> None:
        self.parts[at] = replace(self.parts[at], **facts)
