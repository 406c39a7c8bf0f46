"""The one socket of a tab: checks each frame, calls one verb, answers; the reply itself outlives the socket."""

import asyncio
import logging
import time
from typing import Any

from channels.consumer import get_handler_name
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.utils.translation import gettext as _
from django.utils.translation import override

from chats import broadcasts, generations, replies, tasks, tools
from chats.broadcasts import conversation_topic, encode, hub, team_topic, user_topic
from chats.models import Message

from . import frames, languages, looking, presence

log = logging.getLogger(__name__)

SIGNED_OUT = 4401
BEHIND_BYTES = 1024 * 1024  # daphne has no back-pressure: a viewer that does not read would cost all that is sent
CAUGHT_UP_BYTES = 256 * 1024
RECHECK_S = 60.0
UNANSWERED_S = 5.0
LARGEST_FRAME = 2_500_000  # characters; MAX_TEXT_CHARACTERS escaped, with room


class ConversationConsumer(AsyncWebsocketConsumer):
    """`conversation` is the one in view; `lists` are the topics of the sidebar."""

    channel_layer_alias = "unused"  # the hub listens once for the whole process, so no socket waits inside Redis

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.conversation: int | None = None
        self.lists: set[str] = set()

    async def connect(self) -> None:
        self.user = self.scope["user"]
        self.sent_bytes = self.acked_bytes = 0
        self.is_behind = self.is_opening = False
        self.catching_up: set[int] = set()
        self.checked_at = time.monotonic()
        await self.accept()
        if not self.user.is_authenticated:
            await self.close(code=SIGNED_OUT)
            return
        self.user_id: int = self.user.pk
        self.language = languages.of(self.scope)
        await hub().start()
        sockets.add(self)
        await self._watch_lists()

    async def dispatch(self, message: dict[str, Any]) -> None:
        """Without Channels' look at old database connections, a hop to a thread that most frames do not need."""
        await getattr(self, get_handler_name(message))(message)

    async def __call__(self, scope, receive, send):
        """Whatever ends it, also an error in a handler, this socket is gone from every list."""
        try:
            return await super().__call__(scope, receive, send)
        finally:
            await self._gone()

    async def _gone(self) -> None:
        sockets.discard(self)
        await self._leave()
        for topic in self.lists:
            await hub().unwatch(topic, self)
        self.lists = set()

    async def deliver(self, text: str, reply: int = 0) -> None:
        """One encoded frame to this browser. Deltas are dropped for one that is far behind, and for a reply whose
        earlier text is on its way: what is dropped here is in that text."""
        if reply and (self.is_behind or self.is_opening or reply in self.catching_up):
            return
        self.sent_bytes += len(text)
        if reply and self.sent_bytes - self.acked_bytes > BEHIND_BYTES:
            self.is_behind = True
        await self.scope["write"](text)

    async def answer(self, frame: dict[str, Any]) -> None:
        await self.deliver(encode(frame))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        try:
            frame = frames.parse(text_data, LARGEST_FRAME)
        except ValueError as error:
            await self.answer({"type": "frame.refused", "client_id": None, "error": _error("bad_frame", str(error))})
            return
        handler = HANDLERS.get(frame["type"], ConversationConsumer.unknown)
        try:
            with override(self.language):
                await handler(self, frame)
        except RecursionError:
            deep = frames.Bad(_("This message is nested too deeply."))
            await self._refuse(frame, deep.code, str(deep))
        except (replies.Refused, frames.Bad) as refused:
            await self._refuse(frame, refused.code, str(refused))

    async def _refuse(self, frame: dict[str, Any], code: str, words: str) -> None:
        named = frame.get("client_id")
        answer = {"type": "frame.refused", "client_id": named if frames.is_client_id(named) else None}
        await self.answer(answer | {"error": _error(code, words)})

    async def unknown(self, frame: dict[str, Any]) -> None:
        raise frames.Bad(_("The page sent a message of an unknown type. Reload it."))

    async def open(self, frame: dict[str, Any]) -> None:
        """Subscribe, then look at the rows, then fill what this viewer lacks: nothing falls between."""
        pk = frames.whole(frame, "conversation")
        await self._leave()
        conversation = await database_sync_to_async(looking.visible)(self.user, pk)
        if conversation is None:
            await self.answer({"type": "access.lost", "conversation": pk})
            return
        self.conversation = pk
        lengths = frames.lengths_by_message(frame)
        self.is_opening = True
        await hub().watch(conversation_topic(pk), self)
        live, ended = await database_sync_to_async(looking.states)(conversation, list(lengths))
        self.catching_up = {row.pk for row in live}
        self.is_opening = False
        await self.answer({"type": "conversation.opened", "conversation": pk, "live": [row.pk for row in live]})
        for row in ended:
            await self.answer(broadcasts.changed_frame(row))
        for row in live:
            await self._peek(row.pk, lengths.get(row.pk, []))
        await presence.enter(pk, self)

    async def close_conversation(self, frame: dict[str, Any]) -> None:
        await self._leave()

    async def create_message(self, frame: dict[str, Any]) -> None:
        columns, is_blind = frames.columns(frame)
        question = replies.Question(
            client_id=frames.client_id(frame),
            model=frames.text(frame, "model", 200),
            text=frames.text(frame, "text"),
            conversation=frames.whole_or_none(frame, "conversation"),
            team=frames.whole_or_none(frame, "team"),
            parent=frames.whole_or_none(frame, "parent"),
            attachments=frames.wholes(frame, "attachments"),
            parameters=frames.mapping(frame, "parameters"),
            roles=frames.roles(frame),
            runs=tuple(generations.Run(**run) for run in frames.runs(frame)),
            tools=frames.tools(frame),
            columns=tuple(replies.Column(**one) for one in columns),
            is_blind=is_blind,
        )
        await self._accept(frame, await database_sync_to_async(replies.ask)(self.user, question))

    async def create_reply(self, frame: dict[str, Any]) -> None:
        model, parameters = frames.text(frame, "model", 200), frames.mapping(frame, "parameters")
        asked = await database_sync_to_async(replies.ask_again)(
            self.user,
            frames.client_id(frame),
            frames.whole(frame, "message"),
            replies.Column(model, parameters, frames.tools(frame)),
            runs=tuple(generations.Run(**run) for run in frames.runs(frame)),
            raw=frames.raw(frame),
        )
        await self._accept(frame, asked)

    async def continue_reply(self, frame: dict[str, Any]) -> None:
        asked = await database_sync_to_async(replies.go_on)(
            self.user, frames.client_id(frame), frames.whole(frame, "message")
        )
        await self._accept(frame, asked)

    async def _accept(self, frame: dict[str, Any], asked: replies.Asked) -> None:
        for reply in asked.all_replies:
            if reply.status == Message.Status.QUEUED:
                # Also for a resend: perhaps the process that took the first one went before it began.
                await replies.start(reply)
        if any(reply.status == Message.Status.GENERATING for reply in asked.all_replies):
            tasks.sweep_soon()
        await self.answer(
            {
                "type": "message.accepted",
                "client_id": frame["client_id"],
                "conversation": asked.message.conversation_id,
                "message": asked.message.pk,
                "reply": asked.reply.pk,
                "replies": [reply.pk for reply in asked.all_replies],
                "status": asked.reply.status,
                "is_branch": asked.is_branch,
                "url": f"/c/{asked.message.conversation_id}/",
            }
        )
        if frame["type"] != "reply.continue" and (asked.is_new or not asked.message.conversation.title):
            await database_sync_to_async(replies.settle)(asked)

    async def answer_tool(self, frame: dict[str, Any]) -> None:
        """A person's word on a call that waits; with the last one the reply goes on."""
        given = tools.Answer(
            call=frames.text(frame, "call", 200),
            action=frames.text(frame, "action", 20),
            arguments=frames.text(frame, "arguments") if "arguments" in frame else None,
            result=frames.text(frame, "result"),
            is_error=frame.get("is_error") is True,
            client_id=frame["client_id"] if frames.is_client_id(frame.get("client_id")) else "",
        )
        pk = frames.whole(frame, "message")
        try:
            reply = await database_sync_to_async(tools.answer)(self.user, pk, given)
        except tools.NotWaiting as error:
            raise replies.Refused("not_waiting", str(error)) from error
        is_going_on = reply.status == Message.Status.QUEUED
        if is_going_on:
            await replies.start(reply)
        answer = {"type": "tool.answered", "client_id": frame.get("client_id"), "message": pk, "call": given.call}
        await self.answer(answer | {"is_going_on": is_going_on})

    async def stop_reply(self, frame: dict[str, Any]) -> None:
        await database_sync_to_async(replies.stop)(self.user, frames.whole(frame, "message"))

    async def peek(self, frame: dict[str, Any]) -> None:
        pk = frames.whole(frame, "message")
        if await database_sync_to_async(looking.may_read)(self.user, pk):
            await self._peek(pk, frames.lengths(frame.get("lengths")))

    async def _peek(self, message: int, lengths: list[int]) -> None:
        self.catching_up.add(message)
        # Where nobody answers, because nobody writes it yet, deltas flow again and a gap makes the page ask anew.
        asyncio.get_running_loop().call_later(UNANSWERED_S, self.catching_up.discard, message)
        ask = {"do": "peek", "message": message, "lengths": lengths}
        await hub().tell(ask | {"channel": hub().channel, "viewer": self.name})

    async def seen(self, frame: dict[str, Any]) -> None:
        pk = frames.whole(frame, "conversation")
        if await database_sync_to_async(looking.mark_seen)(self.user, pk):
            seen = {"type": "conversation.changed", "conversation": pk, "change": "seen"}
            await hub().publish(user_topic(self.user_id), encode(seen))

    async def ack(self, frame: dict[str, Any]) -> None:
        self.acked_bytes = min(frames.whole(frame, "bytes"), self.sent_bytes)
        if self.is_behind and self.sent_bytes - self.acked_bytes < CAUGHT_UP_BYTES:
            self.is_behind = False
            await self.answer({"type": "resync", "conversation": self.conversation})

    async def ping(self, frame: dict[str, Any]) -> None:
        await self.answer({"type": "pong", "n": frame.get("n")})
        if time.monotonic() - self.checked_at > RECHECK_S:
            await self.recheck()

    async def recheck(self) -> None:
        """Asks the rows again what this person may see; whatever they lost ends here and now."""
        self.checked_at = time.monotonic()
        if not await looking.still_signed_in(self.scope):
            await self.close(code=SIGNED_OUT)
            return
        await self._watch_lists()
        if self.conversation is not None:
            pk = self.conversation
            if await database_sync_to_async(looking.visible)(self.user, pk) is None:
                await self._leave()
                await self.answer({"type": "access.lost", "conversation": pk})

    async def _watch_lists(self) -> None:
        teams = await database_sync_to_async(looking.teams)(self.user)
        wanted = {user_topic(self.user_id), *(team_topic(pk) for pk in teams)}
        for topic in wanted - self.lists:
            await hub().watch(topic, self)
        for topic in self.lists - wanted:
            await hub().unwatch(topic, self)
        self.lists = wanted

    async def _leave(self) -> None:
        if self.conversation is not None:
            pk, self.conversation = self.conversation, None
            await hub().unwatch(conversation_topic(pk), self)
            await presence.leave(pk, self)

    @property
    def name(self) -> str:
        return str(id(self))


