"""Writes replies: from the claimed row through the gateway's stream to the last save, apart from any socket."""

import asyncio
import contextlib
import logging
import time
from typing import Any

from channels.db import database_sync_to_async
from django.utils import timezone

from chats import broadcasts, media
from chats.broadcasts import conversation_topic, encode
from chats.gateway import client
from chats.gateway.errors import GatewayError
from chats.gateway.values import Started
from chats.models import Message

from . import endings
from .checkpoints import Checkpoints
from .draft import Draft, DraftPart, Op
from .prompts import Call, call_for

log = logging.getLogger(__name__)

WINDOW_S = 0.030  # below 20 ms nothing is saved, above 50 ms it looks jerky (performance.md)
CROWD = 20  # replies at once from which the window grows, 0.1 ms for each more
CROWDED_S = 0.0001


class Writer:
    """One reply being written in this process."""

    def __init__(self, message: Message) -> None:
        self.draft = Draft(
            message.pk,
            message.conversation_id,
            [DraftPart.of(part) for part in message.parts],
            revision=message.revision,
        )
        self.is_stopped = False
        self.is_shutdown = False
        self.request_id = ""
        self.sent_at = timezone.now()
        self.task: asyncio.Task | None = None
        self._told_at = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._telling = asyncio.Lock()

    def stop(self) -> None:
        self.is_stopped = True
        if self.task:
            self.task.cancel()

    async def run(self) -> None:
        error: GatewayError | None = None
        status = Message.Status.COMPLETE
        try:
            call = await database_sync_to_async(_claim)(self.draft.message_id)
            await self._read(call)
        except asyncio.CancelledError:
            status = Message.Status.STOPPED if self.is_stopped else Message.Status.INTERRUPTED
        except GatewayError as caught:
            error = caught
        except media.MediaError as caught:
            error = GatewayError(kind="bad_request", message=str(caught))
        except endings.Gone:
            checkpoints.remove(self.draft)
            return
        except Exception:  # the row must end in some state whatever broke, and the log has the rest
            log.exception("Writing reply %s failed", self.draft.message_id)
            error = GatewayError(kind="internal", message="")
        await asyncio.shield(self._finish(status, error))

    async def _read(self, call: Call) -> None:
        self.sent_at = timezone.now()
        stream = client.stream(call.spec, call.prompt, call.credentials, is_listed=call.is_listed)
        async with contextlib.aclosing(stream) as events:
            async for event in events:
                if isinstance(event, Started):
                    self.request_id = event.request_id
                    continue
                self.draft.take(event)
                if self.draft.is_dirty:
                    await self._tell_in_time()

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
            _telling.add(task)
            task.add_done_callback(_telling.discard)

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
        if self._timer:
            self._timer.cancel()
        await self.tell()
        checkpoints.remove(self.draft)
        ending = endings.ending(self.draft, status, error, self.request_id, self.sent_at)
        await database_sync_to_async(endings.save)(self.draft.message_id, ending)


live: dict[int, Writer] = {}
_telling: set[asyncio.Task] = set()  # a task that nobody holds may be collected


def _stopped(message_id: int) -> None:
    if writer := live.get(message_id):
        writer.stop()


checkpoints = Checkpoints(_stopped)


async def start(message: Message) -> None:
    """Begins to write `message` in the background; does nothing where this process writes it already."""
    if message.pk in live:
        return
    await broadcasts.hub().start()
    writer = Writer(message)
    live[message.pk] = writer
    checkpoints.add(writer.draft)
    writer.task = asyncio.create_task(writer.run(), name=f"reply {message.pk}")
    writer.task.add_done_callback(lambda _: live.pop(message.pk, None))


async def wait_for(message_ids: list[int]) -> None:
    """Until those of the replies that this process writes have ended."""
    tasks = [writer.task for pk in message_ids if (writer := live.get(pk)) and writer.task]
    if tasks:
        await asyncio.wait(tasks)


async def shutdown() -> None:
    """Ends every reply as interrupted with all its text, for a process that is asked to go."""
    tasks = [writer.task for writer in live.values() if writer.task]
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=10)
    await client.close()


def _claim(message_id: int) -> Call:
    """One conditional update: a second start of the same reply finds nothing to claim."""
    queued = Message.objects.filter(
        pk=message_id, status=Message.Status.QUEUED, stop_requested_at__isnull=True, deleted_at__isnull=True
    )
    now = timezone.now()
    if not queued.update(status=Message.Status.STREAMING, heartbeat_at=now, sent_at=now):
        raise endings.Gone
    message = Message.objects.select_related("conversation__team").get(pk=message_id)
    call = call_for(message)
    if call.left_out:
        _note(message, call)
    return call


def _note(message: Message, call: Call) -> None:
    parameters: dict[str, Any] = message.parameters | {"left_out": list(call.left_out)}
    Message.objects.filter(pk=message.pk).update(parameters=parameters)


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
