"""Asks for a body of chat completions in few words."""

import base64
import json

from chats import catalog
from chats.catalog import ModelSpec
from chats.gateway.body import Body
from chats.gateway.protocols import load
from chats.gateway.values import Part, Prompt, Turn

HELLO = Part("text", "Hello")
PNG = Part("image", data=b"picture", content_type="image/png")
MP4 = Part("video", data=b"film", content_type="video/mp4")
MP3 = Part("audio", data=b"sound", content_type="audio/mpeg")
PDF = Part("file", data=b"%PDF", content_type="application/pdf", name="a.pdf")
TOOL = {"type": "function", "function": {"name": "f"}}
OMNI, VL, DOUBAO = "qwen2.5-omni-7b", "qwen-vl-max", "doubao-seed-1-8-251228"
GEMINI, GPT, CLAUDE = "gemini-2.5-flash", "gpt-4o", "claude-sonnet-4-20250514"


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def body(model: str | ModelSpec, *turns: Turn | Part, tools=(), **parameters) -> dict:
    spec = catalog.get(model) if isinstance(model, str) else model
    turns = tuple(Turn("user", (turn,)) if isinstance(turn, Part) else turn for turn in turns or (HELLO,))
    request = load("chat_completions").request(spec, Prompt(turns, parameters, tools))
    assert (request.method, request.path) == ("POST", "/v1/chat/completions")
    return json.loads(b"".join(Body(request.json)))


def content(model: str, *parts: Part):
    return body(model, Turn("user", parts))["messages"][0]["content"]


def user(*parts: Part) -> Turn:
    return Turn("user", parts)


def assistant(*parts: Part, model: str = "") -> Turn:
    return Turn("assistant", parts, model)
