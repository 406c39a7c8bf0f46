"""What browsers are told: alone knows socket JSON, group names, and which sockets of this process look at what.

Sockets of this process are reached directly; other processes through one channel-layer group per topic that they
watch, so a frame is encoded once and crosses Redis once per process, not once per viewer. All public functions are
safe from any thread or process; frames are hints and the rows are the truth.
"""

import asyncio
import contextvars
import json
import logging
import uuid
from collections import defaultdict
from collections.abc import Callable, Coroutine, Iterable
from functools import partial
from typing import Any, Protocol

from asgiref.sync import async_to_sync
from channels.exceptions import ChannelFull
from channels.layers import InMemoryChannelLayer, get_channel_layer
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

PATIENCE_S = 2.0
REJOIN_S = 3600.0  # a layer forgets members of a group that joined too long ago (channels_redis, group_expiry)
EVERYBODY = "processes"  # the topic that each process with sockets listens to


class Viewer(Protocol):
    """One socket, as this room sees it."""

    user_id: int

    async def deliver(self, text: str, reply: int = 0) -> None:
        """Writes one encoded frame; `reply` is the message that a delta belongs to, 0 for every other frame."""


Listener = Callable[[dict[str, Any]], Any]


class Hub:
    """The sockets of this process by topic, and its line to the other processes. Lives on one event loop."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self.name = uuid.uuid4().hex
        self.viewers: dict[str, set[Viewer]] = defaultdict(set)
        self.listeners: dict[str, Listener] = {}
        self.layer = get_channel_layer()
        self.channel = ""
        self._receiver: asyncio.Task | None = None
        self._stayer: asyncio.Task | None = None
        self._changing = asyncio.Lock()  # joins and leaves of one topic must reach Redis in their order
        self._starting = asyncio.Lock()

    @property
    def is_alone(self) -> bool:
        return isinstance(self.layer, InMemoryChannelLayer)

    async def start(self) -> None:
        """Joins the other processes; with a layer in memory there are none."""
        async with self._starting:
            if self.is_alone or self._receiver:
                return
            self.channel = await self.layer.new_channel()
            await self.layer.group_add(EVERYBODY, self.channel)
            self._receiver = asyncio.create_task(self._receive())
            self._stayer = asyncio.create_task(self._stay())

    async def _receive(self) -> None:
        while True:
            try:
                message = await self.layer.receive(self.channel)
            except (RedisError, OSError):
                await self._rejoin()
                continue
            if message.get("origin") != self.name:
                await self._take_safely(message)

    async def _take_safely(self, message: dict[str, Any]) -> None:
        try:
            await self._take(message)
        except Exception:  # one bad message must not end the line to the other processes
            log.exception("A message of another process could not be taken: %s", message.get("do", "frame"))

    async def _rejoin(self) -> None:
        """Redis went away: what it knew of our groups may be gone. Frames lost meanwhile heal by revision."""
        log.warning("The channel layer is out of reach; trying again in a second")
        await asyncio.sleep(1)
        await self._join_all()

    async def _stay(self) -> None:
        while True:
            await asyncio.sleep(REJOIN_S)
            await self._join_all()

    async def _join_all(self) -> None:
        for topic in (EVERYBODY, *self.viewers):
            await _reaching(self.layer.group_add(topic, self.channel))

    async def _take(self, message: dict[str, Any]) -> None:
        if "do" not in message:
            await self.deliver(message["topic"], message["text"], message["reply"])
        elif listener := self.listeners.get(message["do"]):
            await listener(message)

    async def watch(self, topic: str, viewer: Viewer) -> None:
        """After this `viewer` gets what is published on `topic`; subscribe first, then read the rows."""
        is_first = not self.viewers[topic]
        self.viewers[topic].add(viewer)
        if self.channel:
            async with self._changing:
                if is_first:
                    await _reaching(self.layer.group_add(topic, self.channel))

    async def unwatch(self, topic: str, viewer: Viewer) -> None:
        self.viewers[topic].discard(viewer)
        if not self.viewers[topic]:
            del self.viewers[topic]
            if self.channel:
                async with self._changing:
                    if topic not in self.viewers:
                        await _reaching(self.layer.group_discard(topic, self.channel))

    async def deliver(self, topic: str, text: str, reply: int = 0) -> None:
        for viewer in tuple(self.viewers.get(topic, ())):
            try:
                await viewer.deliver(text, reply)
            except Exception:  # one broken socket must reach neither the writer of a reply nor the other viewers
                log.exception("A socket of user %s could not be written to", viewer.user_id)

    async def publish(self, topic: str, text: str, reply: int = 0) -> None:
        await self.deliver(topic, text, reply)
        if not self.is_alone:
            await _reaching(self.layer.group_send(topic, _envelope(topic, text, reply, self.name)))

    async def tell(self, message: dict[str, Any]) -> None:
        """Hands `message` to the listener named `message["do"]` in every process, this one first."""
        if listener := self.listeners.get(message["do"]):
            await listener(message)
        if not self.is_alone:
            await _reaching(self.layer.group_send(EVERYBODY, {"type": "tell", "origin": self.name, **message}))

    async def tell_one(self, channel: str, message: dict[str, Any]) -> None:
        """Hands `message` to the process that listens on `channel`."""
        if channel == self.channel:
            await self._take(message)
        else:
            await _reaching(self.layer.send(channel, {"type": "tell", "origin": self.name, **message}))


_hub: Hub | None = None
_listeners: dict[str, Listener] = {}
_publishing: set[asyncio.Task] = set()  # a task that nobody holds may be collected


def hub() -> Hub:
    """The hub of the running loop; made on first use, by the first socket."""
    global _hub
    if _hub is None or _hub.loop is not asyncio.get_running_loop():
        _hub = Hub()
        _hub.listeners = _listeners
    return _hub


def listener(name: str) -> Callable[[Listener], Listener]:
    """Registers the coroutine that answers `tell({"do": name})` in each process."""

    def register(function: Listener) -> Listener:
        _listeners[name] = function
        return function

    return register


def conversation_topic(pk: int) -> str:
    return f"conversation.{pk}"


def team_topic(pk: int) -> str:
    return f"team.{pk}"


def user_topic(pk: int) -> str:
    return f"user.{pk}"


def encode(frame: dict[str, Any]) -> str:
    return json.dumps(frame, ensure_ascii=False, separators=(",", ":"))


def message_created(message) -> None:
    _publish(
        [conversation_topic(message.conversation_id)],
        {
            "type": "message.created",
            "conversation": message.conversation_id,
            "message": message.pk,
            "parent": message.parent_id,
            "role": message.role,
            "client_id": message.client_id,
            "author": message.author_id,
            "status": message.status,
        },
    )


def changed_frame(message) -> dict[str, Any]:
    return {
        "type": "message.changed",
        "conversation": message.conversation_id,
        "message": message.pk,
        "revision": message.revision,
        "status": message.status,
    }


def message_changed(message) -> None:
    _publish([conversation_topic(message.conversation_id)], changed_frame(message))


def generation_changed(generation, facts: dict[str, Any]) -> None:
    """`facts`: state progress left_s is_slow. To its conversation, and to the lists of those who may see it."""
    conversation = generation.message.conversation
    everyone = conversation.shared_at is not None
    lists = team_topic(conversation.team_id) if everyone else user_topic(conversation.author_id)
    frame = {
        "type": "generation.changed",
        "conversation": conversation.pk,
        "message": generation.message_id,
        "generation": generation.pk,
        "revision": generation.revision,
    }
    _publish([conversation_topic(conversation.pk), lists], frame | facts)


def conversation_changed(conversation, change: str) -> None:
    """`change`: created spoken title shared unshared archived deleted restored state. Tells its list watchers."""
    frame = {"type": "conversation.changed", "conversation": conversation.pk, "change": change}
    everyone = conversation.shared_at is not None or change == "unshared"
    topics = [team_topic(conversation.team_id)] if everyone else [user_topic(conversation.author_id)]
    _publish([*topics, conversation_topic(conversation.pk)], frame)


def attachment_changed(attachment) -> None:
    frame = {"type": "attachment.changed", "attachment": attachment.pk, "state": attachment.state}
    held = attachment.messages.order_by().values_list("conversation_id", flat=True).distinct()
    _publish([user_topic(attachment.uploader_id), *(conversation_topic(pk) for pk in held)], frame)


def models_changed(team) -> None:
    _publish([team_topic(team.pk)], {"type": "models.changed"})


def access_changed(user_id: int | None = None, conversation=None) -> None:
    """Open sockets of `user_id`, and those that look at `conversation`, ask anew what they may see."""
    _tell({"do": "access", "user": user_id, "conversation": conversation.pk if conversation else None})


def signed_out(session_key: str) -> None:
    _tell({"do": "signed_out", "session": session_key})


def stop_reply(message_id: int) -> None:
    _tell({"do": "stop", "message": message_id})


def _envelope(topic: str, text: str, reply: int, origin: str) -> dict[str, Any]:
    return {"type": "text", "topic": topic, "text": text, "reply": reply, "origin": origin}


def _publish(topics: Iterable[str], frame: dict[str, Any]) -> None:
    text = encode(frame)
    for topic in topics:
        _run(partial(Hub.publish, topic=topic, text=text), topic, _envelope(topic, text, 0, ""))


def _tell(message: dict[str, Any]) -> None:
    _run(partial(Hub.tell, message=message), EVERYBODY, {"type": "tell", "origin": "", **message})


def _run(local: Callable[[Hub], Any], topic: str, envelope: dict[str, Any]) -> None:
    """On the loop that has the sockets; from a process that has none, straight into the layer."""
    if _hub is not None and _hub.loop.is_running():
        # In an empty context: asgiref marks the caller's thread in its own and would see a deadlock that is none.
        _hub.loop.call_soon_threadsafe(_begin, local(_hub), context=contextvars.Context())
    elif not isinstance(layer := get_channel_layer(), InMemoryChannelLayer):
        async_to_sync(_reaching)(layer.group_send(topic, envelope))


async def _reaching(sending: Coroutine) -> None:
    """Other processes hear of it if Redis answers; if not, browsers heal by revision and nobody here waits or fails."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            await sending
    except (RedisError, OSError, TimeoutError, ChannelFull) as error:
        log.warning("The other processes could not be told: %s", error or type(error).__name__)


def _begin(publishing) -> None:
    task = asyncio.get_running_loop().create_task(publishing)
    _publishing.add(task)
    task.add_done_callback(_publishing.discard)
    task.add_done_callback(_log_failure)


def _log_failure(done: asyncio.Task) -> None:
    if not done.cancelled() and done.exception():
        log.error("A broadcast failed; browsers heal by revision", exc_info=done.exception())
