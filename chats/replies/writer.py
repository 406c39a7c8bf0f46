"""Writes replies: from the claimed row through the gateway's stream to the last save, apart from any socket."""

import asyncio
import contextlib
import logging
import time
from typing import Any

from channels.db import database_sync_to_async
from django.db import DatabaseError
from django.utils import timezone
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_attempt, wait_exponential

from chats import broadcasts, media
from chats.broadcasts import conversation_topic, encode
from chats.gateway import client
from chats.gateway.errors import GatewayError
from chats.gateway.values import MediaOut, Prompt, Started
from chats.models import Attachment, Message

from . import claims, endings, rounds
from .checkpoints import Checkpoints
from .draft import Draft, Op
from .pictures import Pictures
from .prompts import Call
from .wire import Wire

log = logging.getLogger(__name__)

WINDOW_S = 0.030  # below 20 ms nothing is saved, above 50 ms it looks jerky (performance.md)
CROWD = 20  # replies at once from which the window grows, 0.1 ms for each more
CROWDED_S = 0.0001
SLOW_S = 0.5  # within this time Stop reaches us as a cancellation before the call begins


class Writer:
    """One reply being written in this process. `claim` is the time that marks the row as this writer's."""

    def __init__(self, message: Message) -> None:
        self.draft = Draft.of(message)
        self.pictures = Pictures(self.draft)
        self.claim = claims.Claim(message.pk, timezone.now())
        self.is_claimed = self.is_finishing = self.is_stopped = False
        self.request_id = ""
        self.sent_at = self.claim.at
        self.task: asyncio.Task | None = None
        self.spent: dict[str, Any] | None = None  # by the rounds before this one
        self.wire: Wire | None = None
        self._told_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._telling = asyncio.Lock()

    def stop(self) -> None:
        if not self.is_finishing:
            self.is_stopped = True
            self.cancel()

    def cancel(self) -> None:
        if self.task and not self.is_finishing:
            self.task.cancel()

    async def run(self) -> None:
        error: GatewayError | None = None
        status = Message.Status.COMPLETE
        try:
            await self._write()
        except rounds.Waiting:
            status = Message.Status.WAITING
        except asyncio.CancelledError:
            status = Message.Status.STOPPED if self.is_stopped else Message.Status.INTERRUPTED
        except GatewayError as caught:
            error = caught
        except media.MediaError as caught:
            error = GatewayError(kind="bad_request", message=str(caught))
        except claims.Gone:
            return
        except Exception:  # the row must end in some state whatever broke, and the log has the rest
            log.exception("Writing reply %s failed", self.draft.message_id)
            error = GatewayError(kind="internal", message="")
        self.is_finishing = True
        finishing = asyncio.create_task(self._finish(status, error))
        _held.add(finishing)
        finishing.add_done_callback(_held.discard)
        await asyncio.shield(finishing)

    async def _write(self) -> None:
        """Claims, prepares, and looks once more before money is spent: preparing may have taken a while."""
        await database_sync_to_async(claims.take)(self.claim)
        self.is_claimed = True
        checkpoints.add(self.draft, self.claim)
        began = time.monotonic()
        call = await claims.prepared(self.claim)
        if time.monotonic() - began > SLOW_S and not await database_sync_to_async(claims.is_wanted)(self.claim):
            self.is_stopped = True
            raise asyncio.CancelledError
        self.wire = Wire(call.whose)
        await rounds.Rounds(self.draft, call, self._read, self._save_now, self.wire.of_tool).run()

    async def _save_now(self) -> None:
        """Before a tool that may cost money: the row says so, and it is still wanted."""
        await self.tell()
        if not await checkpoints.save(self.draft):
            self.is_stopped = True
            raise asyncio.CancelledError

    async def _read(self, call: Call, prompt: Prompt) -> None:
        self._begin()
        told = self.wire.of_reply if self.wire else None
        stream = client.stream(call.spec, prompt, call.credentials, is_listed=call.is_listed, on_exchange=told)
        async with contextlib.aclosing(stream) as events:
            async for event in events:
                if isinstance(event, Started):
                    self.request_id = event.request_id
                    continue
                self.draft.take(event)
                if isinstance(event, MediaOut):
                    self.pictures.take()
                if self.draft.is_dirty:
                    await self._tell_in_time()

    def _begin(self) -> None:
        """A call of its own: what the one before cost is put by."""
        if self.draft.usage:
            self.spent = endings.added(self.spent, endings.usage_json(self.draft.usage))
        else:
            self.sent_at = timezone.now()
        self.draft.usage, self.draft.finish_reason = None, ""

    async def _tell_in_time(self) -> None:
        """The first delta at once; later ones together, at most one send a window."""
        window = WINDOW_S + CROWDED_S * max(0, len(live) - CROWD)
        wait = self._told_at + window - time.monotonic()
        if wait <= 0:
            await self.tell()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(wait, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        if self.draft.is_dirty:
            task = asyncio.create_task(self.tell())
            _held.add(task)
            task.add_done_callback(_held.discard)

    async def tell(self) -> None:
        async with self._telling:
            self._told_at = time.monotonic()
            hub = broadcasts.hub()
            topic = conversation_topic(self.draft.conversation_id)
            if self.draft.is_dirty:
                self.draft.revision += 1
            for ops in self.draft.untold():
                await hub.publish(topic, self.frame(ops), self.draft.message_id)

    def frame(self, ops: list[Op]) -> str:
        draft = self.draft
        delta = {"type": "message.delta", "conversation": draft.conversation_id, "message": draft.message_id}
        return encode(delta | {"revision": draft.revision, "ops": ops})

    async def _finish(self, status: str, error: GatewayError | None) -> None:
        """The heartbeat goes on until the row is saved, for storing what the model made may take a while."""
        if self._timer:
            self._timer.cancel()
        try:
            await self.tell()
            made = await claims.kept(self.draft, await self.pictures.settled())
            end = endings.ending(self.draft, status, error, self.request_id, self.sent_at, self.spent)
            await self._save(end, made)
        finally:
            checkpoints.remove(self.draft)
        if self.wire:
            await self.wire.keep()

    async def _save(self, end: endings.Ending, made: dict[str, Attachment]) -> None:
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(DatabaseError),
            wait=wait_exponential(0.5, max=5),
            stop=stop_after_attempt(5),
            reraise=True,
        )
        async for attempt in retrying:
            with attempt:
                await database_sync_to_async(endings.save)(self.claim, end, made, self.is_claimed)


