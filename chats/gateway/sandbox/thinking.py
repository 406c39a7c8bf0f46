"""Whether a request switches thinking on, and in which of the wire's shapes this model shows it (text.md 3.4)."""

from typing import Any

from chats.gateway.sandbox.content import as_object
from chats.gateway.sandbox.models import Model
from chats.gateway.sandbox.pieces import pieces
from chats.gateway.sandbox.question import Question

# By the beginning of the name; the first match counts. Vendors differ, so these are facts, not a rule.
SHAPES = (
    ("claude", "signature"),
    ("minimax", "tag"),
    ("gpt-oss", "reasoning"),
    ("gpt-", "hidden"),
    ("o1", "hidden"),
    ("o3", "hidden"),
    ("o4", "hidden"),
    ("grok", "hidden"),
)
# Where the catalog does not say.
ALWAYS = ("minimax-m2", "deepseek-reasoner", "kimi-k2-thinking", "gpt-oss", "hunyuan-t1", "ring-")


def shape(question: Question, model: Model, wished: str) -> str:
    """One of misbehave.THINK_SHAPES, or "" for an answer without thinking. `wished` is on, off, a shape or ""."""
    asked = _switch(question.raw)
    if wished == "off" or (asked is False and not wished):
        return ""
    if not (wished or asked or _thinks_always(model)):
        return ""
    if wished and wished != "on":
        return wished
    return _usual_shape(question, model)


def _usual_shape(question: Question, model: Model) -> str:
    usual = next((form for start, form in SHAPES if model.id.lower().startswith(start)), "reasoning_content")
    return "details" if usual == "tag" and question.raw.get("reasoning_split") else usual


def _thinks_always(model: Model) -> bool:
    if mode := (model.options.get("thinking") or {}).get("mode"):
        return mode == "always"
    return "thinking" in model.id or model.id.lower().startswith(ALWAYS)


def _switch(raw: dict[str, Any]) -> bool | None:
    """True, False, or None when the request does not say."""
    answers = [_by_object(raw), _by_effort(raw), _by_google(raw), *_by_flags(raw)]
    said = [answer for answer in answers if answer is not None]
    return None if not said else all(said)


def _by_object(raw: dict[str, Any]) -> bool | None:
    kind = (raw.get("thinking") or {}).get("type")
    return None if kind is None else kind != "disabled"


def _by_effort(raw: dict[str, Any]) -> bool | None:
    reasoning = raw.get("reasoning") or {}
    effort = raw.get("reasoning_effort") or reasoning.get("effort")
    if effort is not None:
        return effort != "none"
    return reasoning.get("enabled")


def _by_flags(raw: dict[str, Any]) -> list[bool | None]:
    template = raw.get("chat_template_kwargs") or {}
    return [raw.get("enable_thinking"), raw.get("think"), template.get("enable_thinking")]


def _by_google(raw: dict[str, Any]) -> bool | None:
    google = as_object((raw.get("extra_body") or {}).get("google"))
    config = google.get("thinking_config")
    if config is None:
        return None
    config = as_object(config)
    return bool(config.get("include_thoughts")) and config.get("thinking_budget") != 0


def thoughts(question: Question, chinese: bool) -> str:
    """What it "thinks": an honest look at what came in, cut to a budget if one was set."""
    if chinese:
        text = f"先看收到了什么：共 {question.messages} 条消息，{question.characters} 个字符。"
        text += f"媒体文件 {len(question.media)} 个。接着逐项测量，再把结果写成回答。"
    else:
        text = f"First, what came in: {question.messages} messages with {question.characters} characters. "
        text += f"There are {len(question.media)} media parts. Next I measure each one, then I write down the results."
    return "".join(pieces(text)[: _budget(question.raw)])


def _budget(raw: dict[str, Any]) -> int | None:
    budget = raw.get("thinking_budget") or (raw.get("thinking") or {}).get("budget_tokens")
    return budget if isinstance(budget, int) and budget > 0 else None
