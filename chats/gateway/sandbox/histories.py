"""What vendors behind chat/completions refuse in a history: forged or misplaced thoughts, calls unanswered."""

from dataclasses import replace
from typing import Any

from chats.gateway.sandbox import signing
from chats.gateway.sandbox.answers import Answer
from chats.gateway.sandbox.content import as_object
from chats.gateway.sandbox.errors import Refusal, refused_upstream
from chats.gateway.sandbox.question import Question

START = "call_"
CHECKS_PAIRS = ("gpt-", "o1", "o3", "o4", "deepseek", "kimi", "moonshot", "claude")


def check(question: Question) -> None:
    messages, model = question.raw["messages"], question.model.lower()
    if model.startswith("claude"):
        _check_signatures(messages, question.model)
    if model.startswith("deepseek-reasoner"):
        _check_no_old_thoughts(messages)
    if model.startswith("kimi"):
        _check_thoughts_of_calls(messages, question.model)
    if model.startswith(CHECKS_PAIRS):
        _check_pairs(messages)


def _check_signatures(messages: list[dict[str, Any]], model: str) -> None:
    """With only one of text and signature the thought is left out, which is allowed (text.md 3.5)."""
    for at, message in enumerate(messages):
        thought, signature = message.get("reasoning_content"), message.get("signature")
        if message.get("role") != "assistant" or not thought or not signature:
            continue
        if not signing.is_signed(model, str(thought), str(signature)):
            raise _wrong(f"messages.{at}.content.0: Invalid `signature` in `thinking` block")


def _check_no_old_thoughts(messages: list[dict[str, Any]]) -> None:
    """A thought goes back within a round of calls, never with an older turn (text.md 3.7)."""
    for at, message in enumerate(messages[: _last_user(messages)]):
        if message.get("role") == "assistant" and message.get("reasoning_content"):
            raise _wrong(f"messages[{at}]: reasoning_content of an earlier turn is not allowed")


def _last_user(messages: list[dict[str, Any]]) -> int:
    return max((at for at, message in enumerate(messages) if message.get("role") == "user"), default=0)


def named(answer: Answer) -> Answer:
    """Kimi's calls after a thought tell by their names that there was one."""
    if not answer.model.lower().startswith("kimi") or not answer.calls:
        return answer
    has_thought = bool(answer.think_shape)
    calls = (replace(call, id=signing.call_id(START, call.id, answer.model, has_thought)) for call in answer.calls)
    return replace(answer, calls=tuple(calls))


def _check_thoughts_of_calls(messages: list[dict[str, Any]], model: str) -> None:
    """Since the person last spoke, a turn with calls goes back with the thought that led to them (text.md 3.7)."""
    last = _last_user(messages)
    for at, message in enumerate(messages[last:], last):
        names = [str(as_object(call).get("id")) for call in message.get("tool_calls") or ()]
        thought = any(signing.has_thought(name, START, model) for name in names)
        if thought and not message.get("reasoning_content"):
            told = "thinking is enabled but reasoning_content is missing in assistant tool call message"
            raise _wrong(f"{told} at index {at}")


def _check_pairs(messages: list[dict[str, Any]]) -> None:
    """Each call is answered by the messages right after it, and each answer has its call."""
    open_calls: list[str] = []
    for message in messages:
        if message.get("role") == "tool":
            name = str(message.get("tool_call_id"))
            if name not in open_calls:
                told = "messages with role 'tool' must be a response to a preceding message with 'tool_calls'"
                raise _wrong(f"Invalid parameter: {told}.")
            open_calls.remove(name)
            continue
        _check_answered(open_calls)
        open_calls = [str(as_object(call).get("id")) for call in message.get("tool_calls") or ()]
    _check_answered(open_calls)


def _check_answered(open_calls: list[str]) -> None:
    if open_calls:
        told = "An assistant message with 'tool_calls' must be followed by tool messages responding to each"
        raise _wrong(f"{told} 'tool_call_id'. These had no response messages: {', '.join(open_calls)}")


def _wrong(message: str) -> Refusal:
    return refused_upstream(message, "invalid_request_error")
