"""The rounds of one reply: the model speaks, its calls are run or wait for a person, and it speaks again."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace

from django.db import DatabaseError

from chats import attachments, tools
from chats.gateway.recording import OnExchange
from chats.gateway.values import Prompt
from chats.models import Message
from chats.tools import Declared, Outcome, Tool

from .claims import aside
from .draft import Draft, DraftPart
from .prompts import Call

log = logging.getLogger(__name__)

MOST_AT_ONCE = 8  # calls that run by themselves in one round
MOST_PAUSES = 5  # of a vendor's own tools that want more time (Claude's pause_turn)

Speak = Callable[[Call, Prompt], Awaitable[None]]
Save = Callable[[], Awaitable[None]]


class Waiting(Exception):
    """A call waits for a person: the reply rests as it is until somebody says what to do."""


class Rounds:
    """`speak(call, prompt)` lets the model speak into the draft; `save()` has the row say what is about to happen."""

    def __init__(self, draft: Draft, call: Call, speak: Speak, save: Save, on_exchange: OnExchange) -> None:
        self.draft, self.call = draft, call
        self._speak, self._save, self._on_exchange = speak, save, on_exchange
        self._declared = Declared({})
        self._pauses = 0

    async def run(self) -> None:
        """Until the model has said its last word; raises Waiting and what the gateway raises."""
        if names := self.call.tools.get("names"):
            self._declared = await tools.declared(names, self.call.sets, self.call.credentials)
        _doubt(self.draft, self._declared)
        await self._settle()
        while True:
            await self._speak(self.call, self._prompt())
            is_paused = self.draft.finish_reason == "pause" and self._pauses < MOST_PAUSES
            self._pauses += is_paused
            if not is_paused and not self.draft.open_calls:
                return
            await self._settle()
            self.draft.begin_round()

    def _prompt(self) -> Prompt:
        parts = self.draft.as_json(is_whole=True)
        prompt = self.call.going_on(parts, is_paused=self.draft.is_paused) if parts else self.call.prompt
        if parts:  # what a person wrote, and that a tool must be called, was the first round's
            free = {name: value for name, value in prompt.parameters.items() if name != "tool_choice"}
            prompt = replace(prompt, raw=None, parameters=free)
        return replace(prompt, tools=self._declared.functions())

    async def _settle(self) -> None:
        """Runs what may run, all at once; raises Waiting where a person has to say something first."""
        calls = self.draft.open_calls
        for place, part in enumerate(calls):
            self._judge(part, is_over=place >= MOST_AT_ONCE)
        if any(part.facts["state"] in tools.OPEN for part in calls):
            raise Waiting
        if calls:
            await self._run(calls)

    def _judge(self, part: DraftPart, is_over: bool) -> None:
        """A call that is new: whether it runs by itself, and if not why."""
        if part.facts.get("state"):
            return
        tool = self._declared.by_function.get(part.facts["name"])
        can_run = bool(tool and tool.runs_itself)
        most = self.call.tools.get("most_rounds", tools.ROUNDS)
        is_over = is_over or part.facts["round"] >= most
        is_auto = can_run and not is_over and self.call.tools.get("is_auto", False)
        part.facts |= {
            "tool": tool.key if tool else "",
            "can_run": can_run,
            "state": "approved" if is_auto else "asked",
        }
        if is_over:
            part.facts["why"] = "limit"
        self.draft.is_reshaped = True

    async def _run(self, calls: list[DraftPart]) -> None:
        """The row says that they run before the first is sent: after a crash it tells what may have been charged."""
        for part in calls:
            part.facts |= {"state": "running", "began_at": round(time.time(), 3)}
        self.draft.is_reshaped = True
        await self._save()
        await asyncio.gather(*(self._one(part) for part in calls))

    async def _one(self, part: DraftPart) -> None:
        tool = self._tool(part)
        try:
            outcome = await tools.run(
                tool, part.facts["arguments"], self.call.credentials, self.draft.cite, self._on_exchange
            )
        except Exception:  # whatever a tool breaks on is its own failure: the others go on, and the model is told
            log.exception("Tool %s of reply %s failed", tool.key, self.draft.message_id)
            outcome = Outcome("Error: this tool failed here.", is_error=True)
        result = self._result(outcome)
        if result.get("is_cut"):
            result |= await self._beside(part.facts["name"], outcome.text)
        part.facts |= {"state": "done", "result": result}
        self.draft.is_reshaped = True
        self.draft.touch()

    async def _beside(self, name: str, text: str) -> dict[str, int]:
        """The whole of a result as a file; where it cannot be stored the cut says enough."""
        try:
            return {"attachment": await aside(_whole)(self.draft.message_id, name, text)}
        except (DatabaseError, OSError):
            log.exception("A long result of reply %s could not be stored", self.draft.message_id)
            return {}

    def _tool(self, part: DraftPart) -> Tool:
        return self._declared.by_function.get(part.facts["name"]) or Tool("", {"name": part.facts["name"]})

    def _result(self, outcome: Outcome) -> dict:
        """What the row has no room for is cut and said to be; half of an encrypted text would be worth nothing."""
        text = self.draft.fitted(outcome.text)
        is_cut = len(text) < len(outcome.text)
        result = {"text": text, "is_error": outcome.is_error, "by": "tool", "seconds": outcome.seconds}
        if is_cut and outcome.is_encrypted:
            return result | {"text": "Error: the result is too long to be kept.", "is_error": True}
        if is_cut:
            result |= {"text": f"{text}\n[cut here: {len(outcome.text) - len(text)} more characters]", "is_cut": True}
        if outcome.is_encrypted:
            result["is_encrypted"] = True
        if outcome.sources:
            result["sources"] = [dict(source) for source in outcome.sources]
        return result


def _whole(message_id: int, name: str, text: str) -> int:
    """All of a result that the row has no room for, as a file beside the reply."""
    message = Message.objects.select_related("conversation").get(pk=message_id)
    made = attachments.keep_text(message, f"{name}.txt", text)
    message.attachments.add(made)
    return made.pk


def _doubt(draft: Draft, declared: Declared) -> None:
    """What ran when its server died: free tools run again, of paid ones a person decides."""
    for part in draft.open_calls:
        if part.facts.get("state") == "running":
            tool = declared.by_function.get(part.facts["name"])
            part.facts["state"] = "doubt" if tool is None or tool.is_paid else "approved"
            draft.is_reshaped = True