live: dict[int, Writer] = {}
_held: set[asyncio.Task] = set()  # a task that nobody holds may be collected


def _stopped(message_id: int) -> None:
    if writer := live.get(message_id):
        writer.stop()


checkpoints = Checkpoints(_stopped)


async def start(message: Message) -> None:
    """Begins to write `message` in the background; does nothing where this process is about to do so already."""
    await broadcasts.hub().start()
    while old := live.get(message.pk):  # and again, where somebody else began one while we waited
        if not old.is_claimed:
            return
        # It wrote the row before somebody else ended it and asked to go on; its claim is void.
        old.stop()
        await wait_for([message.pk])
    writer = Writer(message)
    live[message.pk] = writer
    writer.task = asyncio.create_task(writer.run(), name=f"reply {message.pk}")
    writer.task.add_done_callback(lambda _: _forget(message.pk, writer))


def _forget(message_id: int, writer: Writer) -> None:
    if live.get(message_id) is writer:
        del live[message_id]


async def wait_for(message_ids: list[int]) -> None:
    """Until those of the replies that this process writes have ended."""
    tasks = [writer.task for pk in message_ids if (writer := live.get(pk)) and writer.task]
    if tasks:
        await asyncio.wait(tasks)


async def shutdown() -> None:
    """Ends every reply as interrupted with all its text, for a process that is asked to go."""
    tasks = [writer.task for writer in live.values() if writer.task]
    for writer in tuple(live.values()):
        writer.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=10)
    if _held:
        await asyncio.wait(_held, timeout=10)
    await client.close()


@broadcasts.listener("stop")
async def _stop_here(message: dict[str, Any]) -> None:
    _stopped(message["message"])


@broadcasts.listener("peek")
async def _peek_here(message: dict[str, Any]) -> None:
    """A viewer of any process misses text of a reply that this one writes; the last answer says that it is the last."""
    writer = live.get(message["message"])
    if writer is None:
        return
    answer = {"do": "show", "viewer": message["viewer"], "message": message["message"]}
    texts = [writer.frame(ops) for ops in writer.draft.missing(message["lengths"])]
    for text in texts:
        await broadcasts.hub().tell_one(message["channel"], answer | {"text": text, "is_last": False})
    await broadcasts.hub().tell_one(message["channel"], answer | {"text": "", "is_last": True})
