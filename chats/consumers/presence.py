"""Who has a conversation open: each process tells the others whom it sees, in memory only, never on a reply's path."""

import asyncio
import time
from collections import defaultdict
from typing import Any

from chats import broadcasts
from chats.broadcasts import conversation_topic, encode, hub

STALE_S = 75.0
AGAIN_S = 30.0

People = dict[int, str]
_here: dict[int, dict[Any, tuple[int, str]]] = defaultdict(dict)  # conversation -> socket -> (user id, name)
_elsewhere: dict[int, dict[str, tuple[float, People]]] = defaultdict(dict)  # conversation -> process -> (when, people)
_repeating: asyncio.Task | None = None


async def enter(conversation: int, socket) -> None:
    _here[conversation][socket] = (socket.user_id, _name(socket.user))
    await _tell(conversation, is_asking=True)
    _repeat()


async def leave(conversation: int, socket) -> None:
    _here[conversation].pop(socket, None)
    await _tell(conversation)
    if not _here[conversation]:
        del _here[conversation]
        _elsewhere.pop(conversation, None)


def people(conversation: int) -> list[dict[str, Any]]:
    found = dict(_here[conversation].values()) if conversation in _here else {}
    now = time.monotonic()
    for seen_at, others in _elsewhere.get(conversation, {}).values():
        if now - seen_at < STALE_S:
            found |= others
    return [{"id": pk, "name": name} for pk, name in sorted(found.items(), key=lambda item: item[1])]


async def _tell(conversation: int, is_asking: bool = False) -> None:
    mine = {str(pk): name for pk, name in _here[conversation].values()}
    await hub().tell(
        {
            "do": "presence",
            "conversation": conversation,
            "process": hub().name,
            "people": mine,
            "is_asking": is_asking,
        }
    )


@broadcasts.listener("presence")
async def _hear(message: dict[str, Any]) -> None:
    conversation = message["conversation"]
    if conversation not in _here:
        return
    if message["process"] != hub().name:
        others = {int(pk): name for pk, name in message["people"].items()}
        _elsewhere[conversation][message["process"]] = (time.monotonic(), others)
        if message["is_asking"]:
            await _tell(conversation)
    frame = {"type": "presence", "conversation": conversation, "people": people(conversation)}
    await hub().deliver(conversation_topic(conversation), encode(frame))


def _repeat() -> None:
    global _repeating
    if not hub().is_alone and (_repeating is None or _repeating.done()):
        _repeating = asyncio.create_task(_repeat_while_here())


async def _repeat_while_here() -> None:
    while _here:
        await asyncio.sleep(AGAIN_S)
        for conversation in list(_here):
            await _tell(conversation)


def _name(user) -> str:
    return user.get_full_name() or user.get_username()