HANDLERS = {
    "conversation.open": ConversationConsumer.open,
    "conversation.close": ConversationConsumer.close_conversation,
    "conversation.seen": ConversationConsumer.seen,
    "message.create": ConversationConsumer.create_message,
    "reply.create": ConversationConsumer.create_reply,
    "reply.continue": ConversationConsumer.continue_reply,
    "reply.stop": ConversationConsumer.stop_reply,
    "tool.answer": ConversationConsumer.answer_tool,
    "reply.peek": ConversationConsumer.peek,
    "ack": ConversationConsumer.ack,
    "ping": ConversationConsumer.ping,
}
sockets: set[ConversationConsumer] = set()


@broadcasts.listener("show")
async def _show(message: dict[str, Any]) -> None:
    """Text that one viewer of this process missed, from the process that writes the reply."""
    for socket in tuple(sockets):
        if socket.name == message["viewer"]:
            if message["is_last"]:
                socket.catching_up.discard(message["message"])
            else:
                await socket.deliver(message["text"])


@broadcasts.listener("access")
async def _access(message: dict[str, Any]) -> None:
    for socket in tuple(sockets):
        if message["user"] == socket.user_id or (
            message["conversation"] is not None and message["conversation"] == socket.conversation
        ):
            await socket.recheck()


@broadcasts.listener("signed_out")
async def _signed_out(message: dict[str, Any]) -> None:
    for socket in tuple(sockets):
        if socket.scope["session"].session_key == message["session"]:
            await socket.close(code=SIGNED_OUT)


def _error(code: str, message: str) -> dict[str, str]:
    return {"code": code, "message": message or _("Something in this message is not right.")}
