"""`POST /v1/images/generations` and `/v1/images/edits`: pictures in the answer itself, also streamed (images.md)."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from chats.catalog import ModelSpec
from chats.gateway import errors
from chats.gateway.errors import GatewayError
from chats.gateway.pictures import of_entry
from chats.gateway.placing import Asked, Body, asked, body_of, file_part, form_text, place_files
from chats.gateway.protocols import TaskProtocol
from chats.gateway.protocols.chat_completions.usage import usage
from chats.gateway.sse import EventReader
from chats.gateway.values import FilePart, Output, Prompt, Request, TaskState, Usage

UNREADABLE = "bad_stream_data"
READ_TIMEOUT_S = 310.0  # large pictures take minutes, and the call is held open (images.md 2)


class Protocol(TaskProtocol):
    def __init__(self) -> None:
        self._reader = EventReader()
        self._outputs: list[Output] = []
        self._usage: Usage | None = None
        self._is_complete = False

    def submit(self, spec: ModelSpec, prompt: Prompt) -> Request:
        wish = asked(spec, prompt)
        body = body_of(spec, wish)
        if wish.settings.get(spec.options.get("stream_when", "")):
            body["stream"] = True
        route = wish.task.facts["route"]
        if wish.settings.get("transport", wish.task.facts.get("body")) == "multipart":
            form = {name: form_text(value) for name, value in body.items()}
            return Request("POST", route, form=form, files=_files(wish), read_timeout_s=READ_TIMEOUT_S)
        place_files(body, wish)
        _unlist(body)
        return Request("POST", route, json=body, read_timeout_s=READ_TIMEOUT_S)

    def submitted(self, body: Mapping[str, Any]) -> TaskState:
        entries = body.get("data")
        outputs = [of_entry(entry) for entry in entries or () if isinstance(entry, Mapping)]
        return _state(outputs, _usage(body))

    def events(self, chunk: bytes) -> Iterator[Output]:
        for name, data in self._reader.feed(chunk):
            yield from self._event(name, data)

    def close(self) -> TaskState:
        for name, data in self._reader.close():
            self._last(name, data)
        if not self._outputs and not self._is_complete:
            raise GatewayError("incomplete", 200, is_retryable=True)
        return _state(self._outputs, self._usage)

    def _last(self, name: str, data: bytes) -> None:
        """An event that the end cut in two tells no more than the missing end."""
        try:
            list(self._event(name, data))
        except GatewayError as error:
            if error.code != UNREADABLE:
                raise

    def _event(self, name: str, data: bytes) -> Iterator[Output]:
        if data[:6] == b"[DONE]":
            return
        payload = _parsed(data)
        kind = str(payload.get("type") or name).rpartition(".")[2]
        if kind == "partial_failed":  # of a set; the others may still succeed
            self._outputs.append(of_entry({"error": payload.get("error") or "failed"}))
        elif kind == "error" or payload.get("error"):
            raise errors.from_payload(payload)
        else:
            self._usage = _usage(payload) or self._usage
            yield from self._picture(kind, payload)

    def _picture(self, kind: str, payload: Mapping[str, Any]) -> Iterator[Output]:
        """OpenAI's `completed` carries the picture, Seedream's does not (images.md 5)."""
        self._is_complete = self._is_complete or kind == "completed"
        if not (payload.get("b64_json") or payload.get("url")):
            return
        found = of_entry(payload)
        if kind == "partial_image":
            yield Output("image", data=found.data, url=found.url, content_type=found.content_type, is_partial=True)
        elif kind in ("completed", "partial_succeeded"):
            self._outputs.append(found)
            yield found


def _files(wish: Asked) -> tuple[FilePart, ...]:
    """One file as `image`, several as `image[]`; kinds must not be mixed (images.md 6.1)."""
    sources = [part for slot, part in wish.placed() if slot.role != "mask"]
    name = "image" if len(sources) == 1 else "image[]"
    masks = [file_part("mask", part) for slot, part in wish.placed() if slot.role == "mask"]
    return (*(file_part(name, part, n) for n, part in enumerate(sources)), *masks)


def _unlist(body: Body) -> None:
    """One picture is `image`, a string; several are a list: under `image` for Seedream, `images` else (images.md 3)."""
    for name in ("image", "images"):
        pictures = body.get(name)
        if isinstance(pictures, list) and len(pictures) == 1:
            del body[name]
            body["image"] = pictures[0]


def _state(outputs: list[Output], spent: Usage | None) -> TaskState:
    if any(not output.error for output in outputs):
        return TaskState("succeeded", progress=1.0, outputs=tuple(outputs), usage=spent)
    said = next((output.error for output in outputs), "finished without a result")
    return TaskState("failed", outputs=tuple(outputs), error=said, code="no_result", usage=spent)


def _usage(body: Mapping[str, Any]) -> Usage | None:
    told = body.get("usage")
    return usage(told) if isinstance(told, Mapping) else None


def _parsed(data: bytes) -> Mapping[str, Any]:
    try:
        payload = json.loads(data)
    except (ValueError, RecursionError):
        payload = None
    if not isinstance(payload, Mapping):
        said = data[:300].decode("utf-8", "replace")
        raise GatewayError("upstream", 200, UNREADABLE, said, is_retryable=True)
    return payload
