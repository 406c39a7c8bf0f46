"""The turns of a prompt as `input` items, with what the model's own earlier items need to go back (text.md 4.1)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from chats.catalog import ModelSpec
from chats.gateway.body import Base64
from chats.gateway.past import is_same_model, is_same_vendor, paired, with_own_pictures
from chats.gateway.telling import legible, told
from chats.gateway.values import Part, Prompt, Turn

Item = dict[str, Any]

PROTOCOL = "responses"
_TYPES = {"image": "image/jpeg", "file": "application/pdf"}
# Items of built-in tools that can go back, and the tools that must be declared for it.
_STEPS = {
    "web_search_call": frozenset({"web_search", "web_search_preview"}),
    "code_interpreter_call": frozenset({"code_interpreter"}),
}


def instructions(prompt: Prompt) -> str:
    said = [prompt.parameters.get("system_prompt") or ""]
    said += [part.text for turn in prompt.turns if turn.role == "system" for part in turn.parts if part.kind == "text"]
    return "\n\n".join(text for text in said if text)


def items(spec: ModelSpec, turns: Sequence[Turn], declared: set[str]) -> list[Item]:
    """`declared` are the types of the tools of this call."""
    found: list[Item] = []
    for turn in with_own_pictures(spec, paired(turns)):
        if turn.role == "user":
            found += _message("user", [piece for part in turn.parts for piece in _content(part)])
        elif turn.role == "tool":
            found += _results(spec, turn)
        elif turn.role == "assistant":
            found += _Spoken(spec, turn, declared).items()
    return found


def _message(role: str, content: list[Item]) -> list[Item]:
    return [{"type": "message", "role": role, "content": content}] if content else []


def _results(spec: ModelSpec, turn: Turn) -> Iterator[Item]:
    """An output is a text; a picture among the results is shown right after them."""
    results = [part for part in turn.parts if part.kind == "tool_result"]
    for part in results:
        yield {"type": "function_call_output", "call_id": part.call_id, "output": _output(spec, part)}
    yield from _message("user", [_image(part) for part in results if part.data is not None or part.url])


def _output(spec: ModelSpec, part: Part) -> str:
    """This form has no mark for a failure but the word. Kimi's sealed results are for Kimi alone."""
    text = legible(part.text, spec.vendor)
    return f"Error: {text}" if part.is_error and not text.startswith("Error") else text


class _Spoken:
    """One turn of the model's. A reasoning item goes back only with what it led to: alone it is refused (VD)."""

    def __init__(self, spec: ModelSpec, turn: Turn, declared: set[str]) -> None:
        self._turn = turn
        self._keeps_thoughts = is_same_model(spec, turn)
        blocks = [part.block for part in turn.parts if part.kind == "opaque" and part.protocol == PROTOCOL]
        steps = [block for block in blocks if _STEPS.get(str(block.get("type")), frozenset()) & declared]
        self._steps = {str(block.get("id")) for block in steps} if is_same_vendor(spec, turn) else set()
        self._items: list[Item] = []
        self._thoughts: list[Item] = []
        self._texts: list[Item] = []

    def items(self) -> list[Item]:
        for part in self._turn.parts:
            if part.kind == "text" and part.text:
                self._say(part.text)
            elif part.kind == "tool_call" and part.is_vendors:
                self._step(part)
            elif part.kind == "tool_call":
                self._add(_call(part))
            elif part.kind == "opaque" and part.protocol == PROTOCOL:
                self._block(part.block)
        self._end_text()
        return self._items

    def _say(self, text: str) -> None:
        if not self._texts:
            self._think()
        self._texts.append({"type": "output_text", "text": text})

    def _step(self, part: Part) -> None:
        if part.call_id not in self._steps:
            self._thoughts = []  # what it thought of led to a step that does not go back
            self._say(told(part))

    def _block(self, block: Mapping[str, Any]) -> None:
        if block.get("type") == "reasoning":
            self._end_text()
            self._thoughts += [dict(block)] if self._keeps_thoughts else []
        elif str(block.get("id")) in self._steps:
            self._add(dict(block))

    def _add(self, item: Item) -> None:
        self._end_text()
        self._think()
        self._items.append(item)

    def _think(self) -> None:
        self._items += self._thoughts
        self._thoughts = []

    def _end_text(self) -> None:
        self._items += _message("assistant", self._texts)
        self._texts = []


def _call(part: Part) -> Item:
    return {
        "type": "function_call",
        "call_id": part.call_id,
        "name": part.name,
        "arguments": part.arguments or "{}",
    }


def _content(part: Part) -> Iterable[Item]:
    if part.kind == "text":
        return [_text(part.text)] if part.text else []
    if part.kind == "image":
        return [_image(part)]
    if part.kind == "frames":
        return [_image(Part("image", data=frame)) for frame in part.frames]
    if part.kind == "file":
        return [_file(part)]
    if part.kind in ("video", "audio"):
        return [_text(f"[{part.name or part.kind} ({part.kind}) is not part of this call: the model takes none]")]
    return []


def _text(text: str) -> Item:
    return {"type": "input_text", "text": text}


def _image(part: Part) -> Item:
    """The address is a string here, not an object."""
    return {"type": "input_image", "image_url": part.url or _data_url(part), "detail": "auto"}


def _file(part: Part) -> Item:
    if part.url:
        return {"type": "input_file", "file_url": part.url}
    if part.content_type.startswith("text/"):
        return _text(f"{part.name or 'file'}:\n\n{(part.data or b'').decode('utf-8', 'replace')}")
    return {"type": "input_file", "filename": part.name or "file.pdf", "file_data": _data_url(part)}


def _data_url(part: Part) -> Base64:
    content_type = part.content_type or _TYPES.get(part.kind, "image/png")
    return Base64(part.data or b"", f"data:{content_type};base64,")
