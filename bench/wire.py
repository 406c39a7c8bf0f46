"""One delta of each protocol as a vendor writes it, with its beginning and end; for the upstream of the bench."""

import json
from dataclasses import dataclass

# Which model is asked over which protocol.
ASKED = {
    "chat_completions": "qwen3-max-preview",
    "responses": "gpt-5.2",
    "messages": "claude-sonnet-4-5-20250929",
    "generate_content": "gemini-2.5-pro",
}


@dataclass(frozen=True)
class Wire:
    """`line` holds TEXT where the delta's text stands."""

    line: str
    begins: tuple[bytes, ...] = ()
    ends: tuple[bytes, ...] = ()

    def delta(self, text: str) -> bytes:
        return self.line.replace("TEXT", text).encode()


def event(payload: dict) -> bytes:
    return f"event: {payload['type']}\ndata: {json.dumps(payload, separators=(',', ':'))}\n\n".encode()


def line(payload: dict) -> bytes:
    return f"data: {json.dumps(payload, separators=(',', ':'))}\n\n".encode()


def choice(delta: dict, finish: str | None = None) -> dict:
    return {
        **{"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "bench"},
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
        "usage": None,
    }


CHAT = Wire(
    line(choice({"content": "TEXT", "reasoning_content": None})).decode(),
    ends=(
        line(choice({"content": ""}, "stop")),
        line({"choices": [], "usage": {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}}),
        b"data: [DONE]\n\n",
    ),
)
RESPONSE = {"id": "resp_1", "object": "response", "status": "completed", "output": []}
SPENT = {"input_tokens": 5, "output_tokens": 7, "total_tokens": 12}
PLACE = {"item_id": "msg_68a0f0c0a0d48191b2f0c0a0d48191b2", "output_index": 0, "content_index": 0}
RESPONSES = Wire(
    event(
        {"type": "response.output_text.delta", "sequence_number": 4, **PLACE, "delta": "TEXT", "logprobs": []}
    ).decode(),
    (event({"type": "response.created", "sequence_number": 0, "response": RESPONSE | {"status": "in_progress"}}),),
    (event({"type": "response.completed", "sequence_number": 9, "response": RESPONSE | {"usage": SPENT}}),),
)
MESSAGES = Wire(
    event({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "TEXT"}}).decode(),
    (
        event({"type": "message_start", "message": {"id": "msg_1", "content": [], "usage": {"input_tokens": 5}}}),
        event({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}),
    ),
    (
        event({"type": "content_block_stop", "index": 0}),
        event({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 7}}),
        event({"type": "message_stop"}),
    ),
)
COUNTED = {"promptTokenCount": 5, "candidatesTokenCount": 7, "totalTokenCount": 12}


def candidate(text: str, **more: str) -> dict:
    content = {"role": "model", "parts": [{"text": text}]}
    found = [{"content": content, "index": 0, **more}]
    return {"candidates": found, "usageMetadata": COUNTED, "modelVersion": "bench", "responseId": "r1"}


GOOGLE = Wire(line(candidate("TEXT")).decode(), ends=(line(candidate("", finishReason="STOP")),))
WIRES = {
    "chat_completions": (b"/chat/completions", CHAT),
    "responses": (b"/v1/responses", RESPONSES),
    "messages": (b"/v1/messages", MESSAGES),
    "generate_content": (b":streamGenerateContent", GOOGLE),
}


def wire_of(head: bytes) -> Wire:
    """By the path of a request."""
    path = head.split(b" ", 2)[1]
    return next((wire for place, wire in WIRES.values() if place in path), CHAT)
