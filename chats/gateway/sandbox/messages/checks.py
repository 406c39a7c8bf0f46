"""What Claude refuses: thoughts that it did not think, calls without results, settings that exclude each other."""

import re
from collections.abc import Iterator
from typing import Any

from chats.gateway.sandbox import signing
from chats.gateway.sandbox.content import as_object, as_word
from chats.gateway.sandbox.errors import Refusal
from chats.gateway.sandbox.messages.asked import blocks_of, wrong
from chats.gateway.sandbox.models import Model
from chats.gateway.sandbox.taking import Asked

CALL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
TOOL_NAME = re.compile(r"[a-zA-Z0-9_-]{1,128}")
BETA = "interleaved-thinking"
LEAST_BUDGET = 1024
PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
LARGEST_PICTURE = 5 * 1024 * 1024 * 4 // 3  # characters of base64 (text.md 3.3)
START = "toolu_"

Block = dict[str, Any]
Placed = tuple[str, Block]  # where it stands in the body, for the message


def check(asked: Asked, model: Model, betas: str = "") -> None:
    raw = asked.raw
    roles, turns = _merged(raw["messages"])
    if roles[0] != "user":
        raise wrong('messages: first message must use the "user" role')
    for role, turn in zip(roles, turns, strict=True):
        for place, block in turn:
            _check_block(role, place, block, model.id)
    _check_pairs(roles, turns)
    if thinks(raw):
        _check_settings(raw, BETA in betas)
    _check_tools(raw)
    _check_loop(raw, roles, turns, model.id)


def _merged(messages: list[dict[str, Any]]) -> tuple[list[str], list[list[Placed]]]:
    """Messages of one side in a row are one turn."""
    roles: list[str] = []
    turns: list[list[Placed]] = []
    for at, message in enumerate(messages):
        if roles and roles[-1] == message["role"]:
            turns[-1] += _placed(message, at)
            continue
        roles.append(message["role"])
        turns.append(_placed(message, at))
    return roles, turns


def thinks(raw: dict[str, Any]) -> bool:
    return (raw.get("thinking") or {}).get("type", "disabled") != "disabled"


def _placed(message: dict[str, Any], at: int) -> list[Placed]:
    blocks = blocks_of(message.get("content"), f"messages.{at}")
    return [(f"messages.{at}.content.{nth}", block) for nth, block in enumerate(blocks)]


def _check_block(role: str, place: str, block: Block, model: str) -> None:
    match block.get("type"):
        case "text" if not str(block.get("text") or "").strip():
            raise wrong(f"{place}: text content blocks must be non-empty")
        case "thinking" | "redacted_thinking":
            _check_thought(role, place, block, model)
        case "tool_use" | "server_tool_use":
            _check_call(role, place, block)
        case "image":
            _check_picture(place, block.get("source") or {})
        case "document":
            _check_document(place, block.get("source") or {})
        case "web_search_tool_result":
            _check_found(place, block)


def _check_thought(role: str, place: str, block: Block, model: str) -> None:
    if role != "assistant":
        raise wrong(f"{place}: thinking blocks may only be in an assistant message")
    if block["type"] == "redacted_thinking":
        is_own = signing.opened(model, str(block.get("data"))) is not None
    else:
        is_own = signing.is_signed(model, str(block.get("thinking") or ""), str(block.get("signature") or ""))
    if not is_own:
        field = "data" if block["type"] == "redacted_thinking" else "signature"
        raise wrong(f"{place}: Invalid `{field}` in `{block['type']}` block")


def _check_call(role: str, place: str, block: Block) -> None:
    if role != "assistant":
        raise wrong(f"{place}: `{block['type']}` blocks can only be in `assistant` messages")
    if not CALL_ID.fullmatch(str(block.get("id") or "")):
        raise wrong(f"{place}.id: String should match pattern '^[a-zA-Z0-9_-]+$'")
    if not isinstance(block.get("input"), dict):
        raise wrong(f"{place}.input: Input should be a valid dictionary")


def _check_picture(place: str, source: dict[str, Any]) -> None:
    if source.get("type") != "base64":
        return
    if as_word(source.get("media_type")) not in PICTURES:
        raise wrong(f"{place}.source.base64.media_type: Input should be one of {', '.join(sorted(PICTURES))}")
    if len(str(source.get("data"))) > LARGEST_PICTURE:
        raise wrong(f"{place}.source.base64: image exceeds 5 MB maximum")


def _check_document(place: str, source: dict[str, Any]) -> None:
    if source.get("type") == "base64" and source.get("media_type") != "application/pdf":
        raise wrong(f"{place}.source.base64.media_type: Input should be 'application/pdf'")


