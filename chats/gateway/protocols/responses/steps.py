"""Items of the vendor's own tools: their names and arguments in our words, what came of them, what is kept of them."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from chats.gateway.characters import storable

Item = Mapping[str, Any]

_ACTIONS = {"search": "web_search", "open_page": "open_page", "find_in_page": "find_in_page"}
_KEPT = {
    "reasoning": ("type", "id", "summary", "encrypted_content"),
    "web_search_call": ("type", "id", "status", "action"),
    "code_interpreter_call": ("type", "id", "status", "code", "container_id", "outputs"),
}
_OURS = frozenset({"function_call", "custom_tool_call"})


def is_step(item: Item) -> bool:
    """Whether it is a tool that the vendor ran."""
    kind = str(item.get("type"))
    return kind.endswith("_call") and kind not in _OURS


def name_of(item: Item) -> str:
    """One of our names, else the vendor's; "" while a search does not tell yet what it does."""
    if item["type"] == "web_search_call":
        return _ACTIONS.get(str(_action(item).get("type")), "web_search") if _action(item) else ""
    return storable(item.get("name")) or str(item["type"]).removesuffix("_call")


def arguments_of(item: Item) -> str:
    """As JSON, once the item is done. Code comes apart, as it is written."""
    kind = item["type"]
    if kind == "web_search_call":
        action = {key: value for key, value in _action(item).items() if key not in ("type", "sources") and value}
        if len(action.get("queries") or ()) > 1:
            action.pop("query", None)  # the first of them
        elif action.pop("queries", None) and "query" not in action:
            action["query"] = _action(item)["queries"][0]
        return _json(action)
    if kind == "image_generation_call":
        return _json({"prompt": storable(item["revised_prompt"])} if item.get("revised_prompt") else {})
    told = item.get("arguments")
    return storable(told) if isinstance(told, str) and told else _json(item.get("action") or {})


def result_of(item: Item) -> str:
    """What came of it, as text."""
    if item["type"] == "web_search_call":
        return "\n".join(
            storable(source["url"]) for source in _tables(_action(item).get("sources")) if source.get("url")
        )
    if item["type"] == "code_interpreter_call":
        return "".join(storable(output.get("logs")) for output in _tables(item.get("outputs")))
    if item["type"] == "image_generation_call":
        return ""
    told = item.get("output") or item.get("results") or ""
    return storable(told) if isinstance(told, str) else _json(told)


def error_of(item: Item) -> str:
    error = item.get("error")
    if isinstance(error, Mapping):
        error = error.get("message") or error.get("code")
    if error:
        return storable(error)
    return "failed" if item.get("status") == "failed" else ""


def pictures_of(item: Item) -> Iterator[str]:
    """Addresses or base64 of what it drew or plotted."""
    if item["type"] == "image_generation_call" and isinstance(item.get("result"), str):
        yield item["result"]
    elif item["type"] == "code_interpreter_call":
        for output in _tables(item.get("outputs")):
            if output.get("type") == "image" and output.get("url"):
                yield str(output["url"])


def block_of(item: Item) -> dict[str, Any] | None:
    """What can go back in the next call, without media; None for what cannot."""
    if item["type"] not in _KEPT or (item["type"] == "reasoning" and not item.get("encrypted_content")):
        return None
    block = {key: item[key] for key in _KEPT[str(item["type"])] if item.get(key) is not None}
    if "action" in block:  # sources are many, and only for us
        block["action"] = {key: value for key, value in _action(item).items() if key != "sources"}
    if "outputs" in block:
        block["outputs"] = [output for output in _tables(item["outputs"]) if output.get("type") == "logs"]
    kept: dict[str, Any] = _storable(block)
    return kept


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, Mapping):
        return {storable(key): _storable(inner) for key, inner in value.items()}
    return [_storable(inner) for inner in value] if isinstance(value, list) else value


def _action(item: Item) -> Mapping[str, Any]:
    action = item.get("action")
    return action if isinstance(action, Mapping) else {}


def _tables(entries: Any) -> Iterator[Item]:
    return (entry for entry in entries if isinstance(entry, Mapping)) if isinstance(entries, list) else iter(())


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