def _check_found(place: str, block: Block) -> None:
    results = block.get("content")
    for at, result in enumerate(results if isinstance(results, list) else ()):
        if signing.opened("web_search", str(as_object(result).get("encrypted_content"))) is None:
            raise wrong(f"{place}.content.{at}: Invalid `encrypted_content` in `web_search_result` block")


def _check_pairs(roles: list[str], turns: list[list[Placed]]) -> None:
    """Every call is answered in the very next message, and nothing else is."""
    for at, (role, turn) in enumerate(zip(roles, turns, strict=True)):
        following = turns[at + 1] if at + 1 < len(turns) and roles[at + 1] == "user" else []
        before = turns[at - 1] if at and roles[at - 1] == "assistant" else []
        if role == "assistant" and (
            missing := _ids(turn, "tool_use", "id") - _ids(following, "tool_result", "tool_use_id")
        ):
            raise wrong(
                f"messages.{at}: `tool_use` ids were found without `tool_result` blocks: {', '.join(sorted(missing))}"
            )
        if role == "user" and (strange := _ids(turn, "tool_result", "tool_use_id") - _ids(before, "tool_use", "id")):
            raise wrong(
                f"messages.{at}: unexpected `tool_use_id` found in `tool_result` blocks: {', '.join(sorted(strange))}"
            )


def _ids(turn: list[Placed], kind: str, key: str) -> set[str]:
    return {str(block.get(key)) for _, block in turn if block.get("type") == kind}


def _check_settings(raw: dict[str, Any], is_interleaved: bool) -> None:
    thinking = raw["thinking"]
    budget, most = thinking.get("budget_tokens"), raw.get("max_tokens")
    if thinking["type"] == "enabled" and (not isinstance(budget, int) or budget < LEAST_BUDGET):
        raise wrong(f"thinking.enabled.budget_tokens: Input should be greater than or equal to {LEAST_BUDGET}")
    if isinstance(budget, int) and isinstance(most, int) and budget >= most and not is_interleaved:
        raise wrong("`max_tokens` must be greater than `thinking.budget_tokens`")
    if raw.get("temperature") not in {None, 1}:
        raise wrong("`temperature` may only be set to 1 when thinking is enabled")
    if raw.get("top_k") is not None:
        raise wrong("`top_k` must be unset when thinking is enabled")
    if as_word(as_object(raw.get("tool_choice")).get("type", "auto")) not in {"auto", "none"}:
        raise wrong("Thinking may not be enabled when tool_choice forces tool use")


def _check_tools(raw: dict[str, Any]) -> None:
    for at, tool in enumerate(raw.get("tools") or ()):
        if not TOOL_NAME.fullmatch(str(tool.get("name") or "")):
            raise wrong(f"tools.{at}.name: String should match pattern '^{TOOL_NAME.pattern}$'")
        if tool.get("type", "custom") == "custom" and as_object(tool.get("input_schema")).get("type") != "object":
            raise wrong(f"tools.{at}.custom.input_schema.type: Input should be 'object'")


def _check_loop(raw: dict[str, Any], roles: list[str], turns: list[list[Placed]], model: str) -> None:
    """A thought that led to a call has to come back with it, as long as the loop goes on (text.md 5.3)."""
    loop = list(_loop(roles, turns))
    if not loop:
        return
    for turn in loop:
        kinds = [block.get("type") for _, block in turn]
        for nth, (place, block) in enumerate(turn):
            is_bare = not {"thinking", "redacted_thinking"} & set(kinds[:nth])
            if block.get("type") == "tool_use" and is_bare and signing.has_thought(str(block["id"]), START, model):
                raise _missing(place)
    place, first = loop[0][0]
    if (raw.get("thinking") or {}).get("type") == "enabled" and first.get("type") not in {
        "thinking",
        "redacted_thinking",
    }:
        raise _missing(place, str(first.get("type")))


def _loop(roles: list[str], turns: list[list[Placed]]) -> Iterator[list[Placed]]:
    """The assistant's messages since a person spoke, where the last word is a tool's."""
    start = max(at for at, turn in enumerate(turns) if roles[at] == "user" and not _is_result(turn))
    if _is_result(turns[-1]):
        yield from (
            turn for role, turn in zip(roles[start:], turns[start:], strict=True) if role == "assistant" and turn
        )


def _is_result(turn: list[Placed]) -> bool:
    return any(block.get("type") == "tool_result" for _, block in turn)


def _missing(place: str, found: str = "tool_use") -> Refusal:
    return wrong(
        f"{place}.type: Expected `thinking` or `redacted_thinking`, but found `{found}`. When `thinking` is enabled, "
        "a final `assistant` message must start with a thinking block"
    )
